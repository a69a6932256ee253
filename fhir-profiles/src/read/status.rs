//! When an Observation is of, and whether its status lets it count.

use super::record::Record;

/// The note of a result that may still change.
pub(super) const PRELIMINARY: &str = "preliminary";

/// The elements that date an Observation, best first.
pub(super) const OBSERVATION_DATES: &[&str] = &[
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "effectiveTiming",
    "issued",
];

/// Whether the status lets an Observation count; a preliminary one is shown as such.
pub(super) fn usable_status(record: &mut Record<'_>) -> bool {
    if record.withheld {
        return false;
    }
    match record.status() {
        "final" | "amended" | "corrected" => true,
        "preliminary" => {
            if !record.notes.iter().any(|note| note == PRELIMINARY) {
                record.notes.push(PRELIMINARY.into());
            }
            true
        }
        _ => false,
    }
}

/// Whether a status that does not let an Observation count is one of FHIR's, or that of the resource around it.
pub(super) fn is_understood(record: &Record<'_>) -> bool {
    record.withheld
        || matches!(
            record.status(),
            "registered" | "cancelled" | "unknown" | "entered-in-error"
        )
}
