//! What the value of an Observation comes to for its fact: a word, a number or a score.

use super::element::Node;
use super::known::Known;
use super::marker::marker;
use super::named::names;
use super::numbers;
use super::places::specimen;
use super::put::{put, unread};
use super::record::Record;
use super::value::{self, Unread, Written};
use super::words::polar;
use crate::catalogue::{FactId, Kind};
use crate::chart::Coding;
use crate::codes::{Codes, Named};
use crate::facts::{Basis, FactsBuilder, Reading, Source, Value};
use crate::interval::Interval;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Interpretation I38: days in which a pregnancy has ended.
const PREGNANCY: i32 = 300;

pub(super) fn words(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
) {
    let interpreted = value::interpreted(part, known.codes);
    let opposite = |yes: bool| polar(fact, yes);
    let read = match (value::words(fact, written, known.codes), interpreted) {
        (Err(Unread::Nothing(note)), Some(yes)) if matches!(written, Written::Nothing) => opposite(yes)
            .map(|word| BTreeSet::from([word]))
            .ok_or(Unread::Nothing(note)),
        (Ok(words), Some(yes)) if opposite(!yes).is_some_and(|word| words.contains(&word)) => Err(
            Unread::Unreadable("value and interpretation contradict each other"),
        ),
        (read, _) => read,
    };
    let recorded = if matches!(written, Written::Nothing) {
        part.get("interpretation")
            .and_then(Node::shown)
            .unwrap_or_default()
            .to_owned()
    } else {
        written.recorded()
    };
    let value = match read {
        Ok(words) if fact.info().kind == Kind::Several => Value::Words(words),
        Ok(mut words) => match words.pop_first() {
            Some(word) => Value::Word(word),
            None => return,
        },
        Err(why) => return unread(facts, fact, record, recorded, why),
    };
    if fact == FactId::Pregnancy && is_long_ago(known.as_of, record) {
        let evidence = record.noted(recorded, "longer ago than a pregnancy lasts");
        facts.shown(fact, evidence);
        return;
    }
    let mut reading = Reading::new(value, Source::Observation, record.evidence(recorded));
    if fact == FactId::Functioning && reading.says("functioning") {
        reading.detail = syndrome(&written.codings(), known.codes);
    }
    if fact == FactId::DiseaseStatus {
        reading.since = record
            .node
            .get("effectivePeriod")
            .and_then(|period| period.text("start"))
            .and_then(|start| crate::date::PartialDate::parse(start.trim()));
    }
    put(facts, record, fact, reading);
}

/// The syndrome that an answer names beside its word.
fn syndrome(codings: &[Coding<'_>], codes: &Codes) -> Option<String> {
    names(codings, codes).into_iter().find_map(|named| match named {
        Named::Syndrome(syndrome) => Some(syndrome.to_owned()),
        _ => None,
    })
}

/// Whether nobody who was pregnant then is so now: the specification says "pregnancy now".
fn is_long_ago(as_of: Date, record: &Record<'_>) -> bool {
    let last = record.effective.map(|date| date.latest());
    last.is_some_and(|last| last.checked_add(PREGNANCY.days()).is_ok_and(|end| end < as_of))
}

pub(super) fn score(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
) {
    if !fact.info().words.is_empty()
        && (value::words(fact, written, known.codes).is_ok() || matches!(written, Written::Nothing))
    {
        return words(known, facts, fact, record, part, written);
    }
    match numbers::score(fact, written, known.codes) {
        Ok(number) => {
            let mut evidence = record.evidence(written.recorded());
            evidence.notes.extend(number.notes);
            let reading = Reading::new(Value::Number(number.interval), Source::Observation, evidence);
            put(facts, record, fact, reading);
        }
        Err(why) => unread(facts, fact, record, written.recorded(), why),
    }
}

pub(super) fn number(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    fact: FactId,
    basis: Basis,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
) {
    if matches!(fact, FactId::Glucagon | FactId::Vip) {
        return marker(known.codes, facts, fact, record, part, written);
    }
    match numbers::number(fact, written, known.codes) {
        Ok(number) => {
            let mut evidence = record.evidence(written.recorded());
            evidence.notes.extend(number.notes);
            let mut reading = Reading::new(Value::Number(number.interval), Source::Observation, evidence);
            reading.basis = basis;
            if fact == FactId::Ki67 {
                reading.specimen = specimen(known, record);
            }
            put(facts, record, fact, reading);
        }
        Err(why) => unread(facts, fact, record, written.recorded(), why),
    }
}

/// A presence code is an index only where a percentage is given.
pub(super) fn ki67_presence(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
) {
    let percentage = match written {
        Written::Quantity(quantity) => numbers::unit_of(*quantity) == Some("%"),
        Written::Text(text) => text.contains('%'),
        _ => false,
    };
    if percentage {
        number(known, facts, FactId::Ki67, Basis::Plain, record, part, written);
    } else {
        let evidence = record.noted(written.recorded(), "says whether Ki-67 is there, not how much");
        facts.shown(FactId::Ki67, evidence);
    }
}

pub(super) fn karnofsky(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>, written: &Written<'_>) {
    let fact = FactId::Ecog;
    let no_answer = || Unread::Nothing("not assessed");
    let nothing = written.nothing();
    if let Some(nothing) = nothing.or_else(|| written.is_no_answer(codes).then(no_answer)) {
        return unread(facts, fact, record, written.recorded(), nothing);
    }
    let exact = numbers::karnofsky(written).and_then(|karnofsky| match karnofsky {
        100 => Some(0),
        80 | 90 => Some(1),
        60 | 70 => Some(2),
        40 | 50 => Some(3),
        10 | 20 | 30 => Some(4),
        0 => Some(5),
        _ => None,
    });
    match exact.or_else(|| numbers::coded_ecog(written, codes)) {
        Some(ecog) => {
            let note = format!("ECOG {ecog} from a Karnofsky index");
            let mut reading = Reading::new(
                Value::Number(Interval::exactly(Decimal::from(ecog))),
                Source::Observation,
                record.noted(written.recorded(), note),
            );
            reading.basis = Basis::Karnofsky;
            put(facts, record, fact, reading);
        }
        None => unread(
            facts,
            fact,
            record,
            written.recorded(),
            Unread::Unreadable("no Karnofsky index in steps of ten"),
        ),
    }
}
