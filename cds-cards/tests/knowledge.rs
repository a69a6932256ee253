//! The embedded knowledge: it loads without fault and says what the specification says.

#![cfg(test)]

use cds_cards::Knowledge;
use cds_cards::assessment::Role;
use cds_cards::knowledge::{Aspect, OptionKnowledge};

fn knowledge() -> Knowledge {
    Knowledge::embedded().unwrap_or_else(|faults| {
        let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} faults:\n{}", list.len(), list.join("\n"))
    })
}

/// Section 5 of the specification, typed from its table: R require, c confirm, X contraindication; then favours,
/// cautions and variants.
const TABLE: &[(&str, &str, &str, &str)] = &[
    (
        "surgery curative-resection",
        "R grade-g1-g2, c not-poorly-differentiated, R resectable, c no-distant-lymph-node-metastases, \
         c no-extrahepatic-metastases, c no-diffuse-peritoneal-metastases, c no-right-heart-dysfunction, \
         c fit-for-surgery, X liver-involvement-not-over-75",
        "single-metastasis",
        "",
    ),
    (
        "surgery cytoreductive-surgery",
        "R symptoms-not-controlled, R debulking-over-90, c no-curative-resection, c fit-for-surgery, \
         X liver-involvement-not-over-75",
        "functioning",
        "",
    ),
    (
        "surgery liver-transplantation",
        "R low-grade, R primary-drained-by-portal-vein, R primary-resected-clear-margins, R liver-involvement-under-50, \
         R stable-6-months, R age-under-55, c no-extrahepatic-metastases, c no-curative-resection, \
         c fit-for-surgery",
        "age-under-50 well-differentiated",
        "",
    ),
    (
        "surgery palliative-primary-resection",
        "R unresectable, c primary-in-situ, c primary-resectable, c fit-for-surgery, \
         c liver-involvement-not-over-75-for-the-primary",
        "",
        "high-grade",
    ),
    (
        "liver-directed radiofrequency-ablation",
        "R unresectable, R largest-lesion-under-5-cm, X not-near-vital-structures-or-surface",
        "",
        "",
    ),
    (
        "liver-directed cryotherapy",
        "R unresectable, c ablation-size",
        "",
        "",
    ),
    (
        "liver-directed ethanol-injection",
        "R unresectable, R near-vital-structures-or-vessels",
        "",
        "",
    ),
    (
        "liver-directed transarterial-embolisation",
        "R unresectable, X no-portal-vein-occlusion, X adequate-liver-reserve, X performance-status-not-poor, \
         X no-prior-pancreaticoduodenectomy",
        "functioning-with-symptoms",
        "bilioenteric-anastomosis",
    ),
    (
        "liver-directed transarterial-chemoembolisation",
        "R unresectable, X no-portal-vein-occlusion, X adequate-liver-reserve, X performance-status-not-poor, \
         X no-prior-pancreaticoduodenectomy",
        "functioning-with-symptoms",
        "bilioenteric-anastomosis",
    ),
    (
        "liver-directed radioembolisation",
        "R unresectable, X no-gi-shunt, X portal-vein-not-compromised, X adequate-liver-reserve, \
         X no-prior-pancreaticoduodenectomy-for-sirt",
        "",
        "bilioenteric-anastomosis",
    ),
    (
        "systemic somatostatin-analogue",
        "R no-curative-resection-or-functioning, c not-high-grade",
        "sstr-positive clarinet-population octreotide-trial-population",
        "gallstones diabetes steatorrhoea",
    ),
    (
        "systemic ssa-intensification",
        "R on-ssa, R progressive-or-symptoms-not-controlled",
        "",
        "",
    ),
    (
        "systemic interferon-alpha",
        "R functioning-or-symptoms-not-controlled, c on-ssa",
        "",
        "cytopenia liver-reserve autoimmune-disease",
    ),
    (
        "systemic streptozocin-fluorouracil",
        "R no-curative-resection, R grade-g1-g2",
        "",
        "",
    ),
    (
        "systemic temozolomide-capecitabine",
        "R no-curative-resection, c not-poorly-differentiated, c not-high-grade",
        "previous-therapy-failed",
        "",
    ),
    (
        "systemic platinum-etoposide",
        "R grade-g3, R poorly-differentiated",
        "",
        "",
    ),
    (
        "systemic everolimus",
        "R no-curative-resection, c not-high-grade",
        "",
        "diabetes lung-disease cytopenia",
    ),
    (
        "systemic sunitinib",
        "R no-curative-resection, c not-high-grade",
        "",
        "hypertension cytopenia",
    ),
    (
        "systemic prrt",
        "R no-curative-resection, R strong-sstr-uptake",
        "",
        "",
    ),
];

