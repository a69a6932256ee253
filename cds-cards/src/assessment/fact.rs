//! A fact as assessed: its value or why it has none, and the records that it rests on.

use super::lack::Reason;
use fhir_profiles::facts::{Aside, Gap};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// Whether a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is.
    Known,
    /// It is not, for a reason.
    #[default]
    Unknown,
}

/// One fact as assessed: value or reason, with its evidence. The default is unknown with nothing to show.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FactReport {
    /// Known or unknown.
    pub status: Status,
    /// Why unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why a missing fact may be on record all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Records that do not count and must not go unsaid, in our words: those of a missing fact (`recorded, not
    /// confirmed`), and one newer than a stated absence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
    /// The value: a word, words, or an exact number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<FactValue>,
    /// The interval, where the number is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// Unit of value or range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Readings of equal standing that differ (or a T or stage per system), as written by us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// Staging or grading system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<&'static str>,
    /// Since when, for `disease-status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Syndrome, or drug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The laboratory's own verdict on a marker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<&'static str>,
    /// The laboratory's reference range of a marker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_range: Option<Range>,
    /// The newest earlier reading of a marker by the same test in the same unit.
    #[serde(skip)]
    pub earlier: Option<Earlier>,
    /// The records that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceReport>,
    /// Superseded readings, newest first: shown, not used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub older: Vec<EvidenceReport>,
    /// Statements that a recorded presence overrides: shown, not used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overruled: Vec<EvidenceReport>,
    /// Records that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<EvidenceReport>,
    /// Records that are no evidence either way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<EvidenceReport>,
}

impl FactReport {
    /// Whether the value is this word, or has it among others.
    pub fn says(&self, word: &str) -> bool {
        match &self.value {
            Some(FactValue::Word(said)) => said == word,
            Some(FactValue::Words(said)) => said.iter().any(|said| said == word),
            Some(FactValue::Number(_)) | None => false,
        }
    }

    /// The date, as written, of the newest dated reading that counts.
    pub fn date(&self) -> Option<&str> {
        self.evidence
            .iter()
            .find_map(|record| record.effective.as_deref())
    }
}

/// An earlier reading of a marker, in the unit of the one that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Its value, as an interval also where it is exact.
    pub value: Range,
    /// Its date as written.
    pub effective: Option<String>,
}

/// A value in JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// A word of the fact's list.
    Word(String),
    /// Several that hold together.
    Words(Vec<String>),
    /// An exact number, written without binary rounding.
    Number(Decimal),
}

impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Word(word) => serializer.serialize_str(word),
            Self::Words(words) => words.serialize(serializer),
            Self::Number(number) => decimal(number, serializer),
        }
    }
}

fn decimal<S: Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let text = number.normalize().to_string();
    serde_json::from_str::<serde_json::Number>(&text)
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

fn optional_decimal<S: Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => decimal(number, serializer),
        None => serializer.serialize_none(),
    }
}

/// An interval in JSON; a missing end is unbounded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    /// Lower end.
    #[serde(serialize_with = "optional_decimal", skip_serializing_if = "Option::is_none")]
    pub low: Option<Decimal>,
    /// Whether the lower end belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_inclusive: Option<bool>,
    /// Upper end.
    #[serde(serialize_with = "optional_decimal", skip_serializing_if = "Option::is_none")]
    pub high: Option<Decimal>,
    /// Whether the upper end belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_inclusive: Option<bool>,
}

impl From<&fhir_profiles::Interval> for Range {
    fn from(interval: &fhir_profiles::Interval) -> Self {
        Self {
            low: interval.low().map(|b| b.value.normalize()),
            low_inclusive: interval.low().map(|b| b.inclusive),
            high: interval.high().map(|b| b.value.normalize()),
            high_inclusive: interval.high().map(|b| b.inclusive),
        }
    }
}

/// One record behind a fact. `reference` and `recorded` are chart data: escaped wherever they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceReport {
    /// `Type/id`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The value as recorded.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub recorded: String,
    /// Effective date as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// What was done to it, in our words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it does not count, where it stands among what is shown.
    #[serde(skip)]
    pub aside: Aside,
}
