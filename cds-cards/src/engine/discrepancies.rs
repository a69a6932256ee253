//! What in the record does not fit together (specification, sections 3 and 5, end).

use super::criteria::Evaluation;
use super::grade::{Grade, by_record};
use super::stage::{Staging, StagingFacts};
use super::stands::{Moved, Stands};
use super::words::{capitalised, fact_text, lacking, listed, value_text, values_text};
use crate::assessment::{Discrepancy, GivenReport, Stage, StageReport};
use crate::knowledge::GradeRow;
use fhir_profiles::FactId;
use fhir_profiles::facts::{Basis, Reading, Source, System, Value};
use std::collections::BTreeSet;

/// Every discrepancy, those first that would change most for the patient: a grade, stage or contraindication that
/// another reading would have; records that contradict each other; last, a differentiation that does not fit the grade.
pub(super) fn all(
    evaluation: &Evaluation<'_>,
    now: &Stands<'_>,
    given: &[GivenReport],
    conflicting: &BTreeSet<FactId>,
) -> Vec<Discrepancy> {
    let trial = Trial {
        evaluation,
        now,
        given,
    };
    let mut found = older_reading_differs(&trial);
    found.extend(conflicting_readings(&trial, conflicting));
    found.extend(grade_recorded(evaluation));
    found.extend(ki67_and_mitoses(&trial));
    found.extend(stage_recorded(evaluation, &now.stage));
    found.extend(m_recorded(evaluation));
    found.extend(t_recorded(&trial));
    let says_poor = |reading: &Reading| reading.says("poor");
    let pair = differentiation_and_grade(&trial);
    let first = readings(evaluation, FactId::Differentiation)
        .iter()
        .any(says_poor);
    let place = if first { 0 } else { found.len() };
    found.splice(place..place, pair);
    found
}

fn discrepancy(id: &str, facts: Vec<FactId>, text: String, consequence: Option<String>) -> Discrepancy {
    Discrepancy {
        id: id.into(),
        facts,
        text,
        consequence,
    }
}

/// What is tried against what stands: other readings of a fact.
struct Trial<'a> {
    evaluation: &'a Evaluation<'a>,
    now: &'a Stands<'a>,
    given: &'a [GivenReport],
}

impl Trial<'_> {
    /// What would differ were these the readings of a fact; of none it is unknown.
    fn supposing(&self, id: FactId, readings: &[Reading]) -> Moved {
        self.evaluation
            .facts
            .supposing(id, readings, |view| self.now.supposing(id, view, self.given))
    }

    /// What the first of several readings leads to by which something would differ, each taken alone.
    fn each<'r>(&self, id: FactId, readings: impl IntoIterator<Item = &'r Reading>) -> Option<String> {
        let tried = readings.into_iter().take(TRIED);
        let moved = tried.map(|reading| self.supposing(id, std::slice::from_ref(reading)));
        moved
            .filter(|moved| !moved.is_empty())
            .map(|moved| moved.text())
            .next()
    }

    /// What would differ were a fact not recorded.
    fn without(&self, id: FactId) -> Option<String> {
        let moved = self.supposing(id, &[]);
        (!moved.is_empty()).then(|| moved.text())
    }
}

fn readings<'a>(evaluation: &Evaluation<'a>, id: FactId) -> &'a [Reading] {
    evaluation.facts.readings(id).unwrap_or_default()
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
    let other = Grade::names(evaluation.knowledge, &recorded.grades).join(" or ");
    Some(discrepancy(
        "grade-recorded",
        facts,
        text,
        Some(format!("grade {other}")),
    ))
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
        capitalised(&listed(&clauses, "; ", Clone::clone)),
        Some("another stage".to_owned()),
    ))
}

/// A stage recorded without its letter ("II") fits every stage of that numeral, and the other way round ("IVB").
fn same_stage(recorded: &str, computed: &str) -> bool {
    let numeral = |stage: &str| stage.trim_end_matches(['A', 'B', 'C']).to_owned();
    let lettered = |stage: &str| stage.ends_with(['A', 'B', 'C']);
    recorded == computed
        || (numeral(recorded) == numeral(computed) && !(lettered(recorded) && lettered(computed)))
}

fn t_recorded(trial: &Trial<'_>) -> Option<Discrepancy> {
    let evaluation = trial.evaluation;
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
        trial.without(FactId::T),
    ))
}

