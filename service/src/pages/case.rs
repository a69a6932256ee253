//! One patient's assessment as pages show it: conclusions, facts with their records, verdicts.

use super::quotes::{Quote, Sentence, quotes, sentence};
use cds_cards::Knowledge;
use cds_cards::assessment::{
    Assessment, CriterionReport, EvidenceReport, FactReport, Gate, Group, OptionReport, Outcome, Stage,
    Status,
};
use cds_cards::knowledge::OptionKnowledge;
use cds_cards::render::{genetic_syndromes, markers, missing_facts, notes, plain, words};
use fhir_profiles::FactId;
use serde::Serialize;

/// What the assessment concludes of the tumour.
#[derive(Debug, Serialize)]
pub(super) struct Tumour {
    passed: bool,
    gate: String,
    grade: String,
    grade_because: String,
    grade_quotes: Vec<Quote>,
    grade_interpretation: bool,
    /// Whether the review's table holds this tumour.
    outside_table: bool,
    stages: Vec<StageView>,
    markers: Vec<MarkerView>,
    /// Genetic syndromes on record; empty if there are none.
    genetic: String,
}

/// A marker by its own range, with what it asks for.
#[derive(Debug, Serialize)]
struct MarkerView {
    label: String,
    text: String,
    asks: Vec<Sentence>,
    note: Sentence,
}

#[derive(Debug, Serialize)]
struct StageView {
    system: &'static str,
    value: String,
    tnm: String,
    quotes: Vec<Quote>,
}

/// A fact as recorded.
#[derive(Debug, Serialize)]
pub(super) struct FactView {
    pub(super) id: &'static str,
    pub(super) label: String,
    pub(super) known: bool,
    /// Its value, or why it is not known.
    pub(super) value: String,
    /// Of its newest record.
    pub(super) date: String,
    records: Vec<RecordView>,
}

/// A record behind a fact. What comes from the chart is cleaned here and escaped by the template.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RecordView {
    /// What it is for the fact: nothing for a record that counts.
    part: &'static str,
    recorded: String,
    date: String,
    reference: String,
    notes: String,
}

/// The options of a group.
#[derive(Debug, Serialize)]
pub(super) struct GroupView {
    label: &'static str,
    options: Vec<OptionView>,
}

#[derive(Debug, Serialize)]
struct OptionView {
    id: String,
    label: String,
    verdict: &'static str,
    word: &'static str,
    because: String,
    /// When it was given; empty if it never was. Chart data.
    given: String,
    more: usize,
    /// How what decides is marked; of an option of which all is met, what of it is.
    mark: &'static str,
    interpreted: Vec<String>,
    borderline: bool,
    cautions: Vec<String>,
    restriction: String,
    /// "1 correction, 2 notes since the review"; empty if there is neither.
    beside: String,
}

/// Something unknown and how many options it settles.
#[derive(Debug, Serialize)]
pub(super) struct MissingView {
    id: &'static str,
    label: String,
    why: String,
    settles: String,
    /// Options and statements.
    needed: String,
}

pub(super) fn tumour(knowledge: &Knowledge, assessment: &Assessment) -> Tumour {
    let grade = &assessment.grade;
    Tumour {
        passed: assessment.gate == Gate::Passed,
        gate: words::gate(assessment),
        grade: words::grade(assessment),
        grade_because: grade.because.clone(),
        grade_quotes: quotes(knowledge, &grade.statements),
        grade_interpretation: grade.interpretation,
        outside_table: grade.classifiable == Some(false),
        stages: [
            ("ENETS", &assessment.stage.enets),
            ("AJCC, 7th edition", &assessment.stage.ajcc7),
        ]
        .map(|(system, stage)| stage_view(knowledge, system, stage))
        .into(),
        markers: markers(knowledge, assessment)
            .into_iter()
            .map(|marker| MarkerView {
                label: marker.fact.info().label.clone(),
                text: plain(&marker.text),
                asks: marker.asks.iter().map(|ask| sentence(knowledge, ask)).collect(),
                note: sentence(knowledge, &marker.note),
            })
            .collect(),
        genetic: genetic_syndromes(assessment).unwrap_or_default(),
    }
}

fn stage_view(knowledge: &Knowledge, system: &'static str, stage: &Stage) -> StageView {
    let part = |name: &str, all: &[String]| match all {
        [] => format!("{name} unknown"),
        all => words::any_of(all),
    };
    StageView {
        system,
        value: stage
            .value
            .clone()
            .unwrap_or_else(|| words::any_of(&stage.candidates)),
        tnm: format!(
            "{}; {}; {}",
            part("T", &stage.t),
            part("N", &stage.n),
            part("M", &stage.m)
        ),
        quotes: quotes(knowledge, &stage.statements),
    }
}

/// Every fact that the record says something about, and those it is silent on.
pub(super) fn facts(assessment: &Assessment) -> (Vec<FactView>, Vec<FactView>) {
    let all = assessment.facts.iter().map(|(id, report)| fact(*id, report));
    all.partition(|fact| fact.known || !fact.records.is_empty())
}

/// A fact of the assessment.
pub(super) fn one(assessment: &Assessment, id: FactId) -> Option<FactView> {
    assessment.facts.get(&id).map(|report| fact(id, report))
}

