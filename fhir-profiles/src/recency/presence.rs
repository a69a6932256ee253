//! What stays until somebody takes it back: an active Condition, a completed procedure, a recorded part.

use super::dates::{span, unite_evidence};
use super::rule::Rule;
use crate::facts::{Fact, Reading, Source, Value};

/// [`one_is_enough`]; of the portal vein [`thrombosis_stands`] and [`standing_thrombosis`].
pub(super) const ACTIVE_CONDITION: Rule = Rule {
    id: "active-condition",
    case: "any active Condition against a newer Observation that says absent",
    counts: "present; but portal vein: a newer Observation that says occluded or partial gives the extent and counts, a newer one that says patent makes it conflicting, an older or equal one does not count",
    shown: "the other",
};

/// One active condition, completed procedure, current medication or recorded part is enough for presence,
/// whatever others say; a statement of absence that is not older is kept as overruled.
pub(super) fn one_is_enough(readings: &mut Vec<Reading>, fact: &mut Fact) -> Option<Reading> {
    let affirms = |r: &Reading| r.says("present") || r.says("yes") || r.says("functioning");
    let stands = |r: &Reading| {
        matches!(
            r.source,
            Source::Condition | Source::Procedure | Source::Medication | Source::Part
        ) && affirms(r)
    };
    let newest = readings.iter().filter(|r| stands(r)).map(|r| span(r).0).max()?;
    let (affirming, denying) = readings.drain(..).partition::<Vec<_>, _>(affirms);
    for reading in denying {
        if span(&reading).1 >= newest {
            fact.overruled.push(reading);
        } else {
            fact.older.push(reading);
        }
    }
    let mut united = affirming.iter().find(|r| stands(r)).cloned()?;
    united.detail = united
        .detail
        .or_else(|| affirming.iter().find_map(|r| r.detail.clone()));
    united.evidence = unite_evidence(&affirming);
    Some(united)
}

fn is_thrombosis(reading: &Reading) -> bool {
    reading.source == Source::Condition && !reading.says("patent")
}

/// Beside an active thrombosis an Observation counts only if it may be newer.
pub(super) fn thrombosis_stands(readings: &mut Vec<Reading>, fact: &mut Fact) {
    let Some(newest) = readings
        .iter()
        .filter(|r| is_thrombosis(r))
        .map(|r| span(r).0)
        .max()
    else {
        return;
    };
    let is_behind = |r: &mut Reading| !is_thrombosis(r) && span(r).1 <= newest;
    let (equal, older) = readings
        .extract_if(.., is_behind)
        .partition::<Vec<_>, _>(|r| span(r).1 == newest);
    fact.overruled.extend(equal);
    fact.older.extend(older);
}

/// Beside a vein that is newly read as patent, the newest extent of an active thrombosis counts: the two conflict.
pub(super) fn standing_thrombosis(current: &[Reading], older: &mut Vec<Reading>) -> Option<Reading> {
    let resolved = !current.iter().all(|r| r.says("patent")) || !older.iter().any(is_thrombosis);
    let extent = older
        .iter()
        .position(|r| !r.says("patent"))
        .filter(|_| !resolved)?;
    Some(older.remove(extent))
}

/// How poor a liver reserve is.
fn poorness(reading: &Reading) -> u8 {
    match &reading.value {
        Value::Word(word) => match word.as_str() {
            "child-pugh-c" | "insufficient" => 2,
            "child-pugh-b" => 1,
            _ => 0,
        },
        _ => 0,
    }
}

/// An active condition of a poorer liver reserve than a newer reading says stands beside it: the two conflict.
/// Interpretation I31, since a class is no presence, and a problem list is not always kept up to date.
pub(super) fn poorer_condition(current: &[Reading], older: &mut Vec<Reading>) -> Vec<Reading> {
    let poorest = current.iter().map(poorness).max().unwrap_or_default();
    older
        .extract_if(.., |r| r.source == Source::Condition && poorness(r) > poorest)
        .collect()
}