fn m_recorded(evaluation: &Evaluation<'_>) -> Option<Discrepancy> {
    let found = readings(evaluation, FactId::M);
    let present = |id: &FactId| evaluation.facts.is(*id, "present");
    let none = found.iter().find(|r| r.says("M0"));
    // M1b of AJCC 8 and 9 is elsewhere only.
    let elsewhere = found.iter().find(|r| r.says("M1b"));
    let (category, denied): (&Reading, &[FactId]) = match (none, elsewhere) {
        (Some(none), _) => (none, &[FactId::LiverMetastases, FactId::ExtrahepaticMetastases]),
        (None, Some(elsewhere)) => (elsewhere, &[FactId::LiverMetastases]),
        (None, None) => return None,
    };
    let metastases: Vec<FactId> = denied.iter().copied().filter(present).collect();
    let mut names: Vec<String> = metastases
        .iter()
        .map(|id| id.info().label.to_lowercase())
        .collect();
    if names.is_empty() && none.is_some() {
        let of_another_day = evaluation.facts.metastatic_at_diagnosis();
        names.extend(
            of_another_day
                .into_iter()
                .map(|(id, reading)| once_there(id, reading)),
        );
    }
    if names.is_empty() {
        return None;
    }
    let text = format!(
        "{} is recorded, but so are {}: staged as M1",
        value_text(FactId::M, category),
        names.join(" and ")
    );
    Some(discrepancy(
        "m-recorded",
        std::iter::once(FactId::M).chain(metastases).collect(),
        text,
        Some("another stage".to_owned()),
    ))
}

/// A reading by which the tumour was metastatic on another day: `M category M1 (2024-05-01)`, `liver metastases, no longer
/// active (2026-01-01)`.
fn once_there(id: FactId, reading: &Reading) -> String {
    if reading.source != Source::Former {
        return fact_text(id, std::slice::from_ref(reading));
    }
    let date = reading.effective().map(|date| format!(" ({date})"));
    let label = id.info().label.to_lowercase();
    format!("{label}, no longer active{}", date.unwrap_or_default())
}

fn differentiation_and_grade(trial: &Trial<'_>) -> Option<Discrepancy> {
    let evaluation = trial.evaluation;
    let grade = &evaluation.grade;
    if let Some(general) = poor_by_general_grading(trial) {
        return Some(general);
    }
    let found = readings(evaluation, FactId::Differentiation);
    if grade.unknown.is_some() || found.is_empty() {
        return None;
    }
    let rows = evaluation.knowledge.grade.rows.iter().enumerate();
    let possible: Vec<&GradeRow> = rows
        .filter(|(i, _)| grade.possible.grades.contains(i))
        .map(|(_, row)| row)
        .collect();
    let fits = |reading: &Reading| {
        possible.iter().any(|row| {
            reading.says(&row.differentiation) || row.at_home.iter().any(|word| reading.says(word))
        })
    };
    if found.iter().any(fits) {
        return None;
    }
    let paired: Vec<&str> = possible.iter().map(|row| row.differentiation.as_str()).collect();
    let names = Grade::names(evaluation.knowledge, &grade.possible.grades).join(" or ");
    let text = format!(
        "{}, but the review's table pairs {names} with {} differentiation; the grade is not changed",
        fact_text(FactId::Differentiation, found),
        paired.join(" or ")
    );
    let facts = std::iter::once(FactId::Differentiation)
        .chain(grade.facts())
        .collect();
    let other = possible.iter().find_map(|row| {
        let word = FactId::Differentiation.word(&row.differentiation)?;
        let mut reading = found.first()?.clone();
        reading.value = Value::Word(word);
        let moved = trial.supposing(FactId::Differentiation, &[reading]);
        (!moved.is_empty()).then(|| moved.text())
    });
    Some(discrepancy("differentiation-and-grade", facts, text, other))
}

/// A general grading says poor of a tumour that is well differentiated by name (section 2).
fn poor_by_general_grading(trial: &Trial<'_>) -> Option<Discrepancy> {
    let id = FactId::Differentiation;
    let general = &trial.evaluation.facts.get(id).general;
    let poor = general.iter().find(|reading| reading.says("poor"))?;
    let text = format!(
        "{} by a general grading, but the tumour is coded as one that is well differentiated by name: not used",
        fact_text(id, std::slice::from_ref(poor))
    );
    let consequence = trial.each(id, [poor]);
    Some(discrepancy(
        "differentiation-and-grade",
        vec![id],
        text,
        consequence,
    ))
}

