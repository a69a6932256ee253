//! Verdicts of the options, which follow from their criteria and from nothing else (specification, section 1).

use super::criteria::{Evaluated, Evaluation};
use super::words::aside;
use crate::assessment::{CriterionReport, OptionReport, Outcome, Reason, Role, Verdict};
use crate::knowledge::{Aspect, OptionKnowledge};
use fhir_profiles::FactId;
use fhir_profiles::facts::Unknown;
use std::collections::{BTreeMap, BTreeSet};

/// Every option in presentation order, and for each unknown fact the number of options it would help to settle.
pub(super) fn all(evaluation: &mut Evaluation<'_>) -> (Vec<OptionReport>, BTreeMap<FactId, usize>) {
    let knowledge = evaluation.knowledge;
    let mut reports: Vec<(usize, OptionReport)> = Vec::new();
    let mut settles: BTreeMap<FactId, usize> = BTreeMap::new();
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
        let open: BTreeSet<FactId> = worked.iter().flat_map(|(e, _)| e.open.iter().copied()).collect();
        for fact in open {
            *settles.entry(fact).or_default() += 1;
        }
        reports.push((*position, report(evaluation, option, worked, verdict)));
    }
    reports.sort_by_key(|(position, report)| (report.group, report.verdict, *position));
    (reports.into_iter().map(|(_, report)| report).collect(), settles)
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

fn leaves_open(e: &Evaluated, role: Role) -> bool {
    role == Role::Require && e.truth.reason().is_some_and(|reason| reason != Reason::Judgement)
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
    let deciding = ids()
        .zip(&worked)
        .filter(|(_, (e, role))| decides(e, *role, verdict))
        .map(|(id, _)| id.clone())
        .collect();
    let criteria = ids()
        .zip(worked)
        .map(|(id, (e, role))| criterion_report(evaluation, option, id, e, role))
        .collect();
    OptionReport {
        id: option.id.clone(),
        group: option.group,
        verdict,
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
    let gap = e
        .open
        .iter()
        .filter_map(|fact| evaluation.facts.get(*fact).gap)
        .max();
    let missing = reason == Some(Reason::Missing);
    let asides = e.open.iter().map(|fact| evaluation.facts.get(*fact));
    let asides = asides.filter(|fact| fact.readings() == Err(Unknown::Missing));
    CriterionReport {
        aside: asides.filter(|_| missing).find_map(aside).or(e.doubt),
        id: id.to_owned(),
        role,
        outcome: e.truth.outcome(),
        reason,
        gap: gap.filter(|_| missing),
        interpretation: e.interpretation || option.interpreted.contains(id),
        borderline: e.borderline,
        facts: e.facts,
        statements: statements.to_vec(),
        because: e.because,
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
