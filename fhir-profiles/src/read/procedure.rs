//! Procedures: what was completed stays done; what was not done is no evidence of absence.

use super::Reader;
use super::record::Record;
use crate::catalogue::FactId;
use crate::codes::Meaning;
use crate::facts::Source;

/// Whether a Procedure with this code is read.
pub(super) fn is_read(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Resection { .. }
            | Meaning::Fact(FactId::PrimaryResected | FactId::PriorPancreaticoduodenectomy)
    )
}

impl Reader<'_> {
    pub(super) fn procedure(&mut self, mut record: Record<'_>) {
        record.date_by(
            &[
                "performedDateTime",
                "performedPeriod",
                "occurrenceDateTime",
                "occurrencePeriod",
            ],
            self.as_of,
        );
        let Some(code) = record.node.get("code") else {
            return;
        };
        let recorded = code.shown().unwrap_or_default();
        let mut whipple = false;
        let mut resection = false;
        for meaning in code.codings().iter().flat_map(|c| self.codes.meanings(c)) {
            match meaning {
                Meaning::Resection { whipple: both } => {
                    resection = true;
                    whipple |= both;
                }
                Meaning::Fact(FactId::PrimaryResected) => resection = true,
                Meaning::Fact(FactId::PriorPancreaticoduodenectomy) => (resection, whipple) = (true, true),
                _ => {}
            }
        }
        let facts = [
            (FactId::PrimaryResected, "yes", resection),
            (FactId::PriorPancreaticoduodenectomy, "present", whipple),
        ];
        for (fact, word, _) in facts.into_iter().filter(|(.., named)| *named) {
            match record.status() {
                "completed" => self.add(fact, word, Source::Procedure, record.evidence(recorded)),
                "entered-in-error" => {}
                status => {
                    let note = format!("status {}: no evidence either way", known_status(status));
                    self.facts.shown(fact, record.noted(recorded, note));
                }
            }
        }
    }
}

/// The status in our own words; what FHIR does not define is not repeated.
pub(super) fn known_status(status: &str) -> &str {
    const KNOWN: &[&str] = &[
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        "unknown",
        "active",
        "cancelled",
        "draft",
        "intended",
        "not-taken",
        "registered",
        "recorded",
    ];
    KNOWN
        .iter()
        .find(|known| **known == status)
        .copied()
        .unwrap_or("not understood")
}
