//! Pages: links in each form, caps, and what is kept when a later page fails.

use crate::setup::{base, brief, client, fetch_one, search, settings};
use acceptance::scripted_fhir::fhir::{self, PATIENT, page, parameter, resources};
use acceptance::scripted_fhir::{Fault, ScriptedFhir, Seen, Step};
use pnet_cds::address::AllowedBase;
use pnet_cds::fhir_client::{Access, FhirClient};
use pnet_cds::settings::FhirSettings;
use std::time::{Duration, Instant};

fn number(seen: &Seen) -> usize {
    parameter(seen, "page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1)
}

/// Pages of two Conditions each, linked in a form.
fn pages(count: usize, link: impl Fn(&Seen, usize) -> String + Send + Sync + 'static) -> ScriptedFhir {
    ScriptedFhir::start(move |_, seen| {
        let number = number(seen);
        let next = (number < count).then(|| link(seen, number + 1));
        fhir::ok(&page(&resources("Condition", number * 2, 2), next.as_deref()))
    })
    .unwrap()
}

#[tokio::test]
async fn links_in_each_form_are_followed_with_the_token() {
    type Link = fn(&Seen, usize) -> String;
    let forms: [Link; 5] = [
        |seen, page| {
            format!(
                "http://{}/fhir/Condition?page={page}",
                seen.header("host").unwrap()
            )
        },
        |seen, page| {
            format!(
                "http://{}/fhir?_getpages=a&page={page}",
                seen.header("host").unwrap()
            )
        },
        |_, page| format!("Condition?page={page}"),
        |_, page| format!("?page={page}"),
        |_, page| format!("/fhir/Condition/_page?page={page}"),
    ];
    for (index, form) in forms.into_iter().enumerate() {
        let server = pages(4, form);
        let fetched = fetch_one(&client(), &server, search("Condition")).await;
        assert_eq!(brief(&fetched.state), "complete 4", "form {index}");
        assert_eq!(fetched.requests, 4);
        assert!(
            server
                .seen()
                .iter()
                .all(|seen| seen.header("authorization") == Some("Bearer canary-token"))
        );
    }
}

#[tokio::test]
async fn a_thousand_pages_end_at_the_cap_and_are_not_complete() {
    let server = pages(1000, |_, page| format!("Condition?page={page}"));
    let fetched = fetch_one(&client(), &server, search("Condition")).await;
    assert_eq!(brief(&fetched.state), "partial 10 page-cap");
    assert_eq!(server.seen().len(), 10);
}

#[tokio::test]
async fn as_many_pages_as_the_cap_allows_are_complete() {
    let server = pages(10, |_, page| format!("Condition?page={page}"));
    assert_eq!(
        brief(&fetch_one(&client(), &server, search("Condition")).await.state),
        "complete 10"
    );
}

#[tokio::test]
async fn resources_and_bytes_are_counted_over_all_pages() {
    let server = pages(9, |_, page| format!("Condition?page={page}"));
    let capped = |settings| FhirClient::new(&settings).unwrap();
    let five = capped(FhirSettings {
        max_resources: 5,
        ..settings()
    });
    assert_eq!(
        brief(&fetch_one(&five, &server, search("Condition")).await.state),
        "partial 2 resource-cap"
    );
    let size = page(&resources("Condition", 2, 2), Some("Condition?page=2")).len();
    let three_pages = capped(FhirSettings {
        max_bundle_bytes: size * 3 + 10,
        ..settings()
    });
    assert_eq!(
        brief(&fetch_one(&three_pages, &server, search("Condition")).await.state),
        "partial 3 byte-cap"
    );
}

#[tokio::test]
async fn pages_before_a_fault_are_kept() {
    for (fault, expected) in [
        (Fault::Silence, "partial 2 timeout"),
        (Fault::Status(401), "partial 2 status-401"),
        (Fault::Status(410), "partial 2 status-410"),
        (Fault::Html, "partial 2 html"),
        (Fault::WrongType, "partial 2 wrong-type"),
        (Fault::ShortBody, "partial 2 truncated"),
        (Fault::OutcomeEntry, "partial 3 outcome"),
    ] {
        let server = ScriptedFhir::start(move |at, seen| match number(seen) {
            3 => fault.steps(at, seen, ""),
            number => fhir::ok(&page(
                &resources("Condition", number, 1),
                Some(&format!("Condition?page={}", number + 1)),
            )),
        })
        .unwrap();
        assert_eq!(
            brief(&fetch_one(&client(), &server, search("Condition")).await.state),
            expected
        );
    }
}

#[tokio::test]
async fn a_total_greater_than_what_came_is_not_complete_and_a_smaller_one_says_nothing() {
    for (total, expected) in [
        ("0", "complete 2"),
        ("2", "complete 2"),
        ("7", "partial 2 short"),
        ("-1", "complete 2"),
        ("\"x\"", "complete 2"),
    ] {
        let server = ScriptedFhir::start(move |_, seen| {
            let next = (number(seen) == 1).then_some("Condition?page=2");
            let text = page(&resources("Condition", 1, 1), next);
            fhir::ok(&text.replace(r#""type":"#, &format!(r#""total":{total},"type":"#)))
        })
        .unwrap();
        assert_eq!(
            brief(&fetch_one(&client(), &server, search("Condition")).await.state),
            expected,
            "{total}"
        );
    }
}

#[tokio::test]
async fn no_match_with_a_warning_is_complete() {
    // Epic: `total: 0` and an outcome entry that is a warning.
    let server = ScriptedFhir::start(|_, _| fhir::ok(&page(&[fhir::outcome("warning")], None))).unwrap();
    assert_eq!(
        brief(&fetch_one(&client(), &server, search("Condition")).await.state),
        "complete 1"
    );
}

#[tokio::test]
async fn one_search_that_fails_leaves_the_others_whole() {
    let server = ScriptedFhir::start(|at, seen| match seen.kind() {
        "Procedure" => Fault::Silence.steps(at, seen, ""),
        "Observation" => fhir::status(500, ""),
        _ => fhir::healthy(seen),
    })
    .unwrap();
    let base = base(&server);
    let access = Access::new(&base, None, PATIENT);
    let queries = ["Condition", "Procedure", "Observation", "MedicationRequest"].map(search);
    let fetched = client()
        .fetch(&access, &queries, Instant::now() + Duration::from_millis(300))
        .await;
    let states: Vec<String> = fetched
        .iter()
        .map(|one| format!("{} {}", one.key, brief(&one.state)))
        .collect();
    assert_eq!(
        states,
        [
            "Condition complete 3",
            "Procedure failed timeout",
            "Observation failed status-5xx",
            "MedicationRequest complete 1"
        ]
    );
}

/// What a chart takes where it is supplied, it takes where it is pulled.
#[tokio::test]
async fn an_odd_page_is_read_as_it_is_where_it_was_supplied() {
    let condition = &resources("Condition", 1, 1)[0];
    let entry = format!(r#"{{"resource":{condition}}}"#);
    for (inner, expected) in [
        (String::new(), "complete 1"),
        (r#","entry":null,"link":null"#.to_owned(), "complete 1"),
        (format!(r#","entry":[{entry},null]"#), "complete 1"),
        (format!(r#","entry":{entry}"#), "complete 1"),
        (format!(r#","type":"collection","entry":[{entry}]"#), "complete 1"),
        (format!(r#","total":"2","entry":[{entry}]"#), "complete 1"),
        (
            format!(r#","link":[{{"relation":"self"}}],"entry":[{entry}]"#),
            "complete 1",
        ),
        (
            format!(r#","link":[{{"relation":"next"}}],"entry":[{entry}]"#),
            "partial 1 next-unknown",
        ),
        (
            format!(
                r#","entry":[{entry},{{"resource":{}}}]"#,
                fhir::outcome("success")
            ),
            "complete 1",
        ),
        (
            format!(r#","entry":[{entry},{{"resource":{}}}]"#, fhir::outcome("fatal")),
            "partial 1 outcome",
        ),
        (
            format!(r#","entry":[{entry},{{"resource":{{"resourceType":"Provenance"}}}}]"#),
            "complete 1",
        ),
        (
            format!(r#","entry":[{entry},{{"resource":5}}],"total":2"#),
            "complete 1",
        ),
    ] {
        let server = ScriptedFhir::start(move |_, _| {
            let body = format!(r#"{{"resourceType":"Bundle"{inner}}}"#);
            let headers = "Content-Type: application/fhir+json; fhirVersion=4.0.1\r\n";
            vec![Step::Send(fhir::http(200, headers, &body))]
        })
        .unwrap();
        let fetched = fetch_one(&client(), &server, search("Condition")).await;
        assert_eq!(brief(&fetched.state), expected, "{:?}", server.seen());
    }
}

#[tokio::test]
async fn next_pages_by_another_address_of_the_server_are_asked_of_the_registered_one() {
    let canary = ScriptedFhir::healthy().unwrap();
    let elsewhere = canary.base();
    let link = elsewhere.clone();
    let server = pages(3, move |_, page| format!("{link}/Condition?page={page}"));
    let run = async |base: AllowedBase| {
        let access = Access::new(&base, None, PATIENT);
        let deadline = Instant::now() + Duration::from_secs(2);
        let mut fetched = client().fetch(&access, &[search("Condition")], deadline).await;
        brief(&fetched.remove(0).state)
    };
    assert_eq!(run(base(&server)).await, "partial 1 foreign-link");
    let with_alias = base(&server).with_alias(&elsewhere).unwrap();
    assert_eq!(run(with_alias).await, "complete 3");
    assert_eq!(server.seen().last().unwrap().target, "/fhir/Condition?page=3");
    assert_eq!(canary.connections(), 0, "nothing is sent to an alias");
}
