//! The README of the demo patients, worked out by hand, is what the program comes to: gate, grade, stages, verdicts and
//! what stands beside them; its stories are those that the workbench shows.

#![cfg(test)]

use acceptance::here;
use cds_cards::assessment::{Assessment, Gate, GivenState, Place, PlaceReport, Stage};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::codes::Codes;
use fhir_profiles::json::Document;
use fhir_profiles::read::{ReadPolicy, read};
use pnet_cds::sandbox::Sandbox;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn readme() -> String {
    fs::read_to_string(here().join("../service/demo/README.md")).expect("the README of the demo")
}

/// The cells of every table row that starts so.
fn rows<'r>(readme: &'r str, start: &str) -> Vec<Vec<&'r str>> {
    let rows = readme.lines().filter(|line| line.starts_with(start));
    let cells = |row: &'r str| {
        let row = row.trim_start_matches("| ").trim_end_matches(" |");
        row.split(" | ").map(|cell| cell.trim_matches('`')).collect()
    };
    rows.map(cells).collect()
}

/// The patients by the number that they have in the tables.
fn numbered(readme: &str) -> BTreeMap<String, String> {
    let key = readme
        .lines()
        .find(|line| line.starts_with("1 `"))
        .expect("a key");
    let entries = key.trim_end_matches('.').split(", ");
    let pairs = entries.map(|entry| entry.split_once(" `").expect("a number and a patient"));
    pairs
        .map(|(number, patient)| (number.to_owned(), patient.trim_matches('`').to_owned()))
        .collect()
}

