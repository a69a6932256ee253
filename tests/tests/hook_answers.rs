//! Whole answers: a patient-view call with everything prefetched, through the service's own routes, for every bundled
//! patient on a fixed day: as reviewed (a stale or missing snapshot fails), and as its README worked it out by hand.

mod answers;

use acceptance::here;
use answers::{Answering, bind, request};
use pnet_cds::sandbox::Sandbox;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const EXTENSION: &str = "/extension/io.github.pnet-cds.card";
const HOOK: &str = "/cds-services/pnet-liver-metastases";

/// The answer to a call for each bundled patient.
async fn answers() -> Result<BTreeMap<String, Value>, String> {
    let sandbox = Sandbox::embedded()?;
    let answering = Answering::new()?;
    let calls = sandbox.patients().iter().map(|patient| {
        let call = request(&answering, &sandbox, patient)?;
        Ok((patient.clone(), call))
    });
    let calls = calls.collect::<Result<Vec<_>, String>>()?;
    answering.answer(HOOK, calls).await
}

#[actix_web::test]
async fn every_bundled_patient_gets_the_answer_that_was_reviewed() {
    let settings = bind(&here().join("snapshots"));
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
    assert_eq!(verdicts.len(), 19);
    let options = acceptance::knowledge().unwrap().options.len();
    assert!(verdicts.values().all(|of_patient| of_patient.len() == options));
}
