//! The cards against the standard (CDS Hooks 2.0.1, checks I8 to I18 and the FSH invariants) and the specification, section 6.

#![cfg(test)]

#[path = "../render_support/mod.rs"]
mod render_support;
mod said;
mod standard;
mod which;

use cds_cards::Assessment;
use cds_cards::assessment::{Place, ProblemReport};
use cds_cards::render::{Card, CardKind, Indicator, Policy, check_templates, render};
use fhir_profiles::FactId;
use render_support::{KNOWLEDGE, cards, patient, patients, policy, with_liver_metastases};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

fn json(card: &Card) -> Value {
    serde_json::to_value(card).unwrap()
}

fn kinds(cards: &[Card]) -> Vec<&'static str> {
    cards.iter().map(|card| card.about().kind.as_str()).collect()
}

fn every_card(check: impl Fn(&str, &Card, &Value)) {
    for (name, assessment) in patients() {
        for card in cards(&assessment) {
            check(name, &card, &json(&card));
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

fn nothing_is_empty(value: &Value, path: &str) {
    match value {
        Value::Null => panic!("{path} is null"),
        Value::String(text) => assert!(!text.trim().is_empty(), "{path} is blank"),
        Value::Array(items) => {
            assert!(!items.is_empty(), "{path} is an empty array");
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| nothing_is_empty(item, &format!("{path}[{i}]")));
        }
        Value::Object(members) => {
            assert!(!members.is_empty(), "{path} is an empty object");
            members
                .iter()
                .for_each(|(key, member)| nothing_is_empty(member, &format!("{path}.{key}")));
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}

fn problem(place: &str) -> ProblemReport {
    ProblemReport {
        place: place.to_owned(),
        problem: "not readable as JSON".to_owned(),
    }
}
