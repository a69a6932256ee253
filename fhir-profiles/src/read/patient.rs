//! The age at the day of evaluation: from the birth date, else from an age that was recorded on some day.

use super::element::Node;
use super::known::Known;
use super::numbers;
use super::put::unread;
use super::record::Record;
use super::value::{NO_ANSWERS, Written};
use crate::catalogue::FactId;
use crate::date::PartialDate;
use crate::facts::{FactsBuilder, Person, Reading, Source, Value};
use crate::interval::{Bound, Interval};
use jiff::civil::Date;
use rust_decimal::Decimal;

pub(super) fn patient(as_of: Date, facts: &mut FactsBuilder, record: &Record<'_>) {
    facts.person = person(as_of, record.node);
    let Some(written) = record.node.text("birthDate") else {
        return;
    };
    let born = PartialDate::parse(written.trim());
    let spelled = born.map_or_else(|| written.trim().to_owned(), |born| born.to_string());
    let placeholders = &NO_ANSWERS.birth_dates;
    if placeholders
        .iter()
        .any(|placeholder| spelled.starts_with(placeholder))
    {
        let evidence = record.noted(written, "a placeholder, no birth date");
        facts.shown(FactId::Age, evidence);
        return;
    }
    let age = born.and_then(|birth| {
        let youngest = years(birth.latest().min(as_of), as_of)?;
        let oldest = years(birth.earliest(), as_of)?;
        let possible = FactId::Age.info().max.is_none_or(|max| oldest <= max);
        Interval::between(youngest, oldest).filter(|_| possible)
    });
    match age {
        Some(age) => {
            let evidence = record.evidence(written);
            let reading = Reading::new(Value::Number(age), Source::Patient, evidence);
            facts.reading(FactId::Age, reading);
        }
        None => {
            let evidence = record.noted(written, "the birth date cannot be read");
            facts.unreadable(FactId::Age, evidence);
        }
    }
}

fn person(as_of: Date, patient: Node<'_>) -> Person {
    let died = patient
        .text("deceasedDateTime")
        .map(|text| PartialDate::parse(text.trim()));
    // A day that cannot be read is a death all the same; one that is to come is none.
    let has_died = died.is_some_and(|day| day.is_none_or(|day| day.earliest() <= as_of));
    Person {
        deceased: has_died || patient.flag("deceasedBoolean") == Some(true),
        deceased_on: died.flatten().filter(|_| has_died),
        replaced: patient
            .all("link")
            .any(|link| link.text("type") == Some("replaced-by")),
    }
}

/// The patient's own birth date goes before an age that somebody wrote down once; without one, the age is brought
/// forward to the day of evaluation. Interpretation I29: the specification names the birth date alone.
pub(super) fn stated_age(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    written: &Written<'_>,
) {
    let fact = FactId::Age;
    let recorded = written.recorded();
    let number = match numbers::number(fact, written, known.codes) {
        Ok(number) => number,
        Err(why) => return unread(facts, fact, record, recorded, why),
    };
    let readings = facts.raw.get(&fact).map(|raw| &raw.readings);
    let is_known = readings.is_some_and(|readings| readings.iter().any(|r| r.source == Source::Patient));
    if is_known {
        let evidence = record.noted(recorded, "the birth date is known");
        facts.shown(fact, evidence);
        return;
    }
    let Some(day) = record.effective else {
        let evidence = record.noted(recorded, "an age without a date");
        facts.shown(fact, evidence);
        return;
    };
    let mut evidence = record.evidence(recorded);
    evidence.notes.extend(number.notes);
    // What is dated later is set aside with everything that is.
    let interval = match brought_forward(number.interval, day, known.as_of) {
        Some(Brought { age, passed: true }) => {
            evidence
                .notes
                .push("brought forward to the day of evaluation".into());
            age
        }
        Some(Brought { age, .. }) => age,
        None => number.interval,
    };
    let reading = Reading::new(Value::Number(interval), Source::Observation, evidence);
    facts.reading(fact, reading);
}

/// An age at the day of evaluation.
struct Brought {
    age: Interval,
    passed: bool,
}

/// The age that somebody has by now, a birthday since then being possible or not; `None` for a day to come.
fn brought_forward(age: Interval, day: PartialDate, as_of: Date) -> Option<Brought> {
    let least = years(day.latest().min(as_of), as_of)?;
    let most = years(day.earliest(), as_of)?;
    let is_anniversary = (day.earliest().month(), day.earliest().day()) == (as_of.month(), as_of.day());
    let most = if is_anniversary { most } else { most + Decimal::ONE };
    let later = |end: Option<Bound>, years: Decimal| {
        end.map(|end| Bound {
            value: end.value + years,
            inclusive: end.inclusive,
        })
    };
    Some(Brought {
        age: Interval::new(later(age.low(), least), later(age.high(), most))?,
        passed: !most.is_zero(),
    })
}

/// Completed years between two days; `None` if the first is later.
fn years(birth: Date, day: Date) -> Option<Decimal> {
    let passed = (day.month(), day.day()) >= (birth.month(), birth.day());
    let years = day.year() - birth.year() - i16::from(!passed);
    (years >= 0).then(|| Decimal::from(years))
}
