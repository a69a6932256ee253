//! The ways in over HTTP: a Bundle that is posted, a call that brings everything, and one that brings nothing.

#[path = "../../src/exchange.rs"]
mod exchange;

use crate::exhibits::{Exhibit, TEMPLATES, kind_of};
use crate::ways::Said;
use acceptance::corpus::bundle;
use acceptance::program;
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use exchange::{exchange, request};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

/// A Bundle that is posted, a call that brings everything, and one that brings nothing.
pub(crate) fn asked(binary: &Path, dir: &Path, exhibits: &Arc<Vec<Exhibit>>) -> Result<Said, String> {
    let theirs = Arc::clone(exhibits);
    let answered: Mutex<BTreeSet<String>> = Mutex::default();
    let server =
        ScriptedFhir::start(move |_, seen| answer(&theirs, &answered, seen)).map_err(|e| e.to_string())?;
    let base = |exhibit: &Exhibit| format!("http://{}/{}", server.address(), exhibit.patient);
    let bases: Vec<String> = exhibits.iter().map(base).collect();
    let service = Service::start(binary, dir, &bases)?;
    let mut said = Vec::new();
    for exhibit in exhibits.iter() {
        let call = |prefetch: Vec<u8>| {
            let head = json!({
                "hook": "patient-view",
                "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                "fhirServer": base(exhibit),
                "context": {"userId": "Practitioner/1", "patientId": exhibit.patient},
            });
            let mut call = head.to_string().into_bytes();
            call.pop();
            [call, prefetch, b"}".to_vec()].concat()
        };
        let id = exhibit.patient.clone();
        said.push((("posted", id.clone()), service.post(&exhibit.whole())));
        said.push((("prefetched", id.clone()), service.post(&call(prefetch(exhibit)))));
        said.push((("pulled", id), service.post(&call(Vec::new()))));
    }
    Ok(said)
}

/// Everything that discovery asks for; the first template of a type brings all of the type.
fn prefetch(exhibit: &Exhibit) -> Vec<u8> {
    let mut made = br#","prefetch":{"#.to_vec();
    let mut brought: BTreeSet<&str> = BTreeSet::new();
    for (index, template) in TEMPLATES.iter().enumerate() {
        let kind = kind_of(template);
        let value = match exhibit.of_type("Patient").next() {
            Some((_, patient)) if kind == "Patient" => patient.clone(),
            _ if brought.insert(kind) => exhibit.answer(kind),
            _ => b"null".to_vec(),
        };
        let comma = if index == 0 { "" } else { "," };
        made.extend(format!("{comma}\"{}\":", template.key).bytes());
        made.extend(value);
    }
    made.push(b'}');
    made
}

/// The chart's own server: everything of a type in answer to the first search for it.
fn answer(exhibits: &[Exhibit], answered: &Mutex<BTreeSet<String>>, seen: &Seen) -> Vec<Step> {
    let path = seen
        .target
        .split('?')
        .next()
        .unwrap_or_default()
        .trim_end_matches("/_search");
    let mut parts = path.trim_start_matches('/').split('/');
    let (patient, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(exhibit) = exhibits.iter().find(|exhibit| exhibit.patient == patient) else {
        return fhir::status(404, "");
    };
    let patients = exhibit.of_type("Patient").next();
    let body = match patients {
        Some((_, patient)) if kind == "Patient" => patient.clone(),
        _ if answered.lock().is_ok_and(|mut all| all.insert(path.to_owned())) => exhibit.answer(kind),
        _ => bundle(&[]),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/fhir+json\r\n\r\n",
        body.len()
    );
    vec![Step::Send([head.into_bytes(), body].concat())]
}

/// A running service that may read these servers; ends when dropped.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(binary: &Path, dir: &Path, servers: &[String]) -> Result<Self, String> {
        let config = dir.join("settings.toml");
        let settings = format!(
            "server.listen = \"127.0.0.1:0\"\nserver.management_listen = \"127.0.0.1:0\"\nstore.url = \"sqlite::memory:\"\n\
             auth.mode = \"open\"\nfhir.deadline = \"8 s\"\nserver.request_deadline = \"10 s\"\n[[clients]]\n\
             issuer = \"https://ehr.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = {servers:?}\n"
        );
        std::fs::write(&config, settings).map_err(|error| error.to_string())?;
        let mut child = program::command(binary)
            .args(["serve", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        lines.read_line(&mut first).map_err(|error| error.to_string())?;
        let address = first
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split([';', ' ', '/', '\n']).next())
            .ok_or_else(|| format!("not started: {first}"))?
            .to_owned();
        std::thread::spawn(move || lines.lines().for_each(drop));
        Ok(Self { child, address })
    }

    /// What `/assessment` answers, or the words of its refusal.
    fn post(&self, body: &[u8]) -> Result<Value, String> {
        let json = "Content-Type: application/json\r\n";
        let bytes = request("POST", "/assessment", "localhost", json, body);
        let answer = exchange(&self.address, &bytes).map_err(|error| format!("no answer: {error}"))?;
        let json: Value =
            serde_json::from_str(&answer.body).map_err(|error| format!("{error}: {}", answer.head))?;
        match answer.status {
            200 => Ok(json),
            _ => Err(json["issue"][0]["details"]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned()),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
