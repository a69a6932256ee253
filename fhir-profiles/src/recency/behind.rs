//! How a reading that does not count stands behind those that do: older, clinical, converted, or an M category.

use super::rule::Rule;
use crate::catalogue::FactId;
use crate::facts::{Basis, Fact, Reading};

/// [`clinical_aside`].
pub(super) const PATHOLOGICAL: Rule = Rule {
    id: "pathological",
    case: "pathological against clinical T, N, M",
    counts: "pathological, whatever the date, of its own kind the newest (M0 with a pathological prefix counts as clinical)",
    shown: "the other as \u{201c}clinical\u{201d}, not as \u{201c}older\u{201d}",
};

/// How a reading that does not count stands behind those that do (specification, section 2, "Which reading counts").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behind {
    /// It is older, or undated.
    Older,
    /// It is not pathological, and another is, whatever the dates.
    Clinical,
    /// It is of the same day, and converted from another scale.
    Converted,
    /// It is what an M category says, which does not decide here.
    Category,
}

impl Behind {
    /// What a clinician calls such a reading.
    pub fn text(self) -> &'static str {
        match self {
            Self::Older => "an older reading",
            Self::Clinical => "the clinical category",
            Self::Converted => "a converted reading of the same day",
            Self::Category => "the M category",
        }
    }
}

impl Fact {
    /// How one of its readings that do not count stands behind those that do.
    pub fn behind(&self, other: &Reading) -> Behind {
        let has = |basis: Basis| self.current.iter().chain(&self.older).any(|r| r.basis == basis);
        let of_day = || {
            self.current
                .iter()
                .any(|now| now.effective() == other.effective())
        };
        match other.basis {
            Basis::Category => Behind::Category,
            Basis::Pathological => Behind::Older,
            Basis::Karnofsky if of_day() => Behind::Converted,
            _ if has(Basis::Pathological) => Behind::Clinical,
            _ => Behind::Older,
        }
    }
}

/// No microscope shows that there is no metastasis anywhere.
pub(super) fn no_pathological_m0(id: FactId, readings: &mut [Reading]) {
    let is_pathological = |r: &&mut Reading| r.basis == Basis::Pathological && r.says("M0");
    for reading in readings
        .iter_mut()
        .filter(|_| id == FactId::M)
        .filter(is_pathological)
    {
        reading.basis = Basis::Clinical;
        for evidence in &mut reading.evidence {
            evidence.notes.push("M0 counts as clinical".into());
        }
    }
}

/// Takes what is not pathological out of the readings, where some are.
pub(super) fn clinical_aside(readings: &mut Vec<Reading>) -> Vec<Reading> {
    if readings.iter().any(|r| r.basis == Basis::Pathological) {
        readings
            .extract_if(.., |r| r.basis != Basis::Pathological)
            .collect()
    } else {
        Vec::new()
    }
}
