//! Why nothing is known of a fact, as a clean fact says it.

use super::element::Node;
use super::put::put_unreadable;
use super::record::Record;
use crate::catalogue::FactId;
use crate::codes::UNKNOWN_REASONS;
use crate::facts::{FactsBuilder, Gap};

/// Takes over why nothing is known, where an Observation says it by the guide's CodeSystem; whether it does.
pub(super) fn is_said_unknown(
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
) -> bool {
    let reason = part.get("dataAbsentReason");
    let codings = reason.map(Node::codings).unwrap_or_default();
    let Some(code) = codings.iter().find_map(|coding| coding.code_in(UNKNOWN_REASONS)) else {
        return false;
    };
    match (code, Gap::parse(code)) {
        ("unreadable", _) => put_unreadable(
            facts,
            record,
            fact,
            record.noted("", "not readable where it was recorded"),
        ),
        (_, Some(gap)) => _ = facts.gap(fact, gap),
        _ => _ = facts.shown(fact, record.noted("", "not known where it was recorded")),
    }
    true
}
