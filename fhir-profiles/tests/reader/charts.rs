//! The edge: what is added, whose it is, and that one odd resource costs only itself.

use crate::support::*;
use fhir_profiles::{AddedKind, ChartBuilder, ChartError, FactId};
use serde_json::{Value as Json, json};

fn bundle(resources: &[Json]) -> Json {
    let entries: Vec<Json> = resources.iter().map(|r| json!({"resource": r})).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

fn ki67(subject: Json) -> Json {
    observation(
        "k",
        LOINC,
        "29593-1",
        json!({"valueInteger": 8, "subject": subject}),
    )
}

fn outcome(severity: &str) -> Json {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]})
}

#[test]
fn every_added_value_is_named() {
    let epic = json!({"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": [{"resource": outcome("warning"), "search": {"mode": "outcome"}}]});
    let failed =
        json!({"resourceType": "Bundle", "entry": [{"resource": patient()}, {"resource": outcome("error")}]});
    let answered = json!({"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "500", "outcome": outcome("fatal")}}]});
    for (value, kind, resources) in [
        (json!(null), AddedKind::Null, 0),
        (patient(), AddedKind::Resources(1), 1),
        (bundle(&[]), AddedKind::Empty, 0),
        (json!({"resourceType": "Bundle"}), AddedKind::Empty, 0),
        (
            bundle(&[patient(), ki67(json!({"reference": "Patient/p"}))]),
            AddedKind::Resources(2),
            2,
        ),
        (bundle(&[bundle(&[patient()])]), AddedKind::Resources(1), 1),
        (outcome("error"), AddedKind::Outcome, 0),
        (outcome("warning"), AddedKind::Outcome, 0),
        (epic, AddedKind::Empty, 0),
        (failed, AddedKind::Outcome, 1),
        (answered, AddedKind::Outcome, 0),
        (json!(5), AddedKind::Malformed, 0),
        (json!("text"), AddedKind::Malformed, 0),
        (json!([]), AddedKind::Malformed, 0),
        (json!({}), AddedKind::Malformed, 0),
    ] {
        let told = value.to_string();
        let raw = raw(&value);
        let added = ChartBuilder::new(Some("p")).add(raw.root());
        assert_eq!((added.kind, added.resources), (kind, resources), "{told}");
        assert!(!added.next, "{told}");
    }
}

#[test]
fn a_further_page_is_told() {
    let value = with(
        bundle(&[patient()]),
        json!({"link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}]}),
    );
    let raw = raw(&value);
    assert!(ChartBuilder::new(None).add(raw.root()).next);
}

#[test]
fn matches_that_are_not_there_are_told() {
    for (total, search, short) in [
        (json!(1), json!({}), false),
        (json!(2), json!({}), true),
        (json!(0), json!({}), false),
        (json!("2"), json!({}), false),
        (json!(1), json!({"mode": "match"}), false),
        (json!(1), json!({"mode": "include"}), true),
    ] {
        let value = json!({"resourceType": "Bundle", "total": total, "entry": [{"resource": patient(), "search": search}]});
        let told = value.to_string();
        let paged = raw(&with(
            value.clone(),
            json!({"link": [{"relation": "next", "url": "b"}]}),
        ));
        let value = raw(&value);
        assert_eq!(ChartBuilder::new(None).add(value.root()).short, short, "{told}");
        assert!(!ChartBuilder::new(None).add(paged.root()).short, "{told}");
    }
}

#[test]
fn references_to_the_patient_are_compared_by_id() {
    for subject in [
        json!({"reference": "Patient/p"}),
        json!({"reference": "Patient/p/_history/3"}),
        json!({"reference": "https://ehr.example/fhir/Patient/p"}),
        json!({"reference": "https://ehr.example/fhir/Patient/p/_history/1"}),
    ] {
        let told = subject.to_string();
        assert_eq!(one(FactId::Ki67, ki67(subject)), "8", "{told}");
    }
}

#[test]
fn a_resource_of_nobody_is_not_used_but_told() {
    for subject in [
        json!(null),
        json!({}),
        json!({"reference": "Group/g"}),
        json!({"reference": 5}),
        json!({"display": "A. Person"}),
        json!({"identifier": {"value": "1"}}),
        json!({"reference": "#inner"}),
    ] {
        let told = subject.to_string();
        let read = facts(&[ki67(subject)]);
        assert_eq!(short(read.get(FactId::Ki67)), "missing", "{told}");
        assert_eq!(read.problems()[0].place, "Observation/k", "{told}");
    }
}

#[test]
fn another_patients_resource_refuses_the_whole_chart() {
    for foreign in [
        json!({"reference": "Patient/q"}),
        json!({"reference": "https://ehr.example/fhir/Patient/q"}),
        json!({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}),
    ] {
        let told = foreign.to_string();
        assert_eq!(
            refused(Some("p"), &[patient(), ki67(foreign.clone())]),
            Some(ChartError::AnotherPatient),
            "{told}"
        );
        assert_eq!(
            refused(None, &[patient(), ki67(foreign)]),
            Some(ChartError::SeveralPatients),
            "{told}"
        );
    }
    assert_eq!(refused(Some("Patient/p"), &[patient()]), None);
    assert_eq!(refused(Some("q"), &[patient()]), Some(ChartError::AnotherPatient));
    let allergy =
        json!({"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/q"}});
    assert_eq!(
        refused(Some("p"), &[patient(), bundle(&[allergy])]),
        Some(ChartError::AnotherPatient)
    );
    assert_eq!(
        refused(None, &[patient(), with(patient(), json!({"id": "q"}))]),
        Some(ChartError::SeveralPatients)
    );
    assert_eq!(refused(None, &[ki67(json!(null))]), Some(ChartError::NoPatient));
    assert_eq!(refused(None, &[]), None);
}

#[test]
fn a_uuid_is_resolved_by_the_full_url() {
    let url = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    let mut value = bundle(&[patient(), ki67(json!({"reference": url}))]);
    value["entry"][0]["fullUrl"] = json!(url);
    assert_eq!(one(FactId::Ki67, value.clone()), "8");
    value["entry"][0]["resource"]["id"] = json!("q");
    assert_eq!(refused(Some("p"), &[value]), Some(ChartError::AnotherPatient));
}

#[test]
fn an_odd_field_costs_nothing_and_an_odd_read_one_costs_its_resource() {
    let base = |more: Json| observation("k", LOINC, "29593-1", with(json!({"valueInteger": 8}), more));
    for more in [
        json!({"category": {"coding": [{"code": "laboratory"}]}}),
        json!({"note": null}),
        json!({"unknownThing": 5.5}),
        json!({"unknownThing": {"deep": [null, true, {"x": 1}]}}),
        json!({"performer": [null]}),
        json!({"code": {"coding": [{"system": LOINC, "code": "29593-1", "userSelected": "maybe"}]}}),
        json!({"method": null}),
    ] {
        let told = more.to_string();
        let mut resource = base(json!({}));
        for (key, value) in more.as_object().unwrap() {
            resource[key] = value.clone();
        }
        assert_eq!(one(FactId::Ki67, resource), "8", "{told}");
    }
    let read = facts(&[base(
        json!({"status": "final", "bodySite": 5, "unknownThing": 5.5}),
    )]);
    assert_eq!(short(read.get(FactId::Ki67)), "missing");
    assert_eq!(read.problems().len(), 1);
}

#[test]
fn modifiers_that_are_not_known_keep_a_resource_out() {
    for more in [
        json!({"modifierExtension": [{"url": "urn:x", "valueBoolean": true}]}),
        json!({"implicitRules": "urn:x"}),
    ] {
        let read = facts(&[with(ki67(json!({"reference": "Patient/p"})), more)]);
        assert_eq!(short(read.get(FactId::Ki67)), "missing");
        assert_eq!(read.problems()[0].place, "Observation/k");
    }
}

#[test]
fn a_broken_entry_costs_only_itself() {
    let mut value = bundle(&[
        ki67(json!({"reference": "Patient/p"})),
        json!("broken"),
        json!({"no": "type"}),
    ]);
    value["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"fullUrl": "urn:x"}));
    value["entry"].as_array_mut().unwrap().push(json!(null));
    let read = facts(&[value]);
    assert_eq!(short(read.get(FactId::Ki67)), "8");
    let places: Vec<&str> = read.problems().iter().map(|p| p.place.as_str()).collect();
    assert_eq!(places, ["entry 2", "entry 3", "entry 4", "entry 5"]);
}

#[test]
fn what_the_chart_holds_is_told() {
    let no_code = with(
        condition("c", ICD, "C25.4", json!({})),
        json!({"code": {"text": "a tumour"}}),
    );
    with_chart(
        &[patient(), no_code, condition("d", ICD, "E11.9", json!({}))],
        |chart| {
            assert_eq!(
                (
                    chart.has_patient(),
                    chart.conditions(),
                    chart.unreadable_conditions()
                ),
                (true, 2, 1)
            );
            assert_eq!(chart.subject(), Some("Patient/p"));
        },
    );
}
