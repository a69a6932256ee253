//! What texts of the record mention of facts, beside the facts: no reading, so that nothing is worked out from it.

use super::{Facts, NotRead, Value};
use crate::catalogue::FactId;
use crate::date::PartialDate;
use std::sync::Arc;

/// What a text of the record states of a fact (specification, section 7.1; contract, `mentions`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// The fact.
    pub fact: FactId,
    /// The value, in the fact's unit.
    pub value: Value,
    /// What was done to the number, in our own words.
    pub notes: Vec<String>,
    /// The words as written, at most [`LONGEST_QUOTE`](crate::mentions::LONGEST_QUOTE) characters; chart data, escaped
    /// wherever it is shown, never logged.
    pub quote: String,
    /// `Type/id` of the resource with the text, or its position in the Bundle; chart data.
    pub reference: String,
    /// What that is, in our own words: `pathology report`.
    pub what: &'static str,
    /// Its date as written.
    pub date: Option<PartialDate>,
}

impl Facts {
    /// What texts mention of facts that are missing, unreadable or older than the text: the newest text first.
    pub fn mentions(&self) -> &[Mentioned] {
        &self.record.mentions
    }

    /// The same facts, with what was found in texts and what could not be searched: a fact that is missing and that a
    /// text states has the gap `in-text`, and nothing else differs.
    #[must_use]
    pub fn with_mentions(mut self, mentions: Vec<Mentioned>, not_read: Vec<NotRead>) -> Self {
        for mentioned in &mentions {
            Arc::make_mut(self.facts.entry(mentioned.fact).or_default()).mentioned = true;
        }
        if !mentions.is_empty() || !not_read.is_empty() {
            let record = Arc::make_mut(&mut self.record);
            record.mentions = mentions;
            record.not_read.extend(not_read);
            record.not_read.sort();
            record.not_read.dedup();
        }
        self
    }
}
