//! Questions: one fact asked for with a click, what an answer writes, and what a refusal leads to.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside the test functions"
)]

mod common;

use common::{Service, chart, demo, prefetched, start};
use serde_json::{Value, json};
use uuid::Uuid;

const SPARSE: &str = "sparse-chart";

/// The demo's call of its own record system, of a new instance.
fn call(service: &Service, patient: &str) -> Value {
    json!({"hook": "patient-view", "fhirServer": format!("http://{}/sandbox/fhir", service.address), "hookInstance": Uuid::new_v5(&Uuid::nil(), nth().as_bytes()).to_string(),
        "context": {"userId": "Practitioner/1", "patientId": patient}})
}

fn nth() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed).to_string()
}

fn kind(card: &Value) -> &str {
    card["extension"]["io.github.pnet-cds.card"]["kind"]
        .as_str()
        .unwrap()
}

fn questions(cards: &[Value]) -> Vec<Value> {
    cards
        .iter()
        .filter(|card| kind(card) == "question")
        .cloned()
        .collect()
}

fn observation(suggestion: &Value) -> &Value {
    let action = &suggestion["actions"][0];
    assert_eq!(action["type"], "create");
    &action["resource"]
}

fn asked(question: &Value) -> String {
    let resource = observation(&question["suggestions"][0]);
    resource["code"]["coding"][0]["code"].as_str().unwrap().to_owned()
}

