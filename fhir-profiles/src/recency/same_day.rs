//! Readings of one day: repetitions are one, words that hold together are united, the others stand side by side.

use super::dates::{evidence_order, unite_evidence};
use super::rule::Rule;
use crate::catalogue::{FactId, Kind};
use crate::facts::{Basis, Reading, Value};
use std::collections::HashMap;

/// [`unite`].
pub(super) const SAME_OUTCOME: Rule = Rule {
    id: "same-day-same-outcome",
    case: "same day, same outcome",
    counts: "one reading (a repetition under another id is none: it starts no run, breaks no tie)",
    shown: "",
};

/// [`unite`]; sizes of lesions [`super::sizes::comparable`].
pub(super) const OTHER_OUTCOME: Rule = Rule {
    id: "same-day-other-outcome",
    case: "same day, other outcome",
    counts: "conflicting; sizes of lesions by body site: the largest (28-day rule); several of a kind that may hold together: the union",
    shown: "both",
};

/// Unites what counts: each value once, with all its evidence.
pub(super) fn unite(id: FactId, mut current: Vec<Reading>) -> Vec<Reading> {
    if id.info().kind == Kind::Several {
        current = unite_words(current);
    }
    let mut united: Vec<Reading> = Vec::new();
    let mut known = HashMap::new();
    for reading in current {
        let key = (
            reading.value.clone(),
            reading.specimen,
            reading.unit.clone(),
            reading.flag,
        );
        let at = *known.entry(key).or_insert(united.len());
        match united.get_mut(at) {
            Some(twin) => {
                twin.evidence.extend(reading.evidence);
                twin.since = match (twin.since, reading.since) {
                    (Some(a), Some(b)) => Some(if a.earliest() <= b.earliest() { a } else { b }),
                    (a, b) => a.or(b),
                };
                twin.detail = twin.detail.take().or(reading.detail);
                twin.system = twin.system.or(reading.system);
            }
            None => united.push(reading),
        }
    }
    // Once for all: a chart can state the same thousands of times.
    for reading in &mut united {
        reading.evidence.sort_by(evidence_order);
        reading.evidence.dedup();
    }
    united
}

/// Locations and extensions of one day hold together.
fn unite_words(readings: Vec<Reading>) -> Vec<Reading> {
    let words = readings.iter().flat_map(|r| match &r.value {
        Value::Words(words) => words.iter().copied().collect::<Vec<_>>(),
        Value::Word(word) => vec![*word],
        Value::Number(_) => Vec::new(),
    });
    let union = Value::Words(words.collect());
    let evidence = unite_evidence(&readings);
    readings
        .into_iter()
        .next()
        .map(|mut first| {
            first.value = union;
            first.evidence = evidence;
            first
        })
        .into_iter()
        .collect()
}

/// Takes out what was converted from another scale, where something direct is of the same day.
pub(super) fn converted_aside(current: &mut Vec<Reading>) -> Vec<Reading> {
    if current.iter().any(|r| r.basis != Basis::Karnofsky) {
        current.extract_if(.., |r| r.basis == Basis::Karnofsky).collect()
    } else {
        Vec::new()
    }
}
