//! What is fetched for a call, and what is not.

use crate::setup::{
    OTHER_TUMOUR, WITH_PNET, WITHOUT_PNET, answer, call, charts, kinds, prefetched, reading, service,
};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use serde_json::{Value, json};

fn healthy() -> ScriptedFhir {
    ScriptedFhir::start(|_, seen| answer(seen)).unwrap()
}

/// Every search of the templates, and the read of the patient.
const EVERYTHING: [&str; 14] = [
    "Condition",
    "DiagnosticReport",
    "DiagnosticReport",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Observation",
    "Observation",
    "Observation",
    "Observation",
    "Patient",
    "Procedure",
];

#[test]
fn every_bundled_patient_gets_the_same_answer_fetched_as_prefetched() {
    let server = healthy();
    let service = reading(&server);
    for patient in charts().patients() {
        let fetched = service.hook(&call(&server.base(), patient));
        let supplied = service.hook(&prefetched(&server.base(), patient));
        assert_eq!(
            (fetched.status, &fetched.body),
            (200, &supplied.body),
            "{patient}"
        );
    }
}

#[test]
fn a_call_without_prefetch_fetches_everything_once() {
    let server = healthy();
    let cards = reading(&server).hook(&call(&server.base(), WITH_PNET)).cards();
    assert!(cards.len() > 1);
    assert_eq!(kinds(&server), EVERYTHING);
}

