//! What a test says of a single reading.

use super::truth::{Truth, why};
use super::view::View;
use crate::assessment::Reason;
use crate::knowledge::{Band, Call, Test};
use fhir_profiles::facts::{Reading, Value};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What one reading comes to.
pub(super) struct Called {
    pub(super) truth: Truth,
    pub(super) interpretation: bool,
    /// What the reader must know of it.
    pub(super) remark: Option<String>,
}

impl From<Truth> for Called {
    fn from(truth: Truth) -> Self {
        (truth, false).into()
    }
}

impl From<(Truth, bool)> for Called {
    fn from((truth, interpretation): (Truth, bool)) -> Self {
        Self {
            truth,
            interpretation,
            remark: None,
        }
    }
}

/// A word's call; of several that hold together the first in the catalogue's order decides.
fn word_call(value: &Value, calls: &BTreeMap<String, (Call, bool)>) -> (Truth, bool) {
    let word = match value {
        Value::Word(word) => Some(*word),
        Value::Words(words) => words.first().copied(),
        Value::Number(_) => None,
    };
    word.and_then(|word| calls.get(word.as_str())).map_or(
        (Truth::Unknown(Reason::Unreadable), false),
        |(call, interpreted)| ((*call).into(), *interpreted),
    )
}

/// A number's call: every band that the interval touches is a candidate.
fn range_call(value: &Value, bands: &[Band], words: &BTreeMap<String, (Call, bool)>) -> (Truth, bool) {
    let Value::Number(interval) = value else {
        return word_call(value, words);
    };
    let touched: Vec<&Band> = bands
        .iter()
        .filter(|band| band.interval.intersection(interval).is_some())
        .collect();
    let truth = Truth::of_candidates(touched.iter().map(|band| band.call.into()), Reason::Judgement);
    (truth, touched.iter().any(|band| band.interpretation))
}

/// What a test on single readings says of one, and whether that is an interpretation; unreadable for any other test.
pub(super) fn call(test: &Test, reading: &Reading) -> (Truth, bool) {
    match test {
        Test::Words { calls, .. } => word_call(&reading.value, calls),
        Test::Range { bands, words, .. } => range_call(&reading.value, bands, words),
        _ => (Truth::Unknown(Reason::Unreadable), false),
    }
}

/// The outcome of a range test on a fact, for the rules on hormones.
pub(crate) fn test_range(facts: View<'_>, test: &Test) -> Truth {
    let Test::Range { fact, .. } = test else {
        return Truth::Unknown(Reason::Missing);
    };
    match facts.readings(*fact) {
        Err(unknown) => Truth::Unknown(why(unknown)),
        Ok(readings) => {
            let calls = readings.iter().map(|reading| call(test, reading).0);
            Truth::of_candidates(calls, Reason::Conflicting)
        }
    }
}

/// A status that must have lasted: calendar months from its start to its last reading (specification, section 2, "Which
/// reading counts", `stable` run).
///
/// Up to the last reading the record shows it, up to the day of evaluation it may have gone on: where the two lead apart,
/// a start may lie on either side, or the last reading is itself that many months old, a person decides. An unknown start
/// leaves it unknown unless both sides agree.
pub(super) fn lasting(
    reading: &Reading,
    as_of: Date,
    months: i32,
    longer: &BTreeMap<String, Call>,
    shorter: &BTreeMap<String, Call>,
) -> Called {
    let Value::Word(status) = &reading.value else {
        return Truth::Unknown(Reason::Unreadable).into();
    };
    let call = |calls: &BTreeMap<String, Call>| {
        calls
            .get(status.as_str())
            .map_or(Truth::Unknown(Reason::Unreadable), |c| (*c).into())
    };
    let (if_longer, if_shorter) = (call(longer), call(shorter));
    if if_longer == if_shorter {
        return if_longer.into();
    }
    let Some(since) = reading.since else {
        return Called {
            remark: Some("since when is not recorded".into()),
            ..Truth::Unknown(Reason::Missing).into()
        };
    };
    let lasted = |start: Date, end: Date| {
        start
            .checked_add(jiff::Span::new().months(months))
            .is_ok_and(|limit| limit <= end)
    };
    let today = match (lasted(since.latest(), as_of), lasted(since.earliest(), as_of)) {
        (true, _) => if_longer,
        (false, false) => return if_shorter.into(),
        (false, true) => Truth::Unknown(Reason::Judgement),
    };
    let Some(last) = reading.effective() else {
        return today.into();
    };
    if today != if_longer {
        return today.into();
    }
    if lasted(last.latest(), as_of) {
        return judged(format!("no reading in the last {months} months"));
    }
    if !lasted(since.latest(), last.earliest()) || lasted(last.earliest(), as_of) {
        return judged(format!(
            "for {months} months only if it went on after the last reading"
        ));
    }
    today.into()
}

/// A person decides; the review names no end.
fn judged(remark: String) -> Called {
    Called {
        truth: Truth::Unknown(Reason::Judgement),
        interpretation: true,
        remark: Some(remark),
    }
}
