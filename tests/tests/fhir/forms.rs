//! How requests are written, and the forms that servers insist on.

use crate::setup::{base, brief, client, fetch_one, patient, search, settings, token};
use acceptance::scripted_fhir::fhir::{self, PATIENT, parameter};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step};
use pnet_cds::address::AllowedBase;
use pnet_cds::fhir_client::{Access, FhirClient, Query};
use pnet_cds::settings::{FhirSettings, PatientParameter};
use std::time::{Duration, Instant};

fn server(script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) -> ScriptedFhir {
    ScriptedFhir::start(move |_, seen| script(seen)).unwrap()
}

/// A search longer than what some gateways take.
fn long() -> Query {
    let codes: Vec<String> = (0..60)
        .map(|n| format!("http://snomed.info/sct|{n:07}"))
        .collect();
    Query::new(
        "markers",
        &format!("Observation?patient={PATIENT}&code={}", codes.join(",")),
    )
    .unwrap()
}

#[tokio::test]
async fn requests_say_what_they_want_and_carry_the_token() {
    let server = ScriptedFhir::healthy().unwrap();
    let client = client();
    assert_eq!(
        brief(&fetch_one(&client, &server, patient()).await.state),
        "complete 1"
    );
    let codes = Query::new(
        "c",
        &format!("Observation?patient={PATIENT}&_sort=-date&code=http://loinc.org|1-8,x|y"),
    )
    .unwrap();
    assert_eq!(
        brief(&fetch_one(&client, &server, codes).await.state),
        "complete 1"
    );
    let seen = server.seen();
    assert_eq!(seen[0].target, "/fhir/Patient/p1");
    assert_eq!(seen[0].header("prefer"), None);
    // A bar as it stands is refused by some servers (Tomcat).
    assert_eq!(
        seen[1].target,
        "/fhir/Observation?patient=p1&_sort=-date&code=http%3A%2F%2Floinc.org%7C1-8%2Cx%7Cy"
    );
    assert_eq!(seen[1].header("prefer"), Some("handling=strict"));
    for one in seen {
        assert_eq!(one.method, "GET");
        assert_eq!(one.header("accept"), Some("application/fhir+json"));
        assert_eq!(one.header("authorization"), Some("Bearer canary-token"));
        assert_eq!(one.header("accept-encoding"), None);
        assert_eq!((one.header("cookie"), one.header("referer")), (None, None));
    }
}

#[tokio::test]
async fn a_search_that_is_too_long_for_the_server_is_posted_and_then_always() {
    for refusal in [414, 431, 400, 404] {
        let server = server(move |seen| match seen.target.len() > 1000 {
            true => fhir::status(refusal, ""),
            false => fhir::healthy(seen),
        });
        let client = client();
        assert_eq!(
            brief(&fetch_one(&client, &server, long()).await.state),
            "complete 1",
            "{refusal}"
        );
        assert_eq!(
            brief(&fetch_one(&client, &server, long()).await.state),
            "complete 1",
            "{refusal}"
        );
        let seen = server.seen();
        let methods: Vec<&str> = seen.iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["GET", "POST", "POST"], "{refusal}");
        assert_eq!(seen[1].target, "/fhir/Observation/_search");
        assert_eq!(
            seen[1].header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(parameter(&seen[1], "patient"), Some("p1"));
        let whole = seen[0].target.split_once('?').unwrap().1;
        assert_eq!(seen[1].body, whole);
        // A short one still goes as GET.
        fetch_one(&client, &server, search("Procedure")).await;
        assert_eq!(server.seen().last().unwrap().method, "GET");
    }
}

