//! What in the record does not fit together (specification, sections 3 and 5, end).

use super::calls::{call, fact_of};
use super::criteria::Evaluation;
use super::grade::{Grade, by_record};
use super::stage::{Staging, StagingFacts, stage};
use super::truth::Truth;
use super::words::{fact_text, value_text};
use crate::assessment::{Discrepancy, Role, Stage, StageReport};
use fhir_profiles::FactId;
use fhir_profiles::facts::{Reading, System, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Every discrepancy, those first that would change most for the patient: a grade, stage or contraindication that
/// another reading would have; records that contradict each other; last, well differentiated beside G1 to G3, which
/// newer classifications allow.
pub(super) fn all(
    evaluation: &Evaluation<'_>,
    stages: &StageReport,
    conflicting: &BTreeSet<FactId>,
) -> Vec<Discrepancy> {
    let mut found = older_reading_differs(evaluation, stages);
    found.extend(conflicting_readings(evaluation, conflicting));
    found.extend(grade_recorded(evaluation));
    found.extend(ki67_and_mitoses(evaluation));
    found.extend(stage_recorded(evaluation, stages));
    found.extend(m_recorded(evaluation));
    found.extend(t_recorded(evaluation));
    let pair = differentiation_and_grade(evaluation);
    let poor = readings(evaluation, FactId::Differentiation)
        .iter()
        .any(|r| r.says("poor"));
    match pair {
        Some(pair) if poor => found.insert(0, pair),
        pair => found.extend(pair),
    }
    found
}

fn discrepancy(id: &str, facts: Vec<FactId>, text: String) -> Discrepancy {
    Discrepancy {
        id: id.into(),
        facts,
        text,
    }
}

fn readings<'a>(evaluation: &Evaluation<'a>, id: FactId) -> &'a [Reading] {
    evaluation.facts.get(id).readings().unwrap_or_default()
}

fn grade_recorded(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    let grade = &evaluation.grade;
    if grade.unknown.is_some() || grade.recorded {
        return None;
    }
    let found = readings(evaluation, FactId::GradeRecorded);
    let recorded = by_record(evaluation.knowledge, found, false)?;
    if !recorded.grades.is_disjoint(&grade.possible.grades) {
        return None;
    }
    let computed = Grade::names(evaluation.knowledge, &grade.possible.grades).join(" or ");
    let text = format!(
        "{}, but {}: computed {computed}",
        fact_text(FactId::GradeRecorded, found),
        grade.because(evaluation.knowledge, evaluation.facts)
    );
    let facts = std::iter::once(FactId::GradeRecorded)
        .chain(grade.facts())
        .collect();
    Some(discrepancy("grade-recorded", facts, text))
}

/// A recorded stage is compared with the computed one of its system; of another or no system, only a stage that
/// fits neither is a discrepancy.
fn stage_recorded(evaluation: &Evaluation<'_>, stages: &StageReport) -> Option<Discrepancy> {
    let contradicts = |reading: &Reading| -> Option<String> {
        let Value::Word(recorded) = &reading.value else {
            return None;
        };
        let fits = |stage: &Stage| {
            stage
                .candidates
                .iter()
                .any(|candidate| same_stage(recorded.as_str(), candidate))
        };
        let computed = |name: &str, stage: &Stage| format!("{name} {}", stage.candidates.join(" or "));
        match reading.system {
            Some(System::Enets) => (!fits(&stages.enets)).then(|| computed("ENETS", &stages.enets)),
            Some(System::Ajcc7) => (!fits(&stages.ajcc7)).then(|| computed("AJCC 7", &stages.ajcc7)),
            _ => (!fits(&stages.enets) && !fits(&stages.ajcc7)).then(|| {
                format!(
                    "{}, {}",
                    computed("ENETS", &stages.enets),
                    computed("AJCC 7", &stages.ajcc7)
                )
            }),
        }
    };
    let found = readings(evaluation, FactId::StageRecorded);
    let clauses: Vec<String> = found
        .iter()
        .filter_map(|r| {
            let computed = contradicts(r)?;
            let system = r.system.map_or("no system named", System::as_str);
            Some(format!(
                "recorded stage {} ({system}), computed {computed}",
                value_text(FactId::StageRecorded, r)
            ))
        })
        .collect();
    if clauses.is_empty() {
        return None;
    }
    let known = [
        FactId::T,
        FactId::N,
        FactId::M,
        FactId::LiverMetastases,
        FactId::ExtrahepaticMetastases,
    ];
    let facts = std::iter::once(FactId::StageRecorded)
        .chain(
            known
                .into_iter()
                .filter(|id| !readings(evaluation, *id).is_empty()),
        )
        .collect();
    Some(discrepancy(
        "stage-recorded",
        facts,
        capitalised(&clauses.join("; ")),
    ))
}

