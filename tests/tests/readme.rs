//! The README tells the truth: its card is what the service sends, and its test command is what CI runs first.

#![cfg(test)]

use acceptance::here;
use cds_cards::render::{Policy, render};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::codes::Codes;
use fhir_profiles::json::Document;
use fhir_profiles::read::{ReadPolicy, read};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    here().parent().expect("the workspace").to_path_buf()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The first card of a demo patient, as Markdown.
fn first_card(patient: &str) -> String {
    let knowledge = acceptance::knowledge().expect("knowledge");
    let path = root()
        .join("service/demo/patients")
        .join(format!("{patient}.json"));
    let json = fs::read_to_string(path).expect("a demo patient");
    let mut chart = ChartBuilder::new(None);
    let document: Document<'_> = json.parse().expect("JSON");
    chart.add(document.root());
    let policy = ReadPolicy {
        as_of: jiff::civil::date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    let facts = read(&chart.finish().expect("one patient"), &policy);
    let assessment = cds_cards::assess(&knowledge, &facts);
    let policy = Policy {
        max_cards: 5,
        full: false,
        without_metastases: true,
        public_url: None,
        instance: uuid::Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let cards = render(&knowledge, &assessment, &policy);
    let card = cards.first().expect("a card");
    let detail = card
        .detail()
        .lines()
        .map(|line| format!("> {line}").trim_end().to_owned());
    let detail: Vec<String> = detail.collect();
    format!("> **{}**\n>\n{}\n", card.summary(), detail.join("\n"))
}

#[test]
fn the_card_in_the_readme_is_what_the_service_sends() {
    let text = readme();
    let (before, rest) = text.split_once("<!-- card:").expect("a card");
    let (patient, rest) = rest.split_once(" -->\n").expect("a patient");
    let (shown, after) = rest.split_once("<!-- /card -->").expect("the end of the card");
    let card = first_card(patient);
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{before}<!-- card:{patient} -->\n{card}<!-- /card -->{after}");
        fs::write(root().join("README.md"), updated).expect("README.md");
    } else {
        assert_eq!(shown, card, "run with UPDATE=1 and read the difference");
    }
}

#[test]
fn ci_runs_the_test_command_of_the_readme_first() {
    let text = readme();
    let commands: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    cargo "))
        .take(2)
        .collect();
    let [run, test] = commands.as_slice() else {
        panic!("two commands at the top")
    };
    assert!(run.starts_with("run --release"));
    let script = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    let first = script
        .lines()
        .find(|line| line.starts_with("stage "))
        .expect("a stage");
    assert_eq!(first, format!("stage test cargo {test}"));
}
