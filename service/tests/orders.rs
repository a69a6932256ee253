//! order-select and order-sign over HTTP: which orders are checked, what is answered, and what is refused.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{INSTANCE, Service, WITHOUT_PNET, demo, options, outcome, prefetched, start};
use serde_json::{Value, json};
use std::process::Command;

const SELECT: &str = "/cds-services/pnet-order-select";
const SIGN: &str = "/cds-services/pnet-order-sign";
/// A patient in whom the review advises against TACE.
const OCCLUDED: &str = "portal-vein-thrombosis";
/// A patient for whom the review supports TACE.
const SUPPORTED: &str = "glucagon-in-pmol";
/// A patient for whom TACE is to be confirmed: nobody says whether the duodenum was resected.
const PROVISIONAL: &str = "prrt-krenning-4";

fn service_request(id: &str, patient: &str, text: &str) -> Value {
    json!({
        "resourceType": "ServiceRequest", "id": id, "status": "draft", "intent": "order",
        "subject": {"reference": format!("Patient/{patient}")}, "code": {"text": text}
    })
}

fn tace(patient: &str) -> Value {
    service_request("tace", patient, "TACE")
}

/// A call with everything prefetched.
fn call(hook: &str, patient: &str, drafts: &[Value]) -> Value {
    let mut call = prefetched(patient);
    call["hook"] = hook.into();
    let entries: Vec<Value> = drafts.iter().map(|draft| json!({"resource": draft})).collect();
    call["context"]["draftOrders"] =
        json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    call
}

fn signing(patient: &str, drafts: &[Value]) -> Value {
    call("order-sign", patient, drafts)
}

fn selecting(patient: &str, drafts: &[Value], selections: Value) -> Value {
    let mut call = call("order-select", patient, drafts);
    call["context"]["selections"] = selections;
    call
}

fn about(card: &Value) -> &Value {
    &card["extension"]["io.github.pnet-cds.card"]
}

#[test]
fn a_contraindicated_order_gets_one_warning_that_blocks_nothing() {
    let answer = demo().post(SIGN, &signing(OCCLUDED, &[tace(OCCLUDED)]));
    let cards = answer.cards();
    assert_eq!(cards.len(), 1);
    let card = &cards[0];
    assert_eq!(card["indicator"], "warning");
    assert_eq!(about(card)["kind"], "order-warning");
    assert_eq!(
        about(card)["options"],
        json!([{"id": "transarterial-chemoembolisation", "verdict": "contraindicated"}])
    );
    assert!(card.get("suggestions").is_none() && answer.json().get("systemActions").is_none());
    let detail = card["detail"].as_str().unwrap();
    for part in [
        "TACE",
        "ServiceRequest/tace",
        "ortal vein",
        "Records:",
        "advises against",
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    assert_eq!(
        demo().post(SIGN, &signing(SUPPORTED, &[tace(SUPPORTED)])).cards(),
        [] as [Value; 0]
    );
}

#[test]
fn a_contraindication_that_nobody_excluded_is_named() {
    let cards = demo()
        .post(SIGN, &signing(PROVISIONAL, &[tace(PROVISIONAL)]))
        .cards();
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0]["indicator"], "info");
    let detail = cards[0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("no prior pancreaticoduodenectomy: not recorded"),
        "{detail}"
    );
}

/// A draft that says nothing but where its Medication is.
fn referring(patient: &str) -> Value {
    json!({
        "resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order",
        "subject": {"reference": format!("Patient/{patient}")},
        "medicationReference": {"reference": "Medication/elsewhere"}
    })
}

#[test]
fn an_order_that_cannot_be_read_is_told_to_whom_it_may_concern() {
    let service = demo();
    for (patient, expected) in [
        (SUPPORTED, 1),
        (WITHOUT_PNET, 0),
        ("liver-metastases-refuted", 0),
        ("liver-metastases-not-recorded", 0),
    ] {
        let cards = service
            .post(SIGN, &signing(patient, &[referring(patient)]))
            .cards();
        assert_eq!(cards.len(), expected, "{patient}");
        assert!(cards.iter().all(|card| card["indicator"] == "info"));
    }
    let drafts = [referring(SUPPORTED), service_request("o", SUPPORTED, "ECG")];
    let of = |selected: &str| selecting(SUPPORTED, &drafts, json!([selected]));
    assert_eq!(service.post(SELECT, &of("MedicationRequest/m")).cards().len(), 1);
    assert_eq!(service.post(SELECT, &of("ServiceRequest/o")).cards().len(), 0);
    // The records that the call brings have it.
    let mut call = signing(SUPPORTED, &[referring(SUPPORTED)]);
    let medication = json!({"resourceType": "Medication", "id": "elsewhere", "code": {"text": "Metformin"}});
    call["prefetch"]["medications"] =
        json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": medication}]});
    assert_eq!(service.post(SIGN, &call).cards().len(), 0);
}

