//! The HTTP boundary: what is served, what is refused and how fast, and that one request's fault stays its own.

#![expect(clippy::panic, reason = "helpers of tests")]

mod common;

use actix_web::middleware::from_fn;
use actix_web::web::get;
use actix_web::{App, HttpServer, ResponseError};
use common::running::set_up;
use common::{Answer, HOOK_PATH, Service, WITH_PNET, demo, prefetched, start};
use pnet_cds::errors::{ErrorCode, Failure};
use pnet_cds::http::boundary;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const JSON: &str = "Content-Type: application/json";

fn read_all(mut stream: std::net::TcpStream) -> String {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}

// Discovery.

#[test]
fn discovery_lists_the_service_and_its_templates() {
    let answer = demo().get("/cds-services");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/json"));
    let services = answer.json()["services"].as_array().unwrap().clone();
    assert_eq!(services.len(), 3);
    let service = &services[0];
    assert_eq!(
        (&service["hook"], &service["id"]),
        (&json!("patient-view"), &json!("pnet-liver-metastases"))
    );
    for field in ["title", "description", "usageRequirements"] {
        assert!(!service[field].as_str().unwrap().is_empty());
    }
    assert_eq!(service["prefetch"]["patient"], "Patient/{{context.patientId}}");
    let conditions = service["prefetch"]["conditions"].as_str().unwrap();
    assert!(
        conditions.starts_with("Condition?patient={{context.patientId}}") && !conditions.contains("code=")
    );
}

/// What a client does that honours every template against the sandbox.
#[test]
fn the_sandbox_answers_every_published_template() {
    let service = demo();
    let discovery = service.get("/cds-services").json();
    let templates = discovery["services"][0]["prefetch"].as_object().unwrap().clone();
    let mut prefetch = json!({});
    for (key, template) in templates {
        let query = template
            .as_str()
            .unwrap()
            .replace("{{context.patientId}}", WITH_PNET)
            .replace('|', "%7C");
        let answer = service.get(&format!("/sandbox/fhir/{query}"));
        assert_eq!(answer.status, 200, "{key}: {}", answer.body);
        if let Some((kind, form)) = query.split_once('?') {
            let header = ["Content-Type: application/x-www-form-urlencoded"];
            let path = format!("/sandbox/fhir/{kind}/_search");
            assert_eq!(
                service.request("POST", &path, &header, form.as_bytes()).body,
                answer.body
            );
        }
        prefetch[key] = answer.json();
    }
    let mut request = prefetched(WITH_PNET);
    request["prefetch"] = prefetch;
    let by_template = service.post("/assessment", &request).json();
    let by_everything = service.post("/assessment", &prefetched(WITH_PNET)).json();
    assert_eq!(
        by_template["options"], by_everything["options"],
        "the templates leave out a record that counts"
    );
}

#[test]
fn health_is_told() {
    let service = demo();
    assert_eq!(service.get("/health/live").json(), json!({"status": "live"}));
    assert_eq!(service.get("/health/ready").json(), json!({"status": "ready"}));
}

#[test]
fn outside_demo_mode_there_is_no_sandbox() {
    start("demo.enabled = false\n")
        .get("/sandbox/fhir/Patient/insulinoma-debulking")
        .is_error(404, "unknown-path");
    demo()
        .get("/sandbox/fhir/Patient/nobody")
        .is_error(404, "unknown-resource");
    demo()
        .get("/sandbox/fhir/Observation?date=2024")
        .is_error(400, "unsupported-search");
}

// What is refused.

#[test]
fn head_is_answered_wherever_get_is_and_without_a_body() {
    let service = demo();
    for path in [
        "/",
        "/cds-services",
        "/openapi.json",
        "/health/live",
        "/health/ready",
        "/knowledge",
        "/knowledge/prrt",
        "/sandbox/fhir/Patient/prrt-krenning-4",
        "/sandbox/fhir/Condition?patient=prrt-krenning-4",
    ] {
        let got = service.get(path);
        let head = service.request("HEAD", path, &[], b"");
        assert_eq!((head.status, head.body.as_str()), (got.status, ""), "{path}");
        assert_eq!(got.status, 200, "{path}");
    }
}