fn assessed() -> BTreeMap<String, Assessment> {
    let knowledge = acceptance::knowledge().expect("knowledge");
    let policy = ReadPolicy {
        as_of: jiff::civil::date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    let sandbox = Sandbox::embedded().expect("the sandbox");
    let assessment = |patient: &String| {
        let path = here().join(format!("../service/demo/patients/{patient}.json"));
        let json = fs::read_to_string(path).expect("a demo patient");
        let mut chart = ChartBuilder::new(None);
        let document: Document<'_> = json.parse().expect("JSON");
        chart.add(document.root());
        let facts = read(&chart.finish().expect("one patient"), &policy);
        (patient.clone(), cds_cards::assess(&knowledge, &facts))
    };
    sandbox.patients().iter().map(assessment).collect()
}

fn candidates(stage: &Stage) -> String {
    stage.candidates.join(" or ")
}

/// What does not hold, by patient; nothing is wrong where none does.
fn wrong(pairs: impl IntoIterator<Item = (String, String, String)>) {
    let wrong: Vec<String> = pairs
        .into_iter()
        .filter(|(_, hand, program)| hand != program)
        .map(|(place, hand, program)| format!("{place}: by hand {hand}, by the program {program}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_stories_are_those_of_the_workbench() {
    let readme = readme();
    let told = rows(&readme, "| `");
    let told: Vec<_> = told.iter().filter(|row| row.len() == 8).collect();
    let sandbox = Sandbox::embedded().expect("the sandbox");
    assert_eq!(told.len(), sandbox.stories().len());
    wrong(told.iter().zip(sandbox.stories()).map(|(row, story)| {
        let hand = row.iter().take(2).copied().collect::<Vec<_>>().join(" | ");
        let shown = format!("{} | **{}**<br>{}", story.patient, story.title, story.sentence);
        (story.patient.clone(), hand, shown)
    }));
}

#[test]
fn gate_grade_and_stages_are_as_worked_out() {
    let readme = readme();
    let all = assessed();
    let told = rows(&readme, "| `");
    let told = told.iter().filter(|row| row.len() == 8);
    wrong(told.map(|row| {
        let [patient, _, gate, grade, stages, ..] = row.as_slice() else {
            panic!("a row of the first table")
        };
        let of = &all[*patient];
        let program = if of.gate == Gate::NoPnet {
            format!("{} - -", of.gate.as_str())
        } else {
            let classifiable = match (of.grade.candidates.as_slice(), of.grade.classifiable) {
                ([only], Some(true)) if only == "G3" => ", classifiable",
                ([_], Some(false)) => ", not classifiable",
                _ => "",
            };
            let stages = [&of.stage.enets, &of.stage.ajcc7].map(candidates).join(" / ");
            let grade = of.grade.candidates.join(" or ");
            format!("{} {grade}{classifiable} {stages}", of.gate.as_str())
        };
        ((*patient).to_owned(), format!("{gate} {grade} {stages}"), program)
    }));
}

#[test]
fn verdicts_are_as_worked_out() {
    let readme = readme();
    let (numbered, all) = (&numbered(&readme), &assessed());
    let told = rows(&readme, "| `");
    let told: Vec<_> = told
        .iter()
        .filter(|row| row.len() == numbered.len() + 1)
        .collect();
    assert_eq!(
        told.len(),
        acceptance::knowledge().expect("the knowledge").options.len()
    );
    wrong(told.iter().flat_map(|row| {
        let (option, letters) = row.split_first().expect("an option");
        letters.iter().enumerate().map(move |(place, letter)| {
            let patient = &numbered[&(place + 1).to_string()];
            let verdict = all[patient]
                .option(option)
                .map_or("-", |option| option.verdict.as_str());
            let place = format!("{patient}, {option}");
            (
                place,
                (*letter).to_owned(),
                verdict.to_uppercase().chars().take(1).collect(),
            )
        })
    }));
}

/// Ids by option as the README writes them, in no order.
fn listed(found: impl IntoIterator<Item = String>) -> String {
    let found: BTreeSet<String> = found.into_iter().filter(|entry| !entry.is_empty()).collect();
    match found.is_empty() {
        true => "-".to_owned(),
        false => found.into_iter().collect::<Vec<_>>().join("; "),
    }
}

/// The lists of ids that stand beside the verdicts, under the name that the assessment gives them.
fn aspect(of: &Assessment, name: &str) -> String {
    listed(of.options.iter().map(|option| {
        let json = serde_json::to_value(option).expect("JSON");
        let ids = json.get(name).and_then(serde_json::Value::as_array).cloned();
        let ids: Vec<String> = ids
            .unwrap_or_default()
            .iter()
            .map(|id| id.as_str().unwrap_or_default().to_owned())
            .collect();
        match (ids.is_empty(), name) {
            (true, _) => String::new(),
            (false, "variants") => ids.join(" "),
            (false, _) => format!("{} {}", option.id, ids.join(" ")),
        }
    }))
}

/// Treatments given as the README writes them.
fn given(of: &Assessment) -> String {
    listed(of.treatments().map(|given| {
        let state = match given.state {
            GivenState::Now => "now",
            GivenState::Before => "before",
        };
        let times = given.times.filter(|times| *times > 1);
        let times = times.map_or(String::new(), |times| format!(", {times} times"));
        let since = given.progression_since.as_ref();
        let since = since.map_or(String::new(), |day| format!(", progression since {day}"));
        format!("{} {state}{times}{since}", given.options.join(" + "))
    }))
}

#[test]
fn what_stands_beside_the_verdicts_is_as_worked_out() {
    let readme = readme();
    let (numbered, all) = (numbered(&readme), assessed());
    let told: Vec<_> = (1..=numbered.len())
        .flat_map(|number| rows(&readme, &format!("| {number} | ")))
        .filter(|row| row.len() == 6)
        .collect();
    assert_eq!(told.len(), numbered.len());
    wrong(told.iter().flat_map(|row| {
        let patient = &numbered[row[0]];
        let of = &all[patient];
        let discrepancies = of.discrepancies.iter().map(|found| {
            let first = found.facts.first().map_or("", |fact| fact.as_str());
            format!("{} {first}", found.id)
        });
        let columns = [
            ("variants", aspect(of, "variants")),
            ("favours", aspect(of, "favours")),
            ("cautions", aspect(of, "cautions")),
            ("discrepancies", listed(discrepancies)),
            ("given", given(of)),
        ];
        let hand = row
            .iter()
            .skip(1)
            .map(|cell| listed(cell.split("; ").map(str::to_owned)));
        let place = move |name: &str| format!("{patient}, {name}");
        columns
            .into_iter()
            .zip(hand)
            .map(move |((name, program), hand)| (place(name), hand, program))
            .collect::<Vec<_>>()
    }));
}

/// The row of a patient in the table of what the review names.
fn named(assessment: &Assessment) -> [String; 4] {
    let Some(pathway) = &assessment.pathway else {
        return [const { String::new() }; 4];
    };
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let mut ranks: Vec<(Option<u32>, String)> = Vec::new();
    for place in pathway.places.iter().filter(|place| place.place == Place::Named) {
        match ranks.last_mut() {
            Some((rank, names)) if *rank == place.rank => *names = format!("{names} or {}", place.option),
            _ => ranks.push((place.rank, place.option.clone())),
        }
    }
    let named: Vec<String> = ranks.into_iter().map(|(_, names)| names).collect();
    let spent = |place: &&PlaceReport| matches!(place.place, Place::GivenNow | Place::GivenBefore);
    let spent: Vec<&str> = pathway
        .places
        .iter()
        .filter(spent)
        .map(|place| place.option.as_str())
        .collect();
    [
        pathway.intent.value.as_str().to_owned(),
        if pathway.no_trigger {
            "yes".to_owned()
        } else {
            "-".to_owned()
        },
        or_dash(named.join("; ")),
        or_dash(spent.join(", ")),
    ]
}

#[test]
fn what_the_review_names_for_each() {
    let readme = readme();
    let assessed = assessed();
    let numbered = numbered(&readme);
    let by_hand = rows(&readme, "| ")
        .into_iter()
        .filter(|row| row.len() == 5 && numbered.contains_key(row[0]));
    let mut seen = 0;
    let pairs = by_hand
        .filter(|row| ["curative", "palliative", "open"].contains(&row[1]))
        .map(|row| {
            seen += 1;
            let patient = &numbered[row[0]];
            (
                patient.clone(),
                row[1..].join(" | "),
                named(&assessed[patient]).join(" | "),
            )
        });
    wrong(pairs.collect::<Vec<_>>());
    assert_eq!(seen, 19);
}
