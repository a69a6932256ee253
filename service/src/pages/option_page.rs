//! The page of one option: its rule, the review's words and figures, corrections, and what has changed since.

use super::examples::{self, Example};
use super::quotes::{CorrectionView, NoteView, Quote, Sentence, correction, note, quotes, sentence, titled};
use super::rules::{Rule, rule};
use cds_cards::Knowledge;
use cds_cards::assessment::Role;
use cds_cards::knowledge::{Aspect, OptionKnowledge};
use cds_cards::render::words;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the page shows.
#[derive(Debug, Serialize)]
pub(super) struct OptionPage {
    id: String,
    label: String,
    group: &'static str,
    restriction: Option<Sentence>,
    roles: Vec<RoleView>,
    variants: Vec<Sentence>,
    favours: Vec<Sentence>,
    cautions: Vec<Sentence>,
    figures: Vec<FigureView>,
    corrections: Vec<CorrectionView>,
    notes: Vec<Sentence>,
    side_effects: Vec<Sentence>,
    /// Notes that stand before what the review reports.
    before: Vec<NoteView>,
    since: Vec<NoteView>,
    citation: String,
    citation_url: String,
    cut_off: String,
}

#[derive(Debug, Serialize)]
struct RoleView {
    title: String,
    meaning: &'static str,
    criteria: Vec<CriterionView>,
}

#[derive(Debug, Serialize)]
struct CriterionView {
    rule: Rule,
    examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
struct FigureView {
    text: String,
    quotes: Vec<Quote>,
    correction: Option<CorrectionView>,
}

/// What follows from a criterion in each role.
const ROLES: [(Role, &str); 3] = [
    (
        Role::Require,
        "Not met: criteria not met. Not recorded: the option stays undetermined.",
    ),
    (
        Role::Confirm,
        "Not met: criteria not met. Not recorded: to be confirmed.",
    ),
    (
        Role::Contraindication,
        "Not met: the review advises against the option. Not recorded: to be ruled out.",
    ),
];

pub(super) fn view(knowledge: &Knowledge, option: &OptionKnowledge) -> OptionPage {
    let aspects =
        |all: &[Aspect]| -> Vec<Sentence> { all.iter().map(|each| aspect(knowledge, each)).collect() };
    let corrected = |id: &String| Some(correction(id, knowledge.corrections.get(id)?));
    let noted = |ids: &[String]| -> Vec<NoteView> {
        let known = ids
            .iter()
            .filter_map(|id| Some((id, knowledge.since_publication.get(id)?)));
        known.map(|(id, each)| note(id, each)).collect()
    };
    let figures = option.figures.iter();
    let beside_figures: BTreeSet<&String> = figures.filter_map(|figure| figure.correction.as_ref()).collect();
    OptionPage {
        id: option.id.clone(),
        label: option.label.clone(),
        group: words::group(option.group),
        restriction: option
            .restriction
            .as_ref()
            .map(|cited| sentence(knowledge, cited)),
        roles: roles(knowledge, option),
        variants: aspects(&option.variants),
        favours: aspects(&option.favours),
        cautions: aspects(&option.cautions),
        figures: option
            .figures
            .iter()
            .map(|figure| FigureView {
                text: figure.text.clone(),
                quotes: quotes(knowledge, [&figure.statement]),
                correction: figure.correction.as_ref().and_then(corrected),
            })
            .collect(),
        corrections: option
            .corrections
            .iter()
            .filter(|id| !beside_figures.contains(id))
            .filter_map(corrected)
            .collect(),
        notes: option
            .notes
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        side_effects: option
            .side_effects
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        before: noted(&option.before_benefits),
        since: noted(&option.since_publication),
        citation: knowledge.package.citation.clone(),
        citation_url: knowledge.package.citation_url.clone(),
        cut_off: knowledge.package.reference.evidence_cut_off.clone(),
    }
}

/// An aspect, with the statements behind what it asks for where they are not its own.
fn aspect(knowledge: &Knowledge, aspect: &Aspect) -> Sentence {
    let mut statements = aspect.statements.clone();
    let asked = aspect.when.iter().filter_map(|id| knowledge.criteria.get(id));
    for id in asked.flat_map(|criterion| &criterion.statements) {
        if !statements.contains(id) {
            statements.push(id.clone());
        }
    }
    titled(knowledge, &aspect.label, &statements)
}

fn roles(knowledge: &Knowledge, option: &OptionKnowledge) -> Vec<RoleView> {
    let of_role = |role: Role| -> Vec<CriterionView> {
        let ids = option.criteria.iter().filter(|(_, each)| *each == role);
        ids.filter_map(|(id, _)| {
            Some(CriterionView {
                rule: rule(knowledge, id, Some(option))?,
                examples: examples::of_criterion(knowledge, &option.id, id),
            })
        })
        .collect()
    };
    ROLES
        .into_iter()
        .map(|(role, meaning)| RoleView {
            title: words::capitalised(words::role(role)),
            meaning,
            criteria: of_role(role),
        })
        .filter(|role| !role.criteria.is_empty())
        .collect()
}
