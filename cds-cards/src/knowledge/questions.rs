//! `questions.toml`: the facts that a card or the form can ask for, with the answers that can be recorded.

use super::files::Files;
use super::model::Question;
use super::package::coding_of;
use super::section::Section;
use fhir_profiles::catalogue::Kind;
use fhir_profiles::facts::Value;
use fhir_profiles::{FactId, Interval};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

pub(super) const QUESTIONS: &str = "questions.toml";

/// Reads the questions, and reports every fault.
pub(super) fn read(source: &Files<'_>) -> Vec<Question> {
    let Some(place) = source.place(QUESTIONS) else {
        return Vec::new();
    };
    let mut asked = BTreeSet::new();
    let read = place.parse(|root| root.sections("question", |section| question(section, &mut asked)));
    read.unwrap_or_default().into_iter().flatten().collect()
}

fn question(section: &Section<'_>, asked: &mut BTreeSet<FactId>) -> Option<Question> {
    let fact = section.text("fact").and_then(|name| section.fact(&name));
    let code = section.section("code", coding_of).flatten();
    let unit = section.section("unit", unit_of);
    let answers = section.pairs("answers");
    let help = section.optional_text("help");
    let is_form_only = section.flag("form-only");
    let fact = fact?;
    if !asked.insert(fact) {
        section.fault(section.line(), format!("`{fact}` is asked twice"));
        return None;
    }
    let mut read = Vec::new();
    for (word, label) in answers {
        match value(fact, &word.value) {
            Some(value) => read.push((value, label.value)),
            None => section.fault(word.line, format!("`{}` is no answer to `{fact}`", word.value)),
        }
    }
    let is_number = matches!(fact.info().kind, Kind::Number);
    let is_whole = fact.info().unit.as_deref() == Some("{#}");
    if is_number && !is_whole && unit.is_none() {
        section.fault(section.line(), format!("`{fact}` is a number and needs a `unit`"));
    }
    if !is_number && read.is_empty() {
        section.fault(section.line(), format!("`{fact}` has no `answers`"));
    }
    Some(Question {
        fact,
        code,
        unit: unit.flatten(),
        answers: read,
        help: help.map(|help| help.value),
        is_form_only,
    })
}

/// A word of the fact's list, or a whole number that a score can have.
fn value(fact: FactId, text: &str) -> Option<Value> {
    if let Some(word) = fact.word(text) {
        return Some(match fact.info().kind {
            Kind::Several => Value::Words([word].into()),
            _ => Value::Word(word),
        });
    }
    let number: Decimal = text.parse().ok()?;
    let info = fact.info();
    let fits = info.min.is_none_or(|min| number >= min) && info.max.is_none_or(|max| number <= max);
    let is_score = info.kind == Kind::Score && number.is_integer() && fits;
    is_score.then(|| Value::Number(Interval::exactly(number)))
}

/// As it is shown, and its UCUM code.
fn unit_of(section: &Section<'_>) -> Option<(String, String)> {
    let (shown, code) = (section.text("unit"), section.text("code"));
    Some((shown?.value, code?.value))
}
