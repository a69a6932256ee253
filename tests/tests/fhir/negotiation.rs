//! Servers that refuse a form of a search: the next one is tried, what is taken is remembered, and nothing goes on for ever.

use crate::setup::{brief, client, fetch, fetch_one, search, settings};
use acceptance::scripted_fhir::fhir::{self, PATIENT, page, parameter, resources};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step};
use pnet_cds::fhir_client::{FhirClient, Query};
use pnet_cds::settings::FhirSettings;
use std::time::Duration;

/// Codes of [`observations`].
const CODES: usize = 25;

/// A search of Observations as the templates have them.
fn observations() -> Query {
    let codes: Vec<String> = (0..CODES).map(|n| format!("http://loinc.org|{n}-0")).collect();
    let text = format!(
        "Observation?patient={PATIENT}&_sort=-date&_count=200&code={}",
        codes.join(",")
    );
    Query::new("markers", &text).unwrap()
}

fn server(script: impl Fn(&Seen) -> Option<Vec<Step>> + Send + Sync + 'static) -> ScriptedFhir {
    ScriptedFhir::start(move |_, seen| script(seen).unwrap_or_else(|| fhir::healthy(seen))).unwrap()
}

fn codes(seen: &Seen) -> usize {
    parameter(seen, "code").map_or(0, |codes| codes.split("%2C").count())
}

/// How each request was sent, in short.
fn sent(server: &ScriptedFhir) -> Vec<String> {
    let brief = |seen: &Seen| {
        let mut parts = vec![seen.method.clone()];
        for name in ["subject", "_sort", "_count"] {
            parts.extend(parameter(seen, name).map(|_| name.to_owned()));
        }
        if codes(seen) > 0 {
            parts.push(format!("{} codes", codes(seen)));
        }
        parts.join(" ")
    };
    server.seen().iter().map(brief).collect()
}

/// A refusal with this status, in these words.
fn refused(status: u16, words: &str) -> Vec<Step> {
    let outcome = format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"error","code":"not-supported","diagnostics":"{words}"}}]}}"#
    );
    let headers = "Content-Type: application/fhir+json\r\n";
    vec![Step::Send(fhir::http(status, headers, &outcome))]
}

/// Settings with time enough for many requests on a busy machine.
fn patient_client() -> FhirClient {
    client()
}

#[tokio::test]
async fn a_parameter_that_is_refused_is_left_out_from_then_on() {
    for (name, words) in [
        ("_sort", "Sorting by the 'date' parameter is not supported."),
        ("_sort", "Unknown search parameter `_sort`"),
        ("_sort", ""),
        ("_count", "_count must not be greater than 100"),
    ] {
        for status in [400, 422] {
            let server = server(move |seen| parameter(seen, name).map(|_| refused(status, words)));
            let client = patient_client();
            let first = fetch_one(&client, &server, observations()).await;
            assert_eq!(
                (brief(&first.state).as_str(), first.requests),
                ("complete 1", 2),
                "{name} {words}"
            );
            let next = fetch_one(&client, &server, observations()).await;
            assert_eq!((brief(&next.state).as_str(), next.requests), ("complete 1", 1));
            assert!(!sent(&server)[2].contains(name), "{:?}", sent(&server));
            // Another type is asked in the same way.
            fetch_one(&client, &server, search("Procedure")).await;
            assert_eq!(server.seen().len(), 4);
        }
    }
}

#[tokio::test]
async fn each_status_that_can_mean_the_form_leads_to_another_one() {
    let plain = |seen: &Seen| parameter(seen, "_sort").is_none() && parameter(seen, "_count").is_none();
    for status in [400, 403, 404, 405, 422, 501] {
        let server = server(move |seen| (!plain(seen)).then(|| refused(status, "")));
        let fetched = fetch_one(&patient_client(), &server, observations()).await;
        assert_eq!(
            brief(&fetched.state),
            "complete 1",
            "{status}: {:?}",
            sent(&server)
        );
        assert!(fetched.requests <= 5, "{status}: {:?}", sent(&server));
    }
    for status in [401, 410, 500, 302] {
        let server = server(move |_| Some(refused(status, "_sort is not supported")));
        let fetched = fetch_one(&patient_client(), &server, observations()).await;
        assert!(brief(&fetched.state).starts_with("failed"), "{status}");
        assert_eq!(fetched.requests, 1, "{status}");
    }
}

#[tokio::test]
async fn an_outcome_with_status_200_can_name_the_parameter_too() {
    let server = server(|seen| parameter(seen, "_sort").map(|_| refused(200, "_sort is not supported")));
    let fetched = fetch_one(&patient_client(), &server, observations()).await;
    assert_eq!(brief(&fetched.state), "complete 1");
    assert_eq!(
        sent(&server),
        ["GET _sort _count 25 codes", "GET _count 25 codes"]
    );
}

