//! What is written of the rules, and how CQL writes texts, numbers and intervals.

use cds_cards::Knowledge;
use fhir_profiles::FactId;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The defines, and the facts that they read.
pub(super) struct Rules<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) text: String,
    pub(super) facts: BTreeSet<FactId>,
    pub(super) faults: Vec<String>,
}

impl Rules<'_> {
    pub(super) fn section(&mut self, title: &str) {
        let _ = write!(self.text, "// {} {title}\n\n", "-".repeat(64));
    }

    /// Adds a define below its comments.
    pub(super) fn define(&mut self, comments: &[String], name: &str, body: &str) {
        for line in comments {
            let _ = writeln!(self.text, "// {}", comment(line));
        }
        let _ = write!(self.text, "define \"{name}\":\n  {body}\n\n");
    }

    /// Statements word for word, each with its id.
    pub(super) fn quotes<'s>(&self, ids: impl IntoIterator<Item = &'s String>) -> Vec<String> {
        let known = ids.into_iter().filter_map(|id| {
            let statement = self.knowledge.statements.get(id)?;
            Some(format!("\u{201c}{}\u{201d} ({id})", statement.quote))
        });
        known.collect()
    }

    pub(super) fn reads(&mut self, fact: FactId) -> String {
        self.facts.insert(fact);
        format!("\"Fact {fact}\"")
    }
}

/// A text as one line of a comment.
pub(super) fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A string of CQL; the ids and words of the knowledge hold no quotes, and are escaped all the same.
pub(super) fn string(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

pub(super) fn strings<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let all: Vec<String> = texts.into_iter().map(|text| string(text.as_ref())).collect();
    match all.is_empty() {
        true => "List<String>{}".to_owned(),
        false => format!("{{ {} }}", all.join(", ")),
    }
}

/// A list of defines, of which each is a string.
pub(super) fn defines<S: AsRef<str>>(kind: &str, ids: impl IntoIterator<Item = S>) -> String {
    let all: Vec<String> = ids
        .into_iter()
        .map(|id| format!("\"{kind} {}\"", id.as_ref()))
        .collect();
    match all.is_empty() {
        true => "List<String>{}".to_owned(),
        false => format!("{{ {} }}", all.join(", ")),
    }
}

/// A decimal of CQL.
pub(super) fn decimal(value: Decimal) -> String {
    let text = value.normalize().to_string();
    match text.contains('.') {
        true => text,
        false => format!("{text}.0"),
    }
}

/// Whether some number of a reading lies in an interval. Each end alone is asked for: intervals of which every two meet have a
/// number in common.
pub(super) fn touches(reading: &str, interval: &fhir_profiles::Interval) -> String {
    let end = |name: &str, value: Decimal| format!("Facts.\"{name}\"({reading}.range, {})", decimal(value));
    let low = interval
        .low()
        .map(|low| end(if low.inclusive { "From" } else { "Above" }, low.value));
    let high = interval
        .high()
        .map(|high| end(if high.inclusive { "Up to" } else { "Below" }, high.value));
    let ends: Vec<String> = low.into_iter().chain(high).collect();
    match ends.is_empty() {
        true => "true".to_owned(),
        false => ends.join(" and "),
    }
}
