//! What the templates of the missing-data and discrepancy cards are given.

use super::evidence::{Note, Record, all_records, chart, chart_line};
use super::{notes, words};
use crate::assessment::{Assessment, FactReport, Gate, MentionReport, MissingFact};
use crate::knowledge::Knowledge;
use serde::Serialize;
use std::collections::BTreeMap;

/// Facts on a missing-data card.
const FACTS: usize = 5;
/// Values found in texts on a card.
const FOUND: usize = 5;
/// Records beside a discrepancy.
const RECORDS: usize = 4;

#[derive(Serialize)]
pub(super) struct MissingView {
    facts: Vec<Fact>,
    more: usize,
    found: Vec<Found>,
    found_more: usize,
    notes: BTreeMap<String, Note>,
    version: String,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    why: String,
    settles: String,
    /// Options and statements.
    needed: String,
    /// As recorded, where it could not be read.
    unread: Vec<String>,
}

/// A value that a text states and the record does not.
#[derive(Debug, Serialize)]
pub struct Found {
    /// The fact.
    pub label: String,
    /// The value in our words: `15 %`.
    pub value: String,
    /// The words as written, on one line; chart data.
    pub quote: String,
    /// `pathology report of 2026-03-04`.
    pub source: String,
}

impl Found {
    /// What a text mentions, as it is shown.
    pub fn of(mention: &MentionReport) -> Self {
        Self {
            label: mention.fact.info().label.clone(),
            value: mention.said.clone(),
            quote: chart_line(&mention.quote),
            source: mention.source(),
        }
    }
}

/// What texts state and the record does not, in the order of what is missing, then as found.
pub fn found(assessment: &Assessment) -> Vec<Found> {
    let rank = |mention: &MentionReport| {
        let mut missing = assessment.missing.iter();
        missing
            .position(|missing| missing.fact == mention.fact)
            .unwrap_or(usize::MAX)
    };
    let mut mentions: Vec<&MentionReport> = assessment
        .mentions
        .iter()
        .filter(|mention| !mention.is_recorded)
        .collect();
    mentions.sort_by_key(|mention| rank(mention));
    mentions.into_iter().map(Found::of).collect()
}

/// The first so many, and how many more there are.
pub(super) fn few<T>(mut all: Vec<T>, most: usize) -> (Vec<T>, usize) {
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    (all, more)
}

/// The unknown facts that can decide a verdict, best first; none where the gate is not passed.
pub fn missing_facts(assessment: &Assessment) -> Vec<MissingFact> {
    let decide = |missing: &&MissingFact| assessment.gate == Gate::Passed && missing.settles.most > 0;
    assessment.missing.iter().filter(decide).cloned().collect()
}

/// The first missing facts; those that decide nothing follow the others.
pub(super) fn missing(knowledge: &Knowledge, assessment: &Assessment) -> MissingView {
    let (shown, _) = assessment.missing.split_at(assessment.missing.len().min(FACTS));
    let more = missing_facts(assessment).len().saturating_sub(FACTS);
    let label = |missing: &MissingFact| missing.fact.info().label.clone();
    let (found, found_more) = few(found(assessment), FOUND);
    MissingView {
        found,
        found_more,
        facts: shown
            .iter()
            .map(|missing| {
                let report = assessment.facts.get(&missing.fact);
                Fact {
                    label: label(missing),
                    // A fact that is known and still leaves a criterion open needs a person or a closer value.
                    why: match report {
                        Some(report) if report.reason.is_none() && words::value(report).is_some() => {
                            "needs a closer or newer value".to_owned()
                        }
                        report => words::unknown(report).to_owned(),
                    },
                    settles: missing.settles.to_string(),
                    needed: words::needed(knowledge, missing),
                    unread: report.map(unread).unwrap_or_default(),
                }
            })
            .collect(),
        more,
        notes: notes::of_patient(knowledge, assessment),
        version: assessment.knowledge.edition(),
    }
}

fn unread(report: &FactReport) -> Vec<String> {
    let texts = report.unread.iter().map(|evidence| chart(&evidence.recorded));
    texts.filter(|text| !text.is_empty()).take(2).collect()
}

#[derive(Serialize)]
pub(super) struct DiscrepancyView {
    items: Vec<Item>,
    notes: BTreeMap<String, Note>,
    version: String,
}

#[derive(Serialize)]
struct Item {
    id: String,
    text: String,
    /// What would differ were the other record right.
    consequence: String,
    records: Vec<Record>,
}

/// What does not fit together and has a consequence.
pub(super) fn discrepancies(knowledge: &Knowledge, assessment: &Assessment) -> DiscrepancyView {
    let item = |discrepancy: &crate::assessment::Discrepancy| Item {
        id: discrepancy.id.clone(),
        text: discrepancy.text.clone(),
        consequence: discrepancy.led_to().unwrap_or_default().to_owned(),
        records: all_records(assessment, &discrepancy.facts, RECORDS),
    };
    DiscrepancyView {
        items: assessment
            .discrepancies
            .iter()
            .filter(|found| found.consequence.is_some())
            .map(item)
            .collect(),
        notes: notes::of_patient(knowledge, assessment),
        version: assessment.knowledge.edition(),
    }
}
