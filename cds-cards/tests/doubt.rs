//! What a chart leaves in doubt is said: records that do not count, old records, other readings, and what no rule looks at.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use cds_cards::assessment::{Assessment, Outcome, Reason, Verdict};
use cds_cards::render::{Card, CardKind, Policy, render};
use cds_cards::{Knowledge, assess};
use fhir_profiles::facts::{Evidence, Facts, FactsBuilder, Reading, Source, Specimen, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use uuid::Uuid;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::embedded().unwrap());

fn evidence(fact: FactId, recorded: &str, date: &str) -> Evidence {
    Evidence {
        reference: format!("Observation/{fact}-{date}"),
        recorded: recorded.to_owned(),
        effective: PartialDate::parse(date),
        ..Evidence::default()
    }
}

fn reading(fact: &str, text: &str, date: &str) -> (FactId, Reading) {
    let fact = FactId::parse(fact).unwrap();
    let value = match fact.word(text) {
        Some(word) => Value::Word(word),
        None => Value::Number(Interval::exactly(text.parse().unwrap())),
    };
    (
        fact,
        Reading::new(value, Source::Observation, evidence(fact, text, date)),
    )
}

/// A patient with PNET and liver metastases, of whom these readings are recorded, and what else `more` adds.
fn chart(readings: &[(&str, &str, &str)], more: impl FnOnce(&mut FactsBuilder)) -> Assessment {
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    builder.subject("Patient/p-1");
    let tumour = [
        ("pnet", "present", "2026-01-01"),
        ("liver-metastases", "present", "2026-01-01"),
    ];
    for (fact, text, date) in tumour.iter().chain(readings) {
        let (fact, reading) = reading(fact, text, date);
        builder.reading(fact, reading);
    }
    more(&mut builder);
    assess(&KNOWLEDGE, &builder.build())
}

fn aside(builder: &mut FactsBuilder, fact: FactId, recorded: &str, date: &str, note: &str) {
    let mut evidence = evidence(fact, recorded, date);
    evidence.notes.push(note.to_owned());
    builder.shown(fact, evidence);
}

fn cards(assessment: &Assessment) -> Vec<Card> {
    let policy = Policy {
        max_cards: 9,
        full: true,
        without_metastases: true,
        public_url: None,
        instance: Uuid::from_u128(7),
        asking: cds_cards::render::Asking::default(),
    };
    render(&KNOWLEDGE, assessment, &policy)
}

fn detail(assessment: &Assessment, kind: CardKind, group: &str) -> String {
    let all = cards(assessment);
    let of_group = |card: &&Card| card.about().group.map_or("", |group| group.as_str()) == group;
    let mut found = all.iter().filter(|card| card.about().kind == kind);
    found.find(of_group).unwrap().detail().to_owned()
}

#[test]
fn what_is_recorded_and_not_confirmed_is_not_called_unrecorded() {
    let assessment = chart(&[("resectability", "resectable", "2026-05-01")], |builder| {
        aside(
            builder,
            FactId::ExtrahepaticMetastases,
            "bone",
            "2026-04-01",
            "not confirmed",
        );
    });
    let card = detail(&assessment, CardKind::Pathway, "");
    assert!(
        card.contains("extrahepatic metastases: recorded, not confirmed"),
        "{card}"
    );
    let resection = assessment.option("curative-resection").unwrap();
    let criterion = resection
        .criteria
        .iter()
        .find(|c| c.id == "no-extrahepatic-metastases");
    let criterion = criterion.unwrap();
    assert_eq!(criterion.reason, Some(Reason::Missing));
    assert_eq!(criterion.aside.as_deref(), Some("recorded, not confirmed"));
}

#[test]
fn a_gate_that_hangs_on_an_unconfirmed_record_says_so() {
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    let (fact, pnet) = reading("pnet", "present", "2026-01-01");
    builder.reading(fact, pnet);
    let liver = FactId::LiverMetastases;
    aside(&mut builder, liver, "liver", "2026-02-01", "not confirmed");
    let assessment = assess(&KNOWLEDGE, &builder.build());
    let card = &cards(&assessment)[0];
    assert!(
        card.summary()
            .contains("liver metastases recorded, not confirmed"),
        "{}",
        card.summary()
    );
    assert!(
        card.detail()
            .contains("Liver metastases: recorded, not confirmed. Options not assessed")
    );
}

