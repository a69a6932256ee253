//! Where a reading comes from, why a record does not count, and why records are not all there.

use crate::date::PartialDate;

/// Which kind of record a reading stands in; it decides what a newer record can overrule (section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// A dated statement: the newest counts.
    #[default]
    Observation,
    /// A problem-list entry: one active entry is enough for presence.
    Condition,
    /// A problem-list entry that is no longer active: absent now, and it was there.
    Former,
    /// A completed procedure: it stays done.
    Procedure,
    /// A medication record: one active record is enough for presence.
    Medication,
    /// A recorded part of a whole, such as a bone metastasis: it wins over a stated absence of the whole.
    Part,
    /// The patient's own record.
    Patient,
    /// A site's declaration that no record means absent.
    SitePolicy,
}

/// Where a reading comes from and how it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// `Type/id` of the resource; chart data, never logged.
    pub reference: String,
    /// The value as recorded; chart data, escaped wherever it is shown.
    pub recorded: String,
    /// The effective date as written, cut to the day.
    pub effective: Option<PartialDate>,
    /// Whether a date is written that cannot be read: it may be any day, so that it neither counts as newest nor gives
    /// way to others.
    pub date_unread: bool,
    /// What was done to it, in our own words: `preliminary`, `converted from 12 /50 HPF`.
    pub notes: Vec<String>,
    /// Why it does not count, where it is shown without counting.
    pub aside: Aside,
}

/// Why a record is shown and does not count (specification, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Aside {
    /// It is no evidence either way, or something else that its notes say.
    #[default]
    NoEvidence,
    /// It names the fact in a text only.
    InText,
    /// It was set aside: another tumour's, or one that must not be used.
    SetAside,
    /// Its status, or its verification status, is not understood.
    StatusNotUnderstood,
}

impl Aside {
    /// The kind of gap that such a record leaves where nothing else is known.
    pub fn gap(self) -> Option<Gap> {
        match self {
            Self::NoEvidence => None,
            Self::InText => Some(Gap::InText),
            Self::SetAside => Some(Gap::SetAside),
            Self::StatusNotUnderstood => Some(Gap::StatusNotUnderstood),
        }
    }
}

/// Why the records in which a fact could stand are not all there, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// One states it, in a text only.
    InText,
    /// One was set aside: another tumour's, or one that must not be used.
    SetAside,
    /// The status of one is not understood.
    StatusNotUnderstood,
    /// Nobody supplied them, nor could they be fetched.
    NotSupplied,
    /// Some of them are missing.
    Partial,
    /// They were searched for, and the search failed.
    Failed,
}

impl Gap {
    /// Every gap, from the least to the worst.
    pub const ALL: [Self; 6] = [
        Self::InText,
        Self::SetAside,
        Self::StatusNotUnderstood,
        Self::NotSupplied,
        Self::Partial,
        Self::Failed,
    ];

    /// The word of the contract, and the code in `{base}/CodeSystem/unknown-reasons`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InText => "in-text",
            Self::SetAside => "set-aside",
            Self::StatusNotUnderstood => "status-not-understood",
            Self::NotSupplied => "not-supplied",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    /// The gap of that word, or `None`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gap| gap.as_str() == word)
    }

    /// What a clinician reads in the place of "not recorded".
    pub fn text(self) -> &'static str {
        match self {
            Self::InText => "only in a text",
            Self::SetAside => "recorded, set aside",
            Self::StatusNotUnderstood => "recorded, status not understood",
            Self::NotSupplied => "not supplied",
            Self::Partial => "not in the part that was supplied",
            Self::Failed => "could not be fetched",
        }
    }
}
