//! The criteria of one option for one patient: outcome, reason, the facts read with their records, the review's words.

use super::case::{FactView, one, outcome};
use super::quotes::{Quote, Sentence, quotes, sentence, titled};
use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, CriterionReport, OptionReport};
use cds_cards::knowledge::{Aspect, Test};
use cds_cards::render::words;
use serde::Serialize;

/// How deep options that refer to options are followed.
const DEPTH: usize = 2;

/// The chosen option.
#[derive(Debug, Serialize)]
pub(super) struct Tree {
    id: String,
    label: String,
    group: &'static str,
    verdict: &'static str,
    word: &'static str,
    restriction: Option<Sentence>,
    criteria: Vec<Branch>,
    variants: Vec<Sentence>,
    favours: Vec<Sentence>,
    cautions: Vec<Sentence>,
}

#[derive(Debug, Serialize)]
struct Branch {
    id: String,
    label: String,
    role: &'static str,
    outcome: &'static str,
    word: String,
    because: String,
    mark: &'static str,
    borderline: bool,
    note: Option<String>,
    facts: Vec<FactView>,
    quotes: Vec<Quote>,
    /// What a compound is made of.
    parts: Vec<String>,
    /// The option whose verdict it reads.
    option: Option<Box<Tree>>,
}

/// The tree of an option, if the assessment has it.
pub(super) fn tree(knowledge: &Knowledge, assessment: &Assessment, id: &str) -> Option<Tree> {
    option(knowledge, assessment, id, DEPTH)
}

fn option(knowledge: &Knowledge, assessment: &Assessment, id: &str, depth: usize) -> Option<Tree> {
    let report = assessment.option(id)?;
    let known = knowledge.option(id)?;
    let aspects = |known: &[Aspect], ids: &[String]| -> Vec<Sentence> {
        let applying = known.iter().filter(|aspect| ids.contains(&aspect.id));
        applying
            .map(|aspect| titled(knowledge, &aspect.label, &aspect.statements))
            .collect()
    };
    Some(Tree {
        id: report.id.clone(),
        label: known.label.clone(),
        group: words::group(report.group),
        verdict: report.verdict.as_str(),
        word: words::verdict_of(report),
        restriction: known.restriction.as_ref().map(|cited| sentence(knowledge, cited)),
        criteria: branches(knowledge, assessment, report, depth),
        variants: aspects(&known.variants, &report.variants),
        favours: aspects(&known.favours, &report.favours),
        cautions: aspects(&known.cautions, &report.cautions),
    })
}

fn branches(
    knowledge: &Knowledge,
    assessment: &Assessment,
    option: &OptionReport,
    depth: usize,
) -> Vec<Branch> {
    let criteria = option.criteria.iter();
    criteria
        .map(|report| branch(knowledge, assessment, report, depth))
        .collect()
}

fn branch(knowledge: &Knowledge, assessment: &Assessment, report: &CriterionReport, depth: usize) -> Branch {
    let known = knowledge.criteria.get(&report.id);
    let (outcome, word) = outcome(report);
    let refers = match known.map(|known| &known.test) {
        Some(Test::Option { option, .. }) => Some(option),
        _ => None,
    };
    let nested = depth
        .checked_sub(1)
        .and_then(|depth| option(knowledge, assessment, refers?, depth));
    Branch {
        id: report.id.clone(),
        label: words::label(knowledge, &report.id).to_owned(),
        role: words::role(report.role),
        outcome,
        word,
        because: report.because.clone(),
        mark: words::mark(report),
        borderline: report.borderline,
        note: known.and_then(|known| known.note.clone()),
        // The facts of another option stand in that option's own tree.
        facts: if nested.is_some() {
            Vec::new()
        } else {
            report
                .facts
                .iter()
                .filter_map(|id| one(assessment, *id))
                .collect()
        },
        quotes: quotes(knowledge, &report.statements),
        parts: known
            .map(|known| known.test.parts())
            .unwrap_or_default()
            .iter()
            .map(|id| words::label(knowledge, id).to_owned())
            .collect(),
        option: nested.map(Box::new),
    }
}