#[test]
fn an_absence_older_than_an_unconfirmed_presence_stands_with_it() {
    let of = |date: &str| {
        let readings = [
            ("ki67", "2", "2026-05-01"),
            ("resectability", "resectable", "2026-05-01"),
            ("differentiation", "well", "2026-05-01"),
            ("extrahepatic-metastases", "absent", "2026-05-01"),
            ("distant-lymph-node-metastases", "absent", "2026-05-01"),
            ("diffuse-peritoneal-metastases", "absent", "2026-05-01"),
            ("right-heart-dysfunction", "absent", "2026-05-01"),
            ("liver-involvement", "20", "2026-05-01"),
            ("ecog", "1", "2026-05-01"),
        ];
        chart(&readings, |builder| {
            aside(
                builder,
                FactId::ExtrahepaticMetastases,
                "bone",
                date,
                "not confirmed",
            );
        })
    };
    let doubt = "a newer record does not count: not confirmed (2026-06-01)";
    let newer = of("2026-06-01");
    assert_eq!(
        newer.option("curative-resection").unwrap().verdict,
        Verdict::Supported
    );
    assert!(detail(&newer, CardKind::Options, "surgery").contains(doubt));
    let older = of("2026-04-01");
    assert!(!detail(&older, CardKind::Options, "surgery").contains("does not count"));
}

fn stable(since: &str, last: &str) -> (Option<Reason>, Outcome, bool, String) {
    let assessment = chart(&[], |builder| {
        let (fact, mut status) = reading("disease-status", "stable", last);
        status.since = PartialDate::parse(since);
        builder.reading(fact, status);
    });
    let option = assessment.option("liver-transplantation").unwrap();
    let criterion = option
        .criteria
        .iter()
        .find(|c| c.id == "stable-6-months")
        .unwrap();
    (
        criterion.reason,
        criterion.outcome,
        criterion.interpretation,
        criterion.because.clone(),
    )
}

#[test]
fn stability_is_counted_to_its_last_reading() {
    let (_, outcome, interpretation, _) = stable("2026-01-01", "2026-10-01");
    assert_eq!((outcome, interpretation), (Outcome::Met, false));
    let (_, outcome, _, _) = stable("2026-06-01", "2026-10-01");
    assert_eq!(outcome, Outcome::NotMet, "under six months to this day");
    // Seven months to this day, one to the last reading.
    let (reason, _, interpretation, because) = stable("2026-05-01", "2026-06-01");
    assert_eq!((reason, interpretation), (Some(Reason::Judgement), true));
    assert!(
        because.contains("only if it went on after the last reading"),
        "{because}"
    );
}

#[test]
fn a_status_last_read_long_ago_is_for_a_person_to_judge() {
    for (since, last) in [
        ("2026-04-01", "2026-04-30"),
        ("2019-04-01", "2019-04-02"),
        ("2020-01-01", "2026-05-23"),
    ] {
        let (reason, outcome, interpretation, because) = stable(since, last);
        assert_eq!(
            (outcome, reason),
            (Outcome::Unknown, Some(Reason::Judgement)),
            "{last}"
        );
        assert!(interpretation);
        assert!(
            because.contains(last) && because.contains("no reading in the last 6 months"),
            "{because}"
        );
    }
    let (_, outcome, _, _) = stable("2020-01-01", "2026-05-24");
    assert_eq!(outcome, Outcome::Met);
    let (reason, ..) = stable("2020-01-01", "2026-05");
    assert_eq!(reason, Some(Reason::Judgement), "the last reading may be too old");
}

#[test]
fn what_the_grade_leaves_out_stands_on_the_card() {
    let assessment = chart(&[("mitoses", "1", "2026-05-01")], |builder| {
        let ki67 = FactId::Ki67;
        builder.unreadable(ki67, evidence(ki67, "see report", "2026-06-01"));
        let (fact, later) = reading("mitoses", "30", "2027-01-01");
        builder.reading(fact, later);
    });
    assert_eq!(assessment.grade.value.as_deref(), Some("G1"));
    let card = detail(&assessment, CardKind::Pathway, "");
    assert!(card.contains("Ki-67: recorded, not readable"), "{card}");
    let mitoses = &assessment.facts[&FactId::Mitoses];
    let later = mitoses.shown.iter().find(|record| record.recorded == "30");
    assert!(later.is_some(), "shown, not used: {:?}", mitoses.shown);
}

#[test]
fn a_primary_and_a_metastasis_are_two_findings() {
    let assessment = chart(&[], |builder| {
        for (value, specimen) in [("2", Specimen::Primary), ("25", Specimen::Metastasis)] {
            let (fact, mut ki67) = reading("ki67", value, "2026-05-01");
            ki67.specimen = Some(specimen);
            builder.reading(fact, ki67);
        }
    });
    assert_eq!(
        assessment.grade.because,
        "Ki-67 primary 2 % (G1), metastasis 25 % (G3); the higher counts"
    );
    let card = detail(&assessment, CardKind::Pathway, "");
    assert!(
        card.contains("G3 (Ki-67 2 % (primary), 25 % (metastasis)"),
        "{card}"
    );
}

#[test]
fn an_older_reading_that_speaks_against_an_option_is_told_and_well_beside_g2_is_no_discrepancy() {
    let assessment = chart(
        &[
            ("ki67", "8", "2026-05-01"),
            ("differentiation", "well", "2026-05-01"),
            ("portal-vein", "occluded", "2026-04-30"),
            ("portal-vein", "patent", "2026-05-01"),
        ],
        |_| {},
    );
    let ids: Vec<&str> = assessment
        .discrepancies
        .iter()
        .map(|found| found.id.as_str())
        .collect();
    assert_eq!(ids, ["older-reading-differs"]);
    let text = &assessment.discrepancies[0].text;
    assert!(text.contains("occluded (2026-04-30)"), "{text}");
    assert!(
        text.contains("Transarterial embolisation (TAE)") && text.contains("Radioembolisation (SIRT)"),
        "{text}"
    );
}

