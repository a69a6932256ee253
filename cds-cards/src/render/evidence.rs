//! Records behind a fact, notes and citations, as the templates show them.

use crate::assessment::{Assessment, Cited, EvidenceReport, FactReport};
use crate::knowledge::{Aspect, SinceNote};
use crate::markdown::{plain, shorten};
use fhir_profiles::FactId;
use serde::Serialize;

/// Chart text on a card is a reminder of the record, not a copy of it.
const CHART_LIMIT: usize = 80;

/// One record: as recorded, when, where, and what was done to it. A part that is not there is empty.
#[derive(Serialize)]
pub(super) struct Record {
    fact: String,
    recorded: String,
    date: String,
    reference: String,
    notes: String,
}

pub(super) fn record(fact: FactId, evidence: &EvidenceReport) -> Record {
    Record {
        fact: fact.info().label.clone(),
        recorded: chart(&evidence.recorded),
        date: chart(evidence.effective.as_deref().unwrap_or_default()),
        reference: chart(&evidence.reference),
        notes: evidence.notes.join("; "),
    }
}

/// Text from the chart, cleaned and shortened; the templates' escaper does the rest.
pub(super) fn chart(text: &str) -> String {
    shorten(&plain(text), CHART_LIMIT).into_owned()
}

/// Our words with chart text among them, cleaned and shortened.
pub(super) fn chart_line(text: &str) -> String {
    shorten(&plain(text), 2 * CHART_LIMIT).into_owned()
}

/// The records that count for a fact, or that could not be read.
pub(super) fn records(assessment: &Assessment, fact: FactId, most: usize) -> Vec<Record> {
    let unread = assessment
        .facts
        .get(&fact)
        .into_iter()
        .flat_map(|report| &report.unread);
    let mut found = counting(assessment, fact, most);
    found.extend(unread.map(|evidence| record(fact, evidence)));
    found.truncate(most);
    found
}

/// The records that count for a fact.
pub(super) fn counting(assessment: &Assessment, fact: FactId, most: usize) -> Vec<Record> {
    let report = assessment.facts.get(&fact);
    let all = report.into_iter().flat_map(|report| &report.evidence);
    all.map(|evidence| record(fact, evidence)).take(most).collect()
}

/// The records of several facts, among them what was superseded or overruled.
pub(super) fn all_records(assessment: &Assessment, facts: &[FactId], most: usize) -> Vec<Record> {
    let of = |report: &FactReport, fact: FactId| -> Vec<Record> {
        let parts = [&report.evidence, &report.overruled, &report.older, &report.unread];
        parts
            .into_iter()
            .flatten()
            .map(|evidence| record(fact, evidence))
            .collect()
    };
    let reports = facts
        .iter()
        .filter_map(|fact| assessment.facts.get(fact).map(|report| of(report, *fact)));
    reports.flatten().take(most).collect()
}

/// A sentence with its citation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Statement ids, joined.
    pub statements: String,
}

impl Sentence {
    pub(super) fn new(text: &str, statements: &[String]) -> Self {
        Self {
            text: text.to_owned(),
            statements: statements.join(", "),
        }
    }
}

impl From<&Cited> for Sentence {
    fn from(cited: &Cited) -> Self {
        Self::new(&cited.text, &cited.statements)
    }
}

impl From<&Aspect> for Sentence {
    fn from(aspect: &Aspect) -> Self {
        Self::new(&aspect.label, &aspect.statements)
    }
}

/// A dated note on what has changed since the review.
#[derive(Serialize)]
pub(super) struct Note {
    id: String,
    topic: String,
    text: String,
    confidence: String,
}

pub(super) fn note(id: &str, note: &SinceNote) -> Note {
    Note {
        id: id.to_owned(),
        topic: note.topic.clone(),
        text: note.short.clone(),
        confidence: note.confidence.clone(),
    }
}
