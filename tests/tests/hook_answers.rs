//! Whole answers: a patient-view call with everything prefetched, through the service's own routes, for every bundled
//! patient on a fixed day: as reviewed (a stale or missing snapshot fails), and as its README worked it out by hand.

use acceptance::here;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, test as http};
use jiff::civil::{Date, date};
use pnet_cds::evaluator::Evaluator;
use pnet_cds::http::{State, boundary, routes};
use pnet_cds::sandbox::Sandbox;
use pnet_cds::settings::{Source, load};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const EXTENSION: &str = "/extension/io.github.pnet-cds.card";
const HOOK: &str = "/cds-services/pnet-liver-metastases";

fn today() -> Date {
    date(2026, 11, 23)
}

fn state() -> Result<State, String> {
    let settings = load(&Source::default()).map_err(|faults| format!("{faults:?}"))?;
    let evaluator = Evaluator::load(&settings).map_err(|faults| faults.join("\n"))?;
    State::new(&settings, evaluator, "http://127.0.0.1:8080", today)
}

/// What a client sends that resolves every published template on its own server.
fn request(state: &State, sandbox: &Sandbox, patient: &str) -> Result<Value, String> {
    let mut prefetch = serde_json::Map::new();
    for template in &state.templates {
        let answer = sandbox
            .answer(&template.resolve(patient))
            .map_err(|failure| format!("{patient} {}: {failure:?}", template.key))?;
        let resource = serde_json::from_str(&answer).map_err(|e| e.to_string())?;
        prefetch.insert(template.key.clone(), resource);
    }
    Ok(json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": { "userId": "Practitioner/demo", "patientId": patient },
        "prefetch": prefetch,
    }))
}

/// The answer to a call for each bundled patient.
async fn answers() -> Result<BTreeMap<String, Value>, String> {
    let sandbox = Sandbox::embedded()?;
    let state = Data::new(state()?);
    let app = App::new()
        .app_data(state.clone())
        .wrap(from_fn(boundary))
        .configure(routes);
    let app = http::init_service(app).await;
    let mut answers = BTreeMap::new();
    for patient in sandbox.patients() {
        let call = http::TestRequest::post()
            .uri(HOOK)
            .set_json(request(&state, &sandbox, patient)?);
        let answer = http::call_service(&app, call.to_request()).await;
        if answer.status().as_u16() != 200 {
            return Err(format!("{patient}: {}", answer.status()));
        }
        answers.insert(patient.clone(), http::read_body_json(answer).await);
    }
    Ok(answers)
}

#[actix_web::test]
async fn every_bundled_patient_gets_the_answer_that_was_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(here().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for (patient, answer) in answers().await.unwrap() {
        insta::assert_json_snapshot!(patient, answer);
    }
}

#[test]
fn every_snapshot_belongs_to_a_bundled_patient() {
    let patients: BTreeSet<String> = Sandbox::embedded().unwrap().patients().iter().cloned().collect();
    let snapshots: BTreeSet<String> = std::fs::read_dir(here().join("snapshots"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .collect();
    assert_eq!(snapshots, patients);
}

/// The cells of a Markdown table's row, without code marks.
fn cells(row: &str) -> Vec<String> {
    row.trim_matches('|')
        .split(" | ")
        .map(|cell| cell.trim().trim_matches('`').to_owned())
        .collect()
}

/// Kinds of the cards of each patient, by group where a card is about one, as the README has them.
fn cards_by_hand(readme: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = readme.lines().filter(|l| l.starts_with("| ")).map(cells);
    let header = rows.find(|r| r.iter().any(|c| c == "cards")).unwrap_or_default();
    let column = header.iter().position(|c| c == "cards").unwrap_or_default();
    readme
        .lines()
        .filter(|l| l.starts_with("| `"))
        .map(cells)
        .filter(|r| r.len() == header.len())
        .filter_map(|r| {
            let kinds = r.get(column)?.split(", ").filter(|k| *k != "none");
            Some((r.first()?.clone(), kinds.map(|k| k.replace(' ', "-")).collect()))
        })
        .collect()
}

/// Verdicts of each patient's options, as the README has them.
fn verdicts_by_hand(readme: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let key = readme.lines().find(|l| l.starts_with("1 `")).unwrap_or_default();
    let patients: Vec<&str> = key.split('`').skip(1).step_by(2).collect();
    let mut by_patient: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let rows = readme.lines().filter(|l| l.starts_with("| `")).map(cells);
    for row in rows.filter(|r| r.len() == patients.len() + 1) {
        let Some((option, letters)) = row.split_first() else {
            continue;
        };
        for (patient, letter) in patients.iter().zip(letters) {
            let verdict = match letter.trim_matches(['|', ' ']) {
                "S" => "supported",
                "P" => "provisional",
                "U" => "undetermined",
                "N" => "not-supported",
                "C" => "contraindicated",
                other => other,
            };
            let options = by_patient.entry((*patient).to_owned()).or_default();
            options.insert(option.clone(), verdict.to_owned());
        }
    }
    by_patient
}

fn word(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn every_bundled_patient_gets_the_verdicts_and_cards_worked_out_by_hand() {
    let readme = std::fs::read_to_string(here().join("../service/demo/README.md")).unwrap();
    let (verdicts, cards) = (verdicts_by_hand(&readme), cards_by_hand(&readme));
    let answers = answers().await.unwrap();
    assert_eq!(
        cards.keys().collect::<Vec<_>>(),
        answers.keys().collect::<Vec<_>>(),
        "the README tells of every patient"
    );
    for (patient, answer) in &answers {
        let got = answer["cards"].as_array().unwrap();
        let kinds: Vec<String> = got
            .iter()
            .map(|card| {
                let card = card.pointer(EXTENSION);
                match word(card.and_then(|c| c.get("kind"))) {
                    kind if kind == "options" => word(card.and_then(|c| c.get("group"))),
                    kind => kind,
                }
            })
            .collect();
        assert_eq!(kinds, cards[patient], "{patient}");
        let options: BTreeMap<String, String> = got
            .first()
            .and_then(|card| card.pointer(EXTENSION)?.get("options")?.as_array())
            .into_iter()
            .flatten()
            .map(|o| (word(o.get("id")), word(o.get("verdict"))))
            .collect();
        assert_eq!(
            options,
            verdicts.get(patient).cloned().unwrap_or_default(),
            "{patient}"
        );
    }
    assert_eq!(verdicts.len(), 14);
    assert!(verdicts.values().all(|options| options.len() == 19));
}
