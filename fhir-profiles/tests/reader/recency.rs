//! Which reading counts, where it is about how FHIR says it: abatements, sites, sizes, records in error, what-ifs.

use crate::support::*;
use fhir_profiles::facts::{Basis, Evidence, Reading, Source, System, Unknown, Value};
use fhir_profiles::recency::Behind;
use fhir_profiles::{Codes, FactId, Facts, ReadPolicy, read};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

fn m(id: &str, value: &str, date: &str) -> Json {
    let ajcc8 =
        json!({"method": concept(SNOMED, "897275008"), "valueString": value, "effectiveDateTime": date});
    observation(id, SNOMED, "277208005", ajcc8)
}

fn own(fact: &str, value: Json, date: &str) -> Json {
    observation(
        &format!("{fact}-{date}"),
        FACTS,
        fact,
        with(json!({"effectiveDateTime": date}), value),
    )
}

fn stated(fact: &str, present: bool, date: &str) -> Json {
    own(fact, json!({"valueBoolean": present}), date)
}

fn of(facts: &Facts, fact: &str) -> String {
    short(facts.get(id(fact)))
}

#[test]
fn a_resolved_metastasis_is_dated_by_its_abatement() {
    let resolved = |more: Json| {
        let more = with(
            clinical("resolved"),
            with(json!({"recordedDate": "2024-01-01"}), more),
        );
        let read = facts(&[
            condition("c", ICD, "C78.7", more),
            stated("liver-metastases", true, "2025-06-01"),
        ]);
        of(&read, "liver-metastases")
    };
    for (abatement, read) in [
        (json!({}), "present"),
        (json!({"abatementDateTime": "2026-01-10"}), "absent"),
        (
            json!({"abatementPeriod": {"start": "2025-01-01", "end": "2026-01-10"}}),
            "absent",
        ),
        (json!({"abatementDateTime": "2025-05-31"}), "present"),
        (json!({"abatementString": "after surgery"}), "present"),
        (json!({"abatementDateTime": "last spring"}), "present"),
    ] {
        let told = abatement.to_string();
        assert_eq!(resolved(abatement), read, "{told}");
    }
}

#[test]
fn an_m1a_opens_no_gate_against_a_resolved_diagnosis() {
    for status in ["resolved", "remission", "inactive"] {
        for (value, date) in [
            ("M1a", "2024-01-01"),
            ("M1a", "2026-10-01"),
            ("M1c", "2026-10-01"),
        ] {
            let read = facts(&[
                condition("c", ICD, "C78.7", clinical(status)),
                m("m", value, date),
            ]);
            assert_eq!(of(&read, "liver-metastases"), "absent", "{status} {value} {date}");
            let fact = read.get(id("liver-metastases"));
            assert_eq!(fact.behind(&fact.older[0]), Behind::Category);
            assert!(!read.metastatic_at_diagnosis().is_empty());
        }
    }
    let refuted = condition("c", ICD, "C78.7", verification("refuted"));
    let read = facts(&[refuted, m("m", "M1a", "2026-10-01")]);
    assert_eq!(of(&read, "liver-metastases"), "present");
}

#[test]
fn resolved_extrahepatic_metastases_are_neither_there_nor_gone() {
    let bone = |more: Json| condition("b", ICD, "C79.51", with(clinical("resolved"), more));
    for others in [
        vec![],
        vec![m("m", "M0", "2026-10-01")],
        vec![m("m", "M1a", "2026-10-01")],
        vec![stated("extrahepatic-metastases", false, "2024-01-01")],
    ] {
        let read = facts(&[vec![bone(json!({}))], others].concat());
        assert_eq!(of(&read, "extrahepatic-metastases"), "missing");
        let fact = read.get(id("extrahepatic-metastases"));
        assert!(fact.shown.iter().any(|e| e.reference == "Condition/b"));
        let once = read.metastatic_at_diagnosis();
        assert!(once.iter().any(|(_, reading)| reading.source == Source::Former));
    }
    let later = stated("extrahepatic-metastases", false, "2026-10-01");
    assert_eq!(
        of(&facts(&[bone(json!({})), later]), "extrahepatic-metastases"),
        "absent"
    );
    let nodes = observation(
        "n",
        FACTS,
        "distant-lymph-node-metastases",
        json!({"valueBoolean": true}),
    );
    assert_eq!(
        of(&facts(&[bone(json!({})), nodes]), "extrahepatic-metastases"),
        "present"
    );
}

#[test]
fn a_recorded_part_wins_over_every_statement_about_the_whole() {
    let bone = condition("b", ICD, "C79.51", json!({"recordedDate": "2024-01-01"}));
    let site = observation(
        "s",
        LOINC,
        "21907-1",
        json!({"valueCodeableConcept": {"text": "M1 (OSS)"}, "effectiveDateTime": "2024-01-01"}),
    );
    for part in [
        bone,
        site,
        m("p", "M1b", "2024-01-01"),
        m("p", "M1c", "2024-01-01"),
    ] {
        let whole = stated("extrahepatic-metastases", false, "2026-10-01");
        let read = facts(&[part, whole]);
        assert_eq!(of(&read, "extrahepatic-metastases"), "present");
        assert_eq!(read.get(id("extrahepatic-metastases")).overruled.len(), 1);
    }
    let whole = [
        stated("extrahepatic-metastases", true, "2024-01-01"),
        stated("extrahepatic-metastases", false, "2026-10-01"),
    ];
    assert_eq!(of(&facts(&whole), "extrahepatic-metastases"), "absent");
}

