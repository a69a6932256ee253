//! The one vocabulary of what is not known and why: every "recorded" and "not recorded" of an output is printed from it.

use super::Reason;
use fhir_profiles::facts::Gap;

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