#[test]
fn a_caller_that_offers_http_2_is_answered_and_told_that_the_connection_ends() {
    let service = demo();
    for (method, path, status) in [("GET", "/cds-services", 200), ("POST", "/assessment", 415)] {
        let answer = service.raw(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                 HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 0\r\n\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
        assert!(!answer.head.contains("upgrade"), "{}", answer.head);
    }
}

#[test]
fn unknown_paths_services_and_methods_get_their_codes() {
    let service = demo();
    service.get("/nothing").is_error(404, "unknown-path");
    service.get("/cds-services//").is_error(404, "unknown-path");
    service
        .post("/cds-services/other", &prefetched(WITH_PNET))
        .is_error(404, "unknown-service");
    service
        .request("POST", "/cds-services/other", &[], b"")
        .is_error(404, "unknown-service");
    let wrong = service.get(HOOK_PATH);
    wrong.is_error(405, "wrong-method");
    assert!(wrong.head.contains("allow: post"), "{}", wrong.head);
    let posted = service.post("/knowledge", &json!({}));
    assert!(posted.head.contains("allow: get, head"), "{}", posted.head);
    service
        .post("/cds-services", &json!({}))
        .is_error(405, "wrong-method");
    service
        .request("DELETE", "/assessment", &[], b"")
        .is_error(405, "wrong-method");
}

#[test]
fn content_types_are_checked() {
    let service = demo();
    let body = prefetched(WITH_PNET).to_string();
    let status =
        |path: &str, headers: &[&str]| service.request("POST", path, headers, body.as_bytes()).status;
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
    ] {
        assert_eq!(
            status(HOOK_PATH, &[&format!("Content-Type: {good}")]),
            200,
            "{good}"
        );
    }
    assert_eq!(
        status(
            "/assessment",
            &["Content-Type: application/fhir+json; charset=utf-8"]
        ),
        200
    );
    for bad in [
        "text/plain",
        "application/fhir+json",
        "application/jsonp",
        "application/xml",
        "",
    ] {
        let header = format!("Content-Type: {bad}");
        service
            .request("POST", HOOK_PATH, &[&header], body.as_bytes())
            .is_error(415, "wrong-content-type");
    }
    service
        .request("POST", HOOK_PATH, &[], body.as_bytes())
        .is_error(415, "wrong-content-type");
}

/// RUSTSEC-2026-0447, -0448, -0455: a compressed body must never be decompressed.
#[test]
fn compressed_bodies_are_refused_at_once() {
    let service = demo();
    // 852 bytes of brotli with a large window, as far as any decoder would look at them.
    let brotli = [&[0x11, 0x1f, 0x80, 0xff, 0xff, 0xff, 0x5b][..], &[0x5a; 845]].concat();
    let started = Instant::now();
    for coding in ["br", "gzip", "deflate", "zstd", "identity, br", "GZIP", "x"] {
        let header = format!("Content-Encoding: {coding}");
        service
            .request("POST", HOOK_PATH, &[JSON, &header], &brotli)
            .is_error(415, "encoded-body");
    }
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    let body = prefetched(WITH_PNET).to_string();
    let plain = service.request(
        "POST",
        HOOK_PATH,
        &[JSON, "Content-Encoding: identity"],
        body.as_bytes(),
    );
    assert_eq!(plain.status, 200);
}

#[test]
fn no_answer_is_compressed() {
    let body = prefetched(WITH_PNET).to_string();
    let answer = demo().request(
        "POST",
        HOOK_PATH,
        &[JSON, "Accept-Encoding: gzip, br"],
        body.as_bytes(),
    );
    assert!(!answer.head.contains("content-encoding"), "{}", answer.head);
    assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
}

