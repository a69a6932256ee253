//! What the template of a group card is given, and the options' own passages in it.

use super::evidence::{Note, Sentence, chart_line, note};
use super::{notes, summary, words};
use crate::assessment::{Assessment, CriterionReport, Group, OptionReport, Outcome, Reason, Role, Verdict};
use crate::knowledge::{Aspect, Knowledge, OptionKnowledge};
use crate::texts::Literature;
use minijinja::value::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct View {
    label: String,
    against: Vec<Against>,
    shared: Vec<Criterion>,
    options: Vec<OptionView>,
    others: Vec<Row>,
    notes: Vec<Note>,
    version: String,
    cut_off: String,
}

#[derive(Serialize)]
struct Against {
    head: String,
    label: String,
    reasons: Vec<Criterion>,
}

#[derive(Serialize)]
struct OptionView {
    label: String,
    verdict: String,
    /// When it was given, if it was.
    given: String,
    restriction: Value,
    before: Vec<Note>,
    rule_out: Vec<Criterion>,
    ruled_out: Vec<Criterion>,
    confirm: Vec<Criterion>,
    met: Vec<Criterion>,
    variants: Vec<Sentence>,
    favours: Vec<Sentence>,
    cautions: Vec<Sentence>,
    passage: Value,
    sentences: Value,
    side_effects: Value,
    corrections: Value,
}

/// An option of which the criteria are not met, or not known to be.
#[derive(Serialize)]
struct Row {
    label: String,
    verdict: String,
    deciding: String,
    mark: &'static str,
    /// Said where the value lies exactly on the limit, with what a correction says of the limit; else empty.
    limit: String,
    more: usize,
    /// When it was given, if it was.
    given: String,
}

#[derive(Serialize)]
pub(super) struct Criterion {
    /// With the record's answer.
    text: String,
    /// Without, for a criterion whose answer stands above for all options.
    brief: String,
    shared: bool,
    statements: String,
    mark: &'static str,
    borderline: bool,
    note: String,
}

/// Whether an option is described on the card of its group.
pub(super) fn is_shown(option: &OptionReport) -> bool {
    matches!(option.verdict, Verdict::Supported | Verdict::Provisional)
}

/// Whether an option is named on the card of its group: described, or advised against.
pub(super) fn is_named(option: &OptionReport) -> bool {
    is_shown(option) || option.verdict == Verdict::Contraindicated
}

pub(super) fn view(knowledge: &Knowledge, assessment: &Assessment, group: Group) -> View {
    let of_group: Vec<&OptionReport> = assessment
        .options
        .iter()
        .filter(|option| option.group == group)
        .collect();
    let described: Vec<(&OptionReport, &OptionKnowledge)> = of_group
        .iter()
        .filter(|option| is_shown(option))
        .filter_map(|option| Some((*option, knowledge.option(&option.id)?)))
        .collect();
    let shared = shared(&described);
    // A note that belongs to several options of the card stands on it once.
    let advised_against_notes = of_group
        .iter()
        .filter(|option| option.verdict == Verdict::Contraindicated)
        .flat_map(|option| notes::of_finding(knowledge, assessment, option));
    let notes: BTreeSet<&String> = described
        .iter()
        .flat_map(|(option, _)| {
            let [_, after] = notes::of_option(knowledge, assessment, &option.id);
            after.into_iter().map(|(id, _)| id)
        })
        .chain(advised_against_notes)
        .collect();
    let against = of_group
        .iter()
        .filter(|option| option.verdict == Verdict::Contraindicated);
    View {
        label: words::group(group).to_owned(),
        against: against.map(|option| advised_against(knowledge, option)).collect(),
        shared: shared
            .values()
            .map(|report| criterion(knowledge, report, &BTreeMap::new()))
            .collect(),
        options: described
            .iter()
            .map(|(option, known)| describe(knowledge, assessment, (option, known), &shared))
            .collect(),
        others: of_group
            .iter()
            .filter(|option| !is_named(option))
            .map(|option| row(knowledge, assessment, option))
            .collect(),
        notes: notes
            .into_iter()
            .filter_map(|id| Some(note(id, knowledge.since_publication.get(id)?)))
            .collect(),
        version: assessment.knowledge.edition(),
        cut_off: assessment.knowledge.evidence_cut_off.clone(),
    }
}

