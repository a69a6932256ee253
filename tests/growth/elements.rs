//! The elements that the reader names in its sources: none may be without a dimension.

use crate::chart;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the sources of the reader name in the same way and is no element of a resource of the chart: members of Bundles and
/// outcomes, which have scenarios of their own, elements of older releases that only deny, and one by whose shape releases
/// are told apart.
const NO_LIST: &[&str] = &[
    "entry",
    "resource",
    "response",
    "search",
    "relation",
    "issue",
    "total",
    "fullUrl",
    "mode",
    "severity",
    "wasNotTaken",
    "wasNotGiven",
    "notGiven",
    "notPerformed",
    "notDone",
    "filterBy",
];

/// Choices of one element, each a single value: only what they are made of can repeat, and stands under another of them.
const CHOICES: &[&str] = &[
    "value",
    "effective",
    "onset",
    "abatement",
    "occurrence",
    "occurence",
    "deceased",
];

/// Where the reader names elements.
const SOURCES: &[&str] = &["read", "chart", "read.rs", "chart.rs", "organs.rs", "text.rs"];

/// The elements that the reader names and no chart grows in.
pub(crate) fn without_a_dimension() -> Vec<String> {
    let grown: BTreeSet<String> = chart::names().into_iter().collect();
    let named = named();
    assert!(
        named.len() > 80,
        "the sources of the reader name {} elements",
        named.len()
    );
    let is_choice = |name: &str| {
        CHOICES
            .iter()
            .any(|choice| name.strip_prefix(choice).is_some_and(begins))
    };
    let known = |name: &String| grown.contains(name) || NO_LIST.contains(&name.as_str()) || is_choice(name);
    named.into_iter().filter(|name| !known(name)).collect()
}

fn begins(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Every word in quotes that is written as elements of more than one word are (`bodySite`), and every argument of what
/// looks up an element.
fn named() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fhir-profiles/src");
    let mut found = BTreeSet::new();
    for file in SOURCES.iter().flat_map(|name| files(root.join(name))) {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let pieces: Vec<&str> = code.split('"').collect();
        for pair in pieces.windows(2) {
            let (before, word) = (pair[0], pair[1]);
            let asked = [".get(", ".all(", ".text(", ".has(", ".flag(", ".number("];
            let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_alphabetic());
            let is_asked = asked.iter().any(|call| before.ends_with(call));
            if is_word && (is_asked || word.chars().any(|c| c.is_ascii_uppercase())) {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

fn files(path: PathBuf) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path];
    }
    let inside = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    inside
        .flat_map(files)
        .filter(|file| file.extension().is_some_and(|kind| kind == "rs") && !file.ends_with("tests.rs"))
        .collect()
}
