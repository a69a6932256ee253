//! Codes that no fact reads although their text looks as if one should, and a ConceptMap to begin with.

use super::views::{Concept, Resource};
use fhir_profiles::FactId;
use fhir_profiles::codes::{self, Codes, FACTS, Written};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A code that is not read.
#[derive(Debug, Serialize)]
pub(super) struct Unmapped {
    /// The code system, or that of texts.
    pub(super) system: String,
    pub(super) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) display: String,
    /// The fact that it may be about, for a person to check.
    pub(super) suggests: FactId,
    /// Resources that have it.
    pub(super) references: BTreeSet<String>,
}

/// Codes of Observations, Procedures and Conditions that no fact reads and that look relevant.
pub(super) fn find(codes: &Codes, resources: &[Resource]) -> Vec<Unmapped> {
    let mut found: BTreeMap<(String, String), Unmapped> = BTreeMap::new();
    for resource in resources {
        for concept in resource.concepts() {
            for one in of_concept(codes, &resource.resource_type, concept) {
                let key = (one.written.system.to_owned(), one.written.code.to_owned());
                let entry = found.entry(key).or_insert_with(|| Unmapped {
                    system: one.written.system.to_owned(),
                    code: one.written.code.to_owned(),
                    display: one.written.display.to_owned(),
                    suggests: one.suggests,
                    references: BTreeSet::new(),
                });
                entry.references.insert(resource.reference());
            }
        }
    }
    found.into_values().collect()
}

fn of_concept<'c>(codes: &Codes, kind: &str, concept: &'c Concept) -> Vec<codes::Unmapped<'c>> {
    let text = concept.text.as_deref().unwrap_or_default();
    let written: Vec<Written<'c>> = concept
        .codings()
        .iter()
        .map(|coding| Written {
            system: coding.system.as_deref().unwrap_or_default(),
            code: coding.code.as_deref().unwrap_or_default(),
            display: coding.display.as_deref().unwrap_or(text),
        })
        .collect();
    codes.unmapped(kind, &written, text)
}

/// A ConceptMap of what was found, by source system. A code without a system cannot be mapped.
pub(super) fn concept_map(unmapped: &[Unmapped]) -> Option<Value> {
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for one in unmapped.iter().filter(|one| !one.system.is_empty()) {
        let target = json!([{"code": one.suggests.as_str(), "equivalence": "equivalent"}]);
        let mut element = json!({"code": one.code, "target": target});
        if let (Some(element), false) = (element.as_object_mut(), one.display.is_empty()) {
            element.insert("display".to_owned(), json!(one.display));
        }
        groups.entry(&one.system).or_default().push(element);
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(system, elements)| json!({"source": system, "target": FACTS, "element": elements}))
        .collect();
    (!groups.is_empty()).then(|| {
        json!({
            "resourceType": "ConceptMap",
            "status": "draft",
            "description": "Made by `pnet-cds probe` from words in the displays. Check every target: a wrong one is a wrong fact.",
            "group": groups,
        })
    })
}