/// A stage recorded without its letter ("II") fits every stage of that numeral, and the other way round ("IVB").
fn same_stage(recorded: &str, computed: &str) -> bool {
    let numeral = |stage: &str| stage.trim_end_matches(['A', 'B', 'C']).to_owned();
    let lettered = |stage: &str| stage.ends_with(['A', 'B', 'C']);
    recorded == computed
        || (numeral(recorded) == numeral(computed) && !(lettered(recorded) && lettered(computed)))
}

fn t_recorded(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    let basis: Vec<FactId> = [FactId::TumourSize, FactId::TumourExtension]
        .into_iter()
        .filter(|id| !readings(evaluation, *id).is_empty())
        .collect();
    if basis.is_empty() {
        return None;
    }
    let facts = StagingFacts::new(evaluation.facts);
    let clauses: Vec<String> = Staging::ALL
        .into_iter()
        .filter_map(|staging| {
            let table = staging.table(evaluation.knowledge);
            let (recorded, derived) = (facts.recorded_t(staging, table), facts.derived_t(table));
            (!recorded.is_empty() && recorded.is_disjoint(&derived)).then(|| {
                let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" or ");
                format!(
                    "{}: recorded {}, from size and extension {}",
                    staging.name(),
                    list(&recorded),
                    list(&derived)
                )
            })
        })
        .collect();
    if clauses.is_empty() {
        return None;
    }
    let facts = std::iter::once(FactId::T).chain(basis).collect();
    Some(discrepancy(
        "t-recorded",
        facts,
        format!("T category, {}; the recorded one is used", clauses.join("; ")),
    ))
}

fn m_recorded(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    let found = readings(evaluation, FactId::M);
    let recorded_m0 = found.iter().any(|r| r.says("M0"));
    let metastases: Vec<FactId> = [FactId::LiverMetastases, FactId::ExtrahepaticMetastases]
        .into_iter()
        .filter(|id| evaluation.facts.get(*id).is("present"))
        .collect();
    if !recorded_m0 || metastases.is_empty() {
        return None;
    }
    let names: Vec<String> = metastases
        .iter()
        .map(|id| id.info().label.to_lowercase())
        .collect();
    let text = format!("M0 is recorded, but so are {}: staged as M1", names.join(" and "));
    Some(discrepancy(
        "m-recorded",
        std::iter::once(FactId::M).chain(metastases).collect(),
        text,
    ))
}

fn differentiation_and_grade(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    let grade = &evaluation.grade;
    let found = readings(evaluation, FactId::Differentiation);
    if grade.unknown.is_some() || found.is_empty() {
        return None;
    }
    let rows = evaluation.knowledge.grade.rows.iter().enumerate();
    let paired: Vec<&str> = rows
        .filter(|(i, _)| grade.possible.grades.contains(i))
        .map(|(_, row)| row.differentiation.as_str())
        .collect();
    if found.iter().any(|r| paired.iter().any(|word| r.says(word))) {
        return None;
    }
    let names = Grade::names(evaluation.knowledge, &grade.possible.grades).join(" or ");
    let text = format!(
        "{}, but the review's table pairs {names} with {} differentiation; the grade is not changed",
        fact_text(FactId::Differentiation, found),
        paired.join(" or ")
    );
    let facts = std::iter::once(FactId::Differentiation)
        .chain(grade.facts())
        .collect();
    Some(discrepancy("differentiation-and-grade", facts, text))
}

fn ki67_and_mitoses(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    evaluation.grade.measures_differ().then(|| {
        let text = evaluation.grade.because(evaluation.knowledge, evaluation.facts);
        discrepancy("ki67-and-mitoses", vec![FactId::Ki67, FactId::Mitoses], text)
    })
}