fn feedback(service: &Service, item: &Value) {
    let answer = service.post(
        "/cds-services/pnet-liver-metastases/feedback",
        &json!({"feedback": [item]}),
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn the_fact_that_decides_most_is_asked_for_and_recorded_as_one_observation() {
    let service = demo();
    let cards = service.hook(&call(&service, SPARSE)).cards();
    assert_eq!(
        cards.iter().map(kind).collect::<Vec<_>>(),
        ["pathway", "missing-data", "question"]
    );
    let [question] = &questions(&cards)[..] else {
        panic!("one question")
    };
    assert_eq!(question["indicator"], "info");
    assert_eq!(question["selectionBehavior"], "at-most-one");
    assert!(question["summary"].as_str().unwrap().contains('?'), "{question}");
    let detail = question["detail"].as_str().unwrap();
    assert!(
        detail.contains("Record only what has been established"),
        "{detail}"
    );
    let suggestions = question["suggestions"].as_array().unwrap();
    assert_eq!(
        (asked(question).as_str(), suggestions.len()),
        ("resectability", 2)
    );
    for (suggestion, word) in suggestions.iter().zip(["resectable", "unresectable"]) {
        let written = observation(suggestion);
        assert_eq!(
            written,
            &json!({
                "resourceType": "Observation",
                "status": "final",
                "code": {
                    "coding": [{"system": "https://pnet-cds.github.io/fhir/CodeSystem/facts", "code": "resectability", "display": "Resectability"}],
                    "text": "Resectability"
                },
                "subject": {"reference": format!("Patient/{SPARSE}")},
                "effectiveDateTime": "2026-11-23",
                "performer": [{"reference": "Practitioner/1"}],
                "valueCodeableConcept": {
                    "coding": [{"system": "https://pnet-cds.github.io/fhir/CodeSystem/fact-values", "code": word,
                        "display": written["valueCodeableConcept"]["text"]}],
                    "text": written["valueCodeableConcept"]["text"]
                }
            })
        );
    }
}

#[test]
fn what_is_recorded_so_settles_what_was_asked() {
    let service = demo();
    let question = questions(&service.hook(&call(&service, SPARSE)).cards()).remove(0);
    let mut bundle = chart(SPARSE);
    let mut written = observation(&question["suggestions"][1]).clone();
    written["id"] = "new".into();
    bundle["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"resource": written}));
    let before = service.post("/assessment", &chart(SPARSE)).json();
    let after = service.post("/assessment", &bundle).json();
    assert_eq!(before["facts"]["resectability"]["status"], "unknown");
    assert_eq!(after["facts"]["resectability"]["value"], "unresectable");
    assert_eq!(after["pathway"]["intent"]["value"], "palliative");
    let mut request = prefetched(SPARSE);
    request["prefetch"]["status"] =
        json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": written}]});
    let asks = questions(&service.hook(&request).cards());
    assert!(
        asks.iter().all(|question| asked(question) != "resectability"),
        "{asks:?}"
    );
}

#[test]
fn what_a_text_mentions_is_offered_first_with_its_source() {
    let service = start("demo.enabled = true\ncards.questions = 20\ncards.max = 30");
    let cards = questions(&service.hook(&call(&service, SPARSE)).cards());
    let of = |fact: &str| cards.iter().find(|card| asked(card) == fact).unwrap();
    let portal = of("portal-vein");
    let labels: Vec<&str> = portal["suggestions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|suggestion| suggestion["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "Portal vein: Patent (imaging report of 2026-11-12)",
            "Portal vein: Partly occluded",
            "Portal vein: Occluded"
        ]
    );
    let supporting = &observation(&portal["suggestions"][0])["extension"][0];
    assert_eq!(
        supporting["valueReference"]["reference"],
        "DiagnosticReport/spa-ct"
    );
    assert!(observation(&portal["suggestions"][1]).get("extension").is_none());
    let detail = portal["detail"].as_str().unwrap();
    assert!(
        detail.contains("Found in the imaging report of 2026-11-12: \"The portal vein is patent"),
        "{detail}"
    );
    // A number is offered only as it was found.
    let lesion = of("largest-liver-lesion");
    assert_eq!(lesion["suggestions"].as_array().unwrap().len(), 1);
    assert_eq!(
        observation(&lesion["suggestions"][0])["valueQuantity"],
        json!({"value": 4.1, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"})
    );
    assert!(
        cards.iter().all(|card| asked(card) != "liver-involvement"),
        "nothing says it"
    );
}

#[test]
fn what_texts_mention_is_shown_on_every_way_in() {
    let service = demo();
    let assessment = service.post("/assessment", &chart(SPARSE)).json();
    let mentioned = |fact: &str| {
        let all = assessment["mentions"].as_array().unwrap();
        all.iter().find(|one| one["fact"] == fact).unwrap().clone()
    };
    assert_eq!(
        mentioned("largest-liver-lesion"),
        json!({"fact": "largest-liver-lesion", "value": 4.1, "unit": "cm",
            "quote": "Liver metastases in both lobes, the largest measures 4.1 cm.",
            "reference": "DiagnosticReport/spa-ct", "date": "2026-11-12"})
    );
    assert_eq!(assessment["facts"]["portal-vein"]["gap"], "in-text");
    let found = "Found in text, to be recorded";
    let cards = service.hook(&call(&service, SPARSE)).cards();
    assert!(cards[1]["detail"].as_str().unwrap().contains(found));
    for page in ["/?patient=sparse-chart", "/board?patient=sparse-chart"] {
        let page = service.get(page).body;
        assert!(
            page.contains(found) && page.contains("imaging report of 2026-11-12"),
            "{page}"
        );
    }
    let path = format!("{}/demo/patients/{SPARSE}.json", env!("CARGO_MANIFEST_DIR"));
    let report = std::process::Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args(["assess", &path])
        .output()
        .unwrap();
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(report.contains(found) && report.contains("4.1 cm"), "{report}");
}

#[test]
fn a_question_that_is_put_aside_gives_way_to_the_next_one_for_this_patient_alone() {
    let service = demo();
    let question = questions(&service.hook(&call(&service, SPARSE)).cards()).remove(0);
    let fact = asked(&question);
    feedback(
        &service,
        &json!({"card": question["uuid"], "outcome": "overridden", "outcomeTimestamp": jiff::Timestamp::now().to_string(),
            "overrideReasons": []}),
    );
    let next = questions(&service.hook(&call(&service, SPARSE)).cards());
    assert!(next.iter().all(|question| asked(question) != fact), "{next:?}");
    let another = questions(&service.hook(&call(&service, "conflicting-chart")).cards());
    let alone = demo();
    let same = questions(&alone.hook(&call(&alone, "conflicting-chart")).cards());
    assert_eq!(
        another.iter().map(asked).collect::<Vec<_>>(),
        same.iter().map(asked).collect::<Vec<_>>()
    );
    // Other cards that are put aside change nothing.
    let fresh = demo();
    let cards = fresh.hook(&call(&fresh, SPARSE)).cards();
    feedback(
        &fresh,
        &json!({"card": cards[1]["uuid"], "outcome": "overridden", "outcomeTimestamp": jiff::Timestamp::now().to_string()}),
    );
    assert_eq!(
        asked(&questions(&fresh.hook(&call(&fresh, SPARSE)).cards())[0]),
        fact
    );
}

#[test]
fn nothing_is_asked_where_nothing_may_be() {
    let off = start("demo.enabled = true\ncards.questions = 0");
    assert!(questions(&off.hook(&call(&off, SPARSE)).cards()).is_empty());
    let service = demo();
    for patient in [
        "pancreatic-adenocarcinoma",
        "liver-metastases-not-recorded",
        "liver-metastases-refuted",
    ] {
        assert!(
            questions(&service.hook(&call(&service, patient)).cards()).is_empty(),
            "{patient}"
        );
    }
    // Records that disagree are for a person to look at, not for a third one.
    let conflicting = start("demo.enabled = true\ncards.questions = 20\ncards.max = 30");
    let asks = questions(&conflicting.hook(&call(&conflicting, "conflicting-chart")).cards());
    assert!(asks.iter().all(|question| asked(question) != "liver-involvement"));
    // Where a card on options would have to give way, none is asked.
    let full = start("demo.enabled = true\ncards.detail = \"full\"");
    let cards = full.hook(&call(&full, SPARSE)).cards();
    assert_eq!((cards.len(), questions(&cards).len()), (5, 0));
}

#[test]
fn whoever_is_no_performer_is_not_written_as_one() {
    let service = demo();
    let mut request = call(&service, SPARSE);
    request["context"]["userId"] = "someone at a desk".into();
    let question = questions(&service.hook(&request).cards()).remove(0);
    assert!(
        observation(&question["suggestions"][0])
            .get("performer")
            .is_none()
    );
}
