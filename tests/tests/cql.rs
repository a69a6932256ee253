//! The rules as CQL: every criterion has its define, with its limits and its statements; and the charts on which engines of
//! others are compared with ours (`.ci/cql`).

mod charts;
#[path = "charts/whole.rs"]
mod whole;

use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, Gate};
use cds_cards::knowledge::{Criterion, Test, WhereMissing};
use charts::{facts_of_readings, readings};
use fhir_profiles::Facts;
use pnet_cds::clean::bundle;
use pnet_cds::cql::{FACTS_LIBRARY, RULES_LIBRARY, libraries};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};
use whole::{chart, treated, treatments};

#[expect(clippy::unwrap_used, reason = "a test cannot go on without it")]
fn knowledge() -> Knowledge {
    acceptance::knowledge().unwrap()
}

#[expect(clippy::unwrap_used, reason = "a test cannot go on without it")]
fn rules(knowledge: &Knowledge) -> String {
    let [facts, rules] = libraries(knowledge).unwrap();
    assert_eq!((facts.name, rules.name), (FACTS_LIBRARY, RULES_LIBRARY));
    rules.text
}

/// The comments above a define, and the define.
fn define<'t>(rules: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let at = rules.find(&format!("\ndefine \"{name}\":"))?;
    let before = rules[..=at].rfind("\n\n").map_or(0, |end| end + 2);
    let after = rules[at + 1..].find("\n\n")?;
    Some((&rules[before..=at], &rules[at + 1..at + 1 + after]))
}

#[test]
fn every_criterion_has_a_define_with_its_statements_and_its_limits() {
    let knowledge = knowledge();
    let rules = rules(&knowledge);
    for criterion in knowledge.criteria.values() {
        let name = format!("Criterion {}", criterion.id);
        assert!(define(&rules, &name).is_some(), "{name}");
        let recorded = format!("{name} as recorded");
        let tested = if criterion.where_missing.is_some() {
            &recorded
        } else {
            &name
        };
        let (comments, body) = define(&rules, tested).unwrap();
        for id in &criterion.statements {
            let quote = knowledge.statements[id]
                .quote
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert!(
                comments.contains(&format!("\u{201c}{quote}\u{201d} ({id})")),
                "{name} {id}"
            );
        }
        for limit in &criterion.limits {
            let value = limit.value.normalize();
            let written = [
                format!(", {value}.0)"),
                format!(", {value})"),
                format!(", {value} months)"),
            ];
            assert!(
                written.iter().any(|written| body.contains(written)),
                "{name}: {value} in {body}"
            );
        }
    }
}

#[test]
fn every_option_has_a_verdict_of_its_criteria_and_a_place() {
    let knowledge = knowledge();
    let rules = rules(&knowledge);
    assert_eq!(knowledge.options.len(), 19);
    for option in &knowledge.options {
        let (_, verdict) = define(&rules, &format!("Verdict {}", option.id)).unwrap();
        for (criterion, _) in &option.criteria {
            assert!(
                verdict.contains(&format!("\"Criterion {criterion}\"")),
                "{} {criterion}",
                option.id
            );
        }
        let (_, place) = define(&rules, &format!("Place {}", option.id)).unwrap();
        assert!(place.contains("'not-now'"));
        assert_eq!(
            option.place.trigger.is_some(),
            place.contains("'named'"),
            "{}",
            option.id
        );
        for of in ["Value", "Proposed", "Words"] {
            assert!(
                define(&rules, &format!("{of} {}", option.id)).is_some(),
                "{of} {}",
                option.id
            );
        }
    }
    for name in [
        "Gate",
        "Grade",
        "Grade reason",
        "ENETS stages",
        "AJCC 7 stages",
        "Intent",
        "No trigger",
    ] {
        assert!(define(&rules, name).is_some(), "{name}");
    }
}

#[test]
fn every_define_that_is_named_is_there_and_each_once() {
    let knowledge = knowledge();
    for library in libraries(&knowledge).unwrap() {
        let code: String = library
            .text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let mut defined = BTreeSet::new();
        for line in code.lines() {
            let named = line
                .strip_prefix("define ")
                .map(|rest| rest.trim_start_matches("function "));
            if let Some(name) = named.and_then(|rest| rest.split('"').nth(1)) {
                assert!(defined.insert(name.to_owned()), "{name} stands there twice");
            }
        }
        let quoted = code.split('"').skip(1).step_by(2);
        let known = ["As of", "start", "end"];
        let elsewhere = libraries(&knowledge).unwrap()[0].text.clone();
        for name in quoted {
            let there = defined.contains(name)
                || known.contains(&name)
                || elsewhere.contains(&format!("define \"{name}\""))
                || elsewhere.contains(&format!("define function \"{name}\""));
            assert!(there, "{}: `{name}` is named and not defined", library.name);
        }
    }
}

