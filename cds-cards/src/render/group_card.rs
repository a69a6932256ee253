//! What the template of a group card is given, and the options' own passages in it.

use super::evidence::{Note, Sentence, citations, note};
use super::{summary, texts, words};
use crate::assessment::{Assessment, CriterionReport, Group, OptionReport, Outcome, Role, Verdict};
use crate::knowledge::{Aspect, Knowledge, OptionKnowledge};
use minijinja::value::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct View {
    label: String,
    against: Vec<Against>,
    options: Vec<OptionView>,
    notes: Vec<Note>,
    version: String,
    cut_off: String,
}

#[derive(Serialize)]
struct Against {
    label: String,
    reasons: Vec<Criterion>,
}

#[derive(Serialize)]
struct OptionView {
    label: String,
    verdict: String,
    restriction: Vec<Sentence>,
    rule_out: Vec<Criterion>,
    ruled_out: Vec<Criterion>,
    confirm: Vec<Criterion>,
    met: Vec<Criterion>,
    variants: Vec<String>,
    favours: Vec<String>,
    cautions: Vec<String>,
    passage: Value,
    sentences: Vec<Sentence>,
    corrections: Vec<CorrectionView>,
    sources: String,
}

#[derive(Serialize)]
struct Criterion {
    text: String,
    interpretation: bool,
    borderline: bool,
    note: String,
}

#[derive(Serialize)]
struct CorrectionView {
    id: String,
    review_says: String,
    source_says: String,
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
        .filter_map(|option| {
            Some((
                *option,
                knowledge.options.iter().find(|known| known.id == option.id)?,
            ))
        })
        .collect();
    // A note that belongs to several options of the card stands on it once.
    let notes: BTreeSet<&String> = described
        .iter()
        .flat_map(|(_, known)| &known.since_publication)
        .collect();
    let against = of_group
        .iter()
        .filter(|option| option.verdict == Verdict::Contraindicated);
    View {
        label: words::group(group).to_owned(),
        against: against.map(|option| advised_against(knowledge, option)).collect(),
        options: described
            .iter()
            .map(|(option, known)| describe(knowledge, option, known))
            .collect(),
        notes: notes
            .into_iter()
            .filter_map(|id| Some(note(id, knowledge.since_publication.get(id)?)))
            .collect(),
        version: assessment.knowledge.version.clone(),
        cut_off: assessment.knowledge.evidence_cut_off.clone(),
    }
}

fn advised_against(knowledge: &Knowledge, option: &OptionReport) -> Against {
    let failing = |report: &&CriterionReport| {
        report.role == Role::Contraindication && report.outcome == Outcome::NotMet
    };
    Against {
        label: summary::label(knowledge, &option.id),
        reasons: option
            .criteria
            .iter()
            .filter(failing)
            .map(|report| criterion(knowledge, report))
            .collect(),
    }
}

fn describe(knowledge: &Knowledge, option: &OptionReport, known: &OptionKnowledge) -> OptionView {
    let select = |contraindication: bool, met: bool| -> Vec<Criterion> {
        let wanted = option.criteria.iter().filter(|report| {
            (report.role == Role::Contraindication) == contraindication
                && (report.outcome == Outcome::Met) == met
        });
        wanted.map(|report| criterion(knowledge, report)).collect()
    };
    let of_figures = known
        .figures
        .iter()
        .filter_map(|figure| figure.correction.as_ref());
    let beside_figures: BTreeSet<&String> = of_figures.collect();
    OptionView {
        label: known.label.clone(),
        verdict: words::verdict(option.verdict).to_owned(),
        restriction: known.restriction.iter().map(Sentence::from).collect(),
        rule_out: select(true, false),
        ruled_out: select(true, true),
        confirm: select(false, false),
        met: select(false, true),
        variants: labels(&known.variants, &option.variants),
        favours: labels(&known.favours, &option.favours),
        cautions: labels(&known.cautions, &option.cautions),
        passage: texts::finished(knowledge.texts.passage(&known.id).to_owned()),
        sentences: known.notes.iter().map(Sentence::from).collect(),
        corrections: known
            .corrections
            .iter()
            .filter(|id| !beside_figures.contains(id))
            .filter_map(|id| {
                let correction = knowledge.corrections.get(id)?;
                Some(CorrectionView {
                    id: id.clone(),
                    review_says: correction.review_says.clone(),
                    source_says: correction.source_says.clone(),
                })
            })
            .collect(),
        sources: sources(knowledge, option, known),
    }
}

fn criterion(knowledge: &Knowledge, report: &CriterionReport) -> Criterion {
    let note = knowledge
        .criteria
        .get(&report.id)
        .and_then(|known| known.note.clone());
    Criterion {
        text: words::criterion(knowledge, report),
        interpretation: report.interpretation,
        borderline: report.borderline,
        note: note.unwrap_or_default(),
    }
}

fn labels(known: &[Aspect], ids: &[String]) -> Vec<String> {
    let aspects = ids
        .iter()
        .filter_map(|id| known.iter().find(|aspect| &aspect.id == id));
    aspects.map(|aspect| aspect.label.clone()).collect()
}

/// The option's `card.md` with its figures in it.
pub(super) fn passage(knowledge: &Knowledge, known: &OptionKnowledge) -> Result<String, minijinja::Error> {
    #[derive(Serialize)]
    struct Slots {
        figures: BTreeMap<String, String>,
    }
    let figures = known.figures.iter().map(|figure| {
        let corrected = figure
            .correction
            .as_ref()
            .and_then(|id| Some((id, knowledge.corrections.get(id)?)));
        let text = match corrected {
            Some((id, correction)) => format!(
                "{} ({}; correction {id}: the source says {})",
                figure.text, figure.statement, correction.source_says
            ),
            None => format!("{} ({})", figure.text, figure.statement),
        };
        (slot(&figure.id), text)
    });
    texts::fill(
        &format!("options/{}/card.md", known.id),
        &known.card,
        &Slots {
            figures: figures.collect(),
        },
    )
}

/// A figure's id as a name in a template.
pub(super) fn slot(id: &str) -> String {
    id.replace('-', "_")
}

/// Everything that the passage rests on. Figures, notes and restrictions carry their citation beside them.
fn sources(knowledge: &Knowledge, option: &OptionReport, known: &OptionKnowledge) -> String {
    let criteria = option.criteria.iter().flat_map(|report| &report.statements);
    let shown = |aspects: &'_ [Aspect], ids: &[String]| -> Vec<String> {
        let shown = aspects.iter().filter(|aspect| ids.contains(&aspect.id));
        shown.flat_map(|aspect| aspect.statements.clone()).collect()
    };
    let variants = shown(&known.variants, &option.variants);
    let favours = shown(&known.favours, &option.favours);
    let cautions = shown(&known.cautions, &option.cautions);
    citations(
        knowledge,
        criteria.chain(&variants).chain(&favours).chain(&cautions),
    )
}
