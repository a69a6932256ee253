//! One retry at most, and servers that are left alone for a while.

use crate::setup::{base, brief, client, fetch, fetch_one, patient, search, settings};
use acceptance::scripted_fhir::fhir::{self, PATIENT};
use acceptance::scripted_fhir::{Fault, ScriptedFhir};
use pnet_cds::fhir_client::{Access, FhirClient};
use pnet_cds::settings::FhirSettings;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The first `bad` answers are faulty.
fn recovers(bad: usize, fault: Fault) -> ScriptedFhir {
    ScriptedFhir::start(move |at, seen| {
        if at <= bad {
            fault.steps(at, seen, "")
        } else {
            fhir::healthy(seen)
        }
    })
    .unwrap()
}

#[tokio::test]
async fn a_passing_fault_is_tried_once_more_and_no_more() {
    for fault in [
        Fault::Status(429),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Status(504),
        Fault::Close,
        Fault::Reset,
    ] {
        let server = recovers(1, fault);
        assert_eq!(
            brief(&fetch_one(&client(), &server, patient()).await.state),
            "complete 1",
            "{fault:?}"
        );
        let server = recovers(2, fault);
        let fetched = fetch_one(&client(), &server, patient()).await;
        assert!(brief(&fetched.state).starts_with("failed"), "{fault:?}");
        assert_eq!((fetched.requests, server.seen().len()), (2, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn a_lasting_fault_is_not_tried_again() {
    for fault in [
        Fault::Status(401),
        Fault::Status(403),
        Fault::Status(404),
        Fault::Status(410),
        Fault::Status(500),
        Fault::Html,
        Fault::ShortBody,
        Fault::InvalidJson,
        Fault::RetryAfterHour(429),
        Fault::RetryAfterDate(429),
        Fault::RetryAfterHour(503),
        Fault::RetryAfterDate(503),
    ] {
        let server = recovers(1, fault);
        let fetched = fetch_one(&client(), &server, patient()).await;
        assert!(brief(&fetched.state).starts_with("failed"), "{fault:?}");
        assert_eq!(server.seen().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn the_time_that_the_server_asks_for_is_kept_if_it_fits() {
    for (status, wait, deadline, expected, requests) in [
        (429, "1", 1500, "complete 1", 2),
        (503, "1", 1500, "complete 1", 2),
        (429, "1", 900, "failed status-429", 1),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 900, "complete 1", 2),
        (429, "soon", 900, "complete 1", 2),
        (429, "0.05", 900, "complete 1", 2),
        (503, "0.9", 600, "failed status-5xx", 1),
        (429, "50\r\nx-ms-retry-after-ms: 60", 900, "complete 1", 2),
        (429, "0\r\nx-ms-retry-after-ms: 5000", 900, "failed status-429", 1),
    ] {
        let server = ScriptedFhir::start(move |at, seen| match at {
            1 => fhir::status(status, &format!("Retry-After: {wait}\r\n")),
            _ => fhir::healthy(seen),
        })
        .unwrap();
        let base = base(&server);
        let access = Access::new(&base, None, PATIENT);
        let start = Instant::now();
        let fetched = client()
            .fetch(&access, &[patient()], start + Duration::from_millis(deadline))
            .await;
        assert_eq!(brief(&fetched[0].state), expected, "{status} {wait}");
        assert_eq!(server.seen().len(), requests, "{status} {wait}");
        let waited = wait == "1" && requests == 2;
        assert_eq!(
            start.elapsed() >= Duration::from_secs(1),
            waited,
            "{status} {wait}"
        );
    }
}

#[tokio::test]
async fn a_deadline_in_the_past_asks_nobody() {
    let server = ScriptedFhir::healthy().unwrap();
    let base = base(&server);
    let fetched = client()
        .fetch(&Access::new(&base, None, PATIENT), &[patient()], Instant::now())
        .await;
    assert_eq!(brief(&fetched[0].state), "failed timeout");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_and_then_tried_by_one_call() {
    let sick = Arc::new(AtomicBool::new(true));
    let theirs = Arc::clone(&sick);
    let server = ScriptedFhir::start(move |_, seen| match theirs.load(Ordering::SeqCst) {
        true => fhir::status(500, ""),
        false => fhir::healthy(seen),
    })
    .unwrap();
    let healthy = ScriptedFhir::healthy().unwrap();
    let open = Duration::from_millis(300);
    let client = FhirClient::new(&FhirSettings {
        circuit_failures: 3,
        circuit_open: open,
        ..settings()
    })
    .unwrap();
    let queries = [patient(), search("Procedure")];
    for _ in 0..3 {
        fetch(&client, &server, &queries).await;
    }
    assert_eq!(server.seen().len(), 6);
    let fetched = fetch(&client, &server, &queries).await;
    assert!(
        fetched
            .iter()
            .all(|one| brief(&one.state) == "failed circuit-open"),
        "{fetched:?}"
    );
    assert_eq!(server.seen().len(), 6, "an open circuit asks nobody");
    // Another server is none of its business.
    assert_eq!(
        brief(&fetch_one(&client, &healthy, patient()).await.state),
        "complete 1"
    );
    tokio::time::sleep(open).await;
    fetch(&client, &server, &queries).await;
    assert_eq!(server.seen().len(), 8, "the trial");
    assert_eq!(
        brief(&fetch_one(&client, &server, patient()).await.state),
        "failed circuit-open"
    );
    sick.store(false, Ordering::SeqCst);
    tokio::time::sleep(open).await;
    assert_eq!(
        brief(&fetch_one(&client, &server, patient()).await.state),
        "complete 1"
    );
    assert_eq!(
        brief(&fetch_one(&client, &server, search("Condition")).await.state),
        "complete 3"
    );
}

#[tokio::test]
async fn refusals_and_one_slow_search_do_not_open_the_circuit() {
    let server = ScriptedFhir::start(|at, seen| match seen.kind() {
        "Procedure" => Fault::Silence.steps(at, seen, ""),
        "Patient" => fhir::healthy(seen),
        _ => fhir::status(401, ""),
    })
    .unwrap();
    let client = FhirClient::new(&FhirSettings {
        circuit_failures: 1,
        ..settings()
    })
    .unwrap();
    for _ in 0..3 {
        assert_eq!(
            brief(&fetch_one(&client, &server, search("Condition")).await.state),
            "failed status-401"
        );
    }
    fetch(&client, &server, &[patient(), search("Procedure")]).await;
    assert_eq!(
        brief(&fetch_one(&client, &server, patient()).await.state),
        "complete 1"
    );
}