#[test]
fn only_selected_orders_are_checked_on_order_select() {
    let service = demo();
    let drafts = [
        tace(OCCLUDED),
        service_request("other", OCCLUDED, "Full blood count"),
    ];
    let number = |selections: Value| {
        let answer = service.post(SELECT, &selecting(OCCLUDED, &drafts, selections));
        answer.cards().len()
    };
    for chosen in [
        "ServiceRequest/tace",
        "tace",
        "https://ehr.example.org/r4/ServiceRequest/tace",
    ] {
        assert_eq!(number(json!([chosen])), 1, "{chosen}");
        assert_eq!(number(json!(["other", chosen])), 1, "{chosen}");
    }
    for others in [json!([]), json!(["ServiceRequest/other"]), json!(["other"])] {
        assert_eq!(number(others.clone()), 0, "{others}");
    }
    // Nobody can tell which order is meant, so each is checked.
    assert_eq!(number(json!(["ServiceRequest/temporary-7"])), 1);
    assert_eq!(number(json!(["xServiceRequest/tace"])), 1);
    assert_eq!(
        number(json!(["ServiceRequest/other", "ServiceRequest/temporary-7"])),
        1
    );
}

#[test]
fn a_selection_may_be_the_full_url_of_an_entry() {
    let mut call = selecting(OCCLUDED, &[tace(OCCLUDED)], json!(["urn:uuid:1", "urn:uuid:2"]));
    let other = json!({"fullUrl": "urn:uuid:2", "resource": service_request("o", OCCLUDED, "ECG")});
    call["context"]["draftOrders"]["entry"][0]["fullUrl"] = "urn:uuid:1".into();
    call["context"]["draftOrders"]["entry"]
        .as_array_mut()
        .unwrap()
        .push(other);
    assert_eq!(demo().post(SELECT, &call).cards().len(), 1);
    call["context"]["selections"] = json!(["urn:uuid:2"]);
    assert_eq!(demo().post(SELECT, &call).cards().len(), 0);
}

#[test]
fn the_context_must_have_what_the_hook_requires() {
    let service = demo();
    let without = |hook: &str, name: &str| {
        let mut call = selecting(OCCLUDED, &[tace(OCCLUDED)], json!(["tace"]));
        call["hook"] = hook.into();
        drop(call["context"].as_object_mut().unwrap().remove(name));
        call
    };
    service
        .post(SIGN, &without("order-sign", "draftOrders"))
        .is_error(400, "invalid-draft-orders");
    service
        .post(SELECT, &without("order-select", "draftOrders"))
        .is_error(400, "invalid-draft-orders");
    service
        .post(SELECT, &without("order-select", "selections"))
        .is_error(400, "invalid-selections");
    assert_eq!(
        service
            .post(SIGN, &without("order-sign", "selections"))
            .cards()
            .len(),
        1
    );
    for wrong in [json!([]), json!("x"), json!(null), json!({}), tace(OCCLUDED)] {
        let mut call = signing(OCCLUDED, &[]);
        call["context"]["draftOrders"] = wrong.clone();
        service.post(SIGN, &call).is_error(400, "invalid-draft-orders");
    }
    let call = selecting(OCCLUDED, &[tace(OCCLUDED)], json!("tace"));
    service.post(SELECT, &call).is_error(400, "invalid-request");
    for (path, hook) in [
        (SIGN, "order-select"),
        (SELECT, "order-sign"),
        (SIGN, "patient-view"),
    ] {
        let mut call = selecting(OCCLUDED, &[tace(OCCLUDED)], json!(["tace"]));
        call["hook"] = hook.into();
        service.post(path, &call).is_error(400, "wrong-hook");
    }
}