#[tokio::test]
async fn a_search_longer_than_the_setting_is_posted_at_once_and_goes_as_get_if_that_is_refused() {
    let settings = FhirSettings {
        max_get_length: 1000,
        ..settings()
    };
    let run = async |server: &ScriptedFhir| {
        let client = FhirClient::new(&settings).unwrap();
        let mut states = Vec::new();
        for _ in 0..2 {
            states.push(brief(&fetch_one(&client, server, long()).await.state));
        }
        assert_eq!(states, ["complete 1", "complete 1"]);
        let seen = server.seen();
        seen.into_iter()
            .map(|one| one.method)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(run(&ScriptedFhir::healthy().unwrap()).await, "POST POST");
    let get_only = server(|seen| {
        if seen.method == "POST" {
            fhir::status(405, "")
        } else {
            fhir::healthy(seen)
        }
    });
    assert_eq!(run(&get_only).await, "POST GET GET");
}

#[tokio::test]
async fn a_post_is_never_sent_twice() {
    let settings = FhirSettings {
        max_get_length: 10,
        ..settings()
    };
    let server = server(|_| fhir::status(503, ""));
    let fetched = fetch_one(&FhirClient::new(&settings).unwrap(), &server, search("Condition")).await;
    assert_eq!(
        (brief(&fetched.state).as_str(), server.seen().len()),
        ("failed status-5xx", 1)
    );
}

#[tokio::test]
async fn a_server_that_knows_subject_only_is_searched_by_subject() {
    let server = server(|seen| match parameter(seen, "subject") {
        Some("Patient%2Fp1") => fhir::healthy(seen),
        _ if parameter(seen, "page").is_some() => fhir::healthy(seen),
        _ => fhir::status(400, ""),
    });
    let client = client();
    assert_eq!(
        brief(&fetch_one(&client, &server, search("Condition")).await.state),
        "complete 3"
    );
    assert_eq!(server.seen().len(), 4);
    // Learnt: the next search is right at once.
    assert_eq!(
        brief(&fetch_one(&client, &server, search("Procedure")).await.state),
        "complete 1"
    );
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn a_server_that_finds_nothing_by_patient_is_searched_by_subject_if_so_set() {
    // Medplum's in-memory repository: an empty searchset for `patient=ID`, which nobody can tell from no data.
    let server = server(|seen| match parameter(seen, "subject") {
        None => fhir::ok(&fhir::page(&[], None)),
        Some(_) => fhir::ok(&fhir::page(&fhir::resources("Condition", 1, 1), None)),
    });
    let settings = FhirSettings {
        patient_parameter: PatientParameter::Subject,
        ..settings()
    };
    let fetched = fetch_one(&FhirClient::new(&settings).unwrap(), &server, search("Condition")).await;
    assert!(fetched.state.pages()[0].text().contains("Condition-1"));
    assert_eq!(
        server.seen()[0].target,
        "/fhir/Condition?subject=Patient%2Fp1&_count=200"
    );
}

#[tokio::test]
async fn a_query_about_somebody_else_is_not_sent() {
    let server = ScriptedFhir::healthy().unwrap();
    let (base, token) = (base(&server), token());
    let queries = [
        "Patient/p1",
        "Condition?patient=p1",
        "Condition?patient=undefined",
        "Condition?code=x",
    ]
    .map(|text| Query::new("k", text).unwrap());
    let access = Access::new(&base, Some(&token), "p2");
    let fetched = client()
        .fetch(&access, &queries, Instant::now() + Duration::from_millis(400))
        .await;
    assert!(
        fetched
            .iter()
            .all(|one| brief(&one.state) == "failed other-patient"),
        "{fetched:?}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_base_with_a_slash_at_the_end_is_the_same_base() {
    let server = ScriptedFhir::healthy().unwrap();
    let base = AllowedBase::parse(&format!("{}/", server.base()), &[]).unwrap();
    let access = Access::new(&base, None, PATIENT);
    let deadline = Instant::now() + Duration::from_millis(400);
    let fetched = client().fetch(&access, &[search("Condition")], deadline).await;
    assert_eq!(brief(&fetched[0].state), "complete 3");
    assert_eq!(server.seen()[0].header("authorization"), None);
}
