//! The largest lesion of the liver: a maximum is not the newest reading.

use super::dates::{newest_first, span, unite_evidence};
use crate::facts::{Basis, Reading, Says, TreatmentRecord, Value};
use crate::treatments::{Class, Treatment};
use jiff::ToSpan;
use jiff::civil::Date;

/// For how many days readings of lesions are of one look at the liver. Interpretation I16.
const DAYS: i32 = 28;

/// The first and the last day of a completed treatment of the liver.
pub(super) type Treated = (Date, Date);

/// Completed resections, ablations, embolisations and transplantations of the liver that are dated.
pub(super) fn treatments_of_the_liver(records: &[TreatmentRecord]) -> Vec<Treated> {
    const OPERATIONS: &[&str] = &[
        "liver-resection",
        "liver-transplantation",
        "curative-resection",
        "cytoreductive-surgery",
    ];
    let of_the_liver = |treatment: &Treatment| {
        treatment.class() == Class::LiverDirected || OPERATIONS.contains(&treatment.as_str())
    };
    records
        .iter()
        .filter(|record| record.says == Says::Done && record.treatments.iter().any(of_the_liver))
        .filter_map(|record| {
            let last = record.until.or(record.from).or(record.evidence.effective)?;
            let first = record.from.unwrap_or(last);
            Some((first.earliest(), last.latest()))
        })
        .collect()
}

/// Whether the reading may be of the same look at the liver as one of that day: not more than 28 days older, and no
/// treatment is known to lie between.
fn is_comparable(reading: &Reading, newest: Date, treated: &[Treated]) -> bool {
    let (_, last) = span(reading);
    let limit = last.checked_add(DAYS.days()).unwrap_or(Date::MAX);
    let between = |(first, end): &Treated| *first >= last && *end <= newest;
    limit >= newest && !treated.iter().any(between)
}

/// Orders the readings so that those that count come first, and says how many: the newest by the fact's own code and the
/// largest by body site, with what is within 28 days of the newest. A day that is also one of a treatment has no largest.
pub(super) fn comparable(readings: Vec<Reading>, treated: &[Treated]) -> (Vec<Reading>, Vec<Reading>) {
    let (by_site, mut readings) = readings
        .into_iter()
        .partition::<Vec<_>, _>(|r| r.basis == Basis::BySite);
    let mut older = Vec::new();
    if let Some(newest) = by_site.iter().map(|r| span(r).0).max() {
        let (mut together, others) = by_site
            .into_iter()
            .partition::<Vec<_>, _>(|r| is_comparable(r, newest, treated));
        if together.is_empty() {
            readings.extend(others);
        } else {
            together.sort_by(newest_first);
            readings.extend(largest(&together));
            older = others;
        }
    }
    readings.sort_by(newest_first);
    let Some(newest) = readings.iter().map(|r| span(r).0).max() else {
        return (readings, older);
    };
    let counts = |r: &Reading| span(r).1 >= newest || is_comparable(r, newest, treated);
    let (current, behind) = readings.into_iter().partition::<Vec<_>, _>(counts);
    older.extend(behind);
    (current, older)
}

/// The largest of several sizes, dated with the newest, as an interval where some are.
fn largest(readings: &[Reading]) -> Option<Reading> {
    let mut united = readings.first()?.clone();
    for reading in readings {
        if let (Value::Number(a), Value::Number(b)) = (&united.value, &reading.value) {
            united.value = Value::Number(a.greater(b));
        }
    }
    united.evidence = unite_evidence(readings);
    if readings.iter().any(|r| r.value != united.value) {
        for evidence in &mut united.evidence {
            evidence
                .notes
                .push(format!("of lesions read within {DAYS} days the largest counts"));
        }
    }
    Some(united)
}
