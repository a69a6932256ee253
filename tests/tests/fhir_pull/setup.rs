//! A service on a free port whose callers may name one scripted server, and that server with the bundled patients.

#[path = "../../src/exchange.rs"]
mod exchange;
#[path = "../../src/recorded.rs"]
mod recorded;
#[path = "../../src/running.rs"]
mod running;

use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use exchange::{exchange, request};
use pnet_cds::sandbox::Sandbox;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub(crate) const HOOK: &str = "/cds-services/pnet-liver-metastases";
/// What the scripted server's faults call their patient; here it has a PNET with liver metastases.
pub(crate) const WITH_PNET: &str = fhir::PATIENT;
/// Diabetes and nothing else.
pub(crate) const WITHOUT_PNET: &str = "diabetes-only";
/// A tumour of the pancreas that is no PNET unless some histology says so.
pub(crate) const OTHER_TUMOUR: &str = "pancreatic-adenocarcinoma";
/// `fhir.deadline` of these services; shorter than that of the defaults, since many tests wait for it.
pub(crate) const DEADLINE: Duration = Duration::from_millis(400);

/// The bundled patients, one of them also under the name that the faults use.
pub(crate) fn charts() -> &'static Sandbox {
    static CHARTS: OnceLock<Sandbox> = OnceLock::new();
    CHARTS.get_or_init(|| {
        let dir = acceptance::here().join("../service/demo/patients");
        let mut files: Vec<(String, String)> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let id = path.file_stem().unwrap().to_string_lossy().into_owned();
                (id, std::fs::read_to_string(path).unwrap())
            })
            .collect();
        let (_, text) = files.iter().find(|(id, _)| id == "insulinoma-debulking").unwrap();
        let renamed = text.replace("insulinoma-debulking", WITH_PNET);
        files.push((WITH_PNET.to_owned(), renamed));
        let diabetes = json!({"resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "Patient", "id": WITHOUT_PNET, "birthDate": "1960"}},
            {"resource": {"resourceType": "Condition", "id": "diabetes",
                "subject": {"reference": format!("Patient/{WITHOUT_PNET}")},
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}}]});
        files.push((WITHOUT_PNET.to_owned(), diabetes.to_string()));
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(id, text)| (id.as_str(), text.as_str()))
            .collect();
        Sandbox::load(&files).unwrap()
    })
}

/// What a well-behaved server with the bundled patients answers.
pub(crate) fn answer(seen: &Seen) -> Vec<Step> {
    let path = seen.target.split('?').next().unwrap_or_default();
    let relative = path.trim_start_matches("/fhir/").trim_end_matches("/_search");
    let query = match seen.query() {
        "" => relative.to_owned(),
        query => format!("{relative}?{query}"),
    };
    match charts().answer(&query) {
        Ok(json) => fhir::ok(&json),
        Err(failure) => fhir::status(failure.code.status(), ""),
    }
}

/// A running service; it ends with the test process.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
}

/// An answer, and how long it took.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

/// A service in open mode that may read these servers; more settings first.
pub(crate) fn service(more: &str, servers: &[&str]) -> Service {
    service_for(more, servers, &[])
}

/// The same, whose one server has these other addresses.
pub(crate) fn service_for(more: &str, servers: &[&str], aliases: &[&str]) -> Service {
    service_within(DEADLINE, more, servers, aliases)
}

/// The same, with another deadline.
pub(crate) fn service_within(deadline: Duration, more: &str, servers: &[&str], aliases: &[&str]) -> Service {
    let deadline = deadline.as_millis();
    let text = format!(
        "{more}\nfhir.deadline = \"{deadline} ms\"\nauth.mode = \"open\"\n[[clients]]\nissuer = \"https://ehr.example.org\"\n\
         jwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = {servers:?}\nfhir_aliases = {aliases:?}\n"
    );
    Service {
        address: running::started(&text, None),
    }
}

/// A service that may read this server.
pub(crate) fn reading(server: &ScriptedFhir) -> Service {
    service("", &[&server.base()])
}

impl Service {
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let json = "Content-Type: application/json\r\n";
        let bytes = request("POST", path, "localhost", json, body.as_bytes());
        recorded::keep(&bytes);
        let start = Instant::now();
        let answer = exchange(self.address, &bytes).unwrap();
        Answer {
            status: answer.status,
            head: answer.head.to_lowercase(),
            body: answer.body,
            took: start.elapsed(),
        }
    }

    pub(crate) fn hook(&self, body: &Value) -> Answer {
        self.post(HOOK, body)
    }

    /// The problems of the assessment of the same request.
    pub(crate) fn problems(&self, body: &Value) -> Vec<String> {
        let answer = self.post("/assessment", body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let problems = answer.json()["problems"].as_array().cloned().unwrap_or_default();
        let text = |problem: &Value| {
            format!(
                "{}: {}",
                problem["place"].as_str().unwrap(),
                problem["problem"].as_str().unwrap()
            )
        };
        problems.iter().map(text).collect()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn cards(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["cards"].as_array().unwrap().clone()
    }

    /// Everything that the cards say.
    pub(crate) fn details(&self) -> String {
        let cards = self.cards();
        cards.iter().filter_map(|card| card["detail"].as_str()).collect()
    }

    /// The code of an OperationOutcome with this status.
    pub(crate) fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.head.contains("application/fhir+json"), "{}", self.head);
        let outcome = self.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        outcome["issue"][0]["details"]["coding"][0]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// A call without prefetch.
pub(crate) fn call(server: &str, patient: &str) -> Value {
    json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": server,
        "context": {"userId": "Practitioner/1", "patientId": patient},
    })
}

/// A call with everything prefetched that the templates ask for.
pub(crate) fn prefetched(server: &str, patient: &str) -> Value {
    let mut request = call(server, patient);
    let templates = pnet_cds::templates::templates(fhir_profiles::Codes::embedded(), false);
    for template in templates {
        let json = charts().answer(&template.resolve(patient)).unwrap();
        request["prefetch"][&template.key] = serde_json::from_str(&json).unwrap();
    }
    request
}

/// What was asked for, by type, in alphabetical order.
pub(crate) fn kinds(server: &ScriptedFhir) -> Vec<String> {
    let mut kinds: Vec<String> = server.seen().iter().map(|seen| seen.kind().to_owned()).collect();
    kinds.sort();
    kinds
}
