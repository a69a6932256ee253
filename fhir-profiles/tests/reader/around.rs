//! What stands around a record: contained results, specimens and structures.

use crate::support::*;
use fhir_profiles::facts::Specimen;
use fhir_profiles::{ChartError, FactId};
use serde_json::{Value as Json, json};

fn contained(more: Json) -> Json {
    with(
        json!({"resourceType": "Observation", "id": "a", "status": "final", "code": concept(LOINC, "29593-1"),
            "valueQuantity": {"value": 8, "unit": "%"}}),
        more,
    )
}

fn report(status: &str, contained: Json) -> Json {
    json!({"resourceType": "DiagnosticReport", "id": "r", "status": status, "subject": {"reference": "Patient/p"},
        "code": {"text": "Pathology"}, "effectiveDateTime": "2026-03-04", "contained": [contained],
        "result": [{"reference": "#a"}], "conclusion": "NET G3, Ki-67 70 %, liver metastases"})
}

#[test]
fn results_that_a_report_contains_are_read_and_its_prose_is_not() {
    let read = facts(&[report("final", contained(json!({})))]);
    let readings = read.get(FactId::Ki67).readings().unwrap();
    assert_eq!(short(read.get(FactId::Ki67)), "8");
    assert_eq!(readings[0].evidence[0].reference, "DiagnosticReport/r#a");
    assert_eq!(readings[0].effective().unwrap().to_string(), "2026-03-04");
    assert_eq!(short(read.get(FactId::GradeRecorded)), "missing");
    let own_date = facts(&[report(
        "final",
        contained(json!({"effectiveDateTime": "2026-02-02"})),
    )]);
    let readings = own_date.get(FactId::Ki67).readings().unwrap();
    assert_eq!(readings[0].effective().unwrap().to_string(), "2026-02-02");
}

#[test]
fn a_contained_result_counts_only_as_far_as_its_report() {
    for (status, read) in [
        ("final", "8"),
        ("amended", "8"),
        ("corrected", "8"),
        ("appended", "8"),
        ("partial", "8"),
        ("preliminary", "8"),
        ("registered", "missing"),
        ("cancelled", "missing"),
        ("entered-in-error", "missing"),
        ("unknown", "missing"),
    ] {
        assert_eq!(
            one(FactId::Ki67, report(status, contained(json!({})))),
            read,
            "{status}"
        );
    }
    for status in ["preliminary", "partial"] {
        let read = facts(&[report(status, contained(json!({})))]);
        let notes = &read.get(FactId::Ki67).readings().unwrap()[0].evidence[0].notes;
        assert_eq!(notes, &["preliminary"]);
    }
    for inner in [
        json!({"status": "entered-in-error"}),
        json!({"status": "registered"}),
        json!({"modifierExtension": [{"url": "u", "valueBoolean": true}]}),
        json!({"subject": {"reference": "Group/g"}}),
    ] {
        assert_eq!(
            one(FactId::Ki67, report("final", contained(inner.clone()))),
            "missing",
            "{inner}"
        );
    }
}

#[test]
fn a_contained_result_of_another_patient_refuses_the_chart() {
    let foreign = report("final", contained(json!({"subject": {"reference": "Patient/q"}})));
    assert_eq!(
        refused(Some("p"), &[patient(), foreign.clone()]),
        Some(ChartError::AnotherPatient)
    );
    assert_eq!(
        refused(None, &[patient(), foreign]),
        Some(ChartError::SeveralPatients)
    );
    let own = report(
        "final",
        contained(json!({"subject": {"reference": "https://x.example/Patient/p"}})),
    );
    assert_eq!(refused(Some("p"), &[patient(), own]), None);
}

#[test]
fn a_panel_may_contain_its_members() {
    let panel = observation(
        "p1",
        LOINC,
        "22637-3",
        json!({"contained": [contained(json!({}))], "hasMember": [{"reference": "#a"}]}),
    );
    assert_eq!(one(FactId::Ki67, panel), "8");
}

fn specimen(more: Json) -> Json {
    with(
        json!({"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/p"}}),
        more,
    )
}

fn collected(site: Json) -> Json {
    specimen(json!({"collection": {"bodySite": site}}))
}

