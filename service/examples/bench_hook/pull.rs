//! A call without prefetch beside what its FHIR server alone takes: two waves of searches.

use super::bodies::{PNET, bundled};
use super::process::{Connection, Server};
use super::scripted_fhir::{ScriptedFhir, Step, fhir};
use super::stages::HOOK;
use pnet_cds::sandbox::Sandbox;
use serde_json::json;
use std::time::{Duration, Instant};

/// What the scripted server takes for each answer.
const DELAY: Duration = Duration::from_millis(50);
const CALLS: usize = 20;

/// The median of the time of a pulled call beyond its two waves.
pub(crate) fn beyond_the_waves(settings: impl FnOnce(&str) -> String) -> Duration {
    let charts = Sandbox::load(&[(PNET, bundled(PNET).to_string().as_str())]).unwrap();
    let server = ScriptedFhir::start(move |_, seen| {
        let relative = seen.target.trim_start_matches("/fhir/");
        let mut steps = vec![Step::Wait(DELAY)];
        steps.extend(match charts.answer(relative) {
            Ok(json) => fhir::ok(&json),
            Err(failure) => fhir::status(failure.code.status(), ""),
        });
        steps
    })
    .unwrap();
    let ours = Server::start(&["serve", "--config", &settings(&server.base())]);
    let body = json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": server.base(),
        "context": {"userId": "Practitioner/1", "patientId": PNET},
    })
    .to_string();
    let mut connection = Connection::open(ours.address);
    connection.post(HOOK, &body);
    let mut times: Vec<Duration> = (0..CALLS)
        .map(|_| {
            let sent = Instant::now();
            connection.post(HOOK, &body);
            sent.elapsed()
        })
        .collect();
    times.sort();
    times[CALLS / 2].saturating_sub(2 * DELAY)
}