#[test]
fn what_cql_cannot_say_is_told_with_the_id_of_the_criterion() {
    let mut knowledge = knowledge();
    let compound = knowledge
        .criteria
        .values()
        .find(|one| matches!(one.test, Test::Any(_)))
        .unwrap();
    let id = compound.id.clone();
    let criterion: &mut Criterion = knowledge.criteria.get_mut(&id).unwrap();
    criterion.where_missing = Some(WhereMissing {
        option: "curative-resection".to_owned(),
        call: cds_cards::knowledge::Call::Judgement,
    });
    let faults = libraries(&knowledge).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with(&format!("criterion {id}: ")), "{faults:?}");
}

/// What our engine comes to, in the names of the defines.
fn expected(assessment: &Assessment) -> Value {
    let mut criteria = Map::new();
    let mut verdicts = Map::new();
    for option in &assessment.options {
        verdicts.insert(option.id.clone(), json!(option.verdict.as_str()));
        for criterion in &option.criteria {
            let outcome = criterion
                .reason
                .map_or(json!(criterion.outcome), |reason| json!(reason.as_str()));
            criteria.insert(criterion.id.clone(), outcome);
        }
    }
    let pathway = assessment.pathway.as_ref();
    let places = pathway.into_iter().flat_map(|pathway| &pathway.places);
    let places: Map<String, Value> = places
        .map(|place| {
            (
                place.option.clone(),
                json!({"place": place.place, "rank": place.rank}),
            )
        })
        .collect();
    let gate = match assessment.gate {
        Gate::Passed => "passed",
        Gate::NoPnet => "no-pnet",
        Gate::NoLiverMetastases => "no-liver-metastases",
    };
    json!({
        "gate": gate,
        "grade": assessment.grade.value,
        "candidates": assessment.grade.candidates,
        "reason": assessment.grade.reason,
        "enets": assessment.stage.enets.candidates,
        "ajcc7": assessment.stage.ajcc7.candidates,
        "verdicts": verdicts,
        "criteria": criteria,
        "intent": pathway.map(|pathway| pathway.intent.value.as_str()),
        "noTrigger": pathway.map(|pathway| pathway.no_trigger),
        "places": places,
    })
}

/// Writes charts, each as clean facts beside what our engine comes to, for engines of others.
#[test]
#[ignore = "run by .ci/cql, which names the file"]
fn charts_for_other_engines() {
    let file = std::env::var("CQL_CHARTS").unwrap();
    let count: usize = std::env::var("CQL_COUNT").unwrap().parse().unwrap();
    let knowledge = knowledge();
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).unwrap());
    let mut spent = Duration::ZERO;
    let mut write = |name: &str, facts: &Facts| {
        let subject = format!("Patient/{}", name.replace('/', "."));
        let bundle = bundle(facts, &knowledge, &subject).unwrap();
        let start = Instant::now();
        let assessment = cds_cards::assess(&knowledge, facts);
        spent += start.elapsed();
        let expect = expected(&assessment);
        let line =
            json!({"name": name, "asOf": facts.as_of().to_string(), "bundle": bundle, "expect": expect});
        writeln!(out, "{line}").unwrap();
    };
    let mut vignettes = 0;
    for (name, vignette) in cds_cards::vignettes::embedded().unwrap() {
        if let Ok(facts) = vignette.facts() {
            write(&format!("vignette/{name}"), &facts);
            vignettes += 1;
        }
    }
    let mut runner = TestRunner::deterministic();
    let whole = (chart(), treatments());
    for number in 0..count.div_ceil(2) {
        let (chart, given) = whole.new_tree(&mut runner).unwrap().current();
        write(&format!("chart/{number}"), &treated(&chart, &given));
    }
    let dated = readings();
    for number in 0..count / 2 {
        let readings = dated.new_tree(&mut runner).unwrap().current();
        write(&format!("readings/{number}"), &facts_of_readings(&readings));
    }
    let each = spent.as_secs_f64() * 1000.0 / (vignettes + count) as f64;
    println!("{vignettes} vignettes, {count} generated charts");
    println!(
        "{}",
        json!({"engine": "pnet-cds", "charts": vignettes + count, "millisecondsPerChart": each})
    );
}
