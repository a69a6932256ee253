//! The fault table: each fault of an answer, the state it leads to, and the time it may take.

use crate::setup::{brief, client, fetch_one, patient, search, settings};
use acceptance::scripted_fhir::{Fault, ScriptedFhir};
use pnet_cds::fhir_client::FhirClient;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What a search comes to if every answer has the fault.
fn expected(fault: Fault) -> &'static str {
    match fault {
        Fault::Silence | Fault::SlowHeaders | Fault::TrickledBody | Fault::HalfBodyThenSilence => {
            "failed timeout"
        }
        Fault::EndlessContinue => "failed timeout",
        Fault::Close | Fault::Reset | Fault::NotHttp => "failed disconnected",
        Fault::ResetInBody | Fault::ShortBody | Fault::UnendedChunks => "failed truncated",
        Fault::ShortLength | Fault::CutJson | Fault::EmptyBody => "failed truncated",
        Fault::Redirect(_) => "failed redirect",
        Fault::NextAtCanary | Fault::NextBehindAt | Fault::NextOutsideBase | Fault::NextThroughDots => {
            "partial 1 foreign-link"
        }
        Fault::NextIsSelf => "partial 1 paging-loop",
        Fault::NextInCircle => "partial 3 paging-loop",
        Fault::EndlessPages => "partial 10 page-cap",
        Fault::HugeBody | Fault::EndlessBody => "failed byte-cap",
        Fault::TooManyResources => "failed resource-cap",
        Fault::Html | Fault::HtmlAsJson => "failed html",
        Fault::Xml | Fault::NoContentType | Fault::InvalidJson | Fault::NotUtf8 => "failed not-json",
        Fault::Outcome => "failed outcome",
        Fault::OutcomeEntry | Fault::FailedBatch => "partial 1 outcome",
        Fault::WrongType | Fault::WrongEntry => "failed wrong-type",
        Fault::Gzip => "failed encoded",
        Fault::Stu3 => "failed fhir-version",
        Fault::Status(400 | 422) => "failed bad-request",
        Fault::Status(401) => "failed status-401",
        Fault::Status(403) => "failed status-403",
        Fault::Status(404) => "failed status-404",
        Fault::Status(410) => "failed status-410",
        Fault::Status(429) | Fault::RetryAfterHour(429) | Fault::RetryAfterDate(429) => "failed status-429",
        Fault::Status(500..) | Fault::RetryAfterHour(503) | Fault::RetryAfterDate(503) => "failed status-5xx",
        Fault::Status(_) | Fault::RetryAfterHour(_) | Fault::RetryAfterDate(_) => "failed unexpected-status",
    }
}

/// One fetch of a search from a server all of whose answers have the fault: state, requests, time over the deadline.
async fn meet(client: &FhirClient, fault: Fault, canary: &ScriptedFhir) -> (String, u32, Duration) {
    let address = canary.base();
    let server = ScriptedFhir::start(move |number, seen| fault.steps(number, seen, &address)).unwrap();
    let start = Instant::now();
    let fetched = fetch_one(client, &server, search("Condition")).await;
    let over = start.elapsed().saturating_sub(settings().deadline);
    assert_eq!(fetched.requests as usize, server.seen().len(), "{fault:?}");
    (brief(&fetched.state), fetched.requests, over)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_leads_to_its_state_in_time_and_nobody_else_is_contacted() {
    let canary = ScriptedFhir::healthy().unwrap();
    let client = client();
    for fault in Fault::ALL {
        let (mut state, mut requests, mut over) = meet(&client, *fault, &canary).await;
        // A machine that is busy with something else may be late, but not each time.
        for _ in 0..3 {
            if over <= Duration::from_millis(50) && state == expected(*fault) {
                break;
            }
            (state, requests, over) = meet(&client, *fault, &canary).await;
        }
        assert_eq!(state, expected(*fault), "{fault:?}");
        assert!(
            over <= Duration::from_millis(50),
            "{fault:?} came {over:?} after the deadline"
        );
        let most = match fault {
            Fault::EndlessPages => 10,
            Fault::NextInCircle => 3,
            // As the other forms of the search are refused too.
            Fault::Status(400 | 422) => 4,
            _ => 2,
        };
        assert!(requests <= most, "{fault:?} took {requests} requests");
    }
    assert_eq!(canary.connections(), 0, "the canary was contacted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_fails_with_each_fault_that_does_not_concern_pages() {
    let canary = ScriptedFhir::healthy().unwrap();
    let client = client();
    let mut seen = BTreeSet::new();
    for fault in [
        Fault::Close,
        Fault::ShortBody,
        Fault::Redirect(302),
        Fault::Html,
        Fault::HtmlAsJson,
        Fault::Outcome,
        Fault::WrongType,
        Fault::FailedBatch,
        Fault::InvalidJson,
        Fault::Status(401),
        Fault::Status(404),
        Fault::Status(410),
        Fault::HugeBody,
        Fault::Stu3,
    ] {
        let address = canary.base();
        let server = ScriptedFhir::start(move |number, seen| fault.steps(number, seen, &address)).unwrap();
        let state = brief(&fetch_one(&client, &server, patient()).await.state);
        // A Bundle, of whatever type, is not the patient.
        let wanted = if fault == Fault::FailedBatch {
            "failed wrong-type"
        } else {
            expected(fault)
        };
        assert_eq!(state, wanted, "{fault:?}");
        seen.insert(state);
    }
    assert_eq!(seen.len(), 12, "{seen:?}");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn nobody_listening_is_refused_after_one_retry() {
    let server = ScriptedFhir::healthy().unwrap();
    let gone = server.base();
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let base = pnet_cds::address::AllowedBase::parse(&gone, &[]).unwrap();
    let access = pnet_cds::fhir_client::Access::new(&base, None, "p1");
    let deadline = Instant::now() + settings().deadline;
    let fetched = client().fetch(&access, &[search("Condition")], deadline).await;
    assert_eq!(brief(&fetched[0].state), "failed refused");
    assert_eq!(fetched[0].requests, 2);
}
