//! Under which names the service answers while nobody has to show a token: its own, so that no page of a browser gets at
//! it by a name that was made to lead to this machine.

mod common;

use common::{Answer, HOOK_PATH, INSTANCE, Service, WITH_PNET, demo, prefetched, start};
use serde_json::json;

/// Every kind of path, with what is asked of it.
fn calls() -> Vec<(&'static str, String, String)> {
    let hook = prefetched(WITH_PNET).to_string();
    let feedback = json!({"feedback": [{"card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"}]});
    let get = |path: &str| ("GET", path.to_owned(), String::new());
    vec![
        get("/cds-services"),
        get("/openapi.json"),
        get("/sandbox/fhir/Patient/insulinoma-debulking"),
        get("/sandbox/fhir/Condition?patient=insulinoma-debulking"),
        get("/"),
        get("/board?patient=insulinoma-debulking"),
        get("/knowledge"),
        get("/nothing"),
        ("POST", HOOK_PATH.to_owned(), hook.clone()),
        ("POST", "/assessment".to_owned(), hook),
        ("POST", format!("{HOOK_PATH}/feedback"), feedback.to_string()),
    ]
}

fn call(service: &Service, call: &(&str, String, String), version: &str, hosts: &[&str]) -> Answer {
    let (method, path, body) = call;
    let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    let bytes = format!(
        "{method} {path} {version}\r\n{hosts}Connection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    service.raw(bytes.as_bytes())
}

#[test]
fn a_name_that_was_made_to_lead_here_gets_nothing_from_any_path() {
    let service = demo();
    for asked in &calls() {
        for foreign in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "localhost@evil.example",
            "localhost:80@evil.example",
            "[::1].evil.example",
            "0.0.0.0:8080",
            "192.168.1.7",
            "",
        ] {
            call(&service, asked, "HTTP/1.1", &[foreign]).is_error(403, "foreign-host");
        }
        call(&service, asked, "HTTP/1.0", &[]).is_error(403, "foreign-host");
        let (method, path, body) = asked;
        let absolute = (*method, format!("http://evil.example{path}"), body.clone());
        call(&service, &absolute, "HTTP/1.1", &["localhost"]).is_error(403, "foreign-host");
    }
}

#[test]
fn every_spelling_of_our_own_name_is_answered() {
    let service = demo();
    let number = service.address.to_string();
    for asked in &calls() {
        for own in [
            number.as_str(),
            "localhost",
            "LOCALHOST:8080",
            "localhost.",
            "localhost.:8080",
            "127.0.0.9",
            "[::1]",
            "[::1]:8080",
        ] {
            let answer = call(&service, asked, "HTTP/1.1", &[own]);
            assert!(answer.status != 403, "{own}: {}", answer.body);
        }
    }
}

#[test]
fn two_hosts_are_ours_only_if_both_are() {
    let service = demo();
    for asked in &calls() {
        for hosts in [["localhost", "evil.example"], ["evil.example", "localhost"]] {
            let answer = call(&service, asked, "HTTP/1.1", &hosts);
            assert!([400, 403].contains(&answer.status), "{}", answer.status);
        }
    }
}

#[test]
fn the_public_address_is_a_name_of_ours() {
    let service = start("demo.enabled = true\nserver.public_url = \"https://Cds.example.org/pnet\"\n");
    for asked in &calls() {
        for own in ["cds.example.org", "CDS.EXAMPLE.ORG:443", "cds.example.org."] {
            assert!(call(&service, asked, "HTTP/1.1", &[own]).status != 403, "{own}");
        }
        for foreign in ["example.org", "cds.example.org.evil.example", "xcds.example.org"] {
            call(&service, asked, "HTTP/1.1", &[foreign]).is_error(403, "foreign-host");
        }
    }
}

#[test]
fn health_is_told_under_any_name() {
    let service = demo();
    for path in ["/health/live", "/health/ready"] {
        let asked = ("GET", path.to_owned(), String::new());
        for host in ["evil.example", "10.0.0.3:8080", ""] {
            assert_eq!(call(&service, &asked, "HTTP/1.1", &[host]).status, 200, "{host}");
        }
        assert_eq!(call(&service, &asked, "HTTP/1.0", &[]).status, 200);
    }
}

#[test]
fn where_the_network_may_come_in_any_name_will_do() {
    for listen in ["0.0.0.0:0", "127.0.0.1:0"] {
        let service = start(&format!(
            "demo.enabled = true\nserver.listen = \"{listen}\"\nauth.allow_open_network = true\n"
        ));
        for asked in &calls() {
            let answer = call(&service, asked, "HTTP/1.1", &["cds.example.org"]);
            assert!(answer.status != 403, "{}", answer.body);
        }
    }
}
