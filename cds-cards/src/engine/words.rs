//! Values in our own words: what a clinician reads beside a criterion, never raw chart text.

use super::truth::why;
use super::view::View;
use crate::assessment::lack;
use fhir_profiles::facts::{Evidence, Fact, Gap, Reading, Unknown, Value};
use fhir_profiles::{FactId, PartialDate};

/// A reading's value with its unit and, for a status, since when: `8 %`, `stable since 2025-11`, `present`.
pub(crate) fn value_text(fact: FactId, reading: &Reading) -> String {
    let mut text = match &reading.value {
        Value::Word(word) => word.as_str().to_owned(),
        Value::Words(words) => words.iter().map(|w| w.as_str()).collect::<Vec<_>>().join(", "),
        Value::Number(interval) => match unit_of(fact, reading) {
            Some(unit) => format!("{interval} {unit}"),
            None => interval.to_string(),
        },
    };
    if let Some(since) = reading.since {
        text.push_str(&format!(" since {since}"));
    }
    if let Some(flag) = reading.flag {
        text.push_str(&format!(" ({})", flag.as_str()));
    }
    text
}

/// The unit shown: none for years, scores and counts.
pub(crate) fn unit_of(fact: FactId, reading: &Reading) -> Option<&str> {
    let unit = reading.unit.as_deref().or(fact.info().unit.as_deref())?;
    (!matches!(unit, "a" | "{#}" | "{score}" | "1")).then_some(unit)
}

/// Why nothing is known of a fact, in the vocabulary of [`lack`].
pub(crate) fn lacking(fact: &Fact, unknown: Unknown) -> String {
    let aside = match unknown {
        Unknown::Missing => aside(fact),
        Unknown::Unreadable => unowned(fact),
    };
    lack(why(unknown), fact.missing_by(), aside.as_deref()).to_owned()
}

/// Why what is missing among these facts may be on record all the same.
pub(crate) fn gap_among<'f>(facts: View<'_>, ids: impl IntoIterator<Item = &'f FactId>) -> Option<Gap> {
    ids.into_iter().filter_map(|id| facts.get(*id).missing_by()).max()
}

/// Why several facts are unknown, those together that lack the same: `Ki-67, Mitotic count: not recorded`.
pub(crate) fn all_lacking(facts: View<'_>, ids: &[FactId]) -> String {
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for id in ids {
        let fact = facts.get(*id);
        let Err(unknown) = facts.readings(*id) else {
            continue;
        };
        let text = lacking(fact, unknown);
        let label = id.info().label.as_str();
        match grouped.iter_mut().find(|(known, _)| *known == text) {
            Some((_, labels)) => labels.push(label),
            None => grouped.push((text, vec![label])),
        }
    }
    let said = grouped
        .into_iter()
        .map(|(text, labels)| format!("{}: {text}", labels.join(", ")));
    said.collect::<Vec<_>>().join("; ")
}

/// What is said of a fact of which the only readings are of nobody knows whose tumour.
pub(crate) fn unowned(fact: &Fact) -> Option<String> {
    (!fact.unowned.is_empty()).then(|| "recorded, whose tumour is not recorded".to_owned())
}

/// What is said of a fact of which the only records are no evidence either way: `recorded, not confirmed`.
pub(crate) fn aside(fact: &Fact) -> Option<String> {
    let newest = fact
        .shown
        .iter()
        .max_by_key(|evidence| evidence.effective.map(|date| date.latest()))?;
    Some(format!("recorded, {}", why_aside(newest)))
}

/// A stated absence beside a newer record that is no evidence either way: it stands, but not unsaid.
pub(crate) fn doubted_absence(fact: &Fact, readings: &[Reading]) -> Option<String> {
    let day = |date: Option<PartialDate>| date.map(|date| date.latest());
    let absent = readings.iter().find(|r| r.says("absent"))?;
    let newer = fact
        .shown
        .iter()
        .filter(|evidence| day(evidence.effective) > day(absent.effective()))
        .max_by_key(|evidence| day(evidence.effective))?;
    let why = why_aside(newer);
    let date = newer.effective?;
    Some(format!("a newer record does not count: {why} ({date})"))
}

/// Why a record that is shown is not used; our own words.
fn why_aside(evidence: &Evidence) -> &str {
    evidence
        .notes
        .last()
        .map_or("no evidence either way", String::as_str)
}

/// Readings that are said one by one; of a longer list the first ones, and how many more there are.
const SAID: usize = 5;

/// How many of a list are said one by one: all, unless more than one would be left.
pub(crate) fn said_of(all: usize) -> usize {
    if all > SAID + 1 { SAID } else { all }
}

/// What is said of each of a list: `8 % and 9 %`, of a long one `8 % and 9 % ... and 995 more`.
pub(crate) fn listed<T>(items: &[T], joint: &str, say: impl Fn(&T) -> String) -> String {
    let shown = said_of(items.len());
    let said: Vec<String> = items.iter().take(shown).map(say).collect();
    let said = said.join(joint);
    match items.len() - shown {
        0 => said,
        more => format!("{said} and {more} more"),
    }
}

/// The values of readings: `2 % and 3 %`.
pub(crate) fn values_text(fact: FactId, readings: &[Reading], joint: &str) -> String {
    listed(readings, joint, |reading| value_text(fact, reading))
}

/// A fact with its readings: `Ki-67 8 % (2026-05-01)`.
pub(crate) fn fact_text(fact: FactId, readings: &[Reading]) -> String {
    let values = listed(readings, " against ", |reading| match reading.effective() {
        Some(date) => format!("{} ({date})", value_text(fact, reading)),
        None => value_text(fact, reading),
    });
    format!("{} {values}", fact.info().label)
}

/// With its first letter as a sentence begins; a name that starts with a digit stays as it is.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