fn ki67_and_mitoses(trial: &Trial<'_>) -> Option<Discrepancy> {
    let evaluation = trial.evaluation;
    evaluation.grade.measures_differ().then(|| {
        let text = evaluation.grade.because(evaluation.knowledge, evaluation.facts);
        let measures = vec![FactId::Ki67, FactId::Mitoses];
        let consequence = measures.iter().find_map(|id| trial.without(*id));
        discrepancy("ki67-and-mitoses", measures, text, consequence)
    })
}

/// Readings of equal standing that disagree, and statements that a recorded presence overrides.
fn conflicting_readings(trial: &Trial<'_>, conflicting: &BTreeSet<FactId>) -> Vec<Discrepancy> {
    let evaluation = trial.evaluation;
    let mut found = Vec::new();
    for id in evaluation.knowledge.catalogue.facts() {
        let fact = evaluation.facts.get(id);
        let current = fact.readings().unwrap_or_default();
        if conflicting.contains(&id) {
            let text = format!("{}: readings of equal standing disagree", fact_text(id, current));
            let consequence = trial.each(id, current);
            found.push(discrepancy("conflicting-readings", vec![id], text, consequence));
        } else if fact.overruled.iter().any(|r| !is_m_against_liver(id, r)) {
            let text = format!(
                "{}, but also recorded: {}; the recorded presence counts",
                fact_text(id, current),
                values_text(id, &fact.overruled, ", ")
            );
            let consequence = trial.each(id, &fact.overruled);
            found.push(discrepancy("conflicting-readings", vec![id], text, consequence));
        }
    }
    let functional = &evaluation.functional;
    if functional.statuses.len() > 1 && !conflicting.contains(&FactId::Functioning) {
        found.push(discrepancy(
            "conflicting-readings",
            functional.facts.clone(),
            functional.because.clone(),
            functional.facts.iter().find_map(|id| trial.without(*id)),
        ));
    }
    found
}

/// Readings of one fact that are tried: a chart can state thousands.
const TRIED: usize = 50;

/// Whether it is an M category against recorded liver metastases, which is a discrepancy of its own (`m-recorded`).
fn is_m_against_liver(id: FactId, reading: &Reading) -> bool {
    id == FactId::LiverMetastases && reading.basis == Basis::Category
}

/// A reading that does not count and that would change a grade or a stage so that no candidate remains, a verdict or the
/// gate: of each fact the first such, contraindications before all else (section 2, "shown"; section 5, end).
fn older_reading_differs(trial: &Trial<'_>) -> Vec<Discrepancy> {
    let evaluation = trial.evaluation;
    let facts = evaluation.facts;
    let mut found = Vec::new();
    for id in evaluation.knowledge.catalogue.facts() {
        let fact = facts.get(id);
        if fact.older.is_empty() {
            continue;
        }
        let current = fact.readings().unwrap_or_default();
        let mut tried: Vec<&Reading> = Vec::new();
        for older in &fact.older {
            let same = |known: &Reading| {
                let gives_way = id == FactId::Ecog
                    && older.basis == Basis::Karnofsky
                    && known.effective() == older.effective();
                gives_way || (known.value == older.value && known.system == older.system)
            };
            if tried.len() < TRIED && !current.iter().any(same) && !tried.iter().any(|known| same(known)) {
                tried.push(older);
            }
        }
        let effects = tried
            .into_iter()
            .map(|older| (older, trial.supposing(id, std::slice::from_ref(older))));
        let moved: Vec<(&Reading, Moved)> = effects.filter(|(_, moved)| !moved.is_empty()).collect();
        let worst = moved.iter().find(|(_, moved)| moved.against).or(moved.first());
        if let Some((older, moved)) = worst {
            found.push((
                !moved.against,
                older_discrepancy(evaluation, id, older, &moved.text()),
            ));
        }
    }
    found.sort_by_key(|(harmless, _)| *harmless);
    found.into_iter().map(|(_, discrepancy)| discrepancy).collect()
}

fn older_discrepancy(evaluation: &Evaluation<'_>, id: FactId, older: &Reading, led_to: &str) -> Discrepancy {
    let then = fact_text(id, std::slice::from_ref(older));
    let which = evaluation.facts.get(id).behind(older).text();
    let text = match evaluation.facts.get(id).readings() {
        Ok(now) => format!(
            "{} counts; {which}, {then}, would lead to {led_to}",
            fact_text(id, now)
        ),
        Err(unknown) => format!(
            "{}: {}; {which}, {then}, would lead to {led_to}",
            id.info().label,
            lacking(evaluation.facts.get(id), unknown)
        ),
    };
    discrepancy("older-reading-differs", vec![id], text, Some(led_to.to_owned()))
}
