//! Faults of operation on the real program, each with all that the person on call sees of it: the answer, readiness, the metric and
//! the line of the log, as deploy/faults.toml has them. The alerts on these metrics are in deploy/observability/rules-test*.yaml.

mod common;
mod outside;

use outside::{Answer, Program, Server, http, send};
use serde_json::json;
use std::time::{Duration, Instant};

const HOOK: &str = "/cds-services/pnet-liver-metastases";
const FHIR: &str = "application/fhir+json";

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ready(program: &Program) -> Answer {
    send(program.management, "GET", "/health/ready", "", b"")
}

fn call(program: &Program) -> Answer {
    program.post(HOOK, &common::prefetched(common::WITH_PNET).to_string())
}

/// The log, once the program has ended.
fn logged(program: Program, line: &str) {
    let (_, log, _) = program.end();
    assert!(log.contains(line), "{log}");
    assert!(!log.contains(common::WITH_PNET), "{log}");
}

#[test]
fn a_database_that_is_never_reached() {
    let client = "[[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\n";
    let program = Program::start(&format!(
        "store.url = \"postgres://u:p@127.0.0.1:9/x?sslmode=disable\"\n{client}"
    ));
    until("store-unavailable", || {
        ready(&program).body.contains("store-unavailable")
    });
    assert_eq!(ready(&program).status, 503);
    assert_eq!(program.metric("cds_ready", &[]), 0.0);
    assert_eq!(program.metric("cds_store_up", &[]), 0.0);
    logged(program, "store failed");
}

#[cfg(target_os = "linux")]
#[test]
fn an_audit_whose_disk_is_full() {
    let program = Program::start("demo.enabled = true\naudit.sink = \"file:/dev/full\"\n");
    let answer = call(&program);
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("audit-unavailable"), "{}", answer.body);
    let said = ready(&program);
    assert!(
        said.status == 503 && said.body.contains("audit-unavailable"),
        "{}",
        said.body
    );
    assert!(program.metric("cds_audit_failures_total", &[]) >= 1.0);
    logged(program, "audit records not written");
}

#[test]
fn a_client_whose_keys_cannot_be_had_beside_one_whose_keys_are_there() {
    let keys = Server::start(|_| http(200, "application/json", "{\"keys\":[]}"));
    let program = Program::start(&format!(
        "store.url = \"sqlite::memory:\"\n[[clients]]\nissuer = \"https://north.example.org\"\nname = \"north\"\n\
         jwks_url = \"http://{}/keys\"\n[[clients]]\nissuer = \"https://south.example.org\"\nname = \"south\"\n\
         jwks_url = \"http://127.0.0.1:9/keys\"\n",
        keys.address,
    ));
    until("ready by the keys of one", || ready(&program).status == 200);
    assert!(ready(&program).body.contains("keys-missing"));
    assert_eq!(call(&program).status, 401);
    assert_eq!(program.metric("cds_client_keys", &["south"]), 0.0);
    assert_eq!(program.metric("cds_client_keys", &["north"]), 1.0);
    logged(program, "key set not fetched");
}

#[test]
fn a_fhir_server_that_is_slow() {
    let server = Server::start(|got| {
        let target = got.target.trim_start_matches("/fhir/");
        let kind = target.split(['/', '?']).next().unwrap_or_default();
        let chart = common::chart(common::WITH_PNET);
        let entries = chart["entry"].as_array().unwrap().iter();
        let mut entries = entries
            .filter(|entry| entry["resource"]["resourceType"] == kind)
            .cloned();
        let body = match kind {
            "Patient" => entries.next().unwrap()["resource"].clone(),
            "Condition" => {
                json!({"resourceType": "Bundle", "type": "searchset", "entry": entries.collect::<Vec<_>>()})
            }
            _ => {
                std::thread::sleep(Duration::from_secs(20));
                json!({})
            }
        };
        http(200, FHIR, &body.to_string())
    });
    let base = format!("http://{}/fhir", server.address);
    let program = Program::start(&format!(
        "store.url = \"sqlite::memory:\"\nauth.mode = \"open\"\nfhir.deadline = \"3 s\"\nserver.request_deadline = \"30 s\"\n\
         [[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [\"{base}\"]\n"
    ));
    let request = json!({"hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": base,
        "context": {"userId": "Practitioner/1", "patientId": common::WITH_PNET}});
    let answer = program.post(HOOK, &request.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("could not be fetched"), "{}", answer.body);
    assert!(
        program.metric("cds_fhir_fetches_total", &["timeout"]) >= 1.0,
        "{}",
        program.metrics()
    );
    logged(program, "answered");
}
