//! `CONFORMANCE.md`: every requirement with the tests that hold it, or why there is none.

use acceptance::here;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::Command;

#[derive(Deserialize)]
struct Table {
    section: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    title: String,
    requirement: Vec<Requirement>,
}

/// One requirement; its tests are those whose names begin with its id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    text: String,
    /// Tests of other requirements that hold this one too.
    #[serde(default)]
    also: Vec<String>,
    /// Why it is not tested, or which part of it.
    not_tested: Option<String>,
}

impl Requirement {
    fn owns(&self, test: &str) -> bool {
        test.strip_prefix(&self.id)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    }
}

fn table() -> Table {
    let path = here().join("tests/conformance/requirements.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

/// The tests of this program, as it lists them itself, by name without module.
fn tests() -> BTreeSet<String> {
    let program = std::env::current_exe().unwrap();
    let listed = Command::new(program)
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let paths = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    let tests: Vec<String> = paths
        .filter_map(|path| Some(path.rsplit_once("::")?.1.to_owned()))
        .collect();
    let names: BTreeSet<String> = tests.iter().cloned().collect();
    assert_eq!(names.len(), tests.len(), "two tests have the same name");
    names
}

fn shown(table: &Table, tests: &BTreeSet<String>) -> String {
    let mut text = String::from(
        "# Conformance with CDS Hooks 2.0.1\n\n\
         Every requirement that binds a service which answers patient-view, with the tests that hold it or why there is none.\n\
         The tests start the real program and speak HTTP to it: `cargo test -p acceptance --test conformance`. Written by\n\
         that command with `UPDATE=1`, checked by it without; the requirements stand in `tests/conformance/requirements.toml`.\n",
    );
    let (mut held, mut count) = (0, 0);
    for section in &table.section {
        write!(
            text,
            "\n## {}\n\n| id | requirement | tests | not tested |\n|---|---|---|---|\n",
            section.title
        )
        .unwrap();
        for requirement in &section.requirement {
            let mut names: Vec<&str> = tests
                .iter()
                .map(String::as_str)
                .filter(|test| requirement.owns(test))
                .collect();
            names.extend(requirement.also.iter().map(String::as_str));
            count += 1;
            held += usize::from(!names.is_empty());
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let why = requirement.not_tested.as_deref().unwrap_or_default();
            let (id, what) = (&requirement.id, &requirement.text);
            writeln!(text, "| {id} | {what} | {} | {why} |", names.join("<br>")).unwrap();
        }
    }
    write!(text, "\n{held} of {count} requirements are held by a test.\n").unwrap();
    text
}

#[test]
fn every_requirement_has_a_test_or_a_reason_and_every_named_test_exists() {
    let (table, tests) = (table(), tests());
    let requirements: Vec<&Requirement> = table
        .section
        .iter()
        .flat_map(|section| &section.requirement)
        .collect();
    let ids: BTreeSet<&str> = requirements
        .iter()
        .map(|requirement| requirement.id.as_str())
        .collect();
    assert_eq!(ids.len(), requirements.len(), "an id stands twice");
    let mut faults = Vec::new();
    for requirement in &requirements {
        let tested = tests.iter().any(|test| requirement.owns(test)) || !requirement.also.is_empty();
        if !tested && requirement.not_tested.is_none() {
            faults.push(format!("{}: neither test nor reason", requirement.id));
        }
        faults.extend(
            requirement
                .also
                .iter()
                .filter(|name| !tests.contains(*name))
                .map(|name| format!("no test {name}")),
        );
    }
    let numbers = (1..=48)
        .map(|number| format!("r{number:02}"))
        .chain((1..=20).map(|number| format!("i{number:02}")));
    faults.extend(
        numbers
            .filter(|id| !ids.contains(id.as_str()))
            .map(|id| format!("{id} is left out")),
    );
    let here = ["every_requirement_has", "the_table_is", "every_client_of"];
    for test in tests
        .iter()
        .filter(|test| !here.iter().any(|own| test.starts_with(own)))
    {
        let owners = requirements
            .iter()
            .filter(|requirement| requirement.owns(test))
            .count();
        if owners != 1 {
            faults.push(format!("{test} is named after {owners} requirements"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_table_is_up_to_date() {
    let path = here().join("CONFORMANCE.md");
    let expected = shown(&table(), &tests());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "write it with UPDATE=1");
}
