//! The demo as foreign pages and clients use it: a FHIR server that says what it can do, and calls from pages of this machine.

mod common;

use common::binary::{pnet_cds, printed};
use common::{Service, demo, start};
use serde_json::{Value, json};
use std::path::PathBuf;

const LOCAL: [&str; 4] = [
    "http://localhost:8080",
    "http://127.0.0.1:3000",
    "https://[::1]",
    "https://sandbox.cds-hooks.org",
];

fn allowed(service: &Service, method: &str, path: &str, origin: &str) -> Option<String> {
    let headers = [
        format!("Origin: {origin}"),
        "Access-Control-Request-Method: POST".to_owned(),
    ];
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let answer = service.request(method, path, &headers, b"");
    let mut lines = answer.head.lines();
    lines
        .find_map(|line| line.strip_prefix("access-control-allow-origin: "))
        .map(str::to_owned)
}

#[test]
fn c1_pages_of_this_machine_and_the_public_sandbox_may_call_the_demo_and_no_others() {
    let service = demo();
    for path in ["/cds-services", "/sandbox/fhir/metadata", "/sandbox/fhir/Patient"] {
        for origin in LOCAL {
            for method in ["OPTIONS", "GET"] {
                assert_eq!(
                    allowed(&service, method, path, origin).as_deref(),
                    Some(origin),
                    "{method} {path}"
                );
            }
        }
        for origin in [
            "https://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://sandbox.cds-hooks.org.evil.example",
            "http://sandbox.cds-hooks.org",
            "ftp://localhost",
            "localhost",
            "null",
        ] {
            assert_eq!(allowed(&service, "GET", path, origin), None, "{path} {origin}");
        }
    }
}

#[test]
fn where_callers_are_registered_no_page_may_call_unless_it_is_listed() {
    let key = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("abroad-{}.pem", std::process::id()));
    let made = pnet_cds()
        .args(["call", "--issuer", "https://ehr.example.org", "--new-key"])
        .arg(&key)
        .output();
    let (code, entry, told) = printed(made.unwrap());
    assert_eq!(code, 0, "{told}");
    let service = start(&format!("demo.enabled = true\nauth.mode = \"open\"\n{entry}"));
    for origin in LOCAL {
        assert_eq!(
            allowed(&service, "GET", "/cds-services", origin),
            None,
            "{origin}"
        );
    }
}

#[test]
fn the_sandbox_says_what_it_can_do_and_does_it() {
    let service = demo();
    let answer = service.get("/sandbox/fhir/metadata");
    assert!(
        answer.head.contains("content-type: application/fhir+json"),
        "{}",
        answer.head
    );
    let statement = answer.json();
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    assert_eq!(statement["fhirVersion"], "4.0.1");
    let url = statement["implementation"]["url"].as_str().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/sandbox/fhir"),
        "{url}"
    );
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    assert!(resources.iter().any(|resource| resource["type"] == "Observation"));
    for resource in resources {
        let kind = resource["type"].as_str().unwrap();
        for parameter in resource["searchParam"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let found = service.get(&format!(
                "/sandbox/fhir/{kind}?{name}=sparse-chart&_format=application/fhir%2Bjson"
            ));
            assert_eq!(found.json()["resourceType"], "Bundle", "{kind}?{name}");
        }
    }
    let all = service.get("/sandbox/fhir/Patient").json();
    assert_eq!(all["total"], Value::from(all["entry"].as_array().unwrap().len()));
    assert_eq!(
        service.get("/sandbox/fhir/Patient?_format=xml").code(),
        "unsupported-search"
    );
}

#[test]
fn the_demo_knows_its_own_server_by_either_name_of_this_machine() {
    let service = demo();
    let port = service.address.port();
    for (host, known) in [
        ("127.0.0.1", true),
        ("localhost", true),
        ("fhir.example.org", false),
    ] {
        let answer = service.hook(&json!({
            "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "fhirServer": format!("http://{host}:{port}/sandbox/fhir"),
            "context": {"userId": "Practitioner/demo", "patientId": "sparse-chart"},
        }));
        assert_eq!(answer.status == 200, known, "{host}: {}", answer.body);
    }
}

#[test]
fn a_bundled_patient_opens_in_the_public_sandbox_with_this_service() {
    let service = demo();
    let page = service.get("/?patient=sparse-chart").body.replace("&#x2f;", "/");
    let base = page
        .split("https://sandbox.cds-hooks.org/?fhirServiceUrl=")
        .nth(1)
        .unwrap();
    let link = base.split('"').next().unwrap();
    assert!(
        link.contains("&amp;patientId=sparse-chart&amp;serviceDiscoveryURL=http://127.0.0.1:")
            && link.ends_with("/cds-services"),
        "{link}"
    );
    assert!(!service.get("/").body.contains("sandbox.cds-hooks.org/?"));
}
