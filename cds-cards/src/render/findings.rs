//! What the templates of the missing-data, discrepancy and unreadable cards are given.

use super::evidence::{Note, Record, all_records, chart, chart_line, record};
use super::{notes, words};
use crate::assessment::{
    Assessment, EvidenceReport, FactReport, Gate, MentionReport, MissingFact, ProblemReport, Reason,
};
use crate::knowledge::Knowledge;
use fhir_profiles::FactId;
use fhir_profiles::facts::Aside;
use serde::Serialize;
use std::collections::BTreeMap;

/// Facts on a missing-data card.
const FACTS: usize = 5;
/// Values found in texts on a card.
const FOUND: usize = 5;
/// Records beside a discrepancy.
const RECORDS: usize = 4;
/// Records named as unreadable.
const PLACES: usize = 5;

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

#[derive(Serialize)]
pub(super) struct UnreadableView {
    records: usize,
    count: String,
    places: Vec<Place>,
    more: usize,
    /// Where a PNET is named in a way that does not count.
    named: Vec<Record>,
    version: String,
}

/// Something that could not be used; the place is chart data.
#[derive(Serialize)]
pub(super) struct Place {
    place: String,
    problem: String,
}

impl From<&ProblemReport> for Place {
    fn from(report: &ProblemReport) -> Self {
        Self {
            place: chart(&report.place),
            problem: report.problem.clone(),
        }
    }
}

/// Why a PNET can be neither confirmed nor excluded: records in which one could stand were not readable, or
/// records disagree. `None` where the record simply names none.
pub(super) fn unreadable(assessment: &Assessment) -> Option<UnreadableView> {
    if assessment.gate != Gate::NoPnet {
        return None;
    }
    let pnet = assessment.facts.get(&FactId::Pnet);
    let unread = pnet
        .into_iter()
        .flat_map(|report| &report.unread)
        .map(|evidence| Place {
            place: chart(&evidence.reference),
            problem: evidence
                .notes
                .first()
                .cloned()
                .unwrap_or_else(|| "not readable".to_owned()),
        });
    let broken = assessment
        .problems
        .iter()
        .filter(|problem| may_be_condition(problem))
        .map(Place::from);
    let named: Vec<Record> = named_aside(assessment)
        .map(|evidence| record(FactId::Pnet, evidence))
        .take(PLACES)
        .collect();
    let mut places: Vec<Place> = unread.chain(broken).collect();
    let conflicting = pnet.and_then(|report| report.reason) == Some(Reason::Conflicting);
    let unreadable = pnet.and_then(|report| report.reason) == Some(Reason::Unreadable);
    if places.is_empty() && named.is_empty() && !conflicting && !unreadable {
        return None;
    }
    let records = if places.is_empty() && (conflicting || !named.is_empty()) {
        0
    } else {
        places.len().max(1)
    };
    let more = places.len().saturating_sub(PLACES);
    places.truncate(PLACES);
    Some(UnreadableView {
        records,
        count: words::count(records, "record"),
        places,
        more,
        named,
        version: assessment.knowledge.edition(),
    })
}

/// Records that name a PNET in a text only, or with a status that is not understood.
fn named_aside(assessment: &Assessment) -> impl Iterator<Item = &EvidenceReport> {
    let shown = assessment
        .facts
        .get(&FactId::Pnet)
        .into_iter()
        .flat_map(|report| &report.shown);
    shown.filter(|evidence| matches!(evidence.aside, Aside::InText | Aside::StatusNotUnderstood))
}

impl UnreadableView {
    /// Whether a PNET is named, and only in a way that does not count.
    pub(super) fn is_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// How many records could not be read.
    pub(super) fn records(&self) -> usize {
        self.records
    }
}

/// Whether a PNET could have stood there: a Condition, a search for conditions, or something of unknown type.
fn may_be_condition(problem: &ProblemReport) -> bool {
    if let Some(search) = problem.place.strip_prefix("prefetch ") {
        return search.starts_with("condition");
    }
    match problem.place.split_once('/') {
        Some((resource, _)) => resource == "Condition",
        None => true,
    }
}