#[test]
fn a_recorded_liver_metastasis_stands_against_a_category_that_says_elsewhere_only() {
    let recorded = [
        condition("l", ICD, "C78.7", json!({"recordedDate": "2024-01-01"})),
        stated("liver-metastases", true, "2024-01-01"),
        observation(
            "s",
            LOINC,
            "21907-1",
            json!({"valueCodeableConcept": {"text": "M1 (HEP)"}, "effectiveDateTime": "2024-01-01"}),
        ),
    ];
    for liver in recorded {
        for value in ["M1b", "M0"] {
            let read = facts(&[liver.clone(), m("m", value, "2026-10-01")]);
            assert_eq!(of(&read, "liver-metastases"), "present", "{value}");
        }
    }
    assert_eq!(
        of(&facts(&[m("m", "M1b", "2026-10-01")]), "liver-metastases"),
        "absent"
    );
}

#[test]
fn m1_with_a_site_that_is_neither_liver_nor_regional_is_extrahepatic() {
    for (at, elsewhere) in [
        (site(SNOMED, "39607008"), "present"),
        (json!({"bodySite": {"text": "Left lung"}}), "present"),
        (json!({"bodySite": {"text": "Brain"}}), "present"),
        (json!({"bodySite": {"text": "adrenal"}}), "present"),
        (json!({"bodySite": {"text": "see report"}}), "missing"),
        (liver(), "missing"),
        (pancreas(), "missing"),
        (json!({}), "missing"),
    ] {
        let told = at.to_string();
        let resource = observation("m", SNOMED, "277208005", with(json!({"valueString": "M1"}), at));
        assert_eq!(one(FactId::ExtrahepaticMetastases, resource), elsewhere, "{told}");
    }
}

fn lesion(id: &str, cm: f64, date: &str) -> Json {
    let size = json!({"valueQuantity": {"value": cm, "unit": "cm"}, "effectiveDateTime": date});
    observation(id, LOINC, "21889-1", with(size, liver()))
}

#[test]
fn of_lesions_by_their_site_the_largest_counts() {
    let largest = |lesions: &[Json]| of(&facts(lesions), "largest-liver-lesion");
    let old = || lesion("a", 6.4, "2026-10-01");
    assert_eq!(largest(&[old(), lesion("b", 2.1, "2026-10-01")]), "6.4");
    assert_eq!(largest(&[old(), lesion("b", 2.1, "2026-10-29")]), "6.4");
    assert_eq!(largest(&[old(), lesion("b", 2.1, "2026-10-30")]), "2.1");
    assert_eq!(largest(&[old(), lesion("b", 2.1, "2026-10")]), "6.4");
    let own = own(
        "largest-liver-lesion",
        json!({"valueQuantity": {"value": 3, "unit": "cm"}}),
        "2026-10-20",
    );
    assert_eq!(largest(&[old(), own]), "3|6.4");
    let read = facts(&[old(), lesion("b", 2.1, "2026-10-29")]);
    let reading = &read.get(id("largest-liver-lesion")).readings().unwrap()[0];
    assert_eq!(
        reading.effective().map(|d| d.to_string()).as_deref(),
        Some("2026-10-29")
    );
    assert_eq!((reading.basis, reading.evidence.len()), (Basis::BySite, 2));
}

#[test]
fn what_counted_before_an_unreadable_record_stays_in_sight() {
    let unread = own("portal-vein", json!({"valueString": "see report"}), "2026-10-01");
    let read = facts(&[
        own("portal-vein", json!({"valueString": "occluded"}), "2025-01-01"),
        unread,
    ]);
    let fact = read.get(FactId::PortalVein);
    assert_eq!(fact.readings(), Err(Unknown::Unreadable));
    assert!(fact.older[0].says("occluded"));
}

fn closed(resources: &[Json], facts: &[&str]) -> Facts {
    let closed_world: BTreeSet<FactId> = facts.iter().map(|fact| id(fact)).collect();
    let policy = ReadPolicy {
        as_of: "2026-11-23".parse().unwrap(),
        codes: Codes::embedded(),
        closed_world: &closed_world,
    };
    with_chart(resources, |chart| read(chart, &policy))
}

