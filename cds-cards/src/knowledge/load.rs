//! The loader: files in, knowledge out, or every fault at once.

use super::compiled::Compiled;
use super::criteria::{self, Criteria};
use super::evidence::Evidence;
use super::fault::{Fault, Faults};
use super::files::Files;
use super::model::Knowledge;
use super::model::place::Place;
use super::package::Hashes;
use super::when::When;
use super::{
    facts, form, graph, of_site, options, package, places, questions, register, rests, slots, tables,
};
use crate::embedded;
use crate::texts::Texts;
use fhir_profiles::catalogue::Catalogue;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Files that must be there, besides those of the options.
const FILES: &[&str] = &[
    "package.toml",
    "criteria.toml",
    "pathway.toml",
    "suggestions.toml",
    "questions.toml",
    "form.toml",
    "interpretations.csv",
    "tables/who-grade.csv",
    "tables/enets-t.csv",
    "tables/enets-stage.csv",
    "tables/ajcc7-t.csv",
    "tables/ajcc7-stage.csv",
    "evidence/statements.csv",
    "evidence/since-publication.csv",
    "evidence/corrections.csv",
    "evidence/ambiguities.csv",
    "cards/pathway.md",
    "cards/without.md",
    "cards/options.md",
    "cards/missing-data.md",
    "cards/question.md",
    "cards/discrepancy.md",
    "cards/unreadable.md",
    "cards/order-warning.md",
    "cards/order-undetermined.md",
    "cards/order-given.md",
];

/// What is told to people about the knowledge: no rule of it, so that a better word there is no other knowledge.
const NOTES: [&str; 2] = ["README.md", "CHANGELOG.md"];

impl Knowledge {
    /// The files that are compiled in: path relative to the knowledge directory, and text.
    pub fn embedded_files() -> BTreeMap<String, String> {
        embedded::files()
    }

    /// Lays a site's files over others: a file of the same path replaces, the rest extends.
    pub fn merge(
        mut files: BTreeMap<String, String>,
        overlay: BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        files.extend(overlay);
        files
    }

    /// The facts that there are with those of a knowledge directory, and every fault of theirs; of a fact that has one there
    /// is what can be told.
    pub fn facts(files: &BTreeMap<String, String>) -> (Catalogue, Vec<Fault>) {
        let faults = Faults::default();
        let catalogue = facts::read(files, &faults);
        (catalogue, faults.into_sorted())
    }

    /// Reads and checks the rules of a knowledge directory: path relative to it, and text. `finish` makes its texts, unless
    /// they have faults, which it adds.
    ///
    /// # Errors
    /// Every fault of every file, by file and line.
    pub(crate) fn read(
        files: &BTreeMap<String, String>,
        finish: impl FnOnce(&mut Self, &Faults),
    ) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let catalogue = facts::read(files, &faults);
        let source = Files {
            files,
            faults: &faults,
            catalogue: &catalogue,
        };
        check_names(&source);
        let evidence = Evidence::read(&source);
        let package = package::read(&source, &evidence, hashes(files));
        let (referral, suggestions) = package::suggestions(&source, &evidence);
        let questions = questions::read(&source);
        let form = form::read(&source, &questions);
        let tables = tables::read(&source, &evidence);
        let criteria = criteria::read(&source, &evidence);
        let options = options::read(&source, &evidence, criteria.as_ref());
        let pathway = places::read(&source, &evidence, criteria.as_ref());
        let places: Vec<(&str, &str, &Place)> = options
            .options
            .iter()
            .map(|read| (read.file.as_str(), read.option.id.as_str(), &read.option.place))
            .collect();
        places::check(&source, &pathway, &options.ids, &places);
        let order = graph::check(criteria.as_ref(), &options, &faults);
        let ids = options.ids.clone();
        let ambiguities = register::ambiguities(&source);
        let known = register::Known {
            criteria: criteria.as_ref(),
            options: &ids,
            ambiguities: ambiguities.as_ref(),
            catalogue: &catalogue,
        };
        let interpretations = register::read(&source, &known);
        let of_tables = tables.iter().flat_map(|tables| &tables.claims);
        let of_criteria = criteria.iter().flat_map(|criteria| &criteria.claims);
        let claims = of_tables.chain(of_criteria);
        rests::check(claims, &evidence, interpretations.as_ref(), &faults);
        let cards = slots::cards(&source);

