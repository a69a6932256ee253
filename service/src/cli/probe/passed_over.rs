//! Conditions from which no fact was read, so that nobody has to guess what became of a diagnosis.

use super::views::Resource;
use cds_cards::assessment::Assessment;
use serde::Serialize;
use std::collections::BTreeSet;

/// A Condition that no fact names.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PassedOver {
    pub(super) reference: String,
    /// System, code and text as written; empty where it has none.
    pub(super) codes: Vec<String>,
}

/// The Conditions among what was fetched on which nothing rests and that stand beside nothing, each once.
pub(super) fn find(assessment: &Assessment, resources: &[Resource]) -> Vec<PassedOver> {
    let facts = assessment.facts.values();
    let records = facts.flat_map(|fact| {
        [
            &fact.evidence,
            &fact.older,
            &fact.overruled,
            &fact.unread,
            &fact.shown,
        ]
        .into_iter()
        .flatten()
    });
    let named: BTreeSet<&str> = records.map(|record| record.reference.as_str()).collect();
    let conditions = resources
        .iter()
        .filter(|resource| resource.resource_type == "Condition");
    let passed = conditions.filter(|resource| !named.contains(resource.reference().as_str()));
    let passed: BTreeSet<PassedOver> = passed.map(one).collect();
    passed.into_iter().collect()
}

fn one(resource: &Resource) -> PassedOver {
    let concept = resource.code.clone().unwrap_or_default();
    let codings = concept.codings().iter().map(|coding| {
        let parts = [&coding.system, &coding.code, &coding.display];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join(" | ")
    });
    let mut codes: Vec<String> = codings.collect();
    if codes.is_empty() {
        codes.extend(concept.text);
    }
    PassedOver {
        reference: resource.reference(),
        codes,
    }
}
