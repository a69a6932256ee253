//! order-select and order-sign: what their contexts require, and what their answers never do.

use crate::calls::{CALLS, PNET, bare, prefetched, pulled, text, with};
use crate::server::Service;
use serde_json::{Value, json};

pub(crate) const SELECT: &str = "/cds-services/pnet-order-select";
pub(crate) const SIGN: &str = "/cds-services/pnet-order-sign";
/// A patient in whom the review advises against TACE.
const OCCLUDED: &str = "portal-vein-thrombosis";

const TREATMENTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/treatments";

fn draft(id: &str, patient: &str, code: Value) -> Value {
    json!({
        "resourceType": "ServiceRequest", "id": id, "status": "draft", "intent": "order",
        "subject": {"reference": format!("Patient/{patient}")}, "code": code,
    })
}

fn ordering(call: Value, hook: &str, drafts: &[Value]) -> Value {
    with(call, |call| {
        let entries: Vec<Value> = drafts.iter().map(|draft| json!({"resource": draft})).collect();
        call["hook"] = hook.into();
        call["context"]["draftOrders"] =
            json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    })
}

/// A call with nothing but what is required, one order among it.
pub(crate) fn signing(patient: &str) -> Value {
    ordering(
        bare(patient),
        "order-sign",
        &[draft("tace", patient, json!({"text": "TACE"}))],
    )
}

/// A call with an order of everything that the service knows.
pub(crate) fn signing_everything(service: &Service, patient: &str) -> Value {
    let dir = acceptance::here().join("../cds-cards/knowledge/options");
    let options = std::fs::read_dir(dir).unwrap();
    let drafts: Vec<Value> = options
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .map(|id| {
            draft(
                &id,
                patient,
                json!({"coding": [{"system": TREATMENTS, "code": id}]}),
            )
        })
        .collect();
    assert_eq!(drafts.len(), acceptance::knowledge().unwrap().options.len());
    ordering(pulled(service, patient), "order-sign", &drafts)
}

fn selecting(selections: Value) -> Value {
    let other = draft("ecg", OCCLUDED, json!({"text": "ECG"}));
    let drafts = [draft("tace", OCCLUDED, json!({"text": "TACE"})), other];
    let call = ordering(prefetched(OCCLUDED), "order-select", &drafts);
    with(call, |call| call["context"]["selections"] = selections)
}

#[test]
fn order_select_checks_the_selected_orders_and_needs_selections_and_drafts() {
    let service = Service::demo();
    for (selections, cards) in [
        (json!(["ServiceRequest/tace"]), 1),
        (json!(["tace"]), 1),
        (json!(["ServiceRequest/ecg"]), 0),
        (json!([]), 0),
    ] {
        let answer = service.post(SELECT, &selecting(selections.clone()));
        assert_eq!(answer.cards().len(), cards, "{selections}");
    }
    for (name, code) in [
        ("selections", "invalid-selections"),
        ("draftOrders", "invalid-draft-orders"),
    ] {
        let call = with(selecting(json!(["tace"])), |call| {
            drop(call["context"].as_object_mut().unwrap().remove(name));
        });
        service.post(SELECT, &call).is_error(400, code);
    }
}

#[test]
fn order_sign_checks_every_order_whatever_its_status() {
    let service = Service::demo();
    for (status, cards) in [
        ("draft", 1),
        ("active", 1),
        ("entered-in-error", 0),
        ("revoked", 0),
    ] {
        let mut tace = draft("tace", OCCLUDED, json!({"text": "TACE"}));
        tace["status"] = status.into();
        let call = ordering(prefetched(OCCLUDED), "order-sign", &[tace]);
        assert_eq!(service.post(SIGN, &call).cards().len(), cards, "{status}");
    }
}

#[test]
fn i07_draft_orders_are_a_bundle_of_this_patient() {
    let service = Service::demo();
    for wrong in [json!("x"), json!([]), json!({"resourceType": "List"})] {
        let call = with(signing(PNET), |call| {
            call["context"]["draftOrders"] = wrong.clone()
        });
        service.post(SIGN, &call).is_error(400, "invalid-draft-orders");
    }
    let foreign = draft("x", "somebody-else", json!({"text": "ECG"}));
    let call = ordering(bare(PNET), "order-sign", &[foreign]);
    service.post(SIGN, &call).is_error(412, "another-patient");
}

#[test]
fn r35_order_hooks_change_nothing_and_never_stop_an_order() {
    let orders: Vec<_> = CALLS
        .iter()
        .filter(|call| call.place.ends_with("orders"))
        .collect();
    let mut warnings = 0;
    for call in orders {
        let answer = call.answer.json();
        assert!(answer.get("systemActions").is_none(), "{}", call.place);
        for card in call.answer.cards() {
            let indicator = text(&call.place, &card, "indicator");
            assert!(["info", "warning"].contains(&indicator), "{}", call.place);
            warnings += usize::from(indicator == "warning");
        }
        assert!(call.answer.cards().len() <= 5, "{}", call.place);
    }
    assert!(warnings > 10, "{warnings}");
}

#[test]
fn i19_order_sign_needs_no_system_actions() {
    let answer = Service::demo().post(SIGN, &ordering(prefetched(PNET), "order-sign", &[]));
    assert_eq!(answer.body, "{\"cards\":[]}");
}
