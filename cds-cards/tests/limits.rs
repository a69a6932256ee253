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