fn fact(id: FactId, report: &FactReport) -> FactView {
    let parts: [(&'static str, &[EvidenceReport]); 5] = [
        ("", &report.evidence),
        ("overruled", &report.overruled),
        ("older, not used", &report.older),
        ("not readable", &report.unread),
        ("shown, no evidence", &report.shown),
    ];
    let newest = report.evidence.iter().find_map(|record| record.effective.clone());
    FactView {
        id: id.as_str(),
        label: id.info().label.clone(),
        known: report.status == Status::Known,
        value: value(report),
        date: newest.unwrap_or_default(),
        records: parts
            .into_iter()
            .flat_map(|(part, records)| records.iter().map(move |one| record(part, one)))
            .collect(),
    }
}

fn value(report: &FactReport) -> String {
    let mut text = match words::value(report) {
        Some(value) => value,
        None if !report.candidates.is_empty() => {
            format!(
                "{}: {}",
                words::unknown(Some(report)),
                report.candidates.join(" against ")
            )
        }
        None => words::unknown(Some(report)).to_owned(),
    };
    if report.status == Status::Known
        && report.candidates.len() > 1
        && report.value.is_none()
        && report.range.is_none()
    {
        text = report.candidates.join("; ");
    }
    for (before, part) in [
        ("since ", report.since.as_deref()),
        ("", report.detail.as_deref()),
        ("", report.flag),
    ] {
        if let Some(part) = part {
            text.push_str(&format!(", {before}{part}"));
        }
    }
    if let Some(system) = report.system {
        text.push_str(&format!(" ({system})"));
    }
    text
}

fn record(part: &'static str, record: &EvidenceReport) -> RecordView {
    RecordView {
        part,
        recorded: plain(&record.recorded),
        date: plain(record.effective.as_deref().unwrap_or_default()),
        reference: plain(&record.reference),
        notes: record.notes.join("; "),
    }
}

/// The options with their verdicts, in the order of presentation.
pub(super) fn groups(knowledge: &Knowledge, assessment: &Assessment) -> Vec<GroupView> {
    let of_group = |group: Group| -> Vec<OptionView> {
        let options = assessment.options.iter().filter(|option| option.group == group);
        options
            .map(|report| option(knowledge, assessment, report))
            .collect()
    };
    Group::ALL
        .into_iter()
        .map(|group| GroupView {
            label: words::group(group),
            options: of_group(group),
        })
        .filter(|group| !group.options.is_empty())
        .collect()
}

fn option(knowledge: &Knowledge, assessment: &Assessment, report: &OptionReport) -> OptionView {
    let known = knowledge.option(&report.id);
    let decides = report.decides();
    let cautions = known.into_iter().flat_map(|known| &known.cautions);
    OptionView {
        id: report.id.clone(),
        label: known.map_or_else(|| report.id.clone(), |known| known.label.clone()),
        verdict: report.verdict.as_str(),
        word: words::verdict_of(report),
        because: words::deciding(knowledge, assessment, report),
        given: assessment
            .given(&report.id)
            .map(|entry| plain(&words::given_when(entry)))
            .unwrap_or_default(),
        more: report.deciding.len().saturating_sub(1),
        mark: decides.map_or_else(|| words::mark_of(&report.criteria), words::mark),
        interpreted: words::interpreted(knowledge, report),
        borderline: decides.is_some_and(|criterion| criterion.borderline),
        cautions: cautions
            .filter(|caution| report.cautions.contains(&caution.id))
            .map(|caution| caution.label.clone())
            .collect(),
        restriction: known
            .and_then(|known| known.restriction.as_ref())
            .map(|cited| cited.text.clone())
            .unwrap_or_default(),
        beside: known
            .map(|known| beside(knowledge, assessment, known))
            .unwrap_or_default(),
    }
}

fn beside(knowledge: &Knowledge, assessment: &Assessment, known: &OptionKnowledge) -> String {
    let corrections = match known.corrections.len() {
        0 => None,
        n => Some(words::count(n, "correction")),
    };
    let [before, after] = notes::of_option(knowledge, assessment, &known.id);
    let notes = match before.len() + after.len() {
        0 => None,
        n => Some(words::count(n, "note") + " since the review"),
    };
    let parts: Vec<String> = corrections.into_iter().chain(notes).collect();
    parts.join(", ")
}

/// `met`, `not-met` or `unknown`, and the words for it.
pub(super) fn outcome(report: &CriterionReport) -> (&'static str, String) {
    let outcome = match report.outcome {
        Outcome::Met => "met",
        Outcome::NotMet => "not-met",
        Outcome::Unknown => "unknown",
    };
    (outcome, words::outcome(report))
}

/// What is missing, by the open verdicts that hang on it: as on the card.
pub(super) fn missing(knowledge: &Knowledge, assessment: &Assessment) -> Vec<MissingView> {
    let missing = missing_facts(assessment).into_iter();
    missing
        .map(|one| MissingView {
            id: one.fact.as_str(),
            label: one.fact.info().label.clone(),
            why: words::unknown(assessment.facts.get(&one.fact)).to_owned(),
            settles: one.settles.to_string(),
            needed: words::needed(knowledge, &one),
        })
        .collect()
}
