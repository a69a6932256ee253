//! What texts of the record mention of facts, beside the facts: no reading, so that nothing is worked out from it.

use super::value::Value;
use crate::catalogue::id::FactId;
use crate::date::PartialDate;

/// What a text of the record states of a fact (specification, section 7.1; contract, `mentions`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// The fact.
    pub fact: FactId,
    /// The value, in the fact's unit.
    pub value: Value,
    /// What was done to the number, in our own words.
    pub notes: Vec<String>,
    /// The words as written, at most [`LONGEST_QUOTE`](crate::mentions::LONGEST_QUOTE) characters; chart data, escaped
    /// wherever it is shown, never logged.
    pub quote: String,
    /// `Type/id` of the resource with the text, or its position in the Bundle; chart data.
    pub reference: String,
    /// What that is, in our own words: `pathology report`.
    pub what: &'static str,
    /// Its date as written.
    pub date: Option<PartialDate>,
}
