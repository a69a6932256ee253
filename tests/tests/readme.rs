//! The READMEs tell the truth: the card in that of the demo is what the service sends, the test command is what CI runs
//! first, and what they link to is there.

#![cfg(test)]

use acceptance::here;
use cds_cards::render::{Policy, render};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::codes::Codes;
use fhir_profiles::json::Document;
use fhir_profiles::read::{ReadPolicy, read};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    here().parent().expect("the workspace").to_path_buf()
}

fn read_file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
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
fn the_card_in_the_readme_of_the_demo_is_what_the_service_sends() {
    let path = "service/demo/README.md";
    let text = read_file(path);
    let (before, rest) = text.split_once("<!-- card:").expect("a card");
    let (patient, rest) = rest.split_once(" -->\n").expect("a patient");
    let (shown, after) = rest.split_once("<!-- /card -->").expect("the end of the card");
    let card = first_card(patient);
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{before}<!-- card:{patient} -->\n{card}<!-- /card -->{after}");
        fs::write(root().join(path), updated).expect(path);
    } else {
        assert_eq!(shown, card, "run with UPDATE=1 and read the difference");
    }
}

#[test]
fn ci_runs_the_test_command_of_the_readme_first() {
    let text = read_file("README.md");
    let commands: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    cargo "))
        .take(2)
        .collect();
    let [run, test] = commands.as_slice() else {
        panic!("two commands at the top")
    };
    assert!(run.starts_with("run --release"));
    let script = read_file(".ci/run");
    let first = script
        .lines()
        .find(|line| line.starts_with("stage "))
        .expect("a stage");
    assert_eq!(first, format!("stage test cargo {test}"));
}

/// Every document, by its path from the top.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let elsewhere = ["target", ".git", "node_modules", "out"].contains(&name.as_str());
        if path.is_dir() && !elsewhere {
            documents(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The parts of a link to a heading, as forges make them.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|one| one.is_alphanumeric() || " -_".contains(*one));
    kept.collect::<String>().replace(' ', "-")
}

#[test]
fn what_a_document_links_to_is_there() {
    let mut all = Vec::new();
    documents(&root(), &mut all);
    assert!(all.len() > 10, "{all:?}");
    let (mut links, mut lost) = (0, Vec::new());
    for document in &all {
        let text = fs::read_to_string(document).expect("a document");
        for (place, _) in text.match_indices("](") {
            let link = text[place + 2..].split(')').next().unwrap_or_default();
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            links += 1;
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().expect("a folder");
            let target = if path.is_empty() {
                document.clone()
            } else {
                folder.join(path)
            };
            let is_heading = |text: &str| {
                let lines = text.lines().filter(|line| line.starts_with('#'));
                let mut headings = lines.map(|line| anchor(line.trim_start_matches('#').trim()));
                headings.any(|known| known == heading) || text.contains(&format!("<a id=\"{heading}\">"))
            };
            let there = target.exists()
                && (target.is_dir()
                    || heading.is_empty()
                    || fs::read_to_string(&target).is_ok_and(|text| is_heading(&text)));
            if !there {
                lost.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(links > 20, "{links} links");
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn the_readme_fits_on_two_screens() {
    let words = read_file("README.md").split_whitespace().count();
    assert!(words <= 700, "{words} words");
}
