//! Values in our own words: what a clinician reads beside a criterion, never raw chart text.

use fhir_profiles::facts::{Evidence, Fact, Gap, Reading, Value};
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

/// What is said of a fact of which nothing is there: a record that was not to be had is not one that does not exist.
pub(crate) fn missing(fact: &Fact) -> String {
    aside(fact).unwrap_or_else(|| fact.gap.map_or("not recorded", Gap::text).to_owned())
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
pub(crate) fn doubted_absence(fact: &Fact) -> Option<String> {
    let day = |date: Option<PartialDate>| date.map(|date| date.latest());
    let absent = fact.readings().ok()?.iter().find(|r| r.says("absent"))?;
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

/// A fact with its readings: `Ki-67 8 % (2026-05-01)`.
pub(crate) fn fact_text(fact: FactId, readings: &[Reading]) -> String {
    let values: Vec<String> = readings
        .iter()
        .map(|reading| match reading.effective() {
            Some(date) => format!("{} ({date})", value_text(fact, reading)),
            None => value_text(fact, reading),
        })
        .collect();
    format!("{} {}", fact.info().label, values.join(" against "))
}
