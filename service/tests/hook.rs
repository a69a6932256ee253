//! Hook calls: what each state of a prefetch value leads to, and the odd requests that other services get wrong.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{WITH_PNET, WITHOUT_PNET, changed, chart, demo, options, outcome, prefetched, start};
use serde_json::{Value, json};

fn details(cards: &[Value]) -> String {
    cards.iter().filter_map(|card| card["detail"].as_str()).collect()
}

fn without(patient: &str, key: &str) -> Value {
    changed(patient, |request| {
        drop(request["prefetch"].as_object_mut().unwrap().remove(key))
    })
}

fn with(patient: &str, key: &str, value: Value) -> Value {
    changed(patient, |request| request["prefetch"][key] = value)
}

/// The assessment's problems for the same request.
fn problems(request: &Value) -> Vec<String> {
    let assessment = demo().post("/assessment", request);
    assert_eq!(assessment.status, 200, "{}", assessment.body);
    let assessment = assessment.json();
    let problems = assessment["problems"].as_array().cloned().unwrap_or_default();
    problems
        .iter()
        .map(|p| {
            format!(
                "{}: {}",
                p["place"].as_str().unwrap(),
                p["problem"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_pnet_with_liver_metastases_gets_cards() {
    let cards = demo().hook(&prefetched(WITH_PNET)).cards();
    assert!(cards.len() > 1);
    for card in &cards {
        assert!(card["summary"].as_str().unwrap().chars().count() < 140);
        assert!(["info", "warning", "critical"].contains(&card["indicator"].as_str().unwrap()));
        assert!(card["source"]["label"].is_string() && card["source"]["topic"]["code"].is_string());
    }
}

#[test]
fn the_same_call_gives_the_same_bytes() {
    let service = demo();
    let request = prefetched(WITH_PNET);
    assert_eq!(service.hook(&request).body, service.hook(&request).body);
}

#[test]
fn without_pnet_the_answer_is_an_empty_list() {
    assert_eq!(demo().hook(&prefetched(WITHOUT_PNET)).body, r#"{"cards":[]}"#);
}

#[test]
fn null_or_empty_conditions_mean_no_pnet() {
    let service = demo();
    let empty = json!({"resourceType": "Bundle", "type": "searchset", "total": 0});
    let warned = json!({"resourceType": "Bundle", "type": "searchset", "total": 0, "entry":
        [{"search": {"mode": "outcome"}, "resource": outcome("warning")}]});
    for conditions in [Value::Null, empty, warned] {
        let request = with(WITHOUT_PNET, "conditions", conditions);
        assert_eq!(service.hook(&request).body, r#"{"cards":[]}"#);
    }
}

#[test]
fn missing_failed_or_malformed_conditions_are_412_never_silence() {
    let service = demo();
    let failed_search = json!({"resourceType": "Bundle", "type": "searchset", "entry":
        [{"search": {"mode": "outcome"}, "resource": outcome("error")}]});
    service
        .hook(&without(WITHOUT_PNET, "conditions"))
        .is_error(412, "missing-conditions");
    for conditions in [
        outcome("error"),
        outcome("warning"),
        failed_search,
        json!("error"),
        json!([1]),
        json!({"a": 1}),
    ] {
        let request = with(WITHOUT_PNET, "conditions", conditions);
        service.hook(&request).is_error(412, "missing-conditions");
    }
}

#[test]
fn a_first_page_of_conditions_without_pnet_is_412() {
    let request = changed(WITHOUT_PNET, |request| {
        request["prefetch"]["conditions"]["link"] =
            json!([{"relation": "next", "url": "http://f/Condition?page=2"}]);
    });
    demo().hook(&request).is_error(412, "incomplete-conditions");
}

#[test]
fn a_first_page_of_conditions_with_pnet_is_assessed_and_says_so() {
    let request = changed(WITH_PNET, |request| {
        request["prefetch"]["conditions"]["link"] =
            json!([{"relation": "next", "url": "http://f/Condition?page=2"}]);
    });
    assert!(!demo().hook(&request).cards().is_empty());
    assert!(
        problems(&request)
            .iter()
            .any(|p| p.starts_with("prefetch conditions: incomplete"))
    );
}

#[test]
fn a_missing_null_or_failed_patient_is_412() {
    let service = demo();
    service
        .hook(&without(WITH_PNET, "patient"))
        .is_error(412, "missing-patient");
    for patient in [
        Value::Null,
        outcome("error"),
        json!("x"),
        json!({"resourceType": "Practitioner", "id": "1"}),
    ] {
        service
            .hook(&with(WITH_PNET, "patient", patient))
            .is_error(412, "missing-patient");
    }
}

#[test]
fn other_data_that_fail_are_named_to_the_clinician() {
    let service = demo();
    let paged =
        json!({"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "x"}]});
    for (value, said) in [
        (outcome("error"), "the search for these records failed"),
        (json!("oops"), "supplied, but neither a resource nor a Bundle"),
        (paged, "incomplete: only part of the records was supplied"),
    ] {
        let request = with(WITH_PNET, "markers", value);
        assert!(problems(&request).contains(&format!("prefetch markers: {said}")));
        let cards = service.hook(&request).cards();
        let shown = details(&cards);
        assert!(shown.contains("prefetch markers"), "{shown}");
    }
    let absent = without(WITH_PNET, "markers");
    assert!(problems(&absent).contains(&"prefetch markers: these records were not supplied".to_owned()));
    assert!(
        problems(&prefetched(WITH_PNET))
            .iter()
            .all(|p| !p.starts_with("prefetch "))
    );
}

#[test]
fn keys_of_the_sites_own_are_read_by_type() {
    let request = changed(WITH_PNET, |request| {
        let prefetch = request["prefetch"].as_object_mut().unwrap();
        let observations = prefetch.remove("pathology").unwrap();
        prefetch.insert("siteLabs".into(), observations);
        prefetch.insert("somethingElse".into(), json!(7));
    });
    let service = demo();
    let ours = service.post("/assessment", &prefetched(WITH_PNET)).json();
    let theirs = service.post("/assessment", &request).json();
    assert_eq!(ours["options"], theirs["options"]);
    assert_eq!(ours["grade"], theirs["grade"]);
}

/// A key that is not there is no reason for a card about somebody who has no PNET.
#[test]
fn other_data_that_are_missing_make_no_card_without_pnet() {
    let service = demo();
    for key in ["pathology", "markers", "status"] {
        assert_eq!(service.hook(&without(WITHOUT_PNET, key)).body, r#"{"cards":[]}"#);
        assert_eq!(
            service.hook(&with(WITHOUT_PNET, key, outcome("error"))).body,
            r#"{"cards":[]}"#
        );
    }
}

// The nine odd requests.

#[test]
fn odd_1_no_prefetch_at_all_is_412_outside_the_demo() {
    let request = changed(WITH_PNET, |request| {
        drop(request.as_object_mut().unwrap().remove("prefetch"))
    });
    start("").hook(&request).is_error(412, "missing-patient");
    demo().hook(&request).is_error(412, "missing-patient");
}

#[test]
fn odd_1b_no_prefetch_with_our_own_sandbox_is_read_there() {
    let service = demo();
    for slash in ["", "/"] {
        let request = changed(WITH_PNET, |request| {
            request.as_object_mut().unwrap().remove("prefetch");
            request["fhirServer"] = json!(format!("http://{}/sandbox/fhir{slash}", service.address));
        });
        let cards = service.hook(&request).cards();
        assert_eq!(cards.len(), service.hook(&prefetched(WITH_PNET)).cards().len());
    }
}

#[test]
fn odd_2_another_patients_resource_is_refused_wherever_it_stands() {
    let service = demo();
    let foreign = json!({"resourceType": "Observation", "id": "f", "status": "final",
        "subject": {"reference": "Patient/somebody-else"}, "code": {"text": "x"}});
    for patient in [WITH_PNET, WITHOUT_PNET] {
        for key in ["pathology", "conditions", "procedures"] {
            let request = changed(patient, |request| {
                let bundle = &mut request["prefetch"][key];
                let entry = json!({"resource": foreign});
                match bundle["entry"].as_array_mut() {
                    Some(entries) => entries.push(entry),
                    None => bundle["entry"] = json!([entry]),
                }
            });
            service.hook(&request).is_error(412, "another-patient");
        }
        service
            .hook(&with(patient, "ownKey", foreign.clone()))
            .is_error(412, "another-patient");
    }
    let other_patient = with(
        WITH_PNET,
        "patient",
        json!({"resourceType": "Patient", "id": "somebody-else"}),
    );
    let answer = service.hook(&other_patient);
    answer.is_error(412, "another-patient");
    assert!(
        !answer.body.contains("somebody-else"),
        "chart data in an error: {}",
        answer.body
    );
}

#[test]
fn odd_3_an_outcome_as_a_prefetch_value_is_not_no_data() {
    demo()
        .hook(&with(WITHOUT_PNET, "conditions", outcome("error")))
        .is_error(412, "missing-conditions");
    assert!(
        problems(&with(WITH_PNET, "status", outcome("error")))
            .iter()
            .any(|p| p.contains("failed"))
    );
}

#[test]
fn odd_4_a_ki67_as_a_string_is_read() {
    let request = changed(WITH_PNET, |request| {
        let ki67 = json!({"resourceType": "Observation", "id": "ki67-text", "status": "final",
            "subject": {"reference": format!("Patient/{WITH_PNET}")}, "effectiveDateTime": "2026-11-20",
            "code": {"coding": [{"system": "https://pnet-cds.github.io/fhir/CodeSystem/facts", "code": "ki67"}]},
            "valueString": "8"});
        request["prefetch"]["pathology"]["entry"]
            .as_array_mut()
            .unwrap()
            .push(json!({"resource": ki67}));
    });
    let assessment = demo().post("/assessment", &request).json();
    assert_eq!(
        assessment["facts"]["ki67"]["value"],
        json!(8),
        "{}",
        assessment["facts"]["ki67"]
    );
    assert_eq!(assessment["grade"]["value"], "G2");
}

#[test]
fn odd_5_an_entry_without_a_resource_is_listed_and_the_rest_assessed() {
    let request = changed(WITH_PNET, |request| {
        let entries = request["prefetch"]["pathology"]["entry"].as_array_mut().unwrap();
        entries.insert(0, json!({"fullUrl": "urn:uuid:1"}));
        entries.push(json!({"resource": {"resourceType": "Observation", "status": 7, "code": []}}));
        entries.push(json!({"resource": [1, 2]}));
    });
    let service = demo();
    let assessment = service.post("/assessment", &request).json();
    let expected = service.post("/assessment", &prefetched(WITH_PNET)).json();
    // What could not be read may have stated what is missing, and changes no verdict.
    let verdicts = |assessment: &Value| -> Vec<(Value, Value)> {
        let options = assessment["options"].as_array().unwrap().iter();
        options
            .map(|option| (option["id"].clone(), option["verdict"].clone()))
            .collect()
    };
    assert_eq!(verdicts(&assessment), verdicts(&expected));
    assert_eq!(assessment["facts"]["portal-vein"]["gap"], "set-aside");
    assert!(
        assessment["problems"].as_array().unwrap().len() >= 2,
        "{}",
        assessment["problems"]
    );
    assert!(!service.hook(&request).cards().is_empty());
}

#[test]
fn odd_6_another_hook_is_refused() {
    for hook in ["order-sign", "order-select", "Patient-View"] {
        demo()
            .hook(&changed(WITH_PNET, |request| request["hook"] = json!(hook)))
            .is_error(400, "wrong-hook");
    }
    let none = changed(WITH_PNET, |request| {
        drop(request.as_object_mut().unwrap().remove("hook"))
    });
    demo().hook(&none).is_error(400, "missing-hook");
}

#[test]
fn odd_7_a_hook_instance_that_is_no_uuid_is_refused() {
    let service = demo();
    for instance in [
        json!(null),
        json!(""),
        json!("1"),
        json!("d1577c69-dfbe-44ad-ba6d-3e05e953b2e"),
    ] {
        let request = changed(WITH_PNET, |request| request["hookInstance"] = instance);
        service.hook(&request).is_error(400, "invalid-hook-instance");
    }
    let number = changed(WITH_PNET, |request| request["hookInstance"] = json!(7));
    service.hook(&number).is_error(400, "invalid-request");
}

#[test]
fn odd_8_a_context_without_patient_is_refused() {
    let service = demo();
    for context in [
        json!({"userId": "Practitioner/1"}),
        json!({"userId": "Practitioner/1", "patientId": "Patient/x"}),
    ] {
        let request = changed(WITH_PNET, |request| request["context"] = context);
        service.hook(&request).is_error(400, "invalid-patient-id");
    }
    let no_user = changed(WITH_PNET, |request| {
        request["context"] = json!({"patientId": WITH_PNET})
    });
    service.hook(&no_user).is_error(400, "missing-user-id");
}

#[test]
fn odd_9_a_body_of_1_1_mb_is_answered() {
    let request = changed(WITH_PNET, |request| {
        let entries = request["prefetch"]["pathology"]["entry"].as_array_mut().unwrap();
        for n in 0..4000 {
            let potassium = json!({"resourceType": "Observation", "id": format!("k{n}"), "status": "final",
                "subject": {"reference": format!("Patient/{WITH_PNET}")}, "effectiveDateTime": "2026-11-01",
                "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}]},
                "valueQuantity": {"value": 4.1, "unit": "mmol/L"}});
            entries.push(json!({"resource": potassium}));
        }
    });
    assert!(request.to_string().len() > 1_100_000);
    let service = demo();
    let answer = service.hook(&request);
    assert_eq!(
        answer.cards().len(),
        service.hook(&prefetched(WITH_PNET)).cards().len()
    );
}

// Bundles.

#[test]
fn a_bundle_is_assessed() {
    let assessment = demo().post("/assessment", &chart(WITH_PNET)).json();
    assert_eq!(assessment["gate"], "passed");
    assert_eq!(assessment["options"].as_array().unwrap().len(), options());
    assert_eq!(assessment["asOf"], "2026-11-23");
}

#[test]
fn a_bundle_and_the_same_chart_prefetched_come_to_the_same() {
    let service = demo();
    let bundle = service.post("/assessment", &chart(WITH_PNET)).json();
    let hook = service.post("/assessment", &prefetched(WITH_PNET)).json();
    for part in ["grade", "stage", "options", "gate", "subject"] {
        assert_eq!(bundle[part], hook[part], "{part}");
    }
}

#[test]
fn two_patients_in_one_bundle_are_refused() {
    let mut both = chart(WITH_PNET);
    let other = chart(WITHOUT_PNET)["entry"].as_array().unwrap().clone();
    both["entry"].as_array_mut().unwrap().extend(other);
    demo()
        .post("/assessment", &both)
        .is_error(422, "several-patients");
}

#[test]
fn what_is_neither_bundle_nor_request_is_refused() {
    let service = demo();
    for body in [
        json!([]),
        json!({}),
        json!({"resourceType": "Patient", "id": "p"}),
        json!("x"),
    ] {
        service.post("/assessment", &body).is_error(400, "not-assessable");
    }
}

#[test]
fn a_deceased_or_merged_patient_gets_a_line_before_everything_else() {
    let service = demo();
    let first = |patient: &str, name: &str, value: Value| {
        let request = changed(patient, |request| request["prefetch"]["patient"][name] = value);
        service.hook(&request).cards()[0]["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for patient in [WITH_PNET, "liver-metastases-not-recorded"] {
        for (name, value, said) in [
            (
                "deceasedDateTime",
                json!("2026-01-02"),
                Some("Recorded as deceased (2026-01-02)"),
            ),
            (
                "deceasedDateTime",
                json!("2026-01"),
                Some("Recorded as deceased (2026-01)"),
            ),
            (
                "deceasedDateTime",
                json!("in January"),
                Some("Recorded as deceased"),
            ),
            ("deceasedBoolean", json!(true), Some("Recorded as deceased")),
            ("deceasedBoolean", json!(false), None),
            ("deceasedDateTime", json!("2126-01-02"), None),
            (
                "link",
                json!([{"other": {"reference": "Patient/x"}, "type": "replaced-by"}]),
                Some("This record was replaced by another: open that one"),
            ),
            (
                "link",
                json!([{"other": {"reference": "Patient/x"}, "type": "replaces"}]),
                None,
            ),
        ] {
            let detail = first(patient, name, value.clone());
            let start = detail.trim_start_matches(['-', ' ', '*']);
            match said {
                Some(said) => assert!(start.starts_with(said), "{name} {value}: {detail}"),
                None => assert!(
                    !detail.contains("deceased") && !detail.contains("replaced"),
                    "{detail}"
                ),
            }
        }
    }
}

#[test]
fn core_data_that_were_supplied_and_are_none_say_so() {
    let service = demo();
    for (key, value, said) in [
        ("patient", json!("x"), "neither a resource nor a Bundle"),
        ("conditions", json!(7), "neither a resource nor a Bundle"),
        ("conditions", json!([]), "neither a resource nor a Bundle"),
        (
            "conditions",
            json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource":
                {"resourceType": "Procedure", "id": "x", "subject": {"reference": format!("Patient/{WITH_PNET}")}}}]}),
            "none of the resources that were asked for",
        ),
    ] {
        let refused = service.hook(&with(WITH_PNET, key, value.clone()));
        assert_eq!(refused.status, 412, "{value}");
        let whole = format!("`prefetch.{key}`: supplied, but ");
        assert!(
            refused.body.contains(&whole) && refused.body.contains(said),
            "{value}: {}",
            refused.body
        );
    }
}
