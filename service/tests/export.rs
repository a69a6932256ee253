//! Export by OTLP: what arrives, what is a parent and what a link, and that no collector can hold up an answer.

mod common;
#[cfg(test)]
#[path = "trust_support/issuer.rs"]
#[expect(dead_code, reason = "shared with the tests of trust, which use all of it")]
mod issuer;
mod outside;

use issuer::EC384;
use outside::{Program, Server, collector, http};
use serde_json::json;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const HOOK: &str = "/cds-services/pnet-liver-metastases";
/// The trace of a caller.
const TRACE: &str = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nContent-Type: application/json\r\n";
const TRACE_ID: [u8; 16] = [
    0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c,
];

fn settings(endpoint: &Server, more: &str) -> String {
    format!(
        "demo.enabled = true\ntelemetry.otlp_endpoint = \"http://{}\"\n{more}\n",
        endpoint.address
    )
}

fn contains(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).filter(|window| *window == part).count()
}

/// What arrived of one signal.
fn of_signal(collector: &Server, signal: &str) -> Vec<u8> {
    let got = collector.got().into_iter();
    got.filter(|got| got.target == format!("/v1/{signal}"))
        .flat_map(|got| got.body)
        .collect()
}

#[test]
fn the_same_call_arrives_as_spans_metrics_and_logs() {
    let collector = collector();
    let program = Program::start_with(
        &settings(&collector, "telemetry.service_name = \"cds-of-the-site\""),
        &[("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=pod-1")],
    );
    let body = common::prefetched(common::WITH_PNET).to_string();
    let headers = format!("{TRACE}X-Request-Id: call-7\r\n");
    assert_eq!(program.send("POST", HOOK, &headers, body.as_bytes()).status, 200);
    program.end();
    let (traces, metrics, logs) = (
        of_signal(&collector, "traces"),
        of_signal(&collector, "metrics"),
        of_signal(&collector, "logs"),
    );
    for signal in [&traces, &metrics, &logs] {
        for part in ["cds-of-the-site", "service.version", "pod-1"] {
            assert!(contains(signal, part.as_bytes()) > 0, "{part}");
        }
    }
    for name in [
        "POST /cds-services/{id}",
        "cds.hook",
        "cds.assess",
        "cds.render",
        "http.route",
        "cds.outcome",
    ] {
        assert!(contains(&traces, name.as_bytes()) > 0, "{name}");
    }
    for name in [
        "http.server.request.duration",
        "cds.service.calls",
        "cds.verdicts",
        "cds.knowledge.info",
    ] {
        assert!(contains(&metrics, name.as_bytes()) > 0, "{name}");
    }
    assert!(contains(&logs, b"answered") > 0 && contains(&logs, b"call-7") > 0);
    // A caller that is not trusted is linked to: its trace is named once, and no span of ours is in it.
    assert_eq!(contains(&traces, &TRACE_ID), 1);
}

#[test]
fn no_variable_of_the_environment_starts_an_export() {
    let collector = collector();
    let endpoint = format!("http://{}", collector.address);
    let program = Program::start_with(
        "demo.enabled = true\n",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint),
            ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
        ],
    );
    let body = common::prefetched(common::WITH_PNET).to_string();
    assert_eq!(program.post(HOOK, &body).status, 200);
    program.end();
    assert_eq!(collector.got().len(), 0);
}