#[test]
fn another_patients_draft_refuses_the_call() {
    let service = demo();
    for kind in [
        "ServiceRequest",
        "MedicationRequest",
        "NutritionOrder",
        "Observation",
    ] {
        let mut foreign = tace("somebody-else");
        foreign["resourceType"] = kind.into();
        let answer = service.post(SIGN, &signing(OCCLUDED, &[tace(OCCLUDED), foreign]));
        answer.is_error(412, "another-patient");
    }
}

#[test]
fn orders_of_nothing_that_the_review_has_are_answered_without_a_record() {
    let service = start("demo.enabled = false\n");
    let mut call = signing(OCCLUDED, &[service_request("o", OCCLUDED, "Full blood count")]);
    drop(call.as_object_mut().unwrap().remove("prefetch"));
    assert_eq!(service.post(SIGN, &call).body, r#"{"cards":[]}"#);
    call["context"]["draftOrders"] = json!({"resourceType": "Bundle", "type": "collection"});
    assert_eq!(service.post(SIGN, &call).body, r#"{"cards":[]}"#);
    // One of ours needs the record.
    call["context"]["draftOrders"]["entry"] = json!([{"resource": tace(OCCLUDED)}]);
    service.post(SIGN, &call).is_error(412, "missing-patient");
}

#[test]
fn without_pnet_there_is_no_card_and_with_half_the_conditions_412() {
    let service = demo();
    let drafts = [tace(WITHOUT_PNET)];
    assert_eq!(
        service.post(SIGN, &signing(WITHOUT_PNET, &drafts)).cards().len(),
        0
    );
    let mut call = signing(WITHOUT_PNET, &drafts);
    call["prefetch"]["conditions"]["link"] =
        json!([{"relation": "next", "url": "https://elsewhere.example/x"}]);
    service.post(SIGN, &call).is_error(412, "incomplete-conditions");
}

#[test]
fn an_order_that_hangs_on_records_not_to_be_had_is_not_passed_in_silence() {
    let service = demo();
    let mut call = signing(PROVISIONAL, &[tace(PROVISIONAL)]);
    call["prefetch"]["liver"] = outcome("error");
    let cards = service.post(SIGN, &call).cards();
    assert_eq!(cards.len(), 1);
    assert_eq!(
        (cards[0]["indicator"].as_str(), about(&cards[0])["kind"].as_str()),
        (Some("info"), Some("order-warning"))
    );
    let detail = cards[0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("could not be fetched") && detail.contains("prefetch liver"),
        "{detail}"
    );
}

#[test]
fn open_orders_share_one_card_with_requests_for_what_is_missing() {
    let service = demo();
    let drafts = ["RFA of liver lesion", "Percutaneous ethanol injection of liver"]
        .map(|text| service_request(&text[..3], PROVISIONAL, text));
    let cards = service.post(SIGN, &signing(PROVISIONAL, &drafts)).cards();
    assert_eq!(cards.len(), 1, "{cards:?}");
    assert_eq!(cards[0]["indicator"], "info");
    assert_eq!(about(&cards[0])["options"].as_array().unwrap().len(), 2);
    let suggestions = cards[0]["suggestions"].as_array().unwrap();
    assert!(
        suggestions
            .iter()
            .all(|s| s["actions"][0]["resource"]["resourceType"] == "ServiceRequest")
    );
    let labels: Vec<&str> = suggestions.iter().filter_map(|s| s["label"].as_str()).collect();
    assert_eq!(labels, ["Request multiphase liver imaging"]);
}

#[test]
fn without_liver_metastases_on_record_the_card_says_so_and_absent_ones_give_none() {
    let service = demo();
    for (patient, expected) in [
        ("liver-metastases-not-recorded", 1),
        ("liver-metastases-refuted", 0),
    ] {
        let cards = service.post(SIGN, &signing(patient, &[tace(patient)])).cards();
        assert_eq!(cards.len(), expected, "{patient}");
        assert!(cards.iter().all(|card| card["indicator"] == "info"), "{patient}");
    }
}

#[test]
fn the_text_of_an_order_is_shown_as_text() {
    let service = demo();
    for evil in [
        "TACE <img src=x onerror=alert(1)>",
        "TACE [a](javascript:alert(1))",
        "TACE\n\n# heading\n<script>alert(1)</script>",
        "TACE | a | b",
        "TACE https://evil.example",
        "TACE {{ 7*7 }} {% raw %}",
    ] {
        let mut order = service_request("tace", OCCLUDED, evil);
        order["id"] = "<b>x</b>".into();
        let cards = service.post(SIGN, &signing(OCCLUDED, &[order])).cards();
        // What stands behind a backslash is text to a reader of Markdown.
        let detail = cards[0]["detail"]
            .as_str()
            .unwrap()
            .replace("\\<", "")
            .replace("\\[", "");
        for raw in ["<", "\n# heading", "| a | b", "49"] {
            assert!(!detail.contains(raw), "{raw}: {detail}");
        }
        assert!(detail.contains("TACE"));
        assert!(!cards[0]["summary"].as_str().unwrap().contains('<'));
    }
}

#[test]
fn an_order_request_can_be_assessed() {
    let answer = demo().post("/assessment", &signing(OCCLUDED, &[tace(OCCLUDED)]));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["options"].as_array().unwrap().len(), options());
}

#[test]
fn assess_prints_the_cards_of_an_order_request() {
    let file = std::env::temp_dir().join(format!("pnet-order-{}.json", std::process::id()));
    std::fs::write(&file, signing(OCCLUDED, &[tace(OCCLUDED)]).to_string()).unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args(["assess", "--format", "cards", "--as-of", "2026-11-23"])
        .arg(&file)
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let answer: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let hook = demo().post(SIGN, &signing(OCCLUDED, &[tace(OCCLUDED)]));
    // A file is assessed by nobody's service, so its cards lead to no page.
    let mut expected = hook.json();
    drop(expected["cards"][0].as_object_mut().unwrap().remove("links"));
    assert_eq!(answer, expected);
}

#[test]
fn assess_explains_what_each_order_is_read_as_and_why_there_is_no_card() {
    let explained = |name: &str, drafts: &[Value]| {
        let file = std::env::temp_dir().join(format!("pnet-explained-{name}-{}.json", std::process::id()));
        std::fs::write(&file, signing(OCCLUDED, drafts).to_string()).unwrap();
        let ended = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
            .args(["assess", "--as-of", "2026-11-23"])
            .arg(&file)
            .output()
            .unwrap();
        std::fs::remove_file(&file).unwrap();
        String::from_utf8(ended.stdout).unwrap()
    };
    let tace = explained("tace", &[tace(OCCLUDED)]);
    assert!(
        tace.contains("(TACE), review advises against\n  1 card\n"),
        "{tace}"
    );
    let count = explained("count", &[service_request("other", OCCLUDED, "Full blood count")]);
    assert!(
        count.contains("none of those to be checked is one of the review's options\n  no card"),
        "{count}"
    );
    let cryotherapy = explained("everolimus", &[service_request("e", OCCLUDED, "Everolimus")]);
    assert!(
        cryotherapy.contains("Everolimus, supported\n  no card"),
        "{cryotherapy}"
    );
}

#[test]
fn discovery_lists_one_service_for_each_hook() {
    let services = demo().get("/cds-services").json();
    let named: Vec<(&str, &str)> = services["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (service["id"].as_str().unwrap(), service["hook"].as_str().unwrap()))
        .collect();
    assert_eq!(
        named,
        [
            ("pnet-liver-metastases", "patient-view"),
            ("pnet-order-select", "order-select"),
            ("pnet-order-sign", "order-sign"),
        ]
    );
    assert_eq!(
        services["services"][1]["prefetch"],
        services["services"][0]["prefetch"]
    );
}

/// The body of the `curl` that the notes on the demo give, for this service.
fn documented(service: &Service) -> Value {
    let notes = include_str!("../demo/README.md");
    let (_, rest) = notes.split_once("/cds-services/pnet-order-sign ").unwrap();
    let (_, rest) = rest.split_once("-d '").unwrap();
    let (body, _) = rest.split_once('\'').unwrap();
    let body = body.replace("127.0.0.1:8080", &service.address.to_string());
    serde_json::from_str(&body).unwrap()
}

#[test]
fn the_documented_call_gives_a_warning() {
    let service = demo();
    let body = documented(&service);
    assert_eq!(body["hookInstance"], INSTANCE);
    let cards = service.post(SIGN, &body).cards();
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0]["indicator"], "warning");
}
