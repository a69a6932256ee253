//! Answers that are recorded and not understood, in the site's own words, and the element of a ConceptMap for each.

use super::views::{Concept, Resource};
use cds_cards::assessment::Assessment;
use fhir_profiles::FactId;
use fhir_profiles::codes::{Codes, FACT_VALUES, TEXT_SYSTEM};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// An answer that no word of its fact is read from.
#[derive(Debug, Serialize)]
pub(super) struct Unmapped {
    /// The code system, or that of texts.
    pub(super) system: String,
    /// The code, or the text.
    pub(super) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) display: String,
    /// The fact that it answers.
    pub(super) fact: FactId,
    /// Resources that have it.
    pub(super) references: BTreeSet<String>,
    /// A group of a ConceptMap for it, with the words of the fact to choose from as its target.
    pub(super) group: Value,
}

/// The answers of the records that could not be read.
pub(super) fn find(codes: &Codes, assessment: &Assessment, resources: &[Resource]) -> Vec<Unmapped> {
    let mut found: BTreeMap<(FactId, String, String), Unmapped> = BTreeMap::new();
    for (fact, report) in &assessment.facts {
        let words = &fact.info().words;
        let unread: BTreeSet<&str> = report
            .unread
            .iter()
            .map(|record| record.reference.as_str())
            .collect();
        if words.is_empty() {
            continue;
        }
        for resource in resources {
            let reference = resource.reference();
            if !unread.contains(reference.as_str()) {
                continue;
            }
            for (system, code, display) in answers(codes, resource) {
                let key = (*fact, system.clone(), code.clone());
                let entry = found.entry(key).or_insert_with(|| Unmapped {
                    group: group(&system, &code, words),
                    system,
                    code,
                    display,
                    fact: *fact,
                    references: BTreeSet::new(),
                });
                entry.references.insert(reference.clone());
            }
        }
    }
    found.into_values().collect()
}

/// The answers of a resource that nothing maps: each code of a coded one, else its text.
fn answers(codes: &Codes, resource: &Resource) -> Vec<(String, String, String)> {
    let coded = |concept: &Concept| -> Vec<(String, String, String)> {
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let codings = concept.codings().iter();
        let all: Vec<_> = codings
            .map(|coding| (of(&coding.system), of(&coding.code), of(&coding.display)))
            .filter(|(system, code, _)| !system.is_empty() && !code.is_empty())
            .collect();
        match all.is_empty() {
            true => vec![(TEXT_SYSTEM.to_owned(), of(&concept.text), String::new())],
            false => all,
        }
    };
    let text = |text: &String| (TEXT_SYSTEM.to_owned(), text.trim().to_owned(), String::new());
    let mut found: Vec<_> = resource.values().flat_map(coded).collect();
    found.extend(resource.texts().map(text));
    found.retain(|(system, code, _)| !code.trim().is_empty() && !codes.knows(system, code));
    found
}

fn group(system: &str, code: &str, words: &[String]) -> Value {
    let target = json!([{"code": words.join(" | "), "equivalence": "equivalent"}]);
    json!({
        "source": system,
        "target": FACT_VALUES,
        "element": [{"code": code, "target": target}],
    })
}