#[test]
fn a_record_of_any_status_keeps_a_fact_from_being_assumed_absent() {
    let fact = "extrahepatic-metastases";
    assert_eq!(of(&closed(&[patient()], &[fact]), fact), "absent");
    let status =
        |status: &str| observation("o", FACTS, fact, json!({"status": status, "valueBoolean": true}));
    let nodes = observation(
        "n",
        FACTS,
        "distant-lymph-node-metastases",
        json!({"valueBoolean": false}),
    );
    for record in [
        status("entered-in-error"),
        status("cancelled"),
        status("registered"),
        condition("c", ICD, "C79.51", verification("entered-in-error")),
        condition("c", ICD, "C79.51", verification("refuted")),
        condition("c", ICD, "C79.51", clinical("resolved")),
        nodes,
        observation("m", SNOMED, "277208005", json!({"valueString": "M1"})),
    ] {
        let told = record.to_string();
        assert_eq!(of(&closed(&[record], &[fact]), fact), "missing", "{told}");
    }
    let m1 = observation("m", SNOMED, "277208005", json!({"valueString": "M1"}));
    assert_eq!(
        of(&closed(&[m1], &["liver-metastases"]), "liver-metastases"),
        "missing"
    );
}

fn supposed(fact: FactId, word: &str) -> Vec<Reading> {
    let word = Value::Word(fact.word(word).unwrap());
    vec![Reading::new(word, Source::Observation, Evidence::default())]
}

#[test]
fn what_follows_from_a_supposition_is_worked_out_again() {
    let chart = || {
        facts(&[
            stated("extrahepatic-metastases", false, "2026-10-01"),
            m("m", "M1a", "2026-10-01"),
        ])
    };
    for part in [
        FactId::DistantLymphNodeMetastases,
        FactId::DiffusePeritonealMetastases,
    ] {
        let what_if = chart().supposing(part, supposed(part, "present"));
        assert_eq!(of(&what_if, "extrahepatic-metastases"), "present", "{part}");
        let what_if = what_if.supposing(part, supposed(part, "absent"));
        assert_eq!(of(&what_if, "extrahepatic-metastases"), "absent", "{part}");
    }
    let mut both = supposed(FactId::M, "M1b");
    both[0].system = Some(System::Ajcc8);
    let what_if = chart().supposing(FactId::M, both);
    assert_eq!(of(&what_if, "liver-metastases"), "absent");
    assert_eq!(of(&what_if, "extrahepatic-metastases"), "present");
    assert_eq!(
        of(&chart().supposing(FactId::M, Vec::new()), "liver-metastases"),
        "missing"
    );
    let fact = FactId::ExtrahepaticMetastases;
    let pinned = chart()
        .supposing(fact, supposed(fact, "present"))
        .supposing(FactId::M, supposed(FactId::M, "M0"));
    assert_eq!(of(&pinned, "extrahepatic-metastases"), "present");
    let other = chart().supposing(FactId::PortalVein, supposed(FactId::PortalVein, "patent"));
    assert_eq!(of(&other, "liver-metastases"), "present");
}

#[test]
fn a_supposition_of_what_is_recorded_changes_nothing() {
    let chart = facts(&[
        condition("c", ICD, "C78.7", json!({})),
        m("m", "M1c", "2026-10-01"),
        stated("distant-lymph-node-metastases", true, "2026-10-01"),
    ]);
    let recorded = chart
        .get(FactId::DistantLymphNodeMetastases)
        .readings()
        .unwrap()
        .to_vec();
    let what_if = chart
        .clone()
        .supposing(FactId::DistantLymphNodeMetastases, recorded);
    for id in FactId::ALL {
        assert_eq!(short(what_if.get(*id)), short(chart.get(*id)), "{id}");
    }
}

#[test]
fn the_stage_of_a_metastasis_of_another_day_stays() {
    let once = |resources: &[Json]| !facts(resources).metastatic_at_diagnosis().is_empty();
    assert!(once(&[m("m", "M1", "2024-01-01"), m("n", "M0", "2026-10-01")]));
    assert!(!once(&[m("m", "M1", "2024-01-01"), m("n", "M0", "2024-01-01")]));
    assert!(!once(&[
        stated("liver-metastases", true, "2024-01-01"),
        stated("liver-metastases", false, "2026-01-01")
    ]));
    assert!(once(&[condition("c", ICD, "C78.7", clinical("remission"))]));
    assert!(once(&[condition("c", ICD, "C79.51", clinical("resolved"))]));
    assert!(!once(&[condition("c", ICD, "C78.7", verification("refuted"))]));
    assert!(!once(&[condition(
        "c",
        ICD,
        "C78.7",
        verification("provisional")
    )]));
    assert!(!once(&[m("m", "M0", "2026-10-01")]));
}

#[test]
fn a_clinical_category_is_not_an_older_one() {
    let t = |id: &str, value: &str, date: &str| {
        observation(
            id,
            SNOMED,
            "78873005",
            json!({"valueString": value, "effectiveDateTime": date}),
        )
    };
    let read = facts(&[
        t("a", "pT2", "2024-01-01"),
        t("b", "cT3", "2026-01-01"),
        t("c", "pT1", "2023-01-01"),
    ]);
    let fact = read.get(FactId::T);
    assert_eq!(short(fact), "T2");
    let behind: Vec<Behind> = fact.older.iter().map(|older| fact.behind(older)).collect();
    assert_eq!(behind, [Behind::Clinical, Behind::Older]);
    let read = facts(&[m("a", "pM0", "2026-10-01"), m("b", "cM1", "2026-10-01")]);
    assert_eq!(read.get(FactId::M).readings().map(<[Reading]>::len), Ok(2));
}
