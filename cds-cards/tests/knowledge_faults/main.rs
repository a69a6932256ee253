//! Every kind of fault in a knowledge directory is found, alone and with its line; several are found together.

#![cfg(test)]

mod criteria;
mod facts;
mod files;
mod form;
mod limits;
mod pathway;
mod questions;

use cds_cards::Knowledge;
use std::collections::BTreeMap;

type Files = BTreeMap<String, String>;

fn faults(files: &Files) -> Vec<String> {
    match Knowledge::load(files) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// Replaces the one place where `old` stands, and gives the line where it starts.
fn change(files: &mut Files, file: &str, old: &str, new: &str) -> usize {
    let text = files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
    assert_eq!(text.matches(old).count(), 1, "`{old}` in {file}");
    let line = 1 + text[..text.find(old).unwrap()].matches('\n').count();
    *text = text.replace(old, new);
    line
}

/// One change makes one fault, `offset` lines below the place of the change.
#[track_caller]
fn one(file: &str, old: &str, new: &str, offset: usize, what: &str) {
    let mut files = Knowledge::embedded_files();
    let line = change(&mut files, file, old, new) + offset;
    assert_eq!(faults(&files), [format!("{file}:{line}: {what}")]);
}

const CRITERIA: &str = "criteria.toml";
const OWN_READINGS: &str = "interpretations/own.csv";
const CURATIVE: &str = "options/curative-resection/option.toml";

/// A criterion of its own, used by an option of its own, so that nothing else changes.
fn with_criterion(body: &str) -> (Files, usize) {
    let mut files = Knowledge::embedded_files();
    let text = files.get_mut(CRITERIA).unwrap();
    let line = text.matches('\n').count() + 2;
    text.push_str(&format!(
        "\n[[criterion]]\nid = \"own\"\nlabel = \"own\"\nstatements = [\"CU05\"]\n{body}\n"
    ));
    change(
        &mut files,
        "options/cryotherapy/option.toml",
        "[[criterion]]\nid = \"unresectable\"",
        "[[criterion]]\nid = \"own\"\nrole = \"confirm\"\n\n[[criterion]]\nid = \"unresectable\"",
    );
    // Its limits, whatever they are in a test, are the site's own; a test of what they rest on takes the row away.
    let row = "S01,\"Of our own: 0, 5, 9, 99 and 100.\",criterion:own,";
    files.insert(OWN_READINGS.into(), format!("id,text,rules,ambiguities\n{row}\n"));
    (files, line)
}
