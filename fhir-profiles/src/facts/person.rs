//! What the patient's own record says of itself, and records that could not be used at all.

use crate::date::PartialDate;

/// A record that could not be used at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `Type/id`, or the position in the Bundle (`entry 3`) where there is none; chart data, never logged.
    pub place: String,
    /// What is wrong, in our own words and without chart text.
    pub what: String,
}

/// What the patient's own record says of itself; decides nothing and is shown first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Whether the patient is recorded as deceased by the day of evaluation.
    pub deceased: bool,
    /// When, as written, where that is recorded.
    pub deceased_on: Option<PartialDate>,
    /// Whether the record was replaced by another (`Patient.link`), as after a merge.
    pub replaced: bool,
}
