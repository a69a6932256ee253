//! A fixed set of calls whose instructions are compared with those of the last release.

use crate::chart::{call, searchset};
use crate::count::{Cost, Worker};
use crate::dimension::{Input, with_service};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// More than this many times what it was is a fault; anything less is for a person to judge.
const ABSURD: f64 = 2.0;
/// What is said to have moved: more than what the order of hash maps changes.
const MOVED: f64 = 0.01;

/// Functions whose share of a call is shown, where the compiler has left them by themselves.
const PARTS: [(&str, &str); 6] = [
    ("request", "HookRequest::parse"),
    ("chart", "ChartBuilder::add"),
    ("facts", "fhir_profiles::read::read"),
    ("assess", "cds_cards::engine::assess"),
    ("settles", "settles::ranked"),
    ("cards", "cds_cards::render::render"),
];

/// Instructions of each call.
#[derive(Default, Serialize, Deserialize)]
struct Counted {
    instructions: BTreeMap<String, u64>,
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("growth/instructions.toml")
}

fn demo(patient: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../service/demo/patients/{patient}.json"));
    let bundle: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let entries = bundle["entry"].as_array().unwrap().iter();
    entries.map(|entry| entry["resource"].clone()).collect()
}

/// The chart of a bundled patient, filled up with laboratory results.
fn filled(patient: &str, results: usize) -> Vec<Value> {
    let mut chart = demo(patient);
    chart.extend((0..results).map(|n| json!({
        "resourceType": "Observation", "id": format!("lab-{n}"), "status": "final", "effectiveDateTime": "2026-10-01T07:30:00Z",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium [Moles/volume] in Serum or Plasma"}]},
        "subject": {"reference": format!("Patient/{patient}")},
        "valueQuantity": {"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
    })));
    chart
}

fn inputs() -> Vec<(&'static str, Input)> {
    let viewing = |patient: &str, results: usize| {
        Input::hook(
            "pnet-liver-metastases",
            &call("patient-view", patient, filled(patient, results)),
        )
    };
    let occluded = "portal-vein-thrombosis";
    let mut signing = call("order-sign", occluded, demo(occluded));
    signing["context"]["draftOrders"] = searchset(vec![
        json!({"resourceType": "ServiceRequest", "id": "tace", "status": "draft", "intent": "order",
        "subject": {"reference": format!("Patient/{occluded}")}, "code": {"text": "TACE"}}),
    ]);
    vec![
        ("adenocarcinoma", viewing("pancreatic-adenocarcinoma", 40)),
        ("pnet", viewing("insulinoma-debulking", 40)),
        ("pnet, many results", viewing("insulinoma-debulking", 400)),
        ("sparse chart", viewing("sparse-chart", 0)),
        ("order-sign", Input::hook("pnet-order-sign", &signing)),
        (
            "assessment",
            Input::post("/assessment", &searchset(demo("insulinoma-debulking"))),
        ),
    ]
}

/// How often each call is made; the cheapest counts, for one is answered by another thread than the one before it.
const ROUNDS: usize = 3;

/// Makes each call.
pub(crate) fn work() {
    with_service(|take: &mut dyn FnMut(&Input) -> crate::dimension::Outcome| {
        for (name, input) in inputs() {
            for _ in 0..ROUNDS {
                println!("{name}\t{}", take(&input).word());
            }
        }
    });
}

fn measured(dir: PathBuf) -> Result<Vec<Cost>> {
    let worker = Worker::start(dir, &["calls".to_owned()])?;
    let costs = worker.costs()?;
    let rounds = costs
        .chunks(ROUNDS)
        .map(|rounds| rounds.iter().min_by_key(|cost| cost.instructions));
    Ok(rounds.flatten().cloned().collect())
}

/// Shows what moved since the last release; with `renew` writes down what there is now.
pub(crate) fn compare(renew: bool) -> Result<()> {
    let before: Counted = match std::fs::read_to_string(file()) {
        Ok(text) => toml::from_str(&text).map_err(Error::other)?,
        Err(_) => Counted::default(),
    };
    let dir = std::env::temp_dir().join(format!("growth-calls-{}", std::process::id()));
    let mut now = Counted::default();
    let mut absurd = false;
    println!("{:<20}{:>14}{:>14}{:>9}", "call", "released", "now", "");
    for cost in measured(dir.clone())? {
        let name = cost.line.split('\t').next().unwrap_or_default();
        let known = before.instructions.get(name).copied();
        let moved = known.map(|known| cost.instructions as f64 / known as f64 - 1.0);
        let told = match moved {
            None => "new".to_owned(),
            Some(moved) if moved.abs() < MOVED => String::new(),
            Some(moved) => format!("{:+.1} %", 100.0 * moved),
        };
        absurd |= moved.is_some_and(|moved| moved + 1.0 > ABSURD);
        let known = known.map_or(String::new(), |known| known.to_string());
        println!("{name:<20}{known:>14}{:>14}{told:>9}", cost.instructions);
        let mut parts = Vec::new();
        for (part, function) in PARTS {
            let share = cost.within(function)? as f64 / cost.instructions as f64;
            if share > 0.0 {
                parts.push(format!("{part} {:.0} %", 100.0 * share));
            }
        }
        println!("    {}", parts.join(", "));
        now.instructions.insert(name.to_owned(), cost.instructions);
    }
    std::fs::remove_dir_all(&dir)?;
    if renew {
        let text = toml::to_string(&now).map_err(Error::other)?;
        let about = "# Instructions of one call, as `.ci/growth renew` counted them at the last release.\n";
        std::fs::write(file(), format!("{about}{text}"))?;
        return Ok(());
    }
    match absurd {
        true => Err(Error::other(
            "a call costs more than twice what it did at the last release",
        )),
        false => Ok(()),
    }
}