#[test]
fn a_body_over_the_limit_is_refused_announced_or_not() {
    let service = start("server.body_limit = \"64 KiB\"");
    let large = vec![b' '; (64 << 10) + 1];
    service
        .request("POST", HOOK_PATH, &[JSON], &large)
        .is_error(413, "body-too-large");
    let mut chunked = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for _ in 0..65 {
        chunked.extend_from_slice(b"400\r\n");
        chunked.extend_from_slice(&[b' '; 0x400]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    service.raw(&chunked).is_error(413, "body-too-large");
}

#[test]
fn malformed_json_is_400_and_quotes_nothing() {
    let service = demo();
    let post = |body: &[u8]| service.request("POST", HOOK_PATH, &[JSON], body);
    for body in [
        &b""[..],
        b"{",
        b"{\"hook\": Erika}",
        b"\xff\xfe{}",
        b"{\"hook\":\"a\xff\"}",
        b"{} {}",
        b"\xef\xbb\xbf{}",
    ] {
        let answer = post(body);
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(!answer.body.contains("Erika"));
    }
    post(b"{\"hook\": Erika}").is_error(400, "malformed-json");
    assert!(post(b"{\n  x").body.contains("line 2, column 3"));
}

#[test]
fn json_of_any_depth_is_survived() {
    let service = demo();
    let deep = "[".repeat(100_000);
    assert_eq!(
        service
            .request("POST", HOOK_PATH, &[JSON], deep.as_bytes())
            .status,
        400
    );
    assert_eq!(
        service
            .request("POST", "/assessment", &[JSON], deep.as_bytes())
            .status,
        400
    );
    let closed = format!("{deep}{}", "]".repeat(100_000));
    let objects = |key: &str| {
        format!(
            "{}1{}",
            format!("{{\"{key}\":").repeat(50_001),
            "}".repeat(50_001)
        )
    };
    let mut entries = prefetched(WITH_PNET);
    entries["prefetch"]["markers"] = json!("HERE");
    let entries = entries.to_string().replace("\"HERE\"", &objects("entry"));
    assert_eq!(
        service
            .request("POST", HOOK_PATH, &[JSON], entries.as_bytes())
            .status,
        413
    );
    for value in [closed, objects("value")] {
        let mut body = prefetched(WITH_PNET);
        body["prefetch"]["markers"] = json!("HERE");
        let body = body.to_string().replace("\"HERE\"", &value);
        let answer = service.request("POST", HOOK_PATH, &[JSON], body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains("prefetch markers"));
        let bundle = format!("{{\"resourceType\":\"Bundle\",\"entry\":{value}}}");
        assert!(
            service
                .request("POST", "/assessment", &[JSON], bundle.as_bytes())
                .status
                < 500
        );
    }
    assert_eq!(service.get("/health/live").status, 200);
}

#[test]
fn request_smuggling_gets_400() {
    let service = demo();
    for headers in [
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
    ] {
        let bytes = format!(
            "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\n{headers}\r\nConnection: close\r\n\r\n0\r\n\r\n"
        );
        assert_eq!(service.raw(bytes.as_bytes()).status, 400, "{headers}");
    }
}

// Time and load.

#[test]
fn a_slow_body_is_408() {
    let service = demo();
    let mut stream = service.connect();
    let head = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let started = Instant::now();
    let answer = read_all(stream);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("slow-body"));
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn too_many_at_once_get_503_and_health_still_answers() {
    let service = start("server.max_in_flight = 2");
    let head = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
    );
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = service.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let refused = service.hook(&prefetched(WITH_PNET));
    refused.is_error(503, "overloaded");
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert_eq!(service.get("/health/ready").status, 200);
    assert_eq!(service.get("/cds-services").status, 200);
    for stream in waiting {
        assert!(read_all(stream).starts_with("HTTP/1.1 408"));
    }
    assert_eq!(service.hook(&prefetched(WITH_PNET)).status, 200);
}

#[test]
fn a_request_that_takes_too_long_is_ended() {
    let service = start("server.request_deadline = \"300 ms\"");
    let mut stream = service.connect();
    let head = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer = read_all(stream);
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("deadline-exceeded"),
        "{answer}"
    );
}

async fn broken() -> String {
    panic!("Erika Mustermann")
}

/// The same boundary and routes with one more path, whose handler panics.
#[test]
fn a_panic_is_500_for_that_request_only() {
    let application = set_up::application("", "http://x").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = Service {
        address: listener.local_addr().unwrap(),
    };
    std::thread::spawn(move || {
        let server = HttpServer::new(move || {
            let app = App::new().wrap(from_fn(boundary));
            app.route("/broken", get().to(broken))
                .configure(|config| application.configure(config))
        });
        actix_web::rt::System::new()
            .block_on(server.workers(1).listen(listener).unwrap().run())
            .unwrap();
    });
    for _ in 0..3 {
        let answer = service.get("/broken");
        answer.is_error(500, "internal");
        assert!(!answer.body.contains("Erika"));
        assert_eq!(service.hook(&prefetched(WITH_PNET)).status, 200);
    }
}

#[test]
fn every_error_is_an_operation_outcome_without_empty_parts() {
    for code in ErrorCode::ALL {
        let failure = Failure::from(*code);
        assert_eq!(failure.error_response().status().as_u16(), code.status());
        let outcome: Value = serde_json::from_str(&failure.outcome()).unwrap();
        let issue = &outcome["issue"][0];
        assert_eq!(issue["severity"], "error");
        assert_eq!(issue["details"]["coding"][0]["code"], code.code());
        assert!(!issue["code"].as_str().unwrap().is_empty());
    }
}

#[test]
fn two_calls_on_one_connection_are_both_answered() {
    let service = demo();
    let body = prefetched(WITH_PNET).to_string();
    let one = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let last = one.replacen("Host: localhost", "Host: localhost\r\nConnection: close", 1);
    let mut stream = service.connect();
    stream.write_all(one.as_bytes()).unwrap();
    stream.write_all(last.as_bytes()).unwrap();
    let text = read_all(stream);
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
}

#[test]
fn an_error_page_is_never_html() {
    let service = demo();
    let answers: [Answer; 3] = [
        service.get("/x"),
        service.get("/sandbox/fhir/Foo/1"),
        service.get("/cds-services/%00"),
    ];
    for answer in answers {
        assert!(answer.head.contains("application/fhir+json"), "{}", answer.head);
        assert!(!answer.body.contains('<'));
    }
}
