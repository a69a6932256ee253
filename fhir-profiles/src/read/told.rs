//! What a record tells of the treatments that it names, and why its status keeps it from counting.

use crate::facts::{Aside, Says};

/// What a record says of the treatments that it names.
pub(super) enum Told {
    /// It counts.
    Says(Says),
    /// It is shown, and why it does not count.
    Shown(String, Aside),
    Never,
}

impl Told {
    pub(super) fn shown(note: impl Into<String>) -> Self {
        Self::Shown(note.into(), Aside::NoEvidence)
    }
}

/// Why a record with this status does not count.
pub(super) fn no_evidence(status: &str) -> Told {
    let known = known_status(status);
    let aside = if known == NOT_UNDERSTOOD {
        Aside::StatusNotUnderstood
    } else {
        Aside::NoEvidence
    };
    Told::Shown(no_evidence_of(known), aside)
}

pub(super) fn no_evidence_of(status: &str) -> String {
    format!("status {status}: no evidence either way")
}

const NOT_UNDERSTOOD: &str = "not understood";

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
        "declined",
        "ended",
    ];
    KNOWN
        .iter()
        .find(|known| **known == status)
        .copied()
        .unwrap_or(NOT_UNDERSTOOD)
}
