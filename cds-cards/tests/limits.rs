//! Limits: each has one home, from which every text has it.

#![cfg(test)]

use cds_cards::Knowledge;
use std::collections::BTreeMap;

type Files = BTreeMap<String, String>;

fn load(files: &Files) -> Knowledge {
    Knowledge::load(files).unwrap_or_else(|faults| {
        let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} faults:\n{}", list.len(), list.join("\n"))
    })
}

/// Every text that takes a limit by a slot, by where it stands.
fn texts(knowledge: &Knowledge) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (id, criterion) in &knowledge.criteria {
        if !criterion.limits.is_empty() {
            found.insert(id.clone(), criterion.label.clone());
            found.extend(criterion.note.clone().map(|note| (format!("{id}: note"), note)));
        }
    }
    for option in &knowledge.options {
        for aspect in option
            .favours
            .iter()
            .chain(&option.cautions)
            .chain(&option.variants)
        {
            found.insert(format!("{}: {}", option.id, aspect.id), aspect.label.clone());
        }
    }
    for marker in &knowledge.markers {
        found.insert(format!("marker {}", marker.fact), marker.note.text.clone());
    }
    found
}

/// The texts of the built-in knowledge that have a limit in them.
const TEXTS: &[(&str, &str)] = &[
    (
        "ablation-size",
        "largest liver lesion under 5 cm, as for radiofrequency ablation",
    ),
    ("age-under-50", "age under 50 years"),
    ("age-under-55", "age under 55 years"),
    (
        "curative-resection: with-primary",
        "concurrent or staged resection of the primary (more than 90 % of the tumour volume removable)",
    ),
    ("debulking-over-90", "more than 90 % of the tumour mass removable"),
    ("debulking-over-90: note", "Morgan et al. propose more than 70 %."),
    ("fit-for-surgery", "performance status that allows surgery"),
    ("glucagon-above-limit", "glucagon above 1000 pg/mL"),
    ("ki67-under-10", "Ki-67 below 10 %"),
    ("largest-lesion-under-5-cm", "largest liver lesion under 5 cm"),
    ("liver-involvement-not-over-75", "liver involvement not over 75 %"),
    (
        "liver-involvement-not-over-75-for-the-primary",
        "liver involvement not over 75 %, for surgery of the primary",
    ),
    ("liver-involvement-under-10", "liver involvement under 10 %"),
    ("liver-involvement-under-50", "liver involvement under 50 %"),
    (
        "liver-transplantation: age-under-50",
        "age under 50 years (among the best candidates)",
    ),
    ("marker glucagon", "Above 1000 pg/mL it confirms a glucagonoma."),
    ("performance-status-not-poor", "performance status not poor"),
    ("single-metastasis", "single liver metastasis"),
    (
        "somatostatin-analogue: clarinet-population",
        "Ki-67 below 10 %, non-functioning, well or moderately differentiated (the population of the CLARINET trial)",
    ),
    (
        "somatostatin-analogue: octreotide-trial-population",
        "liver involvement below 10 % and primary resected (the population of the octreotide trial)",
    ),
    (
        "somatostatin-analogue: sstr-positive",
        "positive somatostatin receptor uptake (of Krenning scores, 2 and more: our reading)",
    ),
    ("sstr-positive", "positive somatostatin receptor uptake"),
    ("stable-6-months", "stable disease for 6 months"),
    (
        "stable-6-months: note",
        "The review does not say up to when: we count up to the last reading; one that is itself 6 months old or more is left to judgement.",
    ),
    ("strong-sstr-uptake", "strong somatostatin receptor uptake"),
    ("vip-above-limit", "vasoactive intestinal peptide above 200 pg/mL"),
];

#[test]
fn the_texts_read_as_the_limits_are() {
    let texts = texts(&load(&Knowledge::embedded_files()));
    for (place, text) in TEXTS {
        assert_eq!(texts.get(*place).map(String::as_str), Some(*text), "{place}");
    }
    let open: Vec<&String> = texts.values().filter(|text| text.contains(['{', '}'])).collect();
    assert!(open.is_empty(), "{open:?}");
}

/// A site's files, and with them the built-in ones.
fn with(own: &[(&str, String)]) -> Files {
    let own = own.iter().map(|(path, text)| ((*path).to_owned(), text.clone()));
    Knowledge::merge(Knowledge::embedded_files(), own.collect())
}

/// A site that takes 12 % instead of 10 % of Ki-67, and says so.
fn of_site() -> Files {
    let criteria = &Knowledge::embedded_files()["criteria.toml"];
    let (before, after) = criteria.split_once("id = \"ki67-under-10\"").unwrap();
    let after = after.replacen("limit = 10\n", "limit = 12\n", 1);
    let reading = "S01,Our centre reads 12 %.,criterion:ki67-under-10,";
    with(&[
        ("criteria.toml", format!("{before}id = \"ki67-under-10\"{after}")),
        (
            "interpretations/own.csv",
            format!("id,text,rules,ambiguities\n{reading}\n"),
        ),
    ])
}

#[test]
fn every_text_follows_a_limit_that_moves() {
    let (old, new) = (
        texts(&load(&Knowledge::embedded_files())),
        texts(&load(&of_site())),
    );
    let moved: Vec<&str> = new
        .iter()
        .filter(|(place, text)| old.get(*place) != Some(*text))
        .map(|(_, text)| text.as_str())
        .collect();
    assert_eq!(
        moved,
        [
            "Ki-67 below 12 %",
            "Ki-67 below 12 %, non-functioning, well or moderately differentiated (the population of the CLARINET trial)",
        ]
    );
}

#[test]
fn the_version_says_what_a_site_lays_over_and_nothing_else() {
    let version = |files: &Files| load(files).package.reference;
    let built_in = version(&Knowledge::embedded_files());
    assert_eq!(
        (built_in.version.as_str(), built_in.is_of_site()),
        ("2.0.0", false)
    );
    assert_eq!(built_in.edition(), "2.0.0");
    let same = with(&[(
        "criteria.toml",
        Knowledge::embedded_files()["criteria.toml"].clone(),
    )]);
    assert_eq!(version(&same).version, "2.0.0", "a copy changes nothing");

    let of_site = version(&of_site());
    let hash = of_site.version.strip_prefix("2.0.0+site.").unwrap();
    assert!(
        hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{hash}"
    );
    assert_eq!(of_site.edition(), format!("2.0.0, site rules {hash}"));
    let text = Knowledge::embedded_files()["cards/pathway.md"].replace("literature to", "literature up to");
    let card = with(&[("cards/pathway.md", text)]);
    assert_ne!(version(&card).version, of_site.version, "another site");
    let attributes = load(&self::of_site()).package.attributes;
    assert!(
        attributes
            .iter()
            .any(|(_, text)| text.contains("Version 2.0.0, site rules "))
    );
}