#[test]
fn the_specimen_says_which_tumour_was_measured() {
    let ki67 = |reference: Json, specimen: Json| {
        let k = observation(
            "k",
            LOINC,
            "29593-1",
            json!({"valueInteger": 8, "specimen": reference}),
        );
        let read = facts(&[k, specimen]);
        read.get(FactId::Ki67).readings().unwrap()[0].specimen
    };
    let here = || json!({"reference": "Specimen/s"});
    for (specimen, is) in [
        (collected(concept(SNOMED, "10200004")), Some(Specimen::Metastasis)),
        (collected(json!({"text": "Liver"})), Some(Specimen::Metastasis)),
        (
            collected(json!({"concept": concept(SNOMED, "15776009")})),
            Some(Specimen::Primary),
        ),
        (collected(concept(SNOMED, "15776009")), Some(Specimen::Primary)),
        (collected(json!({"text": "somewhere"})), None),
        (
            specimen(json!({"type": {"text": "Liver metastasis, core biopsy"}})),
            Some(Specimen::Metastasis),
        ),
        (
            specimen(json!({"type": {"text": "Primary tumour, resection"}})),
            Some(Specimen::Primary),
        ),
        (specimen(json!({"type": {"text": "no metastasis"}})), None),
        (
            specimen(json!({"type": {"text": "Primary and metastasis"}})),
            None,
        ),
        (specimen(json!({})), None),
    ] {
        assert_eq!(ki67(here(), specimen.clone()), is, "{specimen}");
    }
    for reference in ["https://x.example/fhir/Specimen/s", "Specimen/s/_history/2"] {
        let liver = collected(concept(SNOMED, "10200004"));
        assert_eq!(
            ki67(json!({"reference": reference}), liver),
            Some(Specimen::Metastasis)
        );
    }
    assert_eq!(
        ki67(
            json!({"reference": "Specimen/other"}),
            collected(concept(SNOMED, "10200004"))
        ),
        None
    );
}

#[test]
fn a_specimen_may_be_contained_and_lose_to_the_body_site() {
    let contained = json!({"valueInteger": 8, "specimen": {"reference": "#s"}, "contained": [
        {"resourceType": "Specimen", "id": "s", "collection": {"bodySite": concept(SNOMED, "10200004")}}]});
    let read = facts(&[observation("k", LOINC, "29593-1", contained.clone())]);
    assert_eq!(
        read.get(FactId::Ki67).readings().unwrap()[0].specimen,
        Some(Specimen::Metastasis)
    );
    let read = facts(&[observation("k", LOINC, "29593-1", with(contained, pancreas()))]);
    assert_eq!(
        read.get(FactId::Ki67).readings().unwrap()[0].specimen,
        Some(Specimen::Primary)
    );
}

#[test]
fn a_specimen_of_another_patient_refuses_the_chart() {
    let foreign = specimen(json!({"subject": {"reference": "Patient/q"}}));
    assert_eq!(
        refused(Some("p"), &[patient(), foreign]),
        Some(ChartError::AnotherPatient)
    );
}

#[test]
fn a_size_is_of_the_structure_that_it_is_about() {
    let size = |more: Json, structure: Json| {
        let more = with(more, json!({"valueQuantity": {"value": 3, "unit": "cm"}}));
        let read = facts(&[observation("t", LOINC, "21889-1", more), structure]);
        let of = |fact| short(read.get(fact));
        (of(FactId::TumourSize), of(FactId::LargestLiverLesion))
    };
    let structure = |more| {
        with(
            json!({"resourceType": "BodyStructure", "id": "b", "patient": {"reference": "Patient/p"}}),
            more,
        )
    };
    let (liver, pancreas) = (concept(SNOMED, "10200004"), concept(SNOMED, "15776009"));
    let focus = || json!({"focus": [{"reference": "BodyStructure/b"}]});
    let missing = || "missing".to_owned();
    assert_eq!(
        size(focus(), structure(json!({"location": liver}))),
        (missing(), "3".into())
    );
    assert_eq!(
        size(focus(), structure(json!({"location": pancreas}))),
        ("3".into(), missing())
    );
    assert_eq!(
        size(focus(), structure(json!({"location": {"text": "lung"}}))),
        (missing(), missing())
    );
    assert_eq!(
        size(
            json!({"bodyStructure": {"reference": "BodyStructure/b"}}),
            structure(json!({"includedStructure": [{"structure": liver}]}))
        ),
        (missing(), "3".into())
    );
}
