//! What a text of the record states of a fact, beside what is read (specification, section 7.1).

use super::fact::{FactValue, Range};
use fhir_profiles::FactId;
use fhir_profiles::facts::Value;
use serde::Serialize;

/// What a text states of a fact, to be recorded by a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MentionReport {
    /// The fact.
    pub fact: FactId,
    /// The value: a word, words, or an exact number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<FactValue>,
    /// The interval, where the number is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// Unit of value or range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The words as written, at most 160 characters; chart data.
    pub quote: String,
    /// `Type/id` of what has the text, or its position in the Bundle.
    pub reference: String,
    /// Its date as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The value as read.
    #[serde(skip)]
    pub read: Value,
    /// What it is, in our own words: `pathology report`.
    #[serde(skip)]
    pub what: &'static str,
    /// The value in our own words: `15 %`.
    #[serde(skip)]
    pub said: String,
    /// What was done to the number, in our words.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// Whether the record says the same, of an earlier day.
    #[serde(skip)]
    pub is_recorded: bool,
}

impl MentionReport {
    /// Where it stands, in our own words: `pathology report of 2026-03-04`.
    pub fn source(&self) -> String {
        match &self.date {
            Some(date) => format!("{} of {date}", self.what),
            None => self.what.to_owned(),
        }
    }
}
