//! Numbers as charts write them, turned into intervals in the unit of their fact.

use crate::catalogue::FactId;
use crate::interval::Interval;
use rust_decimal::Decimal;

/// Why a number could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There is no number, or text that is not understood in full.
    NoNumber,
    /// The unit is not known.
    UnknownUnit,
    /// The unit measures something else.
    WrongUnit,
    /// The unit is needed and not given.
    MissingUnit,
    /// The number cannot occur.
    OutOfRange,
    /// The number can be read in two ways.
    Ambiguous,
}

impl Why {
    /// The reason in our own words, without chart text.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::NoNumber => "no number that can be read",
            Self::UnknownUnit => "the unit is not known",
            Self::WrongUnit => "the unit does not fit this fact",
            Self::MissingUnit => "the unit is missing",
            Self::OutOfRange => "the number is outside the possible range",
            Self::Ambiguous => "the number can be read in two ways",
        }
    }
}

/// A number read from text, before units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextNumber {
    /// The number or interval.
    pub interval: Interval,
    /// The unit as written, trimmed; for [`in_fact_unit`].
    pub unit: Option<String>,
    /// Whether the text says `ca.`, `about` or the like: the interval is then ± 20 %.
    pub approximate: bool,
}

/// Reads a number with an optional comparator, range and unit; `None` for text that is not understood in full.
pub(crate) fn number_from_text(_text: &str) -> Option<TextNumber> {
    None
}

/// Exact decimal text as in FHIR JSON (`8`, `8.0`, `1e1`, `-3`); `None` beyond 28 digits.
pub(crate) fn decimal(_text: &str) -> Option<Decimal> {
    None
}

/// A number with its FHIR comparator as an interval, and whether it is approximate; `None` if the comparator is unreadable.
pub(crate) fn with_comparator(_value: Decimal, _comparator: Option<&str>) -> Option<(Interval, bool)> {
    None
}

/// A number in the unit of its fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InFactUnit {
    /// The number or interval, in the fact's unit; for markers in `unit`.
    pub interval: Interval,
    /// The fact's unit; for markers the tidied unit of the laboratory, if any.
    pub unit: Option<String>,
    /// What was done to the number, in our own words.
    pub notes: Vec<String>,
}

/// Brings a number with the unit as written into the unit of `fact`; for markers the unit is kept and tidied.
///
/// # Errors
/// [`Why`] the number cannot be used.
pub(crate) fn in_fact_unit(_fact: FactId, _interval: Interval, _unit: Option<&str>) -> Result<InFactUnit, Why> {
    Err(Why::NoNumber)
}

/// Converts between two UCUM units of one dimension; `None` if that is impossible.
pub(crate) fn convert(_interval: Interval, _from: &str, _to: &str) -> Option<Interval> {
    None
}
