//! Patients made of fact words, and their cards.

use cds_cards::render::{Card, Policy, render};
use cds_cards::{Assessment, Knowledge, assess};
use fhir_profiles::facts::{Evidence, Facts, FactsBuilder, Reading, Source, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use std::sync::LazyLock;
use uuid::Uuid;

pub(crate) static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| match Knowledge::embedded() {
    Ok(knowledge) => knowledge,
    Err(faults) => panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>()),
});

pub(crate) fn policy(max_cards: usize) -> Policy<'static> {
    Policy {
        max_cards,
        full: true,
        without_metastases: true,
        public_url: Some("https://cds.example.org"),
        instance: Uuid::from_u128(0x1234),
        asking: cds_cards::render::Asking::default(),
    }
}

pub(crate) fn cards(assessment: &Assessment) -> Vec<Card> {
    render(&KNOWLEDGE, assessment, &policy(6))
}

/// A patient in fact words: `("ki67", "8")`, `("resectability", "resectable")`, `("ecog", "?")` for an unreadable record.
pub(crate) fn patient(facts: &[(&str, &str)]) -> Assessment {
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    builder.subject("Patient/p-1");
    for (fact, value) in facts {
        add(&mut builder, FactId::parse(fact).unwrap(), value);
    }
    assess(&KNOWLEDGE, &builder.build())
}

/// A patient who has PNET and liver metastases, and more.
pub(crate) fn with_liver_metastases(facts: &[(&str, &str)]) -> Assessment {
    let mut all = vec![("pnet", "present"), ("liver-metastases", "present")];
    all.extend(facts);
    patient(&all)
}

fn add(builder: &mut FactsBuilder, fact: FactId, text: &str) {
    let evidence = Evidence {
        reference: format!("Observation/{fact}"),
        recorded: text.to_owned(),
        effective: PartialDate::parse("2026-05-01"),
        ..Evidence::default()
    };
    let value = match (fact.word(text), text.parse()) {
        (Some(word), _) => Value::Word(word),
        (None, Ok(number)) => Value::Number(Interval::exactly(number)),
        (None, Err(_)) => {
            builder.unreadable(fact, evidence);
            return;
        }
    };
    builder.reading(fact, Reading::new(value, Source::Observation, evidence));
}

/// Patients that together show every card kind, group and verdict.
pub(crate) fn patients() -> Vec<(&'static str, Assessment)> {
    let resectable: &[_] = &[
        ("ki67", "2"),
        ("resectability", "resectable"),
        ("differentiation", "well"),
    ];
    let palliative: &[_] = &[
        ("ki67", "8"),
        ("grade-recorded", "G1"),
        ("resectability", "unresectable"),
        ("portal-vein", "occluded"),
        ("sstr-uptake", "3"),
        ("diabetes", "present"),
        ("ecog", "?<b>1</b>"),
    ];
    let high_grade: &[_] = &[("ki67", "70"), ("differentiation", "well"), ("mitoses", "1")];
    vec![
        ("nothing known", with_liver_metastases(&[])),
        ("resectable", with_liver_metastases(resectable)),
        ("palliative", with_liver_metastases(palliative)),
        (
            "high grade, well differentiated",
            with_liver_metastases(high_grade),
        ),
        (
            "liver metastases absent",
            patient(&[("pnet", "present"), ("liver-metastases", "absent"), ("ki67", "8")]),
        ),
        ("liver metastases not recorded", patient(&[("pnet", "present")])),
        ("pnet unreadable", patient(&[("pnet", "?")])),
    ]
}
