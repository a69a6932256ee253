//! Verdicts of the options, which follow from their criteria and from nothing else (specification, section 1).

use super::criteria::{Evaluated, Evaluation};
use super::verdicts::{contraindicates, leaves_open, verdict};
use super::view::View;
use super::words::{aside, gap_among, lacking};
use crate::assessment::{CriterionReport, OptionReport, Outcome, Reason, Role, Verdict, lack};
use crate::knowledge::{Aspect, OptionKnowledge};
use fhir_profiles::FactId;
use std::collections::BTreeMap;
use std::rc::Rc;

/// An option with its verdict and what made it.
pub(super) struct Judged<'a> {
    pub(super) option: &'a OptionKnowledge,
    pub(super) verdict: Verdict,
    pub(super) criteria: Vec<(Rc<Evaluated>, Role)>,
    /// Those that apply.
    pub(super) variants: Vec<String>,
    pub(super) favours: Vec<String>,
    pub(super) cautions: Vec<String>,
}

/// Every option, in the order of the specification's table.
pub(super) fn judged<'a>(evaluation: &mut Evaluation<'a>) -> Vec<Judged<'a>> {
    let knowledge = evaluation.knowledge;
    let known = knowledge
        .options
        .iter()
        .zip(&knowledge.compiled.options)
        .enumerate();
    known
        .map(|(position, (option, rule))| {
            let criteria = evaluation.criteria_of(position);
            Judged {
                option,
                verdict: verdict(criteria.iter().map(|(e, role)| (e.truth, *role))),
                criteria,
                variants: applying(evaluation, &option.variants, &rule.variants),
                favours: applying(evaluation, &option.favours, &rule.favours),
                cautions: applying(evaluation, &option.cautions, &rule.cautions),
            }
        })
        .collect()
}

/// Every option in presentation order.
pub(super) fn reports(evaluation: &Evaluation<'_>, judged: &[Judged<'_>]) -> Vec<OptionReport> {
    let mut in_order: Vec<(usize, &Judged<'_>)> = judged.iter().enumerate().collect();
    in_order.sort_by_key(|(position, judged)| (judged.option.group, judged.verdict, *position));
    in_order
        .into_iter()
        .map(|(_, judged)| report(evaluation, judged))
        .collect()
}

/// For each unknown fact the options with an unknown criterion that reads it, by position, with those criteria.
pub(super) fn open<'a>(judged: &[Judged<'a>]) -> Open<'a> {
    let mut open = Open::new();
    for (position, judged) in judged.iter().enumerate() {
        for ((id, _), (e, _)) in judged.option.criteria.iter().zip(&judged.criteria) {
            for fact in &e.open {
                let options = open.entry(*fact).or_default();
                options.entry(position).or_default().push(id);
            }
        }
    }
    open
}

/// Ids of the unknown criteria that read a fact, by the position of their option in the specification's table.
pub(super) type Open<'a> = BTreeMap<FactId, BTreeMap<usize, Vec<&'a String>>>;

/// Whether a criterion makes the verdict what it is.
fn decides(e: &Evaluated, role: Role, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Contraindicated => contraindicates(e.truth, role),
        Verdict::NotSupported => e.truth.outcome() == Outcome::NotMet,
        Verdict::Undetermined => leaves_open(e.truth, role),
        Verdict::Provisional => e.truth.outcome() == Outcome::Unknown,
        Verdict::Supported => false,
    }
}

fn report(evaluation: &Evaluation<'_>, judged: &Judged<'_>) -> OptionReport {
    let option = judged.option;
    let of_option = || option.criteria.iter().map(|(id, _)| id).zip(&judged.criteria);
    let deciding: Vec<String> = of_option()
        .filter(|(_, (e, role))| decides(e, *role, judged.verdict))
        .map(|(id, _)| id.clone())
        .collect();
    let criteria: Vec<CriterionReport> = of_option()
        .map(|(id, (e, role))| criterion_report(evaluation, option, id, e, *role))
        .collect();
    let gaps = criteria.iter().filter(|c| deciding.contains(&c.id));
    OptionReport {
        id: option.id.clone(),
        group: option.group,
        verdict: judged.verdict,
        gap: gaps.filter_map(|c| c.gap).max(),
        variants: judged.variants.clone(),
        criteria,
        deciding,
        favours: judged.favours.clone(),
        cautions: judged.cautions.clone(),
    }
}

fn criterion_report(
    evaluation: &Evaluation<'_>,
    option: &OptionKnowledge,
    id: &str,
    e: &Evaluated,
    role: Role,
) -> CriterionReport {
    let criterion = evaluation.knowledge.criteria.get(id);
    let statements = criterion.map_or(&[][..], |criterion| option.statements_of(criterion));
    let reason = e.truth.reason();
    let facts = evaluation.facts;
    let missing = reason == Some(Reason::Missing);
    let gaps = e.open.iter().filter(|_| missing);
    let of_site = e.of_site || option.of_site.contains(id);
    CriterionReport {
        gap: gap_among(facts, gaps),
        aside: alone(e)
            .and_then(|fact| aside(facts.get(fact)))
            .filter(|_| missing)
            .or(e.doubt.clone()),
        lack: reason.map(|reason| why_open(facts, e, reason)),
        id: id.to_owned(),
        role,
        outcome: e.truth.outcome(),
        reason,
        interpretation: e.interpretation || option.interpreted.contains(id) || of_site,
        of_site,
        borderline: e.borderline,
        facts: e.facts.clone(),
        statements: statements.to_vec(),
        because: e.because.clone(),
    }
}

/// The fact of a criterion that reads one alone.
fn alone(e: &Evaluated) -> Option<FactId> {
    match e.facts.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// What leaves a criterion open: the lack of its one fact, or of several the first without which it cannot be settled.
fn why_open(facts: View<'_>, e: &Evaluated, reason: Reason) -> String {
    let first = e
        .open
        .iter()
        .find_map(|id| Some((*id, lacking(facts.get(*id), facts.readings(*id).err()?))));
    match first {
        _ if matches!(reason, Reason::Judgement | Reason::Conflicting) => lack(reason, None, None).to_owned(),
        Some((id, text)) if alone(e) == Some(id) => text,
        Some((id, text)) => {
            let more = e.open.len() - 1;
            let more = if more == 0 {
                String::new()
            } else {
                format!(" (and {more} more)")
            };
            format!("{} {text}{more}", id.info().label)
        }
        None => lack(reason, None, None).to_owned(),
    }
}

/// Favours, cautions and variants whose conditions are all met: an unknown one is never shown as holding.
fn applying(evaluation: &mut Evaluation<'_>, aspects: &[Aspect], when: &[Vec<usize>]) -> Vec<String> {
    let mut met = |all: &Vec<usize>| {
        all.iter()
            .all(|criterion| evaluation.criterion(*criterion).truth.outcome() == Outcome::Met)
    };
    let applying = aspects.iter().zip(when).filter(|(_, when)| met(when));
    applying.map(|(aspect, _)| aspect.id.clone()).collect()
}
