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
