//! The management listener: metrics and health, apart from what callers reach.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Service, WITH_PNET, WITHOUT_PNET, changed, options, prefetched, running};
use std::io::{Read, Write};
use std::net::TcpListener;

/// A service and its management listener.
fn start(settings: &str) -> (Service, Service) {
    let management = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = management.local_addr().unwrap();
    let public = running::started(settings, Some(management));
    (Service { address: public }, Service { address })
}

/// The value of a series; the labels in any order.
fn value(text: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    text.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, rest) = series.split_once('{').unwrap_or((series, "}"));
        let all = labels
            .iter()
            .all(|(key, value)| rest.contains(&format!("{key}=\"{value}\"")));
        (found == name && all).then(|| value.parse().unwrap())
    })
}

#[test]
fn metrics_stand_on_the_management_listener_only() {
    let (public, management) = start("demo.enabled = true\n");
    let scrape = management.get("/metrics");
    assert_eq!(scrape.status, 200);
    assert!(scrape.head.contains("content-type: text/plain; version=0.0.4"));
    public.get("/metrics").is_error(404, "unknown-path");
    for path in ["/health/live", "/health/ready"] {
        assert_eq!((public.get(path).status, management.get(path).status), (200, 200));
    }
    for path in ["/cds-services", "/", "/assessment", "/sandbox/fhir/Patient/x"] {
        management.get(path).is_error(404, "unknown-path");
    }
    management
        .request("POST", "/metrics", &[], b"")
        .is_error(405, "wrong-method");
}

/// Every row of the table of metrics that a call without tokens, store and FHIR server can move.
#[test]
fn calls_move_the_metrics_that_are_named_for_them() {
    let (public, management) = start("demo.enabled = true\n");
    assert!(!public.hook(&prefetched(WITH_PNET)).cards().is_empty());
    assert!(public.hook(&prefetched(WITHOUT_PNET)).cards().is_empty());
    let lacking = changed(WITH_PNET, |request| {
        request["prefetch"].as_object_mut().unwrap().remove("conditions");
    });
    public.hook(&lacking).is_error(412, "missing-conditions");
    public.get("/nothing/here").is_error(404, "unknown-path");
    public
        .request("BREW", "/cds-services", &[], b"")
        .is_error(405, "wrong-method");
    let text = management.get("/metrics").body;
    let is = |name: &str, labels: &[(&str, &str)], expected: f64| {
        assert_eq!(
            value(&text, name, labels),
            Some(expected),
            "{name} {labels:?}\n{text}"
        );
    };
    let route = ("http_route", "/cds-services/{id}");
    for (status, times) in [("200", 2.0), ("412", 1.0)] {
        let labels = [
            route,
            ("http_request_method", "POST"),
            ("http_response_status_code", status),
        ];
        is("http_server_request_duration_seconds_count", &labels, times);
    }
    let buckets: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.starts_with("http_server_request_duration_seconds_bucket") && line.contains("\"412\"")
        })
        .filter_map(|line| line.split("le=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(
        buckets.join(" "),
        "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.3 0.5 0.75 1 2.5 5 7.5 10 +Inf"
    );
    is(
        "http_server_request_duration_seconds_count",
        &[("http_request_method", "_OTHER")],
        1.0,
    );
    is(
        "http_server_active_requests",
        &[("http_request_method", "POST"), ("url_scheme", "http")],
        0.0,
    );
    let service = ("cds_service", "pnet-liver-metastases");
    for outcome in ["cards", "none", "missing-conditions"] {
        let labels = [service, ("cds_hook", "patient-view"), ("cds_outcome", outcome)];
        is("cds_service_calls_total", &labels, 1.0);
    }
    is(
        "cds_cards_total",
        &[("cds_card_kind", "pathway"), ("cds_card_indicator", "info")],
        1.0,
    );
    let verdicts: f64 = text
        .lines()
        .filter(|line| line.starts_with("cds_verdicts_total{"))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
        .sum();
    assert!((verdicts - options() as f64).abs() < 0.5, "{verdicts}");
    is(
        "cds_data_total",
        &[("cds_data_key", "conditions"), ("cds_data_source", "prefetch")],
        2.0,
    );
    is(
        "cds_data_total",
        &[("cds_data_key", "conditions"), ("cds_data_source", "missing")],
        1.0,
    );
    assert!(value(&text, "cds_facts_unknown_total", &[("cds_reason", "missing")]).is_some());
    assert!(value(&text, "cds_facts_read_total", &[]).unwrap() > 40.0);
    is(
        "cds_queue_duration_seconds_count",
        &[("cds_queue_lane", "small")],
        3.0,
    );
    for name in [
        "cds_requests_shed_total",
        "cds_panics_total",
        "cds_audit_failures_total",
    ] {
        is(name, &[], 0.0);
    }
    is(
        "cds_tokens_refused_total",
        &[("cds_token_reason", "replayed")],
        0.0,
    );
    is("cds_ready", &[], 1.0);
    is("cds_deadline_exceeded_total", &[("cds_deadline", "fhir")], 0.0);
    is("cds_store_failures_total", &[("cds_store_operation", "jti")], 0.0);
    is(
        "cds_telemetry_dropped_total",
        &[("cds_telemetry_signal", "traces")],
        0.0,
    );
    let version = ("service_version", env!("CARGO_PKG_VERSION"));
    is(
        "cds_knowledge_info",
        &[version, ("cds_knowledge_version", "2.0.0")],
        1.0,
    );
    // Neither the path of somebody nor the name of a method is a label.
    assert!(!text.contains("nothing/here") && !text.contains("BREW"), "{text}");
}

/// What a caller waits for is measured: from the first byte of its request.
#[test]
fn the_duration_of_a_request_begins_with_its_first_byte() {
    let (public, management) = start("demo.enabled = true\n");
    let mut stream = public.connect();
    stream.write_all(b"GET /cds-ser").unwrap();
    let slow = std::time::Duration::from_secs(1);
    std::thread::sleep(slow);
    stream
        .write_all(b"vices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let text = management.get("/metrics").body;
    let labels = [("http_route", "/cds-services")];
    let sum = value(&text, "http_server_request_duration_seconds_sum", &labels).unwrap();
    // The machine may be late to see the first byte.
    assert!(sum >= slow.as_secs_f64() / 2.0, "{sum}");
}