/// Readings of equal standing that disagree, and statements that a recorded presence overrides.
fn conflicting_readings(evaluation: &Evaluation<'_>, conflicting: &BTreeSet<FactId>) -> Vec<Discrepancy> {
    let mut found = Vec::new();
    for id in FactId::ALL {
        let fact = evaluation.facts.get(*id);
        let current = fact.readings().unwrap_or_default();
        if conflicting.contains(id) {
            let text = format!("{}: readings of equal standing disagree", fact_text(*id, current));
            found.push(discrepancy("conflicting-readings", vec![*id], text));
        } else if !fact.overruled.is_empty() {
            let text = format!(
                "{}, but also recorded: {}; the recorded presence counts",
                fact_text(*id, current),
                fact.overruled
                    .iter()
                    .map(|r| value_text(*id, r))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            found.push(discrepancy("conflicting-readings", vec![*id], text));
        }
    }
    let functional = &evaluation.functional;
    if functional.statuses.len() > 1 && !conflicting.contains(&FactId::Functioning) {
        found.push(discrepancy(
            "conflicting-readings",
            functional.facts.clone(),
            functional.because.clone(),
        ));
    }
    found
}

/// An older reading that leads to another grade or stage is shown, not used: the newest such of each fact.
fn older_reading_differs(evaluation: &Evaluation<'_>, stages: &StageReport) -> Vec<Discrepancy> {
    let (knowledge, facts) = (evaluation.knowledge, evaluation.facts);
    let mut found = Vec::new();
    let used_for_grade = evaluation.grade.facts();
    for id in [FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded] {
        if evaluation.grade.unknown.is_some() || !used_for_grade.contains(&id) {
            continue;
        }
        let differs = |older: &&Reading| {
            let then = super::grade::grade(knowledge, facts, Some((id, older)));
            then.possible
                .grades
                .is_disjoint(&evaluation.grade.possible.grades)
        };
        if let Some(older) = facts.get(id).older.iter().find(differs) {
            let then = super::grade::grade(knowledge, facts, Some((id, older)));
            let led_to = format!(
                "grade {}",
                Grade::names(knowledge, &then.possible.grades).join(" or ")
            );
            found.push(older_discrepancy(evaluation, id, older, &led_to));
        }
    }
    let staging_facts = [
        FactId::T,
        FactId::N,
        FactId::M,
        FactId::TumourSize,
        FactId::TumourExtension,
        FactId::LiverMetastases,
        FactId::ExtrahepaticMetastases,
    ];
    for id in staging_facts {
        let led_to = |older: &Reading| {
            [(Staging::Enets, &stages.enets), (Staging::Ajcc7, &stages.ajcc7)]
                .into_iter()
                .find_map(|(staging, now)| {
                    if id == FactId::T && older.system != Some(staging.system()) {
                        return None;
                    }
                    let then = stage(knowledge, staging, StagingFacts::new(facts).with(id, older));
                    let disjoint = then
                        .candidates
                        .iter()
                        .all(|candidate| !now.candidates.contains(candidate));
                    disjoint.then(|| format!("{} stage {}", staging.name(), then.candidates.join(" or ")))
                })
        };
        let fact = facts.get(id);
        if fact.readings().is_err() {
            continue;
        }
        if let Some((older, led_to)) = fact.older.iter().find_map(|older| Some((older, led_to(older)?))) {
            found.push(older_discrepancy(evaluation, id, older, &led_to));
        }
    }
    found.extend(older_contraindicates(evaluation));
    found
}

/// Interpretation: an older reading that would have met a contraindication, which the newest does not, is shown too.
fn older_contraindicates(evaluation: &Evaluation<'_>) -> Vec<Discrepancy> {
    let (knowledge, facts) = (evaluation.knowledge, evaluation.facts);
    let mut flips: BTreeMap<FactId, (&Reading, Vec<&str>)> = BTreeMap::new();
    if evaluation.options.is_empty() {
        return Vec::new();
    }
    for option in &knowledge.options {
        let contraindications = option
            .criteria
            .iter()
            .filter(|(_, role)| *role == Role::Contraindication)
            .filter_map(|(id, _)| knowledge.criteria.get(id));
        for criterion in contraindications {
            let Some(id) = fact_of(&criterion.test) else {
                continue;
            };
            let against = |reading: &Reading| call(&criterion.test, reading).0 == Truth::NotMet;
            let fact = facts.get(id);
            let Ok(current) = fact.readings() else { continue };
            if current.iter().any(&against) {
                continue;
            }
            // Of one day, a reading that gives way to another is not older than it.
            let is_older = |r: &&Reading| current.iter().all(|now| now.effective() != r.effective());
            let mut older = fact.older.iter().filter(is_older);
            if let Some(older) = older.find(|older| against(older)) {
                let (_, labels) = flips.entry(id).or_insert_with(|| (older, Vec::new()));
                if !labels.contains(&option.label.as_str()) {
                    labels.push(&option.label);
                }
            }
        }
    }
    let discrepancy = |(id, (older, labels)): (FactId, (&Reading, Vec<&str>))| {
        let led_to = format!("the review advising against: {}", labels.join(", "));
        older_discrepancy(evaluation, id, older, &led_to)
    };
    flips.into_iter().map(discrepancy).collect()
}

fn older_discrepancy(evaluation: &Evaluation<'_>, id: FactId, older: &Reading, led_to: &str) -> Discrepancy {
    let text = format!(
        "{} counts; an older reading, {}, would lead to {led_to}",
        fact_text(id, readings(evaluation, id)),
        fact_text(id, std::slice::from_ref(older)),
    );
    discrepancy("older-reading-differs", vec![id], text)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
