//! A number that was read, before and after its unit is that of its fact, and why one could not be read.

use crate::interval::Interval;

/// Why a number could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There is no number, or text that is not understood in full.
    NoNumber,
    /// The unit is not known.
    UnknownUnit,
    /// The unit measures something else, or the fact is no number.
    WrongUnit,
    /// The unit is needed and not given.
    MissingUnit,
    /// The unit that is shown and its code are different ones.
    UnitsContradict,
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
            Self::UnitsContradict => "the unit and its code contradict each other",
            Self::OutOfRange => "the number is outside the possible range",
            Self::Ambiguous => "fraction or percent: the number can be read in two ways",
        }
    }
}

/// A number read from text, before units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextNumber {
    /// The number or interval.
    pub interval: Interval,
    /// The unit as written, trimmed; for [`in_fact_unit`](super::in_fact_unit).
    pub unit: Option<String>,
    /// Whether the text says `ca.`, `about` or the like: the interval is then ± 20 %.
    pub approximate: bool,
}

impl TextNumber {
    /// The greatest of several dimensions, which have the unit that stands behind the last; nothing if one is no exact number
    /// or has another unit.
    pub(crate) fn greatest(dimensions: Vec<Self>) -> Option<Self> {
        let unit = dimensions.last()?.unit.clone()?;
        let mut greatest = None;
        for one in dimensions {
            if one.approximate || one.unit.is_some_and(|other| other != unit) {
                return None;
            }
            greatest = greatest.max(Some(one.interval.as_exact()?));
        }
        Some(Self {
            interval: Interval::exactly(greatest?),
            unit: Some(unit),
            approximate: false,
        })
    }
}

/// A number in the unit of its fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InFactUnit {
    /// The number or interval, in `unit`.
    pub interval: Interval,
    /// The fact's unit; for markers the laboratory's, tidied, if it was given; none for scores.
    pub unit: Option<String>,
    /// What was done to the number, in our own words.
    pub notes: Vec<String>,
}