fn ids(aspects: &[Aspect]) -> String {
    aspects
        .iter()
        .map(|aspect| aspect.id.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn criteria(option: &OptionKnowledge) -> String {
    let mark = |role: &Role| match role {
        Role::Require => "R",
        Role::Confirm => "c",
        Role::Contraindication => "X",
    };
    let list: Vec<String> = option
        .criteria
        .iter()
        .map(|(id, role)| format!("{} {id}", mark(role)))
        .collect();
    list.join(", ")
}

#[test]
fn the_embedded_knowledge_has_no_fault() {
    let reference = knowledge().package.reference;
    assert_eq!(reference.id, "pnet-liver-metastases");
    assert_eq!(reference.evidence_cut_off, "2018-05");
    assert!(reference.hash.starts_with("sha256:") && reference.hash.len() == 7 + 64);
}

#[test]
fn options_criteria_and_roles_are_those_of_the_specification() {
    let knowledge = knowledge();
    assert_eq!(knowledge.options.len(), TABLE.len());
    for (option, (name, expected, favours, cautions)) in knowledge.options.iter().zip(TABLE) {
        assert_eq!(format!("{} {}", option.group.as_str(), option.id), *name);
        assert_eq!(criteria(option), *expected, "{name}");
        assert_eq!(ids(&option.favours), *favours, "{name}");
        assert_eq!(ids(&option.cautions), *cautions, "{name}");
    }
    let variants: Vec<&Aspect> = knowledge
        .options
        .iter()
        .flat_map(|option| &option.variants)
        .collect();
    assert_eq!(knowledge.options[0].variants.len(), variants.len());
    assert_eq!(ids(&knowledge.options[0].variants), "two-step with-primary");
}

#[test]
fn an_option_is_worked_out_after_those_it_refers_to() {
    let knowledge = knowledge();
    let mut positions = knowledge.evaluation_order.clone();
    positions.sort_unstable();
    assert_eq!(positions, (0..TABLE.len()).collect::<Vec<_>>());
    assert_eq!(
        knowledge.evaluation_order[0], 0,
        "the others refer to curative resection"
    );
}

/// The numbers of a text, such as `85` and `35.7`.
fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty())
        .collect()
}

