//! Every reading of ours has a row in the register: what the knowledge marks as one, and what a comment in the code calls one.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the sources themselves are what this test reads"
)]

use cds_cards::Knowledge;
use cds_cards::knowledge::{Call, Criterion, Test, Uses};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn knowledge() -> Knowledge {
    Knowledge::embedded().unwrap()
}

/// Whether a criterion, or a band or word of it, is a reading of ours.
fn is_ours(criterion: &Criterion) -> bool {
    let words = |calls: &BTreeMap<String, (Call, bool)>| calls.values().any(|(_, ours)| *ours);
    criterion.interpretation
        || criterion.where_missing.is_some()
        || match &criterion.test {
            Test::Words { calls, .. } => words(calls),
            Test::Range {
                bands, words: named, ..
            } => words(named) || bands.iter().any(|band| band.interpretation),
            _ => false,
        }
}

#[test]
fn what_the_knowledge_marks_as_interpretation_is_in_the_register() {
    let knowledge = knowledge();
    let mut rules: Vec<Uses> = Vec::new();
    let criteria = knowledge.criteria.values().filter(|criterion| is_ours(criterion));
    rules.extend(criteria.map(|criterion| Uses::Criterion(criterion.id.clone())));
    for option in &knowledge.options {
        if !option.interpreted.is_empty() {
            rules.push(Uses::Option(option.id.clone()));
        }
        if option.orders.iter().any(|meaning| meaning.interpretation) {
            rules.push(Uses::Order(option.id.clone()));
        }
    }
    assert!(rules.len() > 20, "{}", rules.len());
    let missing: Vec<String> = rules
        .iter()
        .filter(|rule| knowledge.readings_of(rule).next().is_none())
        .map(ToString::to_string)
        .collect();
    assert!(
        missing.is_empty(),
        "no row of interpretations.csv names: {missing:?}"
    );
}

/// The comments of a source file that call something a reading of ours, with their lines.
fn comments(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let comment = |line: &&str| line.starts_with("//");
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| comment(line)) {
        for mark in ["Interpretation", "**Resolved**"] {
            for (position, _) in line.match_indices(mark) {
                if line[..position].ends_with(|c: char| c.is_ascii_alphanumeric()) {
                    continue;
                }
                let rest = line[position + mark.len()..].trim_start();
                let next = lines.get(at + 1).filter(|line| comment(line));
                let rest = match (rest, next) {
                    ("", Some(next)) => next.trim_start_matches('/').trim_start(),
                    (rest, _) => rest,
                };
                let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                found.push((at + 1, id));
            }
        }
    }
    found
}

#[test]
fn a_comment_is_found_with_the_id_that_follows() {
    assert_eq!(
        comments("/// Interpretation I07: so.\nlet a = \"Interpretation\";\n// Interpretation: so."),
        [(1, "I07".to_owned()), (3, String::new())]
    );
    assert_eq!(
        comments(
            "// v3-ObservationInterpretation\n/// **Resolved** I01, too.\n/// Thus. Interpretation\n/// I02: so."
        ),
        [(2, "I01".to_owned()), (3, "I02".to_owned())]
    );
}

fn sources(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_a_comment_calls_an_interpretation_names_its_row_of_the_register() {
    let knowledge = knowledge();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for dir in ["src", "../fhir-profiles/src"] {
        sources(&root.join(dir), &mut files);
    }
    assert!(files.len() > 60, "{}", files.len());
    files.sort();
    let mut named = BTreeSet::new();
    let mut missing = Vec::new();
    for file in &files {
        for (line, id) in comments(&std::fs::read_to_string(file).unwrap()) {
            if knowledge.interpretations.contains_key(&id) {
                named.insert(id);
            } else {
                let file = file.strip_prefix(root).unwrap().display();
                missing.push(format!("{file}:{line}: `{id}`"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no row of interpretations.csv for:\n{}",
        missing.join("\n")
    );
    assert!(named.len() > 8, "{named:?}");
}
