//! What of a record was not read, and why.

use crate::date::PartialDate;

/// Something in the record that was not read and may matter (contract, `notRead`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRead {
    /// `Type/id`, or the position in the Bundle; chart data.
    pub reference: String,
    /// What it is, in our own words: `pathology report, PDF`.
    pub what: String,
    /// Its date as written.
    pub date: Option<PartialDate>,
    /// Why it was not read.
    pub why: NotReadWhy,
}

/// Why something was not read; the words of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotReadWhy {
    /// It has nothing but narrative or files, whether or not a text of it was searched.
    NotText,
    /// Its status is not understood.
    StatusNotUnderstood,
    /// Its code looks relevant and is not mapped.
    CodeNotMapped,
    /// The server left elements out.
    Subsetted,
    /// A key stands in it twice.
    DuplicateKey,
    /// It is malformed.
    Malformed,
    /// It is of another tumour.
    OtherTumour,
    /// It could not be fetched.
    NotFetched,
}

impl NotReadWhy {
    /// What a clinician reads.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotText => "prose or files, which state no fact",
            Self::StatusNotUnderstood => "its status is not understood",
            Self::CodeNotMapped => "its code is mapped to no fact",
            Self::Subsetted => "elements were left out of it",
            Self::DuplicateKey => "a key stands in it twice",
            Self::Malformed => "it is malformed",
            Self::OtherTumour => "of another tumour",
            Self::NotFetched => "it was not fetched",
        }
    }
}
