//! Names and values as they stand inside a sentence.

use super::super::words;
use crate::assessment::{FactReport, FactValue, GivenReport, Pathway};
use crate::knowledge::Knowledge;

/// Lower case at the beginning, where the word is no abbreviation.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() && !text.starts_with("Ki-67") => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// What was given, by names that stand inside a sentence.
pub(super) fn agents(entry: &GivenReport) -> String {
    let names = words::agents(entry);
    names.split(", ").map(lower).collect::<Vec<_>>().join(", ")
}

/// The name of an option where room is short.
pub(super) fn short<'a>(knowledge: &'a Knowledge, id: &'a str) -> &'a str {
    knowledge.option(id).map_or(id, |option| option.short.as_str())
}

/// Entries of `given` by which a systemic treatment is or was given, in words.
pub(super) fn systemic(pathway: &Pathway, wanted: impl Fn(&GivenReport) -> bool) -> Vec<String> {
    let entries = pathway
        .given
        .iter()
        .filter(|entry| entry.systemic && wanted(entry));
    entries.map(agents).collect()
}

/// The word of a fact that has one.
pub(super) fn word(report: &FactReport) -> Option<&str> {
    match &report.value {
        Some(FactValue::Word(word)) => Some(word),
        _ => None,
    }
}

/// "Krenning 4", "strong uptake".
pub(super) fn uptake(report: &FactReport) -> Option<String> {
    let value = words::value(report)?;
    Some(match word(report) {
        Some(word) => format!("{word} uptake"),
        None => format!("Krenning {value}"),
    })
}
