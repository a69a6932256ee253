//! What the assessment card's template is given.

use super::evidence::{Note, Record, Sentence, chart_line, counting, records, unused_records};
use super::findings::{Place, missing_facts};
use super::group_card::is_shown;
use super::markdown::plain;
use super::markers::{Marker, markers};
use super::not_read::not_read;
use super::{notes, scope, summary, words};
use crate::assessment::{Assessment, Gate, Group, OptionReport, Reason};
use crate::knowledge::{Knowledge, OptionKnowledge};
use fhir_profiles::FactId;
use serde::Serialize;
use std::collections::BTreeMap;

/// Records shown beside grade and liver metastases.
const RECORDS: usize = 3;
/// Unknown facts, and records that could not be used, named on the card.
const NAMED: usize = 3;

#[derive(Serialize)]
pub(super) struct View {
    passed: bool,
    grade: Grade,
    enets: Stage,
    ajcc: Stage,
    liver_metastases: String,
    liver_records: Vec<Record>,
    /// What the review does not look at and the record says; first of all.
    outside: Vec<String>,
    /// The genetic syndromes on record; empty if there are none.
    genetic: String,
    markers: Vec<MarkerView>,
    groups: Vec<GroupView>,
    /// What was given, in words; the reasons in it are chart data.
    given: Vec<String>,
    principles: Vec<Sentence>,
    limits: Vec<Sentence>,
    not_looked_at: String,
    missing: Vec<Missing>,
    missing_more: usize,
    left_out: Vec<String>,
    /// "2 points do", for the sentence; empty if everything fits together.
    discrepancies: String,
    problems: Vec<Place>,
    problems_more: usize,
    /// What was not read, in a sentence; empty if all was.
    not_read: String,
    notes: BTreeMap<String, Note>,
    version: String,
    cut_off: String,
    as_of: String,
}

#[derive(Serialize)]
struct Grade {
    text: String,
    because: String,
    statements: String,
    reason: String,
    interpretation: bool,
    outside_table: bool,
    records: Vec<Record>,
    /// Recorded beside what the grade was taken from, and not used.
    unused: Vec<Record>,
}

#[derive(Serialize)]
struct Stage {
    text: String,
    statements: String,
    open: bool,
    candidates: String,
}

#[derive(Serialize)]
struct MarkerView {
    label: String,
    text: String,
    asks: Vec<Sentence>,
    note: Sentence,
}

impl From<&Marker> for MarkerView {
    fn from(marker: &Marker) -> Self {
        Self {
            label: marker.fact.info().label.clone(),
            text: plain(&marker.text),
            asks: marker.asks.iter().map(Sentence::from).collect(),
            note: Sentence::from(&marker.note),
        }
    }
}

#[derive(Serialize)]
struct GroupView {
    label: String,
    options: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    label: String,
    verdict: String,
    deciding: String,
    interpretation: bool,
    /// Said where the value lies exactly on the limit, with what a correction says of the limit; else empty.
    limit: String,
    interpreted: Vec<String>,
    more: usize,
    /// What limits an option that the criteria support.
    restriction: Vec<Sentence>,
    /// When it was given, if it was.
    given: String,
}

#[derive(Serialize)]
struct Missing {
    label: String,
    why: String,
    settles: String,
}