#[test]
fn every_number_of_a_figure_stands_in_the_quote_it_cites() {
    let knowledge = knowledge();
    let mut checked = 0;
    for option in &knowledge.options {
        for figure in &option.figures {
            let quoted = numbers(&knowledge.statements[&figure.statement].quote);
            // Names of substances and of trials hold numbers that are no figures.
            let text = figure
                .text
                .replace("177Lu", "")
                .replace("90Y", "")
                .replace("RADIANT3", "")
                .replace("5-year", "");
            for number in numbers(&text) {
                assert!(
                    quoted.contains(&number),
                    "{}: {number} of `{}` not in {quoted:?}",
                    option.id,
                    figure.text
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn a_figure_that_the_review_contradicts_is_left_out_or_corrected() {
    let knowledge = knowledge();
    let figures = |id: &str| -> Vec<(String, Option<String>)> {
        let option = knowledge.options.iter().find(|option| option.id == id).unwrap();
        option
            .figures
            .iter()
            .map(|figure| (figure.text.clone(), figure.correction.clone()))
            .collect()
    };
    let sunitinib = figures("sunitinib");
    assert!(sunitinib.iter().all(|(text, _)| !text.contains("42")));
    assert!(
        sunitinib
            .iter()
            .any(|(text, with)| text.contains("11.1 months") && with.as_deref() == Some("Disc1"))
    );
    let analogue = figures("somatostatin-analogue");
    assert!(
        analogue
            .iter()
            .any(|(text, with)| text.contains("66.7 %") && with.as_deref() == Some("Disc3"))
    );
}

#[test]
fn rules_that_the_specification_resolves_are_marked_as_interpretation() {
    let knowledge = knowledge();
    let whole: Vec<&str> = knowledge
        .criteria
        .values()
        .filter(|criterion| criterion.interpretation)
        .map(|criterion| criterion.id.as_str())
        .collect();
    assert_eq!(
        whole,
        [
            "ablation-size",
            "fit-for-surgery",
            "glucagon-above-limit",
            "liver-involvement-not-over-75-for-the-primary",
            "no-prior-pancreaticoduodenectomy-for-sirt",
            "performance-status-not-poor",
            "previous-therapy-failed",
            "vip-above-limit"
        ]
    );
}

#[test]
fn what_was_not_read_in_a_source_is_not_shown() {
    let knowledge = knowledge();
    for id in ["U24", "U25", "U26", "U27", "U29"] {
        assert!(!knowledge.since_publication.contains_key(id), "{id}");
    }
    for note in knowledge.since_publication.values() {
        assert!(
            ["high", "medium"].contains(&note.confidence.as_str()),
            "{}",
            note.confidence
        );
    }
    let transplantation = &knowledge.since_publication["U10"].text;
    assert!(transplantation.ends_with("since 2015"), "{transplantation}");
    assert!(!knowledge.corrections.contains_key("Disc10"));
    let notes = knowledge.since_publication.values();
    let corrections = knowledge.corrections.values();
    let texts = notes
        .flat_map(|note| [&note.text, &note.source])
        .chain(corrections.flat_map(|c| [&c.review_says, &c.source_says, &c.usage]));
    for text in texts {
        assert!(!text.is_empty());
        for mark in ["[V]", "[GK", "[?]"] {
            assert!(!text.contains(mark), "{text}");
        }
    }
}

#[test]
fn every_suggestion_settles_a_fact_that_some_criterion_reads_or_a_marker() {
    let knowledge = knowledge();
    assert!(knowledge.suggestions.len() >= 8);
    for suggestion in &knowledge.suggestions {
        assert!(!suggestion.facts.is_empty(), "{}", suggestion.label);
        assert!(suggestion.code.system.starts_with("http"), "{}", suggestion.label);
    }
}

#[test]
fn an_overlay_replaces_and_extends() {
    let mut overlay = std::collections::BTreeMap::new();
    let embedded = Knowledge::embedded_files();
    let own = embedded["options/cryotherapy/option.toml"]
        .replace("\"cryotherapy\"", "\"microwave-ablation\"")
        .replace("\"Cryotherapy\"", "\"Microwave ablation\"")
        .replace("order = 6", "order = 6.5");
    // No known treatment means it, so no order is checked against it.
    let (own, _) = own.split_once("[[ordered-as]]").unwrap();
    overlay.insert(
        "options/microwave-ablation/option.toml".to_owned(),
        own.to_owned(),
    );
    overlay.insert(
        "options/microwave-ablation/card.md".to_owned(),
        embedded["options/cryotherapy/card.md"].clone(),
    );
    overlay.insert(
        "options/cryotherapy/option.toml".to_owned(),
        embedded["options/cryotherapy/option.toml"].replace("\"Cryotherapy\"", "\"Cryoablation\""),
    );
    let merged = Knowledge::load(&Knowledge::merge(embedded, overlay)).unwrap();
    let labels: Vec<&str> = merged
        .options
        .iter()
        .map(|option| option.label.as_str())
        .collect();
    assert_eq!(labels.len(), TABLE.len() + 1);
    assert_eq!(
        labels[5..8],
        [
            "Cryoablation",
            "Microwave ablation",
            "Percutaneous ethanol injection"
        ]
    );
    assert_ne!(merged.package.reference.hash, knowledge().package.reference.hash);
}