#[test]
fn without_pnet_nothing_is_read_after_the_gate() {
    let server = healthy();
    let answer = reading(&server).hook(&call(&server.base(), WITHOUT_PNET));
    assert_eq!(answer.body, r#"{"cards":[]}"#);
    assert_eq!(kinds(&server), ["Condition", "Patient"]);
}

/// Its histology could say that it is a PNET, so the pathology has to be read.
#[test]
fn with_another_tumour_of_the_pancreas_the_rest_is_read() {
    let server = healthy();
    let answer = reading(&server).hook(&call(&server.base(), OTHER_TUMOUR));
    assert_eq!(answer.body, r#"{"cards":[]}"#);
    assert_eq!(kinds(&server), EVERYTHING);
}

#[test]
fn what_was_prefetched_whole_is_not_fetched() {
    let server = healthy();
    let service = reading(&server);
    let mut request = prefetched(&server.base(), WITH_PNET);
    let whole = service.hook(&request);
    assert_eq!(server.seen().len(), 0);
    request["prefetch"]["markers"] = Value::Null;
    drop(request["prefetch"].as_object_mut().unwrap().remove("procedures"));
    let answer = service.hook(&request);
    assert_eq!(kinds(&server), ["Procedure"], "null means that there is nothing");
    assert_eq!(answer.cards().len(), whole.cards().len());
}

#[test]
fn what_was_prefetched_in_part_failed_or_malformed_is_fetched_again() {
    let outcome: Value = serde_json::from_str(&fhir::outcome("error")).unwrap();
    for key in ["patient", "conditions", "pathology", "medications"] {
        let server = healthy();
        let service = reading(&server);
        let whole = prefetched(&server.base(), WITH_PNET);
        let expected = service.hook(&whole).body;
        let mut paged = whole["prefetch"][key].clone();
        paged["link"] = json!([{"relation": "next", "url": "https://elsewhere.example/x"}]);
        let mut broken = vec![outcome.clone(), json!("oops"), json!({"a": 1})];
        if key != "patient" {
            broken.push(paged);
        }
        for (number, value) in broken.into_iter().enumerate() {
            let mut request = whole.clone();
            request["prefetch"][key] = value;
            assert_eq!(service.hook(&request).body, expected, "{key} {number}");
            assert_eq!(server.seen().len(), number + 1, "{key} {number}");
        }
    }
}

#[test]
fn a_page_that_was_supplied_is_kept_if_the_rest_is_not_to_be_had() {
    let server = ScriptedFhir::start(|_, _| fhir::status(503, "")).unwrap();
    let service = reading(&server);
    let mut request = prefetched(&server.base(), WITH_PNET);
    let expected = service.post("/assessment", &request).json();
    request["prefetch"]["pathology"]["link"] = json!([{"relation": "next", "url": "x"}]);
    let partial = service.post("/assessment", &request).json();
    assert_eq!(partial["options"], expected["options"]);
    assert_eq!(
        service.problems(&request),
        ["prefetch pathology: incomplete: the server reported an error of its own"]
    );
}

#[test]
fn a_server_that_is_not_registered_is_never_contacted() {
    let (registered, other) = (healthy(), healthy());
    let service = reading(&registered);
    for server in [
        other.base(),
        format!("{}/", other.base()),
        format!("{}@{}", registered.base(), other.address()),
        format!("{}/../../x", registered.base()),
    ] {
        let answer = service.hook(&call(&server, WITH_PNET));
        assert_eq!(answer.error(412), "missing-patient", "{server}");
    }
    assert_eq!((registered.connections(), other.connections()), (0, 0));
    assert!(
        service
            .hook(&call(&format!("{}/", registered.base()), WITH_PNET))
            .cards()
            .len()
            > 1
    );
}

fn authorised(server: &ScriptedFhir, authorization: Value) -> Value {
    let mut request = call(&server.base(), WITH_PNET);
    request["fhirAuthorization"] = authorization;
    request
}

fn bearers(server: &ScriptedFhir) -> Vec<Option<String>> {
    let bearer = |seen: &Seen| seen.header("authorization").map(str::to_owned);
    server.seen().iter().map(bearer).collect()
}

#[test]
fn the_token_is_shown_with_every_request_until_it_expires() {
    let server = healthy();
    let service = reading(&server);
    // Epic's scopes are no SMART scopes; numbers come as text from some.
    for expires in [json!(300), json!("300"), json!(300.5), Value::Null] {
        let before = server.seen().len();
        let answer = service.hook(&authorised(
            &server,
            json!({"access_token": "t0ken", "token_type": "Bearer", "expires_in": expires,
                   "scope": "CDS Hooks [read] (all)", "subject": "cds", "patient": WITH_PNET}),
        ));
        assert!(answer.cards().len() > 1, "{expires}");
        let sent = &bearers(&server)[before..];
        assert_eq!(sent.len(), EVERYTHING.len());
        assert!(
            sent.iter()
                .all(|bearer| bearer.as_deref() == Some("Bearer t0ken"))
        );
    }
}

#[test]
fn an_expired_token_is_not_shown_and_nothing_is_asked() {
    let server = healthy();
    let service = reading(&server);
    for expires in [json!(0), json!(-5), json!("0")] {
        let answer = service.hook(&authorised(
            &server,
            json!({"access_token": "t0ken", "token_type": "Bearer", "expires_in": expires,
                   "scope": "patient/*.rs", "subject": "cds"}),
        ));
        assert_eq!(answer.error(412), "missing-patient");
        assert!(
            answer.body.contains("the access token has expired"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("t0ken"));
    }
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn with_a_token_that_cannot_be_used_nothing_is_asked_and_that_is_said() {
    let server = healthy();
    let service = reading(&server);
    for authorization in [
        json!({}),
        json!({"access_token": null, "token_type": "Bearer"}),
        json!({"access_token": "", "token_type": "Bearer", "expires_in": 300}),
        json!({"access_token": "t0 ken", "token_type": "Bearer", "expires_in": 300}),
        json!({"access_token": "t0ken\r\nX: y", "token_type": "Bearer", "expires_in": 300}),
        json!({"access_token": "t0k\u{e4}n", "token_type": "Bearer", "expires_in": 300}),
        json!({"access_token": "t0ken", "token_type": "MAC", "expires_in": 300}),
    ] {
        let answer = service.hook(&authorised(&server, authorization));
        assert_eq!(answer.error(412), "missing-patient");
        assert!(
            answer.body.contains("the access token cannot be used"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("t0k"));
    }
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn without_a_token_none_is_shown() {
    let server = healthy();
    assert!(
        reading(&server)
            .hook(&call(&server.base(), WITH_PNET))
            .cards()
            .len()
            > 1
    );
    assert!(bearers(&server).iter().all(Option::is_none));
}

#[test]
fn the_headers_of_the_caller_are_not_passed_on() {
    let server = healthy();
    reading(&server).hook(&call(&server.base(), WITH_PNET));
    for seen in server.seen() {
        assert!(
            seen.header("host")
                .is_some_and(|host| host == server.address().to_string())
        );
        assert!(seen.header("cookie").is_none() && seen.header("forwarded").is_none());
    }
}

/// A healthy server, except for what `other` answers.
fn except(other: impl Fn(&Seen) -> Option<Vec<Step>> + Send + Sync + 'static) -> ScriptedFhir {
    ScriptedFhir::start(move |_, seen| other(seen).unwrap_or_else(|| answer(seen))).unwrap()
}

#[test]
fn another_patients_data_are_refused_wherever_they_come_from() {
    for kind in [
        "Patient",
        "Condition",
        "Observation",
        "Procedure",
        "MedicationRequest",
    ] {
        let server = except(move |seen| {
            let foreign = match kind {
                "Patient" => r#"{"resourceType":"Patient","id":"canary"}"#.to_owned(),
                _ => fhir::page(
                    &[format!(
                        r#"{{"resourceType":"{kind}","id":"f","subject":{{"reference":"Patient/canary"}}}}"#
                    )],
                    None,
                ),
            };
            (seen.kind() == kind).then(|| fhir::ok(&foreign))
        });
        let answer = reading(&server).hook(&call(&server.base(), WITH_PNET));
        assert_eq!(answer.error(412), "another-patient", "{kind}");
        assert!(!answer.body.contains("canary"));
    }
}

/// A server that ignores every filter, as one without its search parameters does.
#[test]
fn a_server_that_ignores_the_patient_is_refused() {
    let server = except(|seen| {
        let all = charts().answer(seen.kind()).ok()?;
        (seen.kind() != "Patient").then(|| fhir::ok(&all))
    });
    let answer = reading(&server).hook(&call(&server.base(), WITH_PNET));
    assert_eq!(answer.error(412), "another-patient");
}

#[test]
fn a_condition_that_cannot_be_read_is_never_silence() {
    let subject = format!(r#""subject":{{"reference":"Patient/{WITHOUT_PNET}"}}"#);
    let broken = [
        format!(r#"{{"resourceType":"Condition","id":"b",{subject},"code":7}}"#),
        format!(r#"{{"resourceType":"Condition","id":"b",{subject},"code":{{"coding":[{{"code":[1]}}]}}}}"#),
        "7".to_owned(),
        "[1]".to_owned(),
        "{}".to_owned(),
        r#""x""#.to_owned(),
    ];
    let server = healthy();
    let service = reading(&server);
    for resource in broken {
        let mut request = prefetched(&server.base(), WITHOUT_PNET);
        let resource: Value = serde_json::from_str(&resource).unwrap();
        let entries = &mut request["prefetch"]["conditions"]["entry"];
        entries
            .as_array_mut()
            .unwrap()
            .push(json!({"resource": resource}));
        let answer = service.hook(&request);
        match answer.status {
            200 => assert!(!answer.cards().is_empty(), "{resource}: silence"),
            _ => assert_eq!(answer.error(412), "incomplete-conditions", "{resource}"),
        }
    }
    assert_eq!(
        service.hook(&prefetched(&server.base(), WITHOUT_PNET)).body,
        r#"{"cards":[]}"#
    );
}

#[test]
fn the_sandbox_of_the_demo_needs_no_registration() {
    let service = service("demo.enabled = true", &[]);
    let own = format!("http://{}/sandbox/fhir", service.address);
    assert!(service.hook(&call(&own, "insulinoma-debulking")).cards().len() > 1);
}
