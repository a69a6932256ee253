//! Since when the disease is as it was last read.

use super::dates::span;
use super::rule::Rule;
use crate::date::PartialDate;
use crate::facts::Reading;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// [`start_of_run`]; how long a run has lasted is asked by the criterion that reads it.
pub(super) const STABLE_RUN: Rule = Rule {
    id: "stable-run",
    case: "run of stable readings",
    counts: "from its first to its last reading; shorter than 6 months to its last reading but not to the day of evaluation, or a last reading itself 6 months old or more: judgement; shorter to the day of evaluation: not-met; since unknown: missing, however old",
    shown: "",
};

/// The first day of the newest unbroken run of equal readings. A run of one day leaves it unknown, however often the day
/// is recorded; a day that says something else as well belongs to no run.
pub(super) fn start_of_run(newest_first: &[Reading]) -> Option<PartialDate> {
    let newest = newest_first.first()?;
    let (equal, others): (Vec<&Reading>, Vec<&Reading>) =
        newest_first.iter().partition(|r| r.value == newest.value);
    let broken: Option<Date> = others.iter().map(|r| span(r).1).max();
    let unbroken = |date: &PartialDate| broken.is_none_or(|broken| date.earliest() > broken);
    let run: Vec<(&Reading, PartialDate)> = equal
        .into_iter()
        .filter_map(|r| Some((r, r.effective().filter(unbroken)?)))
        .collect();
    let days: BTreeSet<PartialDate> = run.iter().map(|(_, day)| *day).collect();
    if days.len() < 2 {
        return newest.since.filter(unbroken);
    }
    PartialDate::first_of(
        run.into_iter()
            .map(|(r, day)| r.since.filter(unbroken).unwrap_or(day)),
    )
}
