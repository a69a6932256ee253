//! What a reading can say: its value, and what of its kind, specimen or laboratory stands beside it.

use crate::catalogue::id::Word;
use crate::interval::Interval;
use std::collections::BTreeSet;

/// One value as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A word of the fact's closed list.
    Word(Word),
    /// Several words that hold together.
    Words(BTreeSet<Word>),
    /// A number or an interval, in the fact's unit (markers: in the reading's own unit).
    Number(Interval),
}

impl Value {
    /// The word, where it is a single one.
    pub fn only_word(&self) -> Option<Word> {
        match self {
            Self::Word(word) => Some(*word),
            Self::Words(words) => words.first().copied().filter(|_| words.len() == 1),
            Self::Number(_) => None,
        }
    }
}

/// A staging or grading system that a reading names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// ENETS.
    Enets,
    /// AJCC, 7th edition.
    Ajcc7,
    /// AJCC, 8th edition.
    Ajcc8,
    /// AJCC, version 9.
    Ajcc9,
    /// UICC.
    Uicc,
    /// WHO, ENETS or NET grading, for `grade-recorded`.
    Who,
}

impl System {
    /// The code in `{base}/CodeSystem/fact-values`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enets => "enets",
            Self::Ajcc7 => "ajcc-7",
            Self::Ajcc8 => "ajcc-8",
            Self::Ajcc9 => "ajcc-9",
            Self::Uicc => "uicc",
            Self::Who => "who",
        }
    }

    /// The system with that code, or `None`.
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Enets,
            Self::Ajcc7,
            Self::Ajcc8,
            Self::Ajcc9,
            Self::Uicc,
            Self::Who,
        ]
        .into_iter()
        .find(|system| system.as_str() == code)
    }
}

/// How a reading came about, where that ranks it among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// Nothing special.
    #[default]
    Plain,
    /// A pathological T, N, M or stage: counts before a clinical one whatever the date.
    Pathological,
    /// A clinical T, N, M or stage.
    Clinical,
    /// ECOG converted from Karnofsky: gives way to an ECOG of the same day.
    Karnofsky,
    /// What an M category says of metastases.
    Category,
    /// The size of one lesion at its body site: of several the largest counts.
    BySite,
}

/// The specimen of a histology reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Specimen {
    /// The primary tumour.
    Primary,
    /// A metastasis.
    Metastasis,
}

/// The laboratory's own verdict on a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Below the reference range.
    Low,
    /// Inside the reference range.
    Normal,
    /// Above the reference range.
    High,
}

impl Flag {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}
