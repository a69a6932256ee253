//! The patient's situation in the words of the summary (specification, section 6, 1).

use crate::assessment::Verdict;

/// Which part of the beginning of a summary a phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What decides the aim.
    Base,
    /// How the disease goes.
    Course,
    /// What the tumour secretes.
    Syndrome,
}

impl Part {
    /// Every part, in the order in which they are said.
    pub const ALL: [Part; 3] = [Self::Base, Self::Course, Self::Syndrome];

    pub(in super::super) fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Course => "course",
            Self::Syndrome => "syndrome",
        }
    }
}

/// A phrase and when it is said.
#[derive(Debug)]
pub struct Situation {
    /// Its part.
    pub part: Part,
    /// Criteria that must be met.
    pub met: Vec<String>,
    /// Criteria that must not be met, for sure.
    pub not_met: Vec<String>,
    /// An option and its verdicts, one of which it must have.
    pub verdict: Option<(String, Vec<Verdict>)>,
    /// A variant of that option that must apply.
    pub variant: Option<String>,
    /// The phrase, with slots.
    pub words: String,
    /// Whether nothing else is said.
    pub alone: bool,
}

/// Slots of a phrase.
pub const PHRASE_SLOTS: [&str; 6] = ["grade", "lacking", "ecog", "status", "now", "failed"];

/// Slots of a summary.
pub const SUMMARY_SLOTS: [&str; 13] = [
    "situation",
    "base",
    "advice",
    "against",
    "against-short",
    "named",
    "named-short",
    "question",
    "no-trigger",
    "met",
    "others",
    "confirm",
    "none",
];
