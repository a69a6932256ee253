//! Which statuses count: every cell of the table of section 2.

use crate::support::*;
use serde_json::json;

#[test]
fn an_observation_counts_by_its_status() {
    for (status, ki67) in [
        ("final", "8"),
        ("amended", "8"),
        ("corrected", "8"),
        ("preliminary", "8"),
        ("registered", "missing"),
        ("cancelled", "missing"),
        ("entered-in-error", "missing"),
        ("entered-in-error ", "missing"),
        ("unknown", "missing"),
        ("nonsense", "missing"),
    ] {
        let more = json!({"status": status, "valueQuantity": {"value": 8, "unit": "%"}});
        assert_eq!(
            one(id("ki67"), observation("k", LOINC, "29593-1", more)),
            ki67,
            "{status}"
        );
    }
}

#[test]
fn a_preliminary_observation_is_shown_as_such() {
    let more = json!({"status": "preliminary", "valueQuantity": {"value": 8, "unit": "%"}});
    let read = facts(&[observation("k", LOINC, "29593-1", more)]);
    let reading = &read.get(id("ki67")).readings().unwrap()[0];
    assert!(reading.evidence[0].notes.contains(&"preliminary".to_owned()));
}

#[test]
fn a_condition_counts_by_its_two_statuses() {
    for (more, metastases) in [
        (json!({}), "present"),
        (json!({"verificationStatus": null}), "present"),
        (json!({"clinicalStatus": null}), "present"),
        (clinical("recurrence"), "present"),
        (clinical("relapse"), "present"),
        (clinical("inactive"), "absent"),
        (clinical("remission"), "absent"),
        (clinical("resolved"), "absent"),
        (clinical("odd"), "missing"),
        (verification("refuted"), "absent"),
        (verification("entered-in-error"), "missing"),
        (verification("unconfirmed"), "missing"),
        (verification("provisional"), "missing"),
        (verification("differential"), "missing"),
        (verification("odd"), "missing"),
        (json!({"verificationStatus": {"text": "Refuted"}}), "absent"),
        (json!({"clinicalStatus": "resolved"}), "absent"),
    ] {
        let told = more.to_string();
        assert_eq!(
            one(id("liver-metastases"), condition("c", ICD, "C78.7", more)),
            metastases,
            "{told}"
        );
    }
}

#[test]
fn an_unconfirmed_condition_is_shown() {
    let read = facts(&[condition("c", ICD, "C78.7", verification("provisional"))]);
    assert_eq!(read.get(id("liver-metastases")).shown[0].reference, "Condition/c");
}

#[test]
fn any_clinical_status_counts_for_the_diagnosis() {
    for (more, pnet) in [
        (clinical("active"), "present"),
        (clinical("inactive"), "present"),
        (clinical("remission"), "present"),
        (clinical("resolved"), "present"),
        (verification("refuted"), "absent"),
        (verification("entered-in-error"), "missing"),
        (verification("unconfirmed"), "missing"),
        (verification("provisional"), "missing"),
        (verification("differential"), "missing"),
    ] {
        let told = more.to_string();
        assert_eq!(
            one(id("pnet"), condition("c", ICD, "C25.4", more)),
            pnet,
            "{told}"
        );
    }
}

#[test]
fn a_procedure_counts_when_completed_and_denies_nothing() {
    for (status, resected) in [
        ("completed", "yes"),
        ("not-done", "missing"),
        ("preparation", "missing"),
        ("in-progress", "missing"),
        ("on-hold", "missing"),
        ("stopped", "missing"),
        ("unknown", "missing"),
        ("entered-in-error", "missing"),
    ] {
        let procedure = json!({
            "resourceType": "Procedure", "id": "s", "status": status, "code": concept(SNOMED, "116241004"),
            "subject": {"reference": "Patient/p"}, "performedDateTime": "2025-02-01"
        });
        let read = facts(&[procedure]);
        assert_eq!(short(read.get(id("primary-resected"))), resected, "{status}");
        let whipple = if resected == "yes" { "present" } else { "missing" };
        assert_eq!(
            short(read.get(id("prior-pancreaticoduodenectomy"))),
            whipple,
            "{status}"
        );
    }
}

/// An analogue of which not every product is a depot form.
fn statement(kind: &str, status: &str) -> serde_json::Value {
    json!({
        "resourceType": kind, "id": "m", "status": status,
        "medicationCodeableConcept": concept("http://www.whocc.no/atc", "H01CB02"),
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-03-01"
    })
}

