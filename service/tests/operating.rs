//! What an operator sees of a running service: lines that a log collector can read, and why a service is not ready.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod common;
mod outside;

use outside::{Program, place};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn object(line: &str) -> Value {
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    for key in ["timestamp", "level", "target", "message"] {
        assert!(value[key].is_string(), "{key}: {line}");
    }
    value
}

#[test]
fn with_a_json_log_every_line_is_an_object() {
    let program = Program::start("demo.enabled = true\ntelemetry.log = \"json\"\n");
    assert_eq!(program.send("GET", "/cds-services", "", b"").status, 200);
    let taken = program.address;
    let config = place("settings.toml");
    let text =
        format!("server.listen = \"{taken}\"\ntelemetry.log = \"json\"\nstore.url = \"sqlite::memory:\"\n");
    std::fs::write(&config, text).unwrap();
    let failed = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args([Path::new("serve"), Path::new("--config"), &config])
        .output()
        .unwrap();
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    let last = object(said.lines().last().unwrap());
    assert_eq!(last["level"], "ERROR");
    assert!(
        last["message"].as_str().unwrap().starts_with(&taken.to_string()),
        "{last}"
    );
    let (out, log, _) = program.end();
    let messages: Vec<String> = out
        .lines()
        .chain(log.lines())
        .chain(said.lines())
        .map(|line| object(line)["message"].to_string())
        .collect();
    for part in ["listens on http://", "metrics: http://", "try: curl", "answered"] {
        assert!(
            messages.iter().any(|message| message.contains(part)),
            "{part}: {messages:?}"
        );
    }
}

#[test]
fn every_reason_for_not_being_ready_is_named() {
    let program = Program::start(
        "store.url = \"postgres://u:p@127.0.0.1:9/x\"\n\
         [[clients]]\nissuer = \"https://ehr.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\n",
    );
    let answer = program.send("GET", "/health/ready", "", b"");
    let outcome: Value = serde_json::from_str(&answer.body).unwrap();
    let issues = outcome["issue"].as_array().unwrap().iter();
    let codes: Vec<&str> = issues
        .map(|issue| issue["details"]["coding"][0]["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        (answer.status, codes),
        (503, vec!["not-ready", "store-unavailable"])
    );
}

#[test]
fn a_service_is_asked_whether_it_takes_calls() {
    let ready = |to: &str| {
        let asked = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
            .args(["ready", "--to", to])
            .output()
            .unwrap();
        let text = [asked.stdout, asked.stderr].concat();
        (asked.status.code(), String::from_utf8(text).unwrap())
    };
    let program = Program::start("demo.enabled = true\n");
    let (code, said) = ready(&format!("http://{}", program.address));
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("\"status\":\"ready\"") && said.contains("3 services"),
        "{said}"
    );
    let client = "[[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\n";
    let waiting = Program::start(&format!("store.url = \"sqlite::memory:\"\n{client}"));
    let (code, said) = ready(&format!("http://{}", waiting.address));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("not-ready") && said.contains("cds-services: wants a token"),
        "{said}"
    );
    let gone = program.address;
    program.end();
    let (code, said) = ready(&format!("http://{gone}"));
    assert!(code == Some(1) && said.contains("not reached"), "{code:?} {said}");
    assert_eq!(ready("nowhere").0, Some(2));
}

#[test]
fn the_ends_of_good_certificates_are_told_with_the_settings() {
    let pem = |name: &str, year: i32| {
        let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 3, 1);
        params
            .self_signed(&rcgen::KeyPair::generate().unwrap())
            .unwrap()
            .pem()
    };
    let (one, two) = (place("one.pem"), place("two.pem"));
    std::fs::write(&one, pem("a", 2041)).unwrap();
    std::fs::write(&two, format!("{}{}", pem("a", 2047), pem("b", 2043))).unwrap();
    let config = place("settings.toml");
    let text = format!(
        "fhir.ca_file = \"{}\"\nauth.ca_file = \"{}\"\n",
        one.display(),
        two.display()
    );
    std::fs::write(&config, text).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args(["settings", "--check"])
        .arg(&config)
        .output()
        .unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    let lines: Vec<String> = said.lines().map(str::to_owned).collect();
    let expected = [
        format!("`fhir.ca_file`: {}: ends at 2041-03-01T00:00:00Z", one.display()),
        format!(
            "`auth.ca_file`: {}: 2 certificates, the first ends at 2043-03-01T00:00:00Z, the last at 2047-03-01T00:00:00Z",
            two.display()
        ),
        format!("{}: no faults", config.display()),
    ];
    assert_eq!(lines, expected);
}

/// A FHIR server that takes its time is none of ours, and no reason to be called at night.
#[test]
fn the_time_that_fhir_servers_take_is_not_counted_as_ours() {
    let server = outside::Server::start(|got| {
        std::thread::sleep(std::time::Duration::from_millis(1200));
        let body = match got.target.contains("/Patient/") {
            true => format!(
                "{{\"resourceType\":\"Patient\",\"id\":\"{}\"}}",
                common::WITH_PNET
            ),
            false => "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}".to_owned(),
        };
        outside::http(200, "application/fhir+json", &body)
    });
    let base = format!("http://{}/fhir", server.address);
    let program = Program::start(&format!(
        "store.url = \"sqlite::memory:\"\nauth.mode = \"open\"\nfhir.deadline = \"20 s\"\nserver.request_deadline = \"30 s\"\n\
         [[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [\"{base}\"]\n"
    ));
    let request = serde_json::json!({"hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": base,
        "context": {"userId": "Practitioner/1", "patientId": common::WITH_PNET}});
    let answer = program.post("/cds-services/pnet-liver-metastases", &request.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let sum = |name: &str| program.metric(&format!("{name}_sum"), &[]);
    assert_eq!(
        program.metric(
            "cds_service_own_duration_seconds_count",
            &["pnet-liver-metastases"]
        ),
        1.0
    );
    let whole = program.metric("http_server_request_duration_seconds_sum", &["cds-services"]);
    let own = sum("cds_service_own_duration_seconds");
    assert!(whole >= 1.2 && own <= whole - 1.2, "{own} of {whole}");
}
