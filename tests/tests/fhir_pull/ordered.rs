//! Medications that draft orders refer to: fetched where the call brings them nowhere, and only where they matter.

use crate::setup::{
    DEADLINE, Service, WITH_PNET, WITHOUT_PNET, answer, kinds, prefetched, reading, service, service_for,
};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use serde_json::{Value, json};

const SIGN: &str = "/cds-services/pnet-order-sign";

/// Carboplatin, which the review has for another grade than this patient's.
fn carboplatin() -> Value {
    json!({"resourceType": "Medication", "id": "c7", "code": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "40048"}]}})
}

fn with_medications(seen: &Seen) -> Vec<Step> {
    match seen.target.as_str() {
        "/fhir/Medication/c7" => fhir::ok(&carboplatin().to_string()),
        target if target.starts_with("/fhir/Medication/") => fhir::status(404, ""),
        _ => answer(seen),
    }
}

fn server() -> ScriptedFhir {
    ScriptedFhir::start(|_, seen| with_medications(seen)).unwrap()
}

/// A call with everything prefetched, and one order for each reference.
fn signing(server: &str, patient: &str, references: &[&str]) -> Value {
    let mut call = prefetched(server, patient);
    let entries = references.iter().enumerate().map(|(number, reference)| {
        json!({"resource": {
            "resourceType": "MedicationRequest", "id": format!("m{number}"), "status": "draft", "intent": "order",
            "subject": {"reference": format!("Patient/{patient}")},
            "medicationReference": {"reference": reference}}})
    });
    call["hook"] = "order-sign".into();
    call["context"]["draftOrders"] =
        json!({"resourceType": "Bundle", "type": "collection", "entry": entries.collect::<Vec<_>>()});
    call
}

fn cards(service: &Service, call: &Value) -> Vec<(String, String)> {
    let word = |card: &Value, key: &str| card[key].as_str().unwrap_or_default().to_owned();
    let cards = service.post(SIGN, call).cards();
    cards
        .iter()
        .map(|card| (word(card, "indicator"), word(card, "detail")))
        .collect()
}

fn is_warning(cards: &[(String, String)]) -> bool {
    matches!(cards, [(indicator, detail)] if indicator == "warning" && detail.contains("MedicationRequest/m0"))
}

fn is_unread(cards: &[(String, String)]) -> bool {
    matches!(cards, [(indicator, detail)]
        if indicator == "info" && detail.contains("**Not checked:** MedicationRequest/m0"))
}

#[test]
fn a_medication_of_the_callers_server_is_fetched() {
    let server = server();
    let absolute = format!("{}/Medication/c7", server.base());
    for reference in ["Medication/c7", "Medication/c7/_history/2", absolute.as_str()] {
        let service = reading(&server);
        let before = server.seen().len();
        let given = cards(&service, &signing(&server.base(), WITH_PNET, &[reference]));
        assert!(is_warning(&given), "{reference}: {given:?}");
        assert_eq!(
            kinds(&server).len(),
            before + 1,
            "{reference}: nothing else is asked"
        );
    }
    assert!(kinds(&server).iter().all(|kind| kind == "Medication"));
}

#[test]
fn a_medication_by_another_address_of_the_server_is_fetched_from_the_registered_one() {
    let server = server();
    let reference = "https://proxy.example.org/r4/Medication/c7";
    let signing = signing(&server.base(), WITH_PNET, &[reference]);
    assert!(is_unread(&cards(&reading(&server), &signing)));
    let before = server.seen().len();
    let named = service_for("", &[&server.base()], &["https://proxy.example.org/r4"]);
    assert!(is_warning(&cards(&named, &signing)));
    assert_eq!(server.seen()[before].target, "/fhir/Medication/c7");
}

#[test]
fn what_the_call_brings_is_not_fetched() {
    let server = server();
    let service = reading(&server);
    let mut call = signing(&server.base(), WITH_PNET, &["Medication/c7"]);
    let entries = call["prefetch"]["medications"]["entry"].as_array_mut().unwrap();
    entries.push(json!({"resource": carboplatin(), "search": {"mode": "include"}}));
    assert!(is_warning(&cards(&service, &call)));
    assert!(kinds(&server).is_empty());
}

#[test]
fn nothing_is_asked_for_a_patient_without_pnet() {
    let server = server();
    let call = signing(&server.base(), WITHOUT_PNET, &["Medication/c7"]);
    assert!(cards(&reading(&server), &call).is_empty());
    assert!(kinds(&server).is_empty());
}

#[test]
fn what_cannot_be_fetched_is_told() {
    let server = server();
    let service = reading(&server);
    for reference in [
        "Medication/gone",
        "#gone",
        "urn:uuid:9c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
    ] {
        let given = cards(&service, &signing(&server.base(), WITH_PNET, &[reference]));
        assert!(is_unread(&given), "{reference}: {given:?}");
    }
    let asked = server.seen().len();
    let elsewhere = format!("{}x/Medication/c7", server.base());
    for reference in [
        "https://elsewhere.example/fhir/Medication/c7",
        elsewhere.as_str(),
        "Medication/../Patient/c7",
        "Medication/c7?x=y",
        "Patient/c7",
    ] {
        let given = cards(&service, &signing(&server.base(), WITH_PNET, &[reference]));
        assert!(is_unread(&given), "{reference}: {given:?}");
    }
    assert_eq!(server.seen().len(), asked, "no other server, no other resource");
    let mut without = signing(&server.base(), WITH_PNET, &["Medication/c7"]);
    drop(without.as_object_mut().unwrap().remove("fhirServer"));
    assert!(is_unread(&cards(&service, &without)));
}

#[test]
fn at_most_ten_are_fetched_and_one_card_tells_of_the_rest() {
    let server = server();
    let references: Vec<String> = (0..30).map(|number| format!("Medication/x{number}")).collect();
    let references: Vec<&str> = references.iter().map(String::as_str).collect();
    let given = cards(
        &reading(&server),
        &signing(&server.base(), WITH_PNET, &references),
    );
    assert!(is_unread(&given), "{given:?}");
    assert_eq!(given[0].1.matches("**Not checked:**").count(), 30);
    assert_eq!(kinds(&server).len(), 10);
}

#[test]
fn a_medication_that_never_comes_does_not_hold_the_answer() {
    let server = ScriptedFhir::start(|_, seen| match seen.kind() {
        "Medication" => vec![Step::Hang],
        _ => answer(seen),
    });
    let server = server.unwrap();
    let service = service("", &[&server.base()]);
    let answered = service.post(SIGN, &signing(&server.base(), WITH_PNET, &["Medication/c7"]));
    assert_eq!(answered.cards().len(), 1);
    assert!(answered.took < DEADLINE * 3, "{:?}", answered.took);
}