#[test]
fn poor_differentiation_beside_a_low_grade_comes_first() {
    let assessment = chart(
        &[
            ("ki67", "1", "2026-05-01"),
            ("grade-recorded", "G2", "2026-05-01"),
            ("differentiation", "poor", "2026-05-01"),
        ],
        |_| {},
    );
    assert_eq!(assessment.discrepancies[0].id, "differentiation-and-grade");
    assert_eq!(assessment.discrepancies.len(), 2);
}

#[test]
fn the_note_on_a_whipple_reaches_those_who_had_one() {
    let of = |whipple: &str| {
        let readings = [
            ("resectability", "unresectable", "2026-05-01"),
            ("prior-pancreaticoduodenectomy", whipple, "2026-05-01"),
            ("gi-shunt", "absent", "2026-05-01"),
            ("portal-vein", "patent", "2026-05-01"),
            ("liver-reserve", "adequate", "2026-05-01"),
            ("ecog", "0", "2026-05-01"),
        ];
        detail(&chart(&readings, |_| {}), CardKind::Options, "liver-directed")
    };
    assert!(of("present").contains("(U22"), "{}", of("present"));
    assert!(!of("absent").contains("(U22"));
}

#[test]
fn a_grade_that_the_review_does_not_name_for_temozolomide_is_our_reading() {
    let assessment = chart(&[("ki67", "30", "2026-05-01")], |_| {});
    let marked = |option: &str, criterion: &str| {
        let option = assessment.option(option).unwrap();
        let grade = option.criteria.iter().find(|c| c.id == criterion).unwrap();
        grade.interpretation
    };
    assert!(marked("temozolomide-capecitabine", "not-high-grade"));
    assert!(!marked("streptozocin-fluorouracil", "grade-g1-g2"));
    assert!(!marked("everolimus", "not-high-grade"));
}

#[test]
fn numbers_of_one_day_in_two_units_are_not_united() {
    let assessment = chart(&[], |builder| {
        for (value, unit) in [("90", "ng/mL"), ("120", "U/L")] {
            let (fact, mut marker) = reading("chromogranin-a", value, "2026-05-01");
            marker.unit = Some(unit.to_owned());
            builder.reading(fact, marker);
        }
    });
    let marker = &assessment.facts[&FactId::ChromograninA];
    assert_eq!(
        (&marker.value, &marker.range, &marker.unit),
        (&None, &None, &None)
    );
    let candidates: BTreeSet<&str> = marker.candidates.iter().map(String::as_str).collect();
    assert_eq!(candidates, BTreeSet::from(["90 ng/mL", "120 U/L"]));
}

#[test]
fn what_no_rule_looks_at_is_said_and_that_a_child_is_none_of_the_reviews() {
    let card = |age: &str| {
        detail(
            &chart(&[("age", age, "2026-05-01")], |_| {}),
            CardKind::Pathway,
            "",
        )
    };
    assert!(!card("18").contains("adults."));
    assert!(card("17").starts_with("- **Age 17. The review concerns adults.**"));
}

#[test]
fn a_limit_that_the_source_draws_elsewhere_is_named() {
    let card = detail(
        &chart(&[("age", "55", "2026-05-01")], |_| {}),
        CardKind::Options,
        "surgery",
    );
    let row = card
        .lines()
        .find(|line| line.starts_with("- Liver transplantation"))
        .unwrap();
    assert!(
        row.contains("exactly on the limit (Disc5: the source, by a secondary summary"),
        "{row}"
    );
}

#[test]
fn no_card_shares_its_topic_with_another() {
    let assessment = chart(
        &[
            ("ki67", "8", "2026-05-01"),
            ("differentiation", "well", "2026-05-01"),
            ("resectability", "unresectable", "2026-05-01"),
        ],
        |_| {},
    );
    let all = cards(&assessment);
    let topic = |card: &Card| {
        let json = serde_json::to_value(card).unwrap();
        json["source"]["topic"]["code"].as_str().unwrap().to_owned()
    };
    let topics: BTreeSet<String> = all.iter().map(topic).collect();
    assert_eq!(topics.len(), all.len());
    assert!(all.len() >= 5, "{}", all.len());
    let labels: Vec<String> = all
        .iter()
        .flat_map(|card| {
            serde_json::to_value(card).unwrap()["suggestions"]
                .as_array()
                .cloned()
        })
        .flatten()
        .map(|one| one["actions"][0]["description"].as_str().unwrap().to_owned())
        .collect();
    let distinct: BTreeSet<&String> = labels.iter().collect();
    assert_eq!(distinct.len(), labels.len(), "{labels:?}");
}
