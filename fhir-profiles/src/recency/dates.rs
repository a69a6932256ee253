//! When a record is of: its place in time among others, and what comes after the day of evaluation.

use super::rule::Rule;
use crate::date::PartialDate;
use crate::facts::{Evidence, Raw, Reading};
use jiff::civil::Date;
use std::cmp::Ordering;

/// [`super::settle`] partitions by it.
pub(super) const NEWEST: Rule = Rule {
    id: "newest",
    case: "newer and older reading",
    counts: "the newer; an undated reading is the oldest",
    shown: "the older, if it would change something",
};

/// [`super::settle`], at its end.
pub(super) const NEWEST_UNREADABLE: Rule = Rule {
    id: "newest-unreadable",
    case: "newest is unreadable, older readable",
    counts: "unknown, unreadable",
    shown: "the older, if it would change something; an older contraindication above all",
};

pub(super) fn set_future_aside(raw: &mut Raw, as_of: Date) {
    let future = |e: &Evidence| e.effective.is_some_and(|date| date.earliest() > as_of);
    let mut aside = |mut evidence: Evidence| {
        evidence.notes.push("after the day of evaluation".into());
        raw.shown.push(evidence);
    };
    for readings in [&mut raw.readings, &mut raw.unowned] {
        let is_future = |r: &mut Reading| r.evidence.iter().any(future);
        for later in readings.extract_if(.., is_future) {
            later.evidence.into_iter().for_each(&mut aside);
        }
    }
    let is_future = |e: &mut Evidence| future(e);
    raw.unread.extract_if(.., is_future).for_each(aside);
}

pub(super) fn newest_first(a: &Reading, b: &Reading) -> Ordering {
    fn place(r: &Reading) -> Option<(&str, &str)> {
        r.evidence
            .first()
            .map(|e| (e.reference.as_str(), e.recorded.as_str()))
    }
    let key = |r: &Reading| r.effective().map(|d| (d.latest(), d.earliest()));
    key(b).cmp(&key(a)).then_with(|| place(a).cmp(&place(b)))
}

pub(crate) fn evidence_order(a: &Evidence, b: &Evidence) -> Ordering {
    let key = |e: &Evidence| e.effective.map(|d| (d.latest(), d.earliest()));
    key(b)
        .cmp(&key(a))
        .then_with(|| (&a.reference, &a.recorded, &a.notes).cmp(&(&b.reference, &b.recorded, &b.notes)))
}

/// The first and the last day that a reading may be of; undated is oldest, a date that cannot be read is any.
pub(super) fn span(reading: &Reading) -> (Date, Date) {
    let unread = reading.evidence.iter().any(|e| e.date_unread);
    days(reading.effective(), unread)
}

pub(super) fn span_of(evidence: &Evidence) -> (Date, Date) {
    days(evidence.effective, evidence.date_unread)
}

/// The first and the last day that a date can mean; none is the oldest, one that cannot be read is any.
pub(crate) fn days(date: Option<PartialDate>, unread: bool) -> (Date, Date) {
    match date {
        Some(date) => (date.earliest(), date.latest()),
        None if unread => (Date::MIN, Date::MAX),
        None => (Date::MIN, Date::MIN),
    }
}

pub(super) fn unite_evidence(readings: &[Reading]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = readings.iter().flat_map(|r| r.evidence.iter().cloned()).collect();
    evidence.sort_by(evidence_order);
    evidence.dedup();
    evidence
}
