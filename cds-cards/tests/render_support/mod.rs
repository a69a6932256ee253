//! What the tests of the cards share: patients made of fact words, and cards read as a record system reads them.

use cds_cards::render::{Card, Policy, WORD_JOINER, render};
use cds_cards::{Assessment, Knowledge, assess};
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use fhir_profiles::facts::{Evidence, Facts, FactsBuilder, Reading, Source, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use std::sync::LazyLock;
use uuid::Uuid;

pub static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| match Knowledge::embedded() {
    Ok(knowledge) => knowledge,
    Err(faults) => panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>()),
});

pub fn policy(max_cards: usize) -> Policy<'static> {
    Policy {
        max_cards,
        public_url: Some("https://cds.example.org"),
        instance: Uuid::from_u128(0x1234),
    }
}

pub fn cards(assessment: &Assessment) -> Vec<Card> {
    render(&KNOWLEDGE, assessment, &policy(5))
}

pub fn json(card: &Card) -> serde_json::Value {
    serde_json::to_value(card).unwrap()
}

/// A patient in fact words: `("ki67", "8")`, `("resectability", "resectable")`, `("ecog", "?")` for an unreadable record.
pub fn patient(facts: &[(&str, &str)]) -> Assessment {
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    builder.subject("Patient/p-1");
    for (fact, value) in facts {
        add(&mut builder, FactId::parse(fact).unwrap(), value);
    }
    assess(&KNOWLEDGE, &builder.build())
}

/// A patient who has PNET and liver metastases, and more.
pub fn with_liver_metastases(facts: &[(&str, &str)]) -> Assessment {
    let mut all = vec![("pnet", "present"), ("liver-metastases", "present")];
    all.extend(facts);
    patient(&all)
}

fn add(builder: &mut FactsBuilder, fact: FactId, text: &str) {
    let evidence = Evidence {
        reference: format!("Observation/{fact}"),
        recorded: text.to_owned(),
        effective: PartialDate::parse("2026-05-01"),
        notes: Vec::new(),
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
pub fn patients() -> Vec<(&'static str, Assessment)> {
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

/// One node of a card as read: what it is, and its text without the joiners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Node(String),
}

/// The card as GitHub-flavoured Markdown, depth first; neighbouring texts are one.
pub fn read(markdown: &str) -> Vec<Part> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.alerts = true;
    options.extension.superscript = true;
    options.parse.relaxed_autolinks = true;
    let arena = Arena::new();
    let mut parts = Vec::new();
    collect(parse_document(&arena, markdown, &options), &mut parts);
    parts
}

fn collect<'a>(node: &'a AstNode<'a>, parts: &mut Vec<Part>) {
    match &node.data.borrow().value {
        NodeValue::Text(text) => {
            let text = text.replace(WORD_JOINER, "");
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ => parts.push(Part::Text(text)),
            }
        }
        other => {
            let name = format!("{other:?}");
            parts.push(Part::Node(
                name.split([' ', '(', '{']).next().unwrap_or_default().to_owned(),
            ));
        }
    }
    for child in node.children() {
        collect(child, parts);
    }
}

/// The same without the texts' content.
pub fn skeleton(parts: &[Part]) -> Vec<String> {
    let name = |part: &Part| match part {
        Part::Text(_) => "text".to_owned(),
        Part::Node(name) => name.clone(),
    };
    parts.iter().map(name).collect()
}

/// All texts that stand without markup in between.
pub fn texts(parts: &[Part]) -> Vec<&str> {
    let text = |part: &'_ Part| matches!(part, Part::Text(_));
    let texts = parts.iter().filter(|part| text(part));
    texts
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Node(_) => "",
        })
        .collect()
}
