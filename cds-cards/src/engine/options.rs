//! Verdicts of the options, which follow from their criteria and from nothing else (specification, section 1).

use super::criteria::{Evaluated, Evaluation, leaves_open};
use super::words::{aside, gap_among, lacking};
use crate::assessment::{CriterionReport, OptionReport, Outcome, Reason, Role, Verdict, lack};
use crate::knowledge::{Aspect, OptionKnowledge};
use fhir_profiles::{FactId, Facts};
use std::collections::BTreeMap;

/// Every option in presentation order, and for each unknown fact the options with an unknown criterion that reads it,
/// by position, with those criteria.
pub(super) fn all<'a>(evaluation: &mut Evaluation<'a>) -> (Vec<OptionReport>, Open<'a>) {
    let mut reports: Vec<(usize, OptionReport)> = Vec::new();
    let mut open = Open::new();
    for (position, option, worked, verdict) in worked_out(evaluation) {
        for ((id, _), (e, _)) in option.criteria.iter().zip(&worked) {
            for fact in &e.open {
                let options = open.entry(*fact).or_default();
                options.entry(position).or_default().push(id);
            }
        }
        reports.push((position, report(evaluation, option, worked, verdict)));
    }
    reports.sort_by_key(|(position, report)| (report.group, report.verdict, *position));
    (reports.into_iter().map(|(_, report)| report).collect(), open)
}

/// Ids of the unknown criteria that read a fact, by the position of their option in the specification's table.
pub(super) type Open<'a> = BTreeMap<FactId, BTreeMap<usize, Vec<&'a String>>>;

/// An option with its position, its criteria worked out and its verdict.
type WorkedOut<'a> = (usize, &'a OptionKnowledge, Vec<(Evaluated, Role)>, Verdict);

/// Every option, those first to which others refer.
fn worked_out<'a>(evaluation: &mut Evaluation<'a>) -> Vec<WorkedOut<'a>> {
    let knowledge = evaluation.knowledge;
    let mut all = Vec::new();
    for position in &knowledge.evaluation_order {
        let Some(option) = knowledge.options.get(*position) else {
            continue;
        };
        let worked: Vec<(Evaluated, Role)> = option
            .criteria
            .iter()
            .map(|(id, role)| (evaluation.criterion(id), *role))
            .collect();
        let verdict = verdict(&worked);
        evaluation.keep_option(option, verdict);
        all.push((*position, option, worked, verdict));
    }
    all
}

/// The verdict of every option alone, in the order of the specification's table; what the gate says is not asked.
pub(super) fn verdicts(evaluation: &mut Evaluation<'_>) -> Vec<Verdict> {
    let mut all: Vec<(usize, Verdict)> = worked_out(evaluation)
        .into_iter()
        .map(|(position, .., verdict)| (position, verdict))
        .collect();
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, verdict)| verdict).collect()
}

/// The first line of the specification's table that fits.
fn verdict(worked: &[(Evaluated, Role)]) -> Verdict {
    let any = |test: &dyn Fn(&Evaluated, Role) -> bool| worked.iter().any(|(e, role)| test(e, *role));
    if any(&|e, role| contraindicates(e, role)) {
        Verdict::Contraindicated
    } else if any(&|e, _| e.truth.outcome() == Outcome::NotMet) {
        Verdict::NotSupported
    } else if any(&|e, role| leaves_open(e, role)) {
        Verdict::Undetermined
    } else if any(&|e, _| e.truth.outcome() == Outcome::Unknown) {
        Verdict::Provisional
    } else {
        Verdict::Supported
    }
}

fn contraindicates(e: &Evaluated, role: Role) -> bool {
    role == Role::Contraindication && e.truth.outcome() == Outcome::NotMet
}

/// Whether a criterion makes the verdict what it is.
fn decides(e: &Evaluated, role: Role, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Contraindicated => contraindicates(e, role),
        Verdict::NotSupported => e.truth.outcome() == Outcome::NotMet,
        Verdict::Undetermined => leaves_open(e, role),
        Verdict::Provisional => e.truth.outcome() == Outcome::Unknown,
        Verdict::Supported => false,
    }
}

fn report(
    evaluation: &mut Evaluation<'_>,
    option: &OptionKnowledge,
    worked: Vec<(Evaluated, Role)>,
    verdict: Verdict,
) -> OptionReport {
    let ids = || option.criteria.iter().map(|(id, _)| id);
    let deciding: Vec<String> = ids()
        .zip(&worked)
        .filter(|(_, (e, role))| decides(e, *role, verdict))
        .map(|(id, _)| id.clone())
        .collect();
    let criteria: Vec<CriterionReport> = ids()
        .zip(worked)
        .map(|(id, (e, role))| criterion_report(evaluation, option, id, e, role))
        .collect();
    let gaps = criteria.iter().filter(|c| deciding.contains(&c.id));
    OptionReport {
        id: option.id.clone(),
        group: option.group,
        verdict,
        gap: gaps.filter_map(|c| c.gap).max(),
        variants: applying(evaluation, &option.variants),
        criteria,
        deciding,
        favours: applying(evaluation, &option.favours),
        cautions: applying(evaluation, &option.cautions),
    }
}

fn criterion_report(
    evaluation: &Evaluation<'_>,
    option: &OptionKnowledge,
    id: &str,
    e: Evaluated,
    role: Role,
) -> CriterionReport {
    let criterion = evaluation.knowledge.criteria.get(id);
    let statements = criterion.map_or(&[][..], |criterion| option.statements_of(criterion));
    let reason = e.truth.reason();
    let facts = evaluation.facts;
    let missing = reason == Some(Reason::Missing);
    let gaps = e.open.iter().filter(|_| missing);
    CriterionReport {
        gap: gap_among(facts, gaps),
        aside: alone(&e)
            .and_then(|fact| aside(facts.get(fact)))
            .filter(|_| missing)
            .or(e.doubt.clone()),
        lack: reason.map(|reason| why_open(facts, &e, reason)),
        id: id.to_owned(),
        role,
        outcome: e.truth.outcome(),
        reason,
        interpretation: e.interpretation || option.interpreted.contains(id),
        borderline: e.borderline,
        facts: e.facts,
        statements: statements.to_vec(),
        because: e.because,
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
fn why_open(facts: &Facts, e: &Evaluated, reason: Reason) -> String {
    let first = e.open.iter().find_map(|id| {
        let fact = facts.get(*id);
        Some((*id, lacking(fact, fact.readings().err()?)))
    });
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
fn applying(evaluation: &mut Evaluation<'_>, aspects: &[Aspect]) -> Vec<String> {
    aspects
        .iter()
        .filter(|aspect| {
            aspect
                .when
                .iter()
                .all(|id| evaluation.criterion(id).truth.outcome() == Outcome::Met)
        })
        .map(|aspect| aspect.id.clone())
        .collect()
}
