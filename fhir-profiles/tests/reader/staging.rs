//! T, N, M, stage, size and grade.

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::{Basis, System};
use serde_json::{Value as Json, json};

fn method(system: &str, code: &str) -> Json {
    json!({"method": concept(system, code)})
}

#[test]
fn categories_carry_system_and_basis() {
    for (code, value, more, read, system, basis) in [
        (
            "384625004",
            "pT2",
            method(SNOMED, "443830009"),
            "T2",
            Some(System::Ajcc7),
            Basis::Pathological,
        ),
        (
            "399504009",
            "T3",
            method(SNOMED, "897275008"),
            "T3",
            Some(System::Ajcc8),
            Basis::Clinical,
        ),
        (
            "78873005",
            "ypT3",
            method(VALUES, "enets"),
            "T3",
            Some(System::Enets),
            Basis::Pathological,
        ),
        (
            "78873005",
            "T1",
            json!({"method": {"text": "ENETS 2006"}}),
            "T1",
            Some(System::Enets),
            Basis::Plain,
        ),
        (
            "78873005",
            "T1",
            method("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C188404"),
            "T1",
            Some(System::Uicc),
            Basis::Plain,
        ),
        (
            "78873005",
            "T1",
            method(SNOMED, "1269566009"),
            "T1",
            Some(System::Ajcc9),
            Basis::Plain,
        ),
        ("78873005", "T1", json!({}), "T1", None, Basis::Plain),
    ] {
        let resource = observation(
            "t",
            SNOMED,
            code,
            with(more, json!({"valueCodeableConcept": {"text": value}})),
        );
        let read_facts = facts(&[resource]);
        assert_eq!(short(read_facts.get(FactId::T)), read, "{value}");
        let reading = &read_facts.get(FactId::T).readings().unwrap()[0];
        assert_eq!((reading.system, reading.basis), (system, basis), "{value}");
    }
}

#[test]
fn coded_categories_are_read_and_unknown_ones_shown() {
    for (fact, obs, value, read) in [
        (FactId::T, "21905-5", concept(SNOMED, "1228929004"), "T2"),
        (FactId::T, "21899-0", concept(SNOMED, "1229852009"), "T2"),
        (
            FactId::T,
            "21905-5",
            concept("http://cancerstaging.org", "cT1"),
            "T1",
        ),
        (FactId::T, "21905-5", concept(SNOMED, "1222604002"), "missing"),
        (FactId::T, "21905-5", json!({"text": "TX"}), "missing"),
        (FactId::T, "21905-5", json!({"text": "T0"}), "missing"),
        (FactId::T, "21905-5", json!({"text": "T2 N0 M1"}), "unreadable"),
        (
            FactId::T,
            "21905-5",
            json!({"coding": [{"system": SNOMED, "code": "1228929004"}, {"system": SNOMED, "code": "1228938002"}]}),
            "unreadable",
        ),
        (FactId::N, "21906-3", concept(SNOMED, "1229973008"), "N1"),
        (FactId::N, "21906-3", json!({"text": "NX"}), "missing"),
        (FactId::M, "21907-1", concept(SNOMED, "1229901006"), "M0"),
        (FactId::M, "21907-1", json!({"text": "MX"}), "missing"),
        (FactId::M, "21907-1", json!({"text": "M1a"}), "M1"),
        (
            FactId::StageRecorded,
            "21908-9",
            concept(SNOMED, "1222837003"),
            "IV",
        ),
        (
            FactId::StageRecorded,
            "21908-9",
            json!({"text": "Stage IVC"}),
            "IVC",
        ),
        (FactId::StageRecorded, "21908-9", json!({"text": "3C"}), "IIIC"),
        (
            FactId::StageRecorded,
            "21908-9",
            json!({"text": "advanced"}),
            "unreadable",
        ),
    ] {
        let told = value.to_string();
        assert_eq!(
            one(
                fact,
                observation("t", LOINC, obs, json!({"valueCodeableConcept": value}))
            ),
            read,
            "{told}"
        );
    }
}

