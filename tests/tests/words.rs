//! How much a clinician has to read: words per card and per call over the demo patients (specification, section 6), printed
//! with `--nocapture`.

#![cfg(test)]

use acceptance::here;
use cds_cards::render::{Card, CardKind, Policy, render};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::codes::Codes;
use fhir_profiles::json::Document;
use fhir_profiles::read::{ReadPolicy, read};
use pnet_cds::sandbox::Sandbox;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The longest pathway card, in words.
const LONGEST: usize = 220;
/// The median of the pathway cards.
const MEDIAN: usize = 150;
/// All that is said of a patient without liver metastases.
const WITHOUT: usize = 40;

/// The cards of every demo patient, as the demo answers: short, with links to the pages.
fn answers() -> BTreeMap<String, Vec<Card>> {
    let knowledge = acceptance::knowledge().expect("knowledge");
    let policy = ReadPolicy {
        as_of: jiff::civil::date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    let cards = Policy {
        max_cards: 5,
        full: false,
        without_metastases: true,
        public_url: Some("https://cds.example.org"),
        instance: Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let sandbox = Sandbox::embedded().expect("the sandbox");
    let answer = |patient: &String| {
        let path = here().join(format!("../service/demo/patients/{patient}.json"));
        let json = std::fs::read_to_string(path).expect("a demo patient");
        let mut chart = ChartBuilder::new(None);
        let document: Document<'_> = json.parse().expect("JSON");
        chart.add(document.root());
        let facts = read(&chart.finish().expect("one patient"), &policy);
        (
            patient.clone(),
            render(&knowledge, &cds_cards::assess(&knowledge, &facts), &cards),
        )
    };
    sandbox.patients().iter().map(answer).collect()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn median(mut counts: Vec<usize>) -> usize {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

#[test]
fn a_card_is_read_in_ten_seconds() {
    let mut of_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut of_call: Vec<usize> = Vec::new();
    let mut passed = Vec::new();
    for (patient, cards) in answers() {
        let Some(first) = cards.first() else {
            continue;
        };
        let mut call = 0;
        for card in &cards {
            let count = words(card.detail());
            of_kind.entry(card.about().kind.as_str()).or_default().push(count);
            call += count + words(card.summary());
        }
        println!(
            "{patient}: {} cards, {call} words; {}",
            cards.len(),
            first.summary()
        );
        of_call.push(call);
        match first.about().options.is_empty() {
            true => assert!(call <= WITHOUT, "{patient}: {call} words"),
            false => passed.push(words(first.detail())),
        }
        assert_eq!(first.about().kind, CardKind::Pathway, "{patient}");
    }
    for (kind, counts) in &of_kind {
        let longest = counts.iter().max().copied().unwrap_or_default();
        println!(
            "{kind}: median {}, longest {longest} words",
            median(counts.clone())
        );
    }
    let longest = of_call.iter().max().copied().unwrap_or_default();
    println!("per call: median {}, longest {longest} words", median(of_call));
    assert_eq!(passed.len(), 19);
    assert!(passed.iter().all(|count| *count <= LONGEST), "{passed:?}");
    assert!(median(passed.clone()) <= MEDIAN, "{passed:?}");
}