/// An option that is neither described nor advised against, and what decides that.
fn row(knowledge: &Knowledge, assessment: &Assessment, option: &OptionReport) -> Row {
    let decides = option.decides();
    let known = knowledge.option(&option.id);
    Row {
        label: summary::label(knowledge, &option.id),
        verdict: words::verdict_of(option).to_owned(),
        deciding: words::deciding(knowledge, assessment, option),
        mark: decides.map_or("", words::mark),
        limit: known
            .filter(|_| decides.is_some_and(|report| report.borderline))
            .map(|known| on_the_limit(knowledge, known))
            .unwrap_or_default(),
        more: option.deciding.len().saturating_sub(1),
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

/// Criteria that several of the described options ask for, with the answer that stands on the card once.
pub(super) type Shared<'a> = BTreeMap<&'a str, &'a CriterionReport>;

fn shared<'a>(described: &[(&'a OptionReport, &OptionKnowledge)]) -> Shared<'a> {
    let mut times: BTreeMap<&str, (usize, &CriterionReport)> = BTreeMap::new();
    for report in described.iter().flat_map(|(option, _)| &option.criteria) {
        let (times, first) = times.entry(&report.id).or_insert((0, report));
        *times += 1;
        // What is our reading for one option alone is marked there.
        if !report.interpretation {
            *first = report;
        }
    }
    let several = times.into_iter().filter(|(_, (times, _))| *times > 1);
    several.map(|(id, (_, report))| (id, report)).collect()
}

fn advised_against(knowledge: &Knowledge, option: &OptionReport) -> Against {
    Against {
        head: words::capitalised(words::verdict_of(option)),
        label: summary::label(knowledge, &option.id),
        reasons: option
            .ruling_out()
            .map(|report| criterion(knowledge, report, &BTreeMap::new()))
            .collect(),
    }
}

fn describe(
    knowledge: &Knowledge,
    assessment: &Assessment,
    (option, known): (&OptionReport, &OptionKnowledge),
    shared: &Shared<'_>,
) -> OptionView {
    let [before, _] = notes::of_option(knowledge, assessment, &option.id);
    let select = |contraindication: bool, met: bool| -> Vec<Criterion> {
        let wanted = option.criteria.iter().filter(|report| {
            (report.role == Role::Contraindication) == contraindication
                && (report.outcome == Outcome::Met) == met
        });
        wanted
            .map(|report| criterion(knowledge, report, shared))
            .collect()
    };
    let literature = knowledge.texts.literature(&known.id);
    let literature = literature.map_or_else(|| Literature::of(knowledge, known), Literature::clone);
    OptionView {
        label: known.label.clone(),
        verdict: words::verdict_of(option).to_owned(),
        given: given(assessment, option),
        restriction: literature.restriction,
        before: before.into_iter().map(|(id, known)| note(id, known)).collect(),
        rule_out: select(true, false),
        ruled_out: select(true, true),
        confirm: select(false, false),
        met: select(false, true),
        variants: labels(&known.variants, &option.variants),
        favours: labels(&known.favours, &option.favours),
        cautions: labels(&known.cautions, &option.cautions),
        passage: literature.passage,
        sentences: literature.sentences,
        side_effects: literature.side_effects,
        corrections: literature.corrections,
    }
}

pub(super) fn criterion(knowledge: &Knowledge, report: &CriterionReport, shared: &Shared<'_>) -> Criterion {
    // The note is on how a value is read, so it stands beside a value that is not simply met.
    let read = report.outcome == Outcome::NotMet || report.reason == Some(Reason::Judgement);
    let note = knowledge.criteria.get(&report.id).filter(|_| read);
    let note = note.and_then(|known| known.note.clone());
    Criterion {
        text: words::criterion(knowledge, report),
        brief: words::brief(knowledge, report),
        shared: shared.contains_key(report.id.as_str()),
        statements: report.statements.join(", "),
        mark: words::mark(report),
        borderline: report.borderline,
        note: note.unwrap_or_default(),
    }
}

fn labels(known: &[Aspect], ids: &[String]) -> Vec<Sentence> {
    let aspects = ids
        .iter()
        .filter_map(|id| known.iter().find(|aspect| &aspect.id == id));
    aspects.map(Sentence::from).collect()
}