#[tokio::test]
async fn a_list_of_codes_that_is_refused_is_asked_for_in_parts_and_their_pages_come_together() {
    for (most, words, parts) in [(10, "", 3), (10, "'code' has too many values", 3), (1, "", CODES)] {
        // Each part has two pages, and says how many matches it has.
        let server = server(move |seen| {
            if codes(seen) > most {
                return Some(refused(400, words));
            }
            if seen.kind() != "Observation" {
                return None;
            }
            let next = format!("{}&page=2", seen.target.trim_start_matches("/fhir/"));
            let next = parameter(seen, "page").is_none().then_some(next);
            let one = page(&resources("Observation", 1, 1), next.as_deref());
            Some(fhir::ok(&one.replace(r#""type":"#, r#""total":2,"type":"#)))
        });
        let settings = FhirSettings {
            deadline: Duration::from_secs(20),
            ..settings()
        };
        let client = FhirClient::new(&settings).unwrap();
        let base = crate::setup::base(&server);
        let access = pnet_cds::fhir_client::Access::new(&base, None, PATIENT);
        let run = async || {
            let deadline = std::time::Instant::now() + settings.deadline;
            client.fetch(&access, &[observations()], deadline).await.remove(0)
        };
        let first = run().await;
        assert_eq!(brief(&first.state), format!("complete {}", parts * 2), "{most}");
        let next = run().await;
        assert_eq!(brief(&next.state), format!("complete {}", parts * 2), "{most}");
        assert_eq!(next.requests as usize, parts * 2, "learnt");
        let asked: usize = server.seen().iter().rev().take(parts * 2).map(codes).sum();
        assert_eq!(asked, CODES * 2, "every code once a page");
    }
}

#[tokio::test]
async fn a_part_that_fails_leaves_the_pages_of_the_others() {
    let server = server(|seen| match codes(seen) {
        11.. => Some(refused(400, "too many values for 'code'")),
        5 => Some(fhir::status(500, "")),
        _ => None,
    });
    let fetched = fetch_one(&patient_client(), &server, observations()).await;
    assert_eq!(brief(&fetched.state), "partial 2 status-5xx");
}

#[tokio::test]
async fn where_neither_a_long_address_nor_a_post_is_taken_the_search_goes_in_parts() {
    let server = server(|seen| match seen.method.as_str() {
        "POST" => Some(fhir::status(405, "")),
        _ if seen.target.len() > 600 => Some(fhir::status(414, "")),
        _ => None,
    });
    let client = patient_client();
    let fetched = fetch_one(&client, &server, observations()).await;
    assert_eq!(brief(&fetched.state), "complete 3");
    let expected = [
        "GET _sort _count 25 codes",
        "POST _sort _count 25 codes",
        "GET _sort _count 10 codes",
    ];
    assert_eq!(sent(&server)[..3], expected);
    let fetched = fetch_one(&client, &server, observations()).await;
    assert_eq!(
        (brief(&fetched.state).as_str(), fetched.requests),
        ("complete 3", 3)
    );
}

#[tokio::test]
async fn a_search_that_is_refused_in_every_form_ends_and_teaches_nothing() {
    let server =
        server(|seen| (seen.kind() == "Observation").then(|| refused(400, "_sort and 'code' are wrong")));
    let client = patient_client();
    let fetched = fetch_one(&client, &server, observations()).await;
    assert_eq!(brief(&fetched.state), "failed bad-request");
    assert!(fetched.requests <= 8, "{:?}", sent(&server));
    let learnt = client.learnt(&crate::setup::base(&server));
    assert!(learnt.without.is_empty() && learnt.codes.is_none(), "{learnt:?}");
    assert_eq!(
        sent(&server)
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        fetched.requests as usize,
        "no form twice"
    );
    let before = server.seen().len();
    fetch_one(&client, &server, search("Procedure")).await;
    assert_eq!(server.seen().len(), before + 1, "others are asked as ever");
}

#[tokio::test]
async fn what_was_learnt_is_forgotten_after_a_while() {
    let server = server(|seen| parameter(seen, "_sort").map(|_| refused(400, "_sort")));
    let client = FhirClient::new(&FhirSettings {
        learnt_for: Duration::from_millis(500),
        ..settings()
    })
    .unwrap();
    for requests in [2, 1] {
        assert_eq!(
            fetch_one(&client, &server, observations()).await.requests,
            requests
        );
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(fetch_one(&client, &server, observations()).await.requests, 2);
}

#[tokio::test]
async fn a_call_that_ran_out_of_time_is_gone_on_with() {
    // Each refusal takes most of the deadline, so that no call has time for three requests.
    let server = server(|seen| {
        let plain = parameter(seen, "_sort").is_none() && parameter(seen, "_count").is_none();
        let mut steps = vec![Step::Wait(Duration::from_millis(250))];
        steps.extend(if plain {
            fhir::healthy(seen)
        } else {
            refused(400, "")
        });
        Some(steps)
    });
    let client = client();
    let mut states = Vec::new();
    for _ in 0..8 {
        states.push(brief(&fetch_one(&client, &server, observations()).await.state));
        if states.last().is_some_and(|state| state == "complete 1") {
            break;
        }
    }
    assert_eq!(
        states.last().map(String::as_str),
        Some("complete 1"),
        "{states:?}"
    );
    assert!(states.len() > 1, "the first call had no time: {states:?}");
    let again = fetch_one(&client, &server, observations()).await;
    assert_eq!((brief(&again.state).as_str(), again.requests), ("complete 1", 1));
}

#[tokio::test]
async fn a_server_that_offers_another_protocol_keeps_its_connection() {
    let server = ScriptedFhir::start(|_, seen| {
        let body = fhir::page(&resources(seen.kind(), 1, 1), None);
        let headers = "Content-Type: application/fhir+json\r\nUpgrade: h2,h2c\r\nConnection: Upgrade\r\n";
        vec![Step::Send(fhir::http(200, headers, &body))]
    })
    .unwrap();
    let client = client();
    for kind in ["Condition", "Procedure", "Observation"] {
        let fetched = fetch(&client, &server, &[search(kind)]).await;
        assert_eq!(brief(&fetched[0].state), "complete 1");
    }
    assert_eq!(server.connections(), 1);
    assert!(server.seen().iter().all(|seen| seen.header("upgrade").is_none()));
}
