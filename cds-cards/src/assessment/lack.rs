//! The one vocabulary of what is not known and why: every "recorded" and "not recorded" of an output is printed from it.

use fhir_profiles::facts::Gap;
use serde::Serialize;

/// Why something is unknown, in the order in which reasons outrank each other in compounds (`judgement` last).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Two sources of equal standing disagree.
    Conflicting,
    /// Recorded, but the value or unit could not be read.
    Unreadable,
    /// Nothing recorded.
    Missing,
    /// Recorded, but the review gives no cut-off: a person decides.
    Judgement,
}

impl Reason {
    /// The id of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflicting => "conflicting",
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::Judgement => "judgement",
        }
    }
}

/// Nothing is on record, as far as everything was looked at.
pub const NOT_RECORDED: &str = "not recorded";

/// Why something is unknown: the nearest to what is recorded goes first, that is records that do not count (`aside`), then
/// records that were not to be had or not used (`gap`), then the reason (specification, section 2).
pub fn lack(reason: Reason, gap: Option<Gap>, aside: Option<&str>) -> &str {
    match reason {
        Reason::Missing => aside.unwrap_or_else(|| gap.map_or(NOT_RECORDED, Gap::text)),
        Reason::Conflicting => "records disagree",
        Reason::Unreadable => aside.unwrap_or("recorded, not readable"),
        Reason::Judgement => "needs clinical judgement",
    }
}