/// Accepts and never answers; answers 500; is not there.
#[test]
fn a_collector_that_hangs_holds_up_nothing_and_losses_are_counted() {
    let hanging = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3600));
        Vec::new()
    });
    let failing = Server::start(|_| http(500, "text/plain", "no"));
    let absent = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap()
    };
    let endpoints = [hanging.address, failing.address, absent];
    let body = common::prefetched(common::WITHOUT_PNET).to_string();
    for endpoint in endpoints {
        let settings = format!("demo.enabled = true\ntelemetry.otlp_endpoint = \"http://{endpoint}\"\n");
        let quick = [
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "50"),
        ];
        let program = Program::start_with(&settings, &quick);
        // More than the queue holds: two spans and a line a call.
        for _ in 0..1300 {
            assert_eq!(program.post(HOOK, &body).status, 200);
        }
        let started = Instant::now();
        let dropped = |signal: &str| {
            let label = format!("cds_telemetry_signal=\"{signal}\"");
            program.metric("cds_telemetry_dropped_total", &[&label])
        };
        while dropped("traces") < 1.0 {
            assert!(started.elapsed() < Duration::from_secs(60), "no loss was counted");
            std::thread::sleep(Duration::from_millis(100));
        }
        let (_, log, took) = program.end();
        assert!(
            log.contains("not all telemetry reached the collector"),
            "{endpoint}: {log}"
        );
        // Three seconds for the collector, and what a busy machine adds.
        assert!(took < Duration::from_secs(12), "{took:?}");
    }
}

/// The span of the caller in [`TRACE`].
const PARENT_ID: [u8; 8] = [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31];

/// Spans in OTLP: field 4 of a span is its parent's id; in a link fields 1 and 2 are the ids of the other span.
#[test]
fn a_callers_trace_goes_on_only_if_its_issuer_is_trusted() {
    for trusted in [true, false] {
        let collector = collector();
        let fhir = Server::start(|_| http(404, "application/fhir+json", "{}"));
        let keys = outside::place("keys.json");
        std::fs::write(&keys, json!({"keys": [EC384.jwk()]}).to_string()).unwrap();
        let program = Program::start(&settings(
            &collector,
            &format!(
                "fhir.deadline = \"4 s\"\n[[clients]]\nissuer = \"https://ehr.example.org\"\njwks_file = {keys:?}\n\
                 fhir_servers = [\"http://{}/fhir\"]\ntrusted_trace = {trusted}",
                fhir.address
            ),
        ));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let token = EC384.token(&json!({
            "iss": "https://ehr.example.org", "aud": format!("http://{}{HOOK}", program.address), "exp": now + 300,
            "iat": now, "jti": "once",
        }));
        let mut call = common::prefetched(common::WITH_PNET);
        call["fhirServer"] = format!("http://{}/fhir", fhir.address).into();
        call["prefetch"].as_object_mut().unwrap().remove("procedures");
        let headers = format!(
            "{TRACE}baggage: who=CARRIED\r\ntracestate: who=CARRIED\r\nAuthorization: Bearer {token}\r\n"
        );
        let answer = program.send("POST", HOOK, &headers, call.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        program.end();

        let traces = of_signal(&collector, "traces");
        let parent = [&[0x22, 8][..], &PARENT_ID].concat();
        let link = [&[0x0a, 16][..], &TRACE_ID, &[0x12, 8], &PARENT_ID].concat();
        // The span of the request is a child of the caller's, and every other of ours is in the same trace.
        assert_eq!(contains(&traces, &parent), usize::from(trusted));
        assert_eq!(contains(&traces, &link), usize::from(!trusted));
        let (named, spans) = (contains(&traces, &TRACE_ID), contains(&traces, b"cds.hook"));
        assert!(
            spans > 0 && if trusted { named > 4 } else { named == 1 },
            "{named}"
        );

        let asked = fhir.got();
        assert!(!asked.is_empty(), "nothing was fetched");
        for got in asked {
            let line = got
                .head
                .lines()
                .find(|line| line.starts_with("traceparent: 00-"))
                .unwrap();
            assert_eq!(
                line.contains("0af7651916cd43dd8448eb211c80319c"),
                trusted,
                "{line}"
            );
            assert!(
                !line.contains("b7ad6b7169203331"),
                "our own span is the parent: {line}"
            );
            assert!(
                !got.head.contains("baggage") && !got.head.contains("carried"),
                "{}",
                got.head
            );
        }
        for signal in ["traces", "metrics", "logs"] {
            assert_eq!(
                contains(&of_signal(&collector, signal), b"CARRIED"),
                0,
                "{signal}"
            );
        }
    }
}