        let parts = (
            package,
            tables,
            criteria,
            evidence.statements,
            evidence.since,
            evidence.corrections,
            referral,
            interpretations,
            ambiguities,
        );
        let (
            Some(package),
            Some(tables),
            Some(Criteria {
                criteria,
                hormones,
                markers,
                marker_course: Some(marker_course),
                ..
            }),
            Some(statements),
            Some((since_publication, _)),
            Some((corrections, _)),
            Some(referral),
            Some(interpretations),
            Some(ambiguities),
        ) = parts
        else {
            return Err(faults.into_sorted());
        };
        let mut knowledge = Self {
            catalogue,
            package,
            criteria: criteria
                .into_iter()
                .map(|criterion| (criterion.id.clone(), criterion))
                .collect(),
            options: options.options.into_iter().map(|read| read.option).collect(),
            evaluation_order: order,
            pathway,
            hormones,
            markers,
            marker_course,
            grade: tables.grade,
            enets: tables.enets,
            ajcc7: tables.ajcc7,
            statements,
            since_publication,
            corrections,
            interpretations,
            ambiguities,
            referral,
            suggestions,
            questions,
            form,
            cards,
            texts: Texts::default(),
            compiled: Compiled::default(),
        };
        check_notes(&knowledge, &ids, &faults);
        if knowledge.package.reference.is_of_site()
            && let Ok(built_in) = Self::read(&embedded::files(), without_texts)
        {
            of_site::mark(&mut knowledge, &built_in);
        }
        finish(&mut knowledge, &faults);
        let found = faults.into_sorted();
        if found.is_empty() {
            knowledge.compiled = Compiled::of(&knowledge);
            Ok(knowledge)
        } else {
            Err(found)
        }
    }
}

/// Finishes rules of which no text is made.
fn without_texts(_: &mut Knowledge, _: &Faults) {}

/// A note that could stand nowhere, or not where it holds, is a fault: nobody would see that it is silent. Of an option that
/// has faults itself nothing is said.
fn check_notes(knowledge: &Knowledge, options: &BTreeSet<String>, faults: &Faults) {
    let file = "evidence/since-publication.csv";
    let faulty = faults.files();
    let of_option = |id: &str| format!("options/{id}/option.toml");
    for (id, note) in &knowledge.since_publication {
        for condition in &note.holds {
            let names_it = |option: &String| {
                let known = knowledge.option(option);
                known.is_none_or(|known| known.all_notes().any(|noted| noted == id))
            };
            match condition {
                When::Option(option) if !options.contains(option) => {
                    faults.of(file, format!("`{id}` holds beside the unknown option `{option}`"));
                }
                When::Option(option) if !names_it(option) && !faulty.contains(&of_option(option)) => {
                    faults.of(
                        file,
                        format!("`{id}` holds beside `{option}`, which does not name it"),
                    );
                }
                When::Syndrome(syndrome) if knowledge.marker_of(syndrome).is_none() => {
                    faults.of(
                        file,
                        format!("`{id}` holds for the unknown syndrome `{syndrome}`"),
                    );
                }
                _ => {}
            }
        }
    }
    let after = &knowledge.marker_course.after_option;
    if !options.contains(after) {
        faults.of("criteria.toml", format!("unknown option `{after}`"));
    }
    for option in &knowledge.options {
        let elsewhere = |condition: &When| match condition {
            When::Option(other) => *other != option.id,
            When::Page => true,
            _ => false,
        };
        let never = |id: &&String| {
            let note = knowledge.since_publication.get(*id);
            note.is_some_and(|note| note.holds.iter().all(elsewhere))
        };
        for id in option.all_notes().filter(never) {
            let what = format!("the note `{id}` never holds beside this option");
            faults.of(&of_option(&option.id), what);
        }
    }
}

fn is_note(file: &str) -> bool {
    NOTES.contains(&file)
}

/// The length of the hash of a site's files in the version: enough to tell its own editions apart.
const SHORT_HASH: usize = 8;

fn hashes(files: &BTreeMap<String, String>) -> Hashes {
    let embedded = embedded::files();
    let laid_over: BTreeMap<&String, &String> = files
        .iter()
        .filter(|(path, text)| embedded.get(*path) != Some(*text) && !is_note(path))
        .collect();
    Hashes {
        of_all: format!("sha256:{}", hash(files)),
        of_site: (!laid_over.is_empty()).then(|| hash(laid_over).chars().take(SHORT_HASH).collect()),
    }
}

/// The hash over the paths and texts of all files but notes; lengths keep neighbours apart.
fn hash<'f>(files: impl IntoIterator<Item = (&'f String, &'f String)>) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files.into_iter().filter(|(path, _)| !is_note(path)) {
        for part in [path, text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reports the files that are missing, and those that nothing reads.
fn check_names(source: &Files<'_>) {
    let folders = source.option_folders();
    let expected: Vec<String> = FILES
        .iter()
        .map(|file| (*file).to_owned())
        .chain(
            folders
                .iter()
                .flat_map(|folder| ["option.toml", "card.md"].map(|name| format!("options/{folder}/{name}"))),
        )
        .collect();
    for file in &expected {
        if !source.files.contains_key(file) {
            source.faults.of(file, "the file is missing");
        }
    }
    for file in source.files.keys() {
        let is_card = file.starts_with("cards/") && file.ends_with(".md");
        let is_own = facts::is_one(file) || criteria::is_one(file) || register::is_one(file);
        if !(is_card || is_own || is_note(file) || expected.contains(file)) {
            source
                .faults
                .of(file, "nothing reads this file: is its name right?");
        }
    }
}