fn now_and_before(record: serde_json::Value) -> (String, String) {
    let read = facts(&[record]);
    (
        short(read.get(id("on-ssa"))),
        short(read.get(id("prior-systemic-therapy"))),
    )
}

#[test]
fn statements_count_by_their_status() {
    for (status, now, before) in [
        ("active", "present", "present"),
        ("recorded", "present", "present"),
        ("completed", "missing", "present"),
        ("stopped", "absent", "present"),
        ("not-taken", "absent", "missing"),
        ("entered-in-error", "missing", "missing"),
        ("unknown", "missing", "missing"),
        ("intended", "missing", "missing"),
        ("draft", "missing", "missing"),
        ("on-hold", "missing", "missing"),
        ("nonsense", "missing", "missing"),
    ] {
        let found = now_and_before(statement("MedicationStatement", status));
        assert_eq!(found, (now.into(), before.into()), "{status}");
    }
}

#[test]
fn administrations_count_by_their_status() {
    for (status, now, before) in [
        ("in-progress", "present", "present"),
        ("completed", "missing", "present"),
        ("stopped", "missing", "present"),
        ("not-done", "missing", "missing"),
        ("entered-in-error", "missing", "missing"),
        ("unknown", "missing", "missing"),
        ("on-hold", "missing", "missing"),
        ("active", "missing", "missing"),
    ] {
        let found = now_and_before(statement("MedicationAdministration", status));
        assert_eq!(found, (now.into(), before.into()), "{status}");
    }
}

#[test]
fn dispenses_count_as_before_when_completed() {
    for (status, before) in [
        ("completed", "present"),
        ("preparation", "missing"),
        ("in-progress", "missing"),
        ("on-hold", "missing"),
        ("cancelled", "missing"),
        ("stopped", "missing"),
        ("declined", "missing"),
        ("unknown", "missing"),
        ("entered-in-error", "missing"),
    ] {
        let found = now_and_before(statement("MedicationDispense", status));
        assert_eq!(found, ("missing".into(), before.into()), "{status}");
    }
}

fn request(status: &str, intent: &str) -> serde_json::Value {
    with(
        statement("MedicationRequest", status),
        json!({"intent": intent, "effectiveDateTime": null, "authoredOn": "2026-03-01"}),
    )
}

#[test]
fn requests_count_by_status_and_intent() {
    for intent in ["order", "original-order", "instance-order", "filler-order"] {
        for (status, now, before) in [
            ("active", "present", "present"),
            ("completed", "missing", "present"),
            ("stopped", "absent", "missing"),
            ("cancelled", "missing", "missing"),
            ("draft", "missing", "missing"),
            ("on-hold", "missing", "missing"),
            ("entered-in-error", "missing", "missing"),
            ("unknown", "missing", "missing"),
        ] {
            let found = now_and_before(request(status, intent));
            assert_eq!(found, (now.into(), before.into()), "{status} {intent}");
        }
    }
    for intent in ["proposal", "plan", "option", "reflex-order", ""] {
        for status in ["active", "completed", "stopped", "cancelled"] {
            let found = now_and_before(request(status, intent));
            assert_eq!(found, ("missing".into(), "missing".into()), "{status} {intent}");
        }
    }
}

#[test]
fn what_does_not_count_is_shown_with_its_reason() {
    for (record, note) in [
        (
            request("cancelled", "order"),
            "cancelled: this order was not carried out",
        ),
        (request("active", "plan"), "not an order"),
        (
            statement("MedicationAdministration", "not-done"),
            "status not-done: no evidence either way",
        ),
        (
            statement("MedicationDispense", "declined"),
            "status declined: no evidence either way",
        ),
    ] {
        let read = facts(&[record]);
        for fact in ["on-ssa", "prior-systemic-therapy"] {
            assert_eq!(read.get(id(fact)).shown[0].notes, [note], "{fact}");
        }
    }
}

#[test]
fn an_order_not_to_give_it_is_absent_now_and_no_prior_therapy() {
    let read = facts(&[with(request("active", "order"), json!({"doNotPerform": true}))]);
    assert_eq!(short(read.get(id("on-ssa"))), "absent");
    assert_eq!(short(read.get(id("prior-systemic-therapy"))), "missing");
}

#[test]
fn one_active_medication_is_enough() {
    let stopped = with(statement("MedicationStatement", "stopped"), json!({"id": "n"}));
    assert_eq!(
        short(facts(&[statement("MedicationStatement", "active"), stopped]).get(id("on-ssa"))),
        "present"
    );
}
