//! What comes in: requirements 2 (null) and 16 to 24.

use crate::calls::{
    ACCESS, CALLS, HOOK, INSTANCE, OTHER, PNET, authorization, bare, ehr, empty, outcome, prefetched, pulled,
    reader_of, same, slow_ehr, templates, with,
};
use crate::issuer::EC384;
use crate::server::Service;
use crate::tokens::{ISSUER, JKU, claims, client, post};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Templates without which nothing can be said.
const CORE: [&str; 2] = ["patient", "conditions"];

fn without(mut call: Value, name: &str) -> Value {
    call.as_object_mut().unwrap().remove(name);
    call
}

/// A call with one value of the prefetch changed.
fn prefetching(key: &str, value: Value) -> Value {
    with(prefetched(PNET), |call| call["prefetch"][key] = value)
}

/// Texts of all cards.
fn shown(cards: &[Value]) -> String {
    cards
        .iter()
        .filter_map(|card| card["detail"].as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn r02_null_under_a_prefetch_key_is_accepted() {
    let answer = Service::demo().post(HOOK, &prefetching("markers", Value::Null));
    assert!(!answer.cards().is_empty());
}

#[test]
fn r16_a_call_is_a_post_with_json() {
    let service = Service::demo();
    assert_eq!(service.post(HOOK, &prefetched(PNET)).status, 200);
    service.get(HOOK).is_error(405, "wrong-method");
    let body = prefetched(PNET).to_string();
    let charset = [("Content-Type", "application/json; charset=utf-8")];
    assert_eq!(service.send("POST", HOOK, &charset, &body).status, 200);
    let text = [("Content-Type", "text/plain")];
    service
        .send("POST", HOOK, &text, &body)
        .is_error(415, "wrong-content-type");
    service
        .send("POST", HOOK, &charset, "{")
        .is_error(400, "malformed-json");
}

#[test]
fn r16_each_required_field_is_required() {
    let service = Service::demo();
    let call = prefetched(PNET);
    for (name, code) in [
        ("hook", "missing-hook"),
        ("hookInstance", "invalid-hook-instance"),
        ("context", "invalid-patient-id"),
    ] {
        service
            .post(HOOK, &without(call.clone(), name))
            .is_error(400, code);
    }
    let no_user = with(call.clone(), |call| call["context"] = json!({"patientId": PNET}));
    service.post(HOOK, &no_user).is_error(400, "missing-user-id");
    let no_uuid = with(call, |call| call["hookInstance"] = "1".into());
    service
        .post(HOOK, &no_uuid)
        .is_error(400, "invalid-hook-instance");
}

#[test]
fn r16_another_hook_is_refused() {
    let call = with(prefetched(PNET), |call| call["hook"] = "order-sign".into());
    Service::demo().post(HOOK, &call).is_error(400, "wrong-hook");
}

#[test]
fn r16_optional_fields_make_no_difference_where_they_are_not_needed() {
    let service = Service::demo();
    let plain = service.post(HOOK, &prefetched(PNET));
    let full = with(prefetched(PNET), |call| {
        call["context"]["encounterId"] = "e1".into();
        call["fhirServer"] = service.url("/sandbox/fhir").into();
        call["fhirAuthorization"] = authorization();
        call["extension"] = json!({"org.example.a": {"b": [null]}});
    });
    same("all fields", &service.post(HOOK, &full).cards(), &plain.cards());
}

#[test]
fn r17_scopes_of_both_smart_versions_and_free_text_are_accepted() {
    let server = ehr();
    let service = reader_of(&server);
    for scope in [
        "patient/*.read launch",
        "patient/*.rs",
        "user/Patient.r?_id=1",
        "Patient.Read (R4) [Chart]",
        "",
    ] {
        let call = with(bare(PNET), |call| {
            call["fhirServer"] = server.base().into();
            call["fhirAuthorization"] = authorization();
            call["fhirAuthorization"]["scope"] = scope.into();
        });
        assert!(!service.post(HOOK, &call).cards().is_empty(), "{scope}");
    }
}

#[test]
fn r17_an_expired_token_is_not_used_and_none_is_ever_logged() {
    let server = ehr();
    let service = reader_of(&server);
    let call = |seconds: i64| {
        with(bare(PNET), |call| {
            call["fhirServer"] = server.base().into();
            call["fhirAuthorization"] = authorization();
            call["fhirAuthorization"]["expires_in"] = seconds.into();
        })
    };
    service.post(HOOK, &call(0)).is_error(412, "missing-patient");
    assert_eq!(server.seen().len(), 0);
    assert!(!service.post(HOOK, &call(300)).cards().is_empty());
    assert!(
        service.logs("status=412") && service.logs("status=200"),
        "{}",
        service.logged()
    );
    assert!(!service.logged().contains(ACCESS));
}

#[test]
fn r18_each_client_has_its_own_time_for_its_fhir_server() {
    let server = slow_ehr(Duration::from_millis(700));
    let hasty = "https://hasty.example.org";
    let time = |deadline: &str| {
        format!(
            "fhir_servers = [\"{}\"]\nfhir_deadline = \"{deadline}\"",
            server.base()
        )
    };
    let service = Service::start(&format!(
        "auth.mode = \"required\"\nserver.request_deadline = \"60 s\"\n{}{}",
        client(ISSUER, JKU, &[&EC384], &time("50 s")),
        client(hasty, JKU, &[&EC384], &time("100 ms")),
    ));
    let call = with(bare(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
    });
    let answer = |issuer: &str| {
        let claims = with(claims(&service, HOOK), |claims| claims["iss"] = issuer.into());
        post(&service, HOOK, &EC384.token(&claims), &call)
    };
    assert!(!answer(ISSUER).cards().is_empty());
    answer(hasty).is_error(412, "missing-patient");
}

#[test]
fn r18_without_prefetch_the_server_is_read_with_the_token_on_every_request() {
    let server = ehr();
    let service = reader_of(&server);
    let call = with(bare(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
    });
    let answer = service.post(HOOK, &call);
    let whole = Service::demo().post(HOOK, &prefetched(PNET)).cards();
    same("pulled", &answer.cards(), &whole);
    assert!(server.seen().len() >= templates().len());
    let expected = format!("Bearer {ACCESS}");
    for seen in server.seen() {
        assert_eq!(
            seen.header("authorization"),
            Some(expected.as_str()),
            "{}",
            seen.target
        );
    }
}

#[test]
fn r18_a_complete_prefetch_is_enough() {
    let server = ehr();
    let service = reader_of(&server);
    let call = with(prefetched(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
    });
    assert!(!service.post(HOOK, &call).cards().is_empty());
    assert_eq!(server.connections(), 0);
}

#[test]
fn r19_missing_core_data_that_cannot_be_fetched_are_412() {
    let service = Service::demo();
    for (key, code) in CORE.into_iter().zip(["missing-patient", "missing-conditions"]) {
        let call = with(prefetched(PNET), |call| {
            call["prefetch"].as_object_mut().unwrap().remove(key);
        });
        service.post(HOOK, &call).is_error(412, code);
    }
    service.post(HOOK, &bare(PNET)).is_error(412, "missing-patient");
    // The server that is named does not let us in.
    let server = ehr();
    let call = with(bare(PNET), |call| call["fhirServer"] = server.base().into());
    reader_of(&server)
        .post(HOOK, &call)
        .is_error(412, "missing-patient");
}

#[test]
fn r19_each_missing_key_is_fetched() {
    let service = Service::demo();
    let whole = service.post(HOOK, &prefetched(PNET)).cards();
    for (key, _) in templates() {
        let call = with(prefetched(PNET), |call| {
            call["fhirServer"] = service.url("/sandbox/fhir").into();
            call["prefetch"].as_object_mut().unwrap().remove(key);
        });
        same(key, &service.post(HOOK, &call).cards(), &whole);
    }
}

#[test]
fn r20_an_operation_outcome_under_a_key_is_no_data() {
    let service = Service::demo();
    service
        .post(HOOK, &prefetching("conditions", outcome()))
        .is_error(412, "missing-conditions");
    service
        .post(HOOK, &prefetching("patient", outcome()))
        .is_error(412, "missing-patient");
    for (key, _) in templates()
        .iter()
        .filter(|(key, _)| !CORE.contains(&key.as_str()))
    {
        let cards = service.post(HOOK, &prefetching(key, outcome())).cards();
        assert!(shown(&cards).contains(key.as_str()), "{key}: {}", shown(&cards));
    }
}

#[test]
fn r21_null_and_nothing_found_are_no_data_while_absent_and_failed_are_unknown() {
    let service = Service::demo();
    let cards = |call: &Value| service.post(HOOK, call).cards();
    let null = cards(&prefetching("markers", Value::Null));
    let nothing = cards(&prefetching("markers", empty()));
    let absent = cards(&with(prefetched(PNET), |call| {
        call["prefetch"].as_object_mut().unwrap().remove("markers");
    }));
    let failed = cards(&prefetching("markers", outcome()));
    same("null", &null, &nothing);
    assert!(
        !shown(&nothing).contains("prefetch markers"),
        "{}",
        shown(&nothing)
    );
    for unknown in [&absent, &failed] {
        assert!(shown(unknown).contains("prefetch markers"), "{}", shown(unknown));
    }
}

#[test]
fn r22_the_rest_of_a_paged_prefetch_is_fetched_with_the_token() {
    let server = ehr();
    let service = reader_of(&server);
    let call = with(prefetched(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
        let conditions = &mut call["prefetch"]["conditions"];
        conditions["entry"].as_array_mut().unwrap().truncate(1);
        conditions["link"] =
            json!([{"relation": "next", "url": format!("{}/Condition?page=2", server.base())}]);
    });
    let whole = Service::demo().post(HOOK, &prefetched(PNET)).cards();
    same("two pages", &service.post(HOOK, &call).cards(), &whole);
    assert!(server.seen().iter().all(|seen| seen.kind() == "Condition"));
}

#[test]
fn r22_a_first_page_alone_is_never_taken_for_all() {
    let service = Service::demo();
    let next = json!([{"relation": "next", "url": "http://127.0.0.1:9/Condition?page=2"}]);
    let first_page = |patient: &str| {
        with(prefetched(patient), |call| {
            call["prefetch"]["conditions"]["link"] = next.clone()
        })
    };
    service
        .post(HOOK, &first_page(OTHER))
        .is_error(412, "incomplete-conditions");
    let cards = service.post(HOOK, &first_page(PNET)).cards();
    assert!(shown(&cards).contains("prefetch conditions"), "{}", shown(&cards));
}

#[test]
fn r23_an_answer_takes_less_than_500_ms() {
    let service = Service::demo();
    for patient in [PNET, OTHER, "conflicting-chart"] {
        for call in [prefetched(patient), pulled(&service, patient)] {
            // The best of some: other tests run at the same time.
            let times = (0..5).map(|_| {
                let start = Instant::now();
                assert_eq!(service.post(HOOK, &call).status, 200);
                start.elapsed()
            });
            let best = times.min().unwrap();
            assert!(best < Duration::from_millis(500), "{patient}: {best:?}");
        }
    }
}

#[test]
fn r24_parallel_calls_about_one_patient_are_each_answered() {
    let service = Service::demo();
    let other = INSTANCE.replace("d1577c69", "00000000");
    let answers: Vec<Vec<Value>> = std::thread::scope(|scope| {
        let calls: Vec<_> = [INSTANCE, &other, INSTANCE, &other]
            .into_iter()
            .map(|instance| with(prefetched(PNET), |call| call["hookInstance"] = instance.into()))
            .collect();
        let service = &service;
        let running: Vec<_> = calls
            .into_iter()
            .map(|call| scope.spawn(move || service.post(HOOK, &call).cards()))
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let ids = |cards: &[Value]| {
        cards
            .iter()
            .map(|card| card["uuid"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1], answers[3]);
    assert_eq!(answers[0].len(), answers[1].len());
    assert!(ids(&answers[0]).iter().all(|id| !ids(&answers[1]).contains(id)));
    assert!(CALLS.iter().all(|call| call.answer.status == 200));
}