pub(super) fn view(knowledge: &Knowledge, assessment: &Assessment, left_out: Vec<String>) -> View {
    let passed = assessment.gate == Gate::Passed;
    let missing = missing_facts(assessment);
    View {
        passed,
        grade: grade(assessment),
        enets: stage(&assessment.stage.enets),
        ajcc: stage(&assessment.stage.ajcc7),
        liver_metastases: words::liver_metastases(assessment),
        liver_records: records(assessment, FactId::LiverMetastases, RECORDS),
        outside: scope::outside(knowledge, assessment),
        genetic: scope::genetic_syndromes(assessment).unwrap_or_default(),
        markers: markers(knowledge, assessment)
            .iter()
            .map(MarkerView::from)
            .collect(),
        groups: groups(knowledge, assessment),
        given: assessment
            .treatments()
            .map(|entry| chart_line(&words::given(entry)))
            .collect(),
        principles: assessment.principles.iter().map(Sentence::from).collect(),
        limits: knowledge.package.limits.iter().map(Sentence::from).collect(),
        not_looked_at: knowledge.package.not_looked_at.clone(),
        missing_more: missing.len().saturating_sub(NAMED),
        missing: missing
            .into_iter()
            .take(NAMED)
            .map(|missing| Missing {
                label: missing.fact.info().label.clone(),
                why: words::unknown(assessment.facts.get(&missing.fact)).to_owned(),
                settles: missing.settles.to_string(),
            })
            .collect(),
        left_out,
        discrepancies: match assessment.discrepancies.len() {
            0 => String::new(),
            n => summary::points(n),
        },
        problems: assessment.problems.iter().take(NAMED).map(Place::from).collect(),
        problems_more: assessment.problems.len().saturating_sub(NAMED),
        not_read: not_read(&assessment.not_read).unwrap_or_default(),
        notes: notes::of_patient(knowledge, assessment),
        version: assessment.knowledge.version.clone(),
        cut_off: assessment.knowledge.evidence_cut_off.clone(),
        as_of: assessment.as_of.clone(),
    }
}

fn grade(assessment: &Assessment) -> Grade {
    let grade = &assessment.grade;
    let basis = match grade.facts.as_slice() {
        [] => &[FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded],
        some => some,
    };
    Grade {
        text: words::grade(assessment),
        because: grade.because.clone(),
        statements: grade.statements.join(", "),
        reason: grade
            .reason
            .filter(|why| *why != Reason::Missing)
            .map(words::reason)
            .unwrap_or_default()
            .to_owned(),
        interpretation: grade.interpretation,
        outside_table: grade.classifiable == Some(false),
        records: basis
            .iter()
            .flat_map(|fact| counting(assessment, *fact, RECORDS))
            .take(RECORDS)
            .collect(),
        unused: unused_records(
            assessment,
            &[FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded],
            RECORDS,
        ),
    }
}

fn stage(stage: &crate::assessment::Stage) -> Stage {
    Stage {
        text: stage
            .value
            .clone()
            .unwrap_or_else(|| words::any_of(&stage.candidates)),
        statements: stage.statements.join(", "),
        open: stage.value.is_none(),
        candidates: stage.candidates.join(", "),
    }
}

fn groups(knowledge: &Knowledge, assessment: &Assessment) -> Vec<GroupView> {
    let of_group = |group: Group| GroupView {
        label: words::group(group).to_owned(),
        options: assessment
            .options
            .iter()
            .filter(|o| o.group == group)
            .map(|o| row(knowledge, assessment, o))
            .collect(),
    };
    Group::ALL
        .into_iter()
        .map(of_group)
        .filter(|group| !group.options.is_empty())
        .collect()
}

fn row(knowledge: &Knowledge, assessment: &Assessment, option: &OptionReport) -> Row {
    let decides = option.decides();
    let known = knowledge.option(&option.id);
    Row {
        label: super::summary::label(knowledge, &option.id),
        verdict: words::verdict(option.verdict).to_owned(),
        deciding: words::deciding(knowledge, assessment, option),
        interpretation: decides.is_some_and(|report| report.interpretation),
        limit: known
            .filter(|_| decides.is_some_and(|report| report.borderline))
            .map(|known| on_the_limit(knowledge, known))
            .unwrap_or_default(),
        interpreted: words::interpreted(knowledge, option),
        more: option.deciding.len().saturating_sub(1),
        restriction: known
            .filter(|_| is_shown(option))
            .and_then(|known| known.restriction.as_ref())
            .map(Sentence::from)
            .into_iter()
            .collect(),
        given: given(assessment, option),
    }
}

/// When an option was given; empty if it never was. The reason in it is chart data.
pub(super) fn given(assessment: &Assessment, option: &OptionReport) -> String {
    let entry = assessment.given(&option.id);
    entry
        .map(|entry| chart_line(&words::given_when(entry)))
        .unwrap_or_default()
}

fn on_the_limit(knowledge: &Knowledge, option: &OptionKnowledge) -> String {
    let known = |id: &String| Some(format!(" ({id}: {})", knowledge.corrections.get(id)?.short));
    let corrections: String = option.corrections.iter().filter_map(known).collect();
    format!("exactly on the limit{corrections}")
}
