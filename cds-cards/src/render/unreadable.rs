//! What of the record could hide a PNET, and what the template of the card on it is given.

use super::evidence::{Record, chart, record};
use super::lists::count;
use crate::assessment::{Assessment, EvidenceReport, Gate, ProblemReport, Reason};
use fhir_profiles::FactId;
use fhir_profiles::facts::Aside;
use serde::Serialize;

/// Records named as unreadable.
const PLACES: usize = 5;

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
        count: count(records, "record"),
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
