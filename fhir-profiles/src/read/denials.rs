//! Statements that a newer record of the same question takes back: of two Observations coded with one diagnosis the
//! newest counts, also where its absence is no absence of the fact as a whole (specification, section 2).

use super::element::Node;
use super::named::names;
use super::record::Record;
use super::status::{OBSERVATION_DATES, usable_status};
use super::value::{Written, answered};
use crate::codes::Codes;
use crate::date::PartialDate;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The newest day on which each question was answered with no.
#[derive(Default)]
pub(super) struct Denials(BTreeMap<Vec<String>, PartialDate>);

/// What an Observation asks, by its codes.
fn question(code: Node<'_>) -> Vec<String> {
    let mut codes: Vec<String> = code
        .codings()
        .iter()
        .filter_map(|coding| coding.identity())
        .collect();
    codes.sort();
    codes
}

impl Denials {
    /// Whether a later record answers the same question with no.
    pub(super) fn takes_back(&self, code: Node<'_>, day: Option<PartialDate>) -> bool {
        let Some(denied) = self.0.get(&question(code)) else {
            return false;
        };
        day.is_none_or(|day| denied.earliest() > day.latest())
    }
}

/// Notes what an Observation coded with a diagnosis denies, before anything is read.
pub(super) fn collect_denial(denials: &mut Denials, codes: &Codes, as_of: Date, mut record: Record<'_>) {
    record.date_by(OBSERVATION_DATES, as_of);
    let Some(day) = record.effective.filter(|day| day.earliest() <= as_of) else {
        return;
    };
    if !usable_status(&mut record) {
        return;
    }
    for part in std::iter::once(record.node).chain(record.node.all("component")) {
        let Some(code) = part.get("code") else { continue };
        let written = Written::of(part, record.lost_value);
        if names(&code.codings(), codes).is_empty() || answered(codes, part, &written) != Some(false) {
            continue;
        }
        let newest = denials.0.entry(question(code)).or_insert(day);
        *newest = (*newest).max_by_latest(day);
    }
}
