//! When what stands under a prefetch key is all there is, and what a call leads to when it is not.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{NOTHING, WITH_PNET, WITHOUT_PNET, changed, chart, demo, outcome, prefetched, searchset, start};
use fhir_profiles::json::Budget;
use serde_json::{Value, json};

fn with(patient: &str, key: &str, value: Value) -> Value {
    changed(patient, |request| request["prefetch"][key] = value)
}

fn of_kind(patient: &str, kind: &str) -> Vec<Value> {
    let chart = chart(patient);
    let entries = chart["entry"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["resource"].clone())
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

/// The same search with a total of its own.
fn says(mut bundle: Value, total: usize) -> Value {
    bundle["total"] = json!(total);
    bundle
}

fn problems(request: &Value) -> String {
    let answer = demo().post("/assessment", request);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["problems"].to_string()
}

#[test]
fn conditions_that_are_other_resources_are_not_a_patient_without_pnet() {
    let service = demo();
    let basic = json!({"resourceType": "Basic", "id": "b", "subject": {"reference": format!("Patient/{WITHOUT_PNET}")}});
    for others in [
        of_kind(WITHOUT_PNET, "Patient"),
        of_kind(WITHOUT_PNET, "Observation"),
        vec![basic],
    ] {
        assert!(!others.is_empty());
        let request = with(WITHOUT_PNET, "conditions", searchset(&others));
        service.hook(&request).is_error(412, "missing-conditions");
    }
    let patient = of_kind(WITHOUT_PNET, "Patient").remove(0);
    let request = with(WITHOUT_PNET, "conditions", patient);
    service.hook(&request).is_error(412, "missing-conditions");
}

#[test]
fn one_condition_without_its_bundle_is_no_list_of_all_conditions() {
    let service = demo();
    let one = of_kind(WITHOUT_PNET, "Condition").remove(0);
    service
        .hook(&with(WITHOUT_PNET, "conditions", one.clone()))
        .is_error(412, "incomplete-conditions");
    let listed = with(WITHOUT_PNET, "conditions", searchset([one]));
    assert_eq!(service.hook(&listed).body, r#"{"cards":[]}"#);
}

#[test]
fn a_batch_that_was_answered_with_an_error_has_searched_nothing() {
    for status in ["404", "404 Not Found", "500"] {
        let failed = json!({"resourceType": "Bundle", "type": "batch-response",
            "entry": [{"response": {"status": status}}]});
        demo()
            .hook(&with(WITHOUT_PNET, "conditions", failed))
            .is_error(412, "missing-conditions");
    }
    let none = json!({"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "200"},
        "resource": {"resourceType": "Bundle", "type": "searchset", "total": 0}}]});
    let request = with(WITHOUT_PNET, "conditions", none);
    assert_eq!(demo().hook(&request).body, r#"{"cards":[]}"#);
}

#[test]
fn fewer_conditions_than_the_total_are_incomplete() {
    let service = demo();
    let conditions = of_kind(WITHOUT_PNET, "Condition");
    let count = conditions.len();
    let request = with(
        WITHOUT_PNET,
        "conditions",
        says(searchset(&conditions), count + 1),
    );
    service.hook(&request).is_error(412, "incomplete-conditions");
    for fine in [0, count] {
        let request = with(WITHOUT_PNET, "conditions", says(searchset(&conditions), fine));
        assert_eq!(service.hook(&request).body, r#"{"cards":[]}"#, "{fine}");
    }
    let none = says(searchset(NOTHING), 5);
    service
        .hook(&with(WITHOUT_PNET, "conditions", none))
        .is_error(412, "missing-conditions");
}

#[test]
fn what_a_search_includes_is_no_match() {
    let conditions = of_kind(WITHOUT_PNET, "Condition");
    let mut bundle = says(searchset(&conditions), conditions.len() + 1);
    bundle["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"search": {"mode": "include"}, "resource": of_kind(WITHOUT_PNET, "Patient").remove(0)}));
    demo()
        .hook(&with(WITHOUT_PNET, "conditions", bundle))
        .is_error(412, "incomplete-conditions");
}

#[test]
fn other_records_that_fall_short_of_the_total_are_named() {
    let observations = of_kind(WITH_PNET, "Observation");
    let count = observations.len();
    let whole = with(WITH_PNET, "pathology", says(searchset(&observations), count));
    assert!(!problems(&whole).contains("prefetch pathology"));
    let short = with(WITH_PNET, "pathology", says(searchset(&observations), count + 1));
    assert!(problems(&short).contains("prefetch pathology"));
    let lone = with(WITH_PNET, "reports", observations.into_iter().next().unwrap());
    assert!(problems(&lone).contains("prefetch reports"));
}

/// Two of the site's keys for one of ours: the one that failed is not made good by the other.
#[test]
fn the_worse_of_two_keys_for_the_same_records_counts() {
    let service =
        start("prefetch.keys = [\"ACTIVE=conditions\", \"RESOLVED=conditions\"]\ndemo.enabled = true\n");
    let both = |resolved: Value| {
        changed(WITHOUT_PNET, |request| {
            let prefetch = request["prefetch"].as_object_mut().unwrap();
            let conditions = prefetch.remove("conditions").unwrap();
            prefetch.insert("ACTIVE".into(), conditions);
            prefetch.insert("RESOLVED".into(), resolved);
        })
    };
    service
        .hook(&both(outcome("error")))
        .is_error(412, "incomplete-conditions");
    assert_eq!(service.hook(&both(searchset(NOTHING))).body, r#"{"cards":[]}"#);
}

#[test]
fn the_sites_keys_are_known_after_something_was_fetched() {
    let service = start("prefetch.keys = [\"PROBLEMS=conditions\"]\ndemo.enabled = true\n");
    let request = changed(WITHOUT_PNET, |request| {
        request["fhirServer"] = json!(format!("http://{}/sandbox/fhir", service.address));
        let prefetch = request["prefetch"].as_object_mut().unwrap();
        let conditions = prefetch.remove("conditions").unwrap();
        prefetch.insert("PROBLEMS".into(), conditions);
        prefetch.remove("pathology");
    });
    assert_eq!(service.hook(&request).body, r#"{"cards":[]}"#);
}

#[test]
fn more_resources_than_the_limit_are_refused_not_cut() {
    let limited = |limit: usize| start(&format!("server.max_resources = {limit}\ndemo.enabled = true\n"));
    let chart = chart(WITH_PNET);
    let count = chart["entry"].as_array().unwrap().len();
    assert_eq!(limited(count).post("/assessment", &chart).status, 200);
    limited(count - 1)
        .post("/assessment", &chart)
        .is_error(413, "too-many-resources");
    limited(5)
        .hook(&prefetched(WITH_PNET))
        .is_error(413, "too-many-resources");
}

#[test]
fn more_of_something_than_is_read_at_once_is_refused_and_named() {
    let service = start("demo.enabled = true\n");
    let much = json!({ "coding": vec![0; Budget::CALL.codings + 1] });
    let mut bundle = chart(WITH_PNET);
    bundle["entry"][0]["resource"]["code"] = much.clone();
    let mut call = prefetched(WITH_PNET);
    call["prefetch"]["patient"]["x"] = much;
    let selected = changed(WITH_PNET, |call| {
        call["context"]["selections"] = json!(vec!["a"; Budget::CALL.selections + 1]);
    });
    for (answer, named) in [
        (service.post("/assessment", &bundle), "more than 400000 codings"),
        (service.hook(&call), "more than 400000 codings"),
        (service.hook(&selected), "more than 1000 selections"),
    ] {
        assert!(answer.body.contains(named), "{}", answer.body);
        answer.is_error(413, "over-budget");
    }
}
