//! Export by OTLP: what arrives, what is a parent and what a link, and that no collector can hold up an answer.

mod common;
mod outside;

use outside::{Program, Server, collector, http};
use std::time::{Duration, Instant};

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