#[test]
fn m1_is_divided_under_ajcc_8_and_9_only() {
    let m = |more| {
        facts(&[observation(
            "m",
            SNOMED,
            "277208005",
            with(more, json!({"valueString": "M1a"})),
        )])
    };
    let ajcc8 = m(method(SNOMED, "897275008"));
    assert_eq!(short(ajcc8.get(FactId::M)), "M1a");
    assert_eq!(short(ajcc8.get(FactId::LiverMetastases)), "present");
    let ajcc7 = m(method(SNOMED, "443830009"));
    assert_eq!(short(ajcc7.get(FactId::M)), "M1");
    assert_eq!(short(ajcc7.get(FactId::LiverMetastases)), "missing");
}

#[test]
fn a_condition_carries_its_stage() {
    let stage = json!({"stage": [{"summary": {"text": "Stage IV"}, "type": {"text": "AJCC 7th edition"}}]});
    let read = facts(&[condition("c", ICD, "C25.4", stage)]);
    assert_eq!(short(read.get(FactId::StageRecorded)), "IV");
    assert_eq!(
        read.get(FactId::StageRecorded).readings().unwrap()[0].system,
        Some(System::Ajcc7)
    );
}

#[test]
fn components_are_read_as_their_own_observations() {
    let panel = json!({"component": [
        {"code": concept(SNOMED, "78873005"), "valueString": "T2"},
        {"code": concept(SNOMED, "277206009"), "valueString": "N1"},
        {"code": concept(SNOMED, "277208005"), "dataAbsentReason": {"text": "unknown"}}]});
    let read = facts(&[observation("p", "urn:local", "tnm", panel)]);
    assert_eq!(
        (
            short(read.get(FactId::T)),
            short(read.get(FactId::N)),
            short(read.get(FactId::M))
        ),
        ("T2".into(), "N1".into(), "missing".into())
    );
}

#[test]
fn tumour_size_goes_by_its_body_site() {
    let size = |more| {
        let value = json!({"component": [
            {"code": concept(LOINC, "33728-7"), "valueQuantity": {"value": 35, "unit": "mm", "code": "mm", "system": "http://unitsofmeasure.org"}},
            {"code": concept(LOINC, "33729-5"), "valueQuantity": {"value": 20, "unit": "mm"}}]});
        let read = facts(&[observation("s", LOINC, "21889-1", with(value, more))]);
        (
            short(read.get(FactId::TumourSize)),
            short(read.get(FactId::LargestLiverLesion)),
        )
    };
    assert_eq!(size(json!({})), ("3.5".into(), "missing".into()));
    assert_eq!(size(pancreas()), ("3.5".into(), "missing".into()));
    assert_eq!(size(liver()), ("missing".into(), "3.5".into()));
    assert_eq!(
        size(json!({"bodySite": {"text": "left lung"}})),
        ("missing".into(), "missing".into())
    );
}

#[test]
fn a_recorded_grade_names_its_system_or_not() {
    let grade = |system: &str, code: &str, value: Json, more: Json| {
        let resource = observation(
            "g",
            system,
            code,
            with(more, json!({"valueCodeableConcept": value})),
        );
        let read = facts(&[resource]);
        let who = read
            .get(FactId::GradeRecorded)
            .readings()
            .map(|r| r[0].system == Some(System::Who))
            .unwrap_or(false);
        (
            short(read.get(FactId::GradeRecorded)),
            who,
            short(read.get(FactId::Differentiation)),
        )
    };
    let told = |grade: &str, who: bool, diff: &str| (grade.to_owned(), who, diff.to_owned());
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1663004"), json!({})),
        told("G2", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", json!({"text": "NET G2"}), json!({})),
        told("G2", true, "missing")
    );
    assert_eq!(
        grade(SNOMED, "1149044001", concept(SNOMED, "1228850007"), json!({})),
        told("G2", true, "missing")
    );
    assert_eq!(
        grade(
            LOINC,
            "33732-9",
            concept(SNOMED, "54102005"),
            method(SNOMED, "1149430001")
        ),
        told("G1", true, "missing")
    );
    assert_eq!(
        grade(FACTS, "grade-recorded", concept(VALUES, "G3"), json!({})),
        told("G3", true, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1228845001"), json!({})),
        told("missing", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1155707008"), json!({})),
        told("unreadable", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "373373000"), json!({})),
        told("missing", false, "poor")
    );
    assert_eq!(
        grade(LOINC, "33732-9", json!({"text": "G1/G2"}), json!({})),
        told("unreadable", false, "missing")
    );
}
