//! Every outcome of every criterion, every verdict, favour, caution and variant of every option is expected by some
//! vignette; what no chart can reach is listed with its reason in `unreachable.toml`, and is not reached.

use acceptance::{here, knowledge};
use cds_cards::Knowledge;
use cds_cards::knowledge::{Aspect, Call, OptionKnowledge, Test};
use cds_cards::vignettes;
use cds_cards::vignettes::{Aspects, ExpectOption, Vignette};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const VERDICTS: [&str; 5] = [
    "supported",
    "provisional",
    "undetermined",
    "not-supported",
    "contraindicated",
];
const OUTCOMES: [&str; 3] = ["met", "not-met", "unknown"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unreachable {
    #[serde(default)]
    verdict: Vec<UnreachableVerdict>,
    #[serde(default)]
    outcome: Vec<UnreachableOutcome>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnreachableVerdict {
    option: String,
    verdict: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnreachableOutcome {
    criterion: String,
    outcome: String,
    reason: String,
}

type Pairs = BTreeSet<(String, String)>;

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

fn load() -> Result<(Knowledge, Vec<Vignette>, Unreachable), String> {
    let vignettes = vignettes::embedded()?;
    let text = std::fs::read_to_string(here().join("unreachable.toml")).map_err(|e| e.to_string())?;
    let unreachable = toml::from_str(&text).map_err(|e| e.to_string())?;
    let passed = |v: &Vignette| v.expect.gate.as_deref() == Some("passed");
    Ok((
        knowledge()?,
        vignettes.into_values().filter(passed).collect(),
        unreachable,
    ))
}

/// Only what a vignette asserts counts, not what happens to come out of it.
fn expected_outcomes(option: &OptionKnowledge, expected: &ExpectOption) -> Vec<(String, String)> {
    if expected.verdict.as_deref() == Some("supported") {
        return option.criteria.iter().map(|(id, _)| pair(id, "met")).collect();
    }
    expected
        .deciding
        .iter()
        .chain(&expected.criteria)
        .flatten()
        .map(|(id, outcome)| pair(id, outcome))
        .collect()
}

fn reached(knowledge: &Knowledge, vignettes: &[Vignette]) -> (Pairs, Pairs) {
    let (mut verdicts, mut outcomes) = (Pairs::new(), Pairs::new());
    for vignette in vignettes {
        for option in &knowledge.options {
            let Some(expected) = vignette.expect.options.get(&option.id) else {
                continue;
            };
            verdicts.extend(expected.verdict.as_deref().map(|v| pair(&option.id, v)));
            for (criterion, outcome) in expected_outcomes(option, expected) {
                if !OUTCOMES.contains(&outcome.as_str()) {
                    outcomes.insert(pair(&criterion, "unknown"));
                }
                outcomes.insert((criterion, outcome));
            }
        }
    }
    (verdicts, outcomes)
}

/// Every pair is either reached or listed as unreachable, never both, and nothing else is listed.
fn differences(all: &Pairs, reached: &Pairs, unreachable: &Pairs) -> Vec<String> {
    let mut faults = Vec::new();
    for item in all {
        match (reached.contains(item), unreachable.contains(item)) {
            (false, false) => faults.push(format!("{} {}: no vignette expects it", item.0, item.1)),
            (true, true) => faults.push(format!(
                "{} {}: listed as unreachable, but expected",
                item.0, item.1
            )),
            _ => {}
        }
    }
    faults.extend(
        unreachable
            .difference(all)
            .map(|item| format!("{} {}: listed as unreachable, but does not exist", item.0, item.1)),
    );
    faults
}

#[test]
fn every_verdict_of_every_option_is_expected_by_some_vignette() {
    let (knowledge, vignettes, unreachable) = load().unwrap();
    let all: Pairs = knowledge
        .options
        .iter()
        .flat_map(|o| VERDICTS.map(|v| pair(&o.id, v)))
        .collect();
    let listed = unreachable
        .verdict
        .iter()
        .map(|u| pair(&u.option, &u.verdict))
        .collect();
    let faults = differences(&all, &reached(&knowledge, &vignettes).0, &listed);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_outcome_of_every_criterion_is_expected_by_some_vignette() {
    let (knowledge, vignettes, unreachable) = load().unwrap();
    let mut all = Pairs::new();
    for (id, _) in knowledge.options.iter().flat_map(|o| &o.criteria) {
        all.extend(OUTCOMES.map(|outcome| pair(id, outcome)));
        if leaves_to_judgement(&knowledge.criteria[id].test) {
            all.insert(pair(id, "judgement"));
        }
    }
    let listed = unreachable
        .outcome
        .iter()
        .map(|u| pair(&u.criterion, &u.outcome))
        .collect();
    let faults = differences(&all, &reached(&knowledge, &vignettes).1, &listed);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether a recorded value as such, not an interval of them, is left to judgement.
fn leaves_to_judgement(test: &Test) -> bool {
    let judged = |calls: &BTreeMap<String, (Call, bool)>| calls.values().any(|c| c.0 == Call::Judgement);
    match test {
        Test::Words { calls, .. } => judged(calls),
        Test::Range { bands, words, .. } => bands.iter().any(|b| b.call == Call::Judgement) || judged(words),
        Test::Lasting { longer, shorter, .. } => longer
            .values()
            .chain(shorter.values())
            .any(|c| *c == Call::Judgement),
        Test::Given { .. } | Test::Option { .. } | Test::Not(_) | Test::Any(_) | Test::All(_) => false,
    }
}

#[test]
fn every_favour_caution_and_variant_is_expected_by_one_vignette_and_not_by_another() {
    type Pick = (
        &'static str,
        fn(&OptionKnowledge) -> &[Aspect],
        fn(&ExpectOption) -> &Option<Aspects>,
    );
    let picks: [Pick; 3] = [
        ("favour", |o| &o.favours, |e| &e.favours),
        ("caution", |o| &o.cautions, |e| &e.cautions),
        ("variant", |o| &o.variants, |e| &e.variants),
    ];
    let (knowledge, vignettes, _) = load().unwrap();
    let mut faults = Vec::new();
    for option in &knowledge.options {
        for (what, known, expected) in picks {
            let lists: Vec<&Vec<String>> = vignettes
                .iter()
                .filter_map(|v| v.expect.options.get(&option.id))
                .filter_map(|e| match expected(e) {
                    Some(Aspects::Ids(ids)) => Some(ids),
                    _ => None,
                })
                .collect();
            for aspect in known(option) {
                if !lists.iter().any(|ids| ids.contains(&aspect.id)) {
                    faults.push(format!("{} {what} {}: never expected", option.id, aspect.id));
                }
                if !lists.iter().any(|ids| !ids.contains(&aspect.id)) {
                    faults.push(format!("{} {what} {}: always expected", option.id, aspect.id));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_discrepancy_gate_and_grade_is_expected_by_some_vignette() {
    let vignettes = vignettes::embedded().unwrap();
    let expected: Vec<_> = vignettes.values().map(|v| &v.expect).collect();
    for id in [
        "grade-recorded",
        "stage-recorded",
        "t-recorded",
        "m-recorded",
        "differentiation-and-grade",
        "ki67-and-mitoses",
        "conflicting-readings",
        "older-reading-differs",
    ] {
        let stated = |e: &&vignettes::Expect| e.discrepancies.iter().flatten().any(|d| d == id);
        assert!(expected.iter().any(stated), "{id}");
    }
    for gate in ["passed", "no-pnet", "no-liver-metastases"] {
        assert!(expected.iter().any(|e| e.gate.as_deref() == Some(gate)), "{gate}");
    }
    for grade in ["G1", "G2", "G3"] {
        let stated = |e: &&vignettes::Expect| e.grade.iter().any(|g| g.value.as_deref() == Some(grade));
        assert!(expected.iter().any(stated), "{grade}");
    }
}

#[test]
fn every_row_of_the_stage_tables_is_expected_by_some_vignette() {
    let knowledge = knowledge().unwrap();
    let vignettes = vignettes::embedded().unwrap();
    let stages: Vec<_> = vignettes
        .values()
        .filter_map(|v| v.expect.stage.as_ref())
        .collect();
    for row in &knowledge.enets.stages {
        assert!(
            stages.iter().any(|s| s.enets == [row.stage.clone()]),
            "ENETS {}",
            row.stage
        );
    }
    for row in &knowledge.ajcc7.stages {
        assert!(
            stages.iter().any(|s| s.ajcc7 == [row.stage.clone()]),
            "AJCC {}",
            row.stage
        );
    }
}

#[test]
fn every_unreachable_entry_has_a_reason() {
    let (_, _, unreachable) = load().unwrap();
    for u in &unreachable.verdict {
        assert!(u.reason.len() > 20, "{} {}", u.option, u.verdict);
    }
    for u in &unreachable.outcome {
        assert!(u.reason.len() > 20, "{} {}", u.criterion, u.outcome);
    }
}
