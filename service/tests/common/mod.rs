//! A service on a free port, a plain HTTP client, and hook requests made from the bundled patients.

#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; each test file uses its own part"
)]

pub(crate) mod binary;
#[path = "../../../tests/src/exchange.rs"]
pub(crate) mod exchange;
pub(crate) mod pages;
#[path = "../../../tests/src/recorded.rs"]
pub(crate) mod recorded;
#[path = "../../../tests/src/running.rs"]
pub(crate) mod running;

use exchange::{Exchanged, exchange, request};
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

pub(crate) const WITH_PNET: &str = "insulinoma-debulking";
pub(crate) const WITHOUT_PNET: &str = "pancreatic-adenocarcinoma";
pub(crate) const INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
pub(crate) const HOOK_PATH: &str = "/cds-services/pnet-liver-metastases";

/// For a search that finds nothing.
pub(crate) const NOTHING: [Value; 0] = [];

/// What a search answers with that finds these.
pub(crate) fn searchset(resources: impl IntoIterator<Item: serde::Serialize>) -> Value {
    let resources = resources.into_iter();
    let entries: Vec<Value> = resources.map(|resource| json!({"resource": resource})).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

/// Runs the program to its end, which has to have this code; what it printed, standard error last.
pub(crate) fn ended(command: &mut Command, code: i32) -> String {
    let (was, out, log) = binary::printed(command.output().unwrap());
    let text = [out, log].concat();
    assert_eq!(was, code, "{text}");
    text
}

/// A running service; it ends with the test process.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl From<Exchanged> for Answer {
    fn from(exchanged: Exchanged) -> Self {
        Self {
            status: exchanged.status,
            head: exchanged.head.to_lowercase(),
            body: exchanged.body,
        }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn cards(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["cards"].as_array().unwrap().clone()
    }

    /// Checks that it is an OperationOutcome with this status and code.
    pub(crate) fn is_error(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{}",
            self.body
        );
        assert!(
            self.head.contains("content-type: application/fhir+json"),
            "{}",
            self.head
        );
        assert_eq!(self.json()["resourceType"], "OperationOutcome");
    }

    pub(crate) fn code(&self) -> String {
        self.json()["issue"][0]["details"]["coding"][0]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// A demo service.
pub(crate) fn demo() -> Service {
    start("demo.enabled = true\n")
}

/// A service with these settings.
pub(crate) fn start(settings: &str) -> Service {
    Service {
        address: running::started(settings, None),
    }
}

impl Service {
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads to the end of the connection.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        recorded::keep(bytes);
        exchange(self.address, bytes).unwrap().into()
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        self.raw(&request(method, path, &self.address.to_string(), &headers, body))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(
            "POST",
            path,
            &["Content-Type: application/json"],
            body.to_string().as_bytes(),
        )
    }

    pub(crate) fn hook(&self, body: &Value) -> Answer {
        self.post(HOOK_PATH, body)
    }
}

/// How many options the knowledge has.
pub(crate) fn options() -> usize {
    cds_cards::Knowledge::embedded().unwrap().options.len()
}

/// The Bundle of a bundled patient.
pub(crate) fn chart(patient: &str) -> Value {
    let path = format!("{}/demo/patients/{patient}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What a search for this kind finds in a chart, with its total.
fn searched(chart: &Value, kind: &str) -> Value {
    let entries = chart["entry"].as_array().unwrap().iter();
    let entries: Vec<Value> = entries
        .filter(|entry| entry["resource"]["resourceType"] == kind)
        .map(|entry| json!({"fullUrl": entry["fullUrl"], "resource": entry["resource"]}))
        .collect();
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len()});
    if !entries.is_empty() {
        bundle["entry"] = entries.into();
    }
    bundle
}

/// A hook request with everything about a bundled patient prefetched.
pub(crate) fn prefetched(patient: &str) -> Value {
    let chart = chart(patient);
    let empty = || json!({"resourceType": "Bundle", "type": "searchset", "total": 0});
    json!({
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": patient},
        "prefetch": {
            "patient": searched(&chart, "Patient")["entry"][0]["resource"],
            "conditions": searched(&chart, "Condition"),
            "pathology": searched(&chart, "Observation"),
            "staging": empty(), "liver": empty(), "markers": null, "status": empty(),
            "reports": searched(&chart, "DiagnosticReport"),
            "procedures": searched(&chart, "Procedure"),
            "medications": searched(&chart, "MedicationRequest"),
            "medicationStatements": searched(&chart, "MedicationStatement"),
            "medicationAdministrations": searched(&chart, "MedicationAdministration"),
            "medicationDispenses": searched(&chart, "MedicationDispense"),
        }
    })
}

/// The same request with one change.
pub(crate) fn changed(patient: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut request = prefetched(patient);
    change(&mut request);
    request
}

/// An OperationOutcome.
pub(crate) fn outcome(severity: &str) -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]})
}
