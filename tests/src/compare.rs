//! The comparison of an assessment with what a vignette expects: every difference, each in one line.

use cds_cards::Assessment;
use cds_cards::assessment::{
    BeforeReport, CriterionReport, GivenReport, GradeReport, OptionReport, Outcome, Pathway, Place, Stage,
    Verdict,
};
use cds_cards::vignettes::{Aspects, Expect, ExpectGiven, ExpectOption, ExpectPathway};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The word an enumeration has in JSON.
pub fn word<T: Serialize>(value: &T) -> String {
    toml::Value::try_from(value)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// `met`, `not-met`, or the reason for which the criterion is unknown.
pub fn outcome(criterion: &CriterionReport) -> String {
    match (criterion.outcome, criterion.reason) {
        (Outcome::Unknown, Some(reason)) => word(&reason),
        (Outcome::Unknown, None) => "unknown without a reason".to_owned(),
        (known, _) => word(&known),
    }
}

/// Every difference between what is expected and what came out.
pub fn differences(expect: &Expect, got: &Assessment) -> Vec<String> {
    let mut all = Vec::new();
    let gate = word(&got.gate);
    match &expect.gate {
        None => all.push("no gate is expected".to_owned()),
        Some(expected) => differ(&mut all, "gate", expected, &gate),
    }
    if let Some(expected) = &expect.pathway {
        pathway(&mut all, expected, got.pathway.as_ref());
        return all;
    }
    grade(&mut all, expect, &got.grade);
    match &expect.stage {
        None => all.push("no stage is expected".to_owned()),
        Some(stage) => {
            one_stage(&mut all, "stage enets", &stage.enets, &got.stage.enets);
            one_stage(&mut all, "stage ajcc7", &stage.ajcc7, &got.stage.ajcc7);
        }
    }
    if let Some(expected) = &expect.discrepancies {
        let got: Vec<&str> = got.discrepancies.iter().map(|d| d.id.as_str()).collect();
        differ(&mut all, "discrepancies", &set(expected), &set(&got));
    }
    missing(&mut all, expect, got);
    if let Some(expected) = &expect.given {
        let got: Vec<ExpectGiven> = got.pathway.iter().flat_map(|p| &p.given).map(given).collect();
        differ(&mut all, "given", expected, &got);
    }
    if gate == "passed" {
        options(&mut all, expect, got);
    } else if !got.options.is_empty() {
        all.push("options stand although the gate is not passed".to_owned());
    }
    all
}

fn pathway(all: &mut Vec<String>, expected: &ExpectPathway, got: Option<&Pathway>) {
    let Some(got) = got else {
        all.push("no pathway".to_owned());
        return;
    };
    if let Some(intent) = &expected.intent {
        differ(all, "intent", &intent.as_str(), &got.intent.value.as_str());
    }
    if let Some(statements) = &expected.statements {
        differ(
            all,
            "statements of the intent",
            statements,
            &got.intent.statements,
        );
    }
    if let Some(no_trigger) = &expected.no_trigger {
        differ(all, "no trigger", no_trigger, &got.no_trigger);
    }
    if let Some(branches) = &expected.branches {
        let values: Vec<String> = got.branches.iter().map(|branch| branch.value.clone()).collect();
        differ(all, "branches", branches, &values);
    }
    let place = |option: &String| got.places.iter().find(|place| &place.option == option);
    if let Some(named) = &expected.named {
        let ranked = got.places.iter().filter(|place| place.place == Place::Named);
        let ranked: Vec<(String, u32)> = ranked
            .map(|place| (place.option.clone(), place.rank.unwrap_or_default()))
            .collect();
        differ(all, "named", named, &ranked);
    }
    for (option, expected) in &expected.places {
        let got = place(option).map(|place| word(&place.place)).unwrap_or_default();
        differ(all, option, expected, &got);
    }
    for (option, expected) in &expected.before {
        let before = place(option).into_iter().flat_map(|place| &place.before);
        let what = |one: &BeforeReport| match (&one.fact, &one.step) {
            (Some(fact), _) => fact.to_string(),
            (None, step) => step.clone().unwrap_or_default(),
        };
        differ(
            all,
            &format!("before {option}"),
            expected,
            &before.map(what).collect(),
        );
    }
}

fn differ<T: PartialEq + std::fmt::Debug>(all: &mut Vec<String>, what: &str, expected: &T, got: &T) {
    if expected != got {
        all.push(format!("{what}: expected {expected:?}, got {got:?}"));
    }
}

fn set<T: AsRef<str>>(ids: &[T]) -> BTreeSet<String> {
    ids.iter().map(|id| id.as_ref().to_owned()).collect()
}

fn given(got: &GivenReport) -> ExpectGiven {
    ExpectGiven {
        agents: got.agents.clone(),
        options: got.options.clone(),
        state: word(&got.state),
        from: got.from.clone(),
        until: got.until.clone(),
        times: got.times,
        reason: got.reason.clone(),
        progression_since: got.progression_since.clone(),
    }
}

fn grade(all: &mut Vec<String>, expect: &Expect, got: &GradeReport) {
    let Some(expected) = &expect.grade else {
        all.push("no grade is expected".to_owned());
        return;
    };
    differ(all, "grade", &expected.value, &got.value);
    let candidates = match &expected.value {
        Some(value) => vec![value.clone()],
        None => expected.candidates.clone(),
    };
    differ(all, "grade candidates", &candidates, &got.candidates);
    differ(
        all,
        "grade classifiable",
        &expected.classifiable,
        &got.classifiable,
    );
    differ(
        all,
        "grade reason",
        &expected.reason,
        &got.reason.map(|r| word(&r)),
    );
    if let Some(interpretation) = expected.interpretation {
        differ(all, "grade interpretation", &interpretation, &got.interpretation);
    }
}

fn one_stage(all: &mut Vec<String>, what: &str, expected: &[String], got: &Stage) {
    differ(all, what, &expected.to_vec(), &got.candidates);
    let value = match expected {
        [only] => Some(only.clone()),
        _ => None,
    };
    differ(all, &format!("{what} value"), &value, &got.value);
}

fn missing(all: &mut Vec<String>, expect: &Expect, got: &Assessment) {
    let found: BTreeMap<String, [usize; 2]> = got
        .missing
        .iter()
        .map(|m| (m.fact.as_str().to_owned(), [m.settles.least, m.settles.most]))
        .collect();
    if let Some(expected) = &expect.missing {
        differ(all, "missing", expected, &found);
    }
    for (fact, settles) in expect.missing_includes.iter().flatten() {
        differ(all, &format!("missing {fact}"), &Some(settles), &found.get(fact));
    }
    if !got.missing.is_sorted_by(|a, b| a.settles >= b.settles) {
        all.push("missing is not ranked".to_owned());
    }
}

fn options(all: &mut Vec<String>, expect: &Expect, got: &Assessment) {
    let ids = |i: &mut dyn Iterator<Item = &String>| i.cloned().collect::<BTreeSet<_>>();
    differ(
        all,
        "options",
        &ids(&mut expect.options.keys()),
        &ids(&mut got.options.iter().map(|o| &o.id)),
    );
    for option in &got.options {
        match expect.options.get(&option.id) {
            Some(expected) => one_option(all, expected, option),
            None => all.push(format!("{}: nothing is expected of it", option.id)),
        }
    }
}

fn one_option(all: &mut Vec<String>, expected: &ExpectOption, got: &OptionReport) {
    let id = &got.id;
    match &expected.verdict {
        None => all.push(format!("{id}: no verdict is expected")),
        Some(verdict) => differ(all, &format!("{id} verdict"), verdict, &word(&got.verdict)),
    }
    let outcomes: BTreeMap<&str, String> = got.criteria.iter().map(|c| (c.id.as_str(), outcome(c))).collect();
    let none = BTreeMap::new();
    let deciding = match (&expected.deciding, got.verdict) {
        (Some(deciding), _) => deciding,
        (None, Verdict::Supported) => &none,
        (None, _) => {
            all.push(format!("{id}: {} without deciding criteria", word(&got.verdict)));
            &none
        }
    };
    differ(
        all,
        &format!("{id} deciding"),
        &ids_of(deciding),
        &set(&got.deciding),
    );
    for (criterion, expected) in deciding.iter().chain(expected.criteria.iter().flatten()) {
        differ(
            all,
            &format!("{id} {criterion}"),
            &Some(expected),
            &outcomes.get(criterion.as_str()),
        );
    }
    if let Some(expected) = &expected.borderline {
        let got: Vec<&str> = marked(got, |c| c.borderline);
        differ(all, &format!("{id} borderline"), &set(expected), &set(&got));
    }
    for criterion in expected.interpretation.iter().flatten() {
        if !marked(got, |c| c.interpretation).contains(&criterion.as_str()) {
            all.push(format!("{id} {criterion}: not marked as an interpretation"));
        }
    }
    for criterion in expected.as_printed.iter().flatten() {
        if marked(got, |c| c.interpretation).contains(&criterion.as_str()) {
            all.push(format!("{id} {criterion}: marked as an interpretation"));
        }
    }
    for (what, expected, got) in [
        ("favours", &expected.favours, &got.favours),
        ("cautions", &expected.cautions, &got.cautions),
        ("variants", &expected.variants, &got.variants),
    ] {
        if let Some(Aspects::Ids(ids)) = expected {
            differ(all, &format!("{id} {what}"), &set(ids), &set(got));
        }
    }
}

fn marked(option: &OptionReport, mark: fn(&CriterionReport) -> bool) -> Vec<&str> {
    let marked = option.criteria.iter().filter(|c| mark(c));
    marked.map(|c| c.id.as_str()).collect()
}

fn ids_of(criteria: &BTreeMap<String, String>) -> BTreeSet<String> {
    criteria.keys().cloned().collect()
}
