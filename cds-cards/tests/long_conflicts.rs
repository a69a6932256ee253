//! A conflict of a thousand readings is said in a few of them and a number, wherever it is said.

#![cfg(test)]

use cds_cards::assessment::Assessment;
use cds_cards::render::{Most, Policy, render, sheet};
use cds_cards::{Knowledge, assess};
use fhir_profiles::facts::{Basis, Evidence, Facts, FactsBuilder, Reading, Source, System, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::embedded().unwrap());

/// More than any chart states of one day.
const MANY: i64 = 1000;

fn evidence(number: i64) -> Evidence {
    Evidence {
        reference: format!("Observation/{number}"),
        recorded: format!("recorded {number}"),
        effective: PartialDate::parse("2026-05-01"),
        ..Evidence::default()
    }
}

fn add(builder: &mut FactsBuilder, id: FactId, value: Value, number: i64) {
    builder.reading(id, Reading::new(value, Source::Observation, evidence(number)));
}

fn word(builder: &mut FactsBuilder, id: FactId, word: &str) {
    add(builder, id, Value::Word(id.word(word).unwrap()), 0);
}

/// A patient of whom so many readings of one day say something else of a fact.
fn patient(disputed: FactId, readings: i64) -> Assessment {
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    word(&mut builder, FactId::Pnet, "present");
    word(&mut builder, FactId::LiverMetastases, "present");
    for number in 0..readings {
        match disputed {
            FactId::StageRecorded | FactId::T => {
                let words = &disputed.info().words;
                let said = &words[usize::try_from(number).unwrap() % words.len()];
                let value = Value::Word(disputed.word(said).unwrap());
                let mut reading = Reading::new(value, Source::Observation, evidence(number));
                reading.system =
                    [Some(System::Enets), Some(System::Ajcc7), None][usize::try_from(number).unwrap() % 3];
                reading.basis = Basis::Clinical;
                builder.reading(disputed, reading);
            }
            _ => {
                let value = Interval::exactly(Decimal::new(number * 8990 / readings + 1, 2));
                add(&mut builder, disputed, Value::Number(value), number);
            }
        }
    }
    assess(&KNOWLEDGE, &builder.build())
}

/// Bytes of everything that is said: the JSON without the records, the sheet and every card.
fn said(assessment: &Assessment) -> usize {
    let mut bare = assessment.clone();
    for report in bare.facts.values_mut() {
        report.evidence.clear();
        report.older.clear();
        report.overruled.clear();
    }
    let policy = Policy {
        max_cards: 9,
        full: true,
        without_metastases: true,
        public_url: None,
        instance: uuid::Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let cards = render(&KNOWLEDGE, assessment, &policy);
    let sheet = sheet(&KNOWLEDGE, assessment, Most::ALL);
    serde_json::to_string(&bare).unwrap().len()
        + serde_json::to_string(&cards).unwrap().len()
        + serde_json::to_string(&sheet).unwrap().len()
}

#[test]
fn a_thousand_readings_are_said_as_a_few() {
    let disputed = [
        FactId::Ki67,
        FactId::Mitoses,
        FactId::TumourSize,
        FactId::LiverInvolvement,
        FactId::LargestLiverLesion,
        FactId::StageRecorded,
        FactId::T,
    ];
    for fact in disputed {
        let (few, many) = (patient(fact, 10), patient(fact, MANY));
        let (few_said, many_said) = (said(&few), said(&many));
        assert!(many_said < few_said + 3000, "{fact}: {few_said} {many_said}");
        let longest = many.discrepancies.iter().map(|found| found.text.len()).max();
        assert!(longest.unwrap_or_default() < 1500, "{fact}: {longest:?}");
        assert!(many.facts[&fact].candidates.len() <= 7, "{fact}");
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let many = patient(FactId::Ki67, MANY);
    let text = conflict(&many);
    assert_eq!(text.matches(" % (2026-05-01)").count(), 5, "{text}");
    assert!(
        text.ends_with(" and 995 more: readings of equal standing disagree"),
        "{text}"
    );
    let report = &many.facts[&FactId::Ki67];
    assert_eq!(report.candidates.last().map(String::as_str), Some("995 more"));
    assert_eq!(report.evidence.len(), 1000);
    // Nothing is counted of what can be said.
    let few = patient(FactId::Ki67, 6);
    assert_eq!(few.facts[&FactId::Ki67].candidates.len(), 6);
    assert!(!conflict(&few).contains(" more"), "{}", conflict(&few));
}

fn conflict(assessment: &Assessment) -> &str {
    let mut found = assessment.discrepancies.iter();
    let conflict = found.find(|found| found.id == "conflicting-readings");
    conflict.map_or("", |found| &found.text)
}
