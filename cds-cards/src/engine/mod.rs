//! The engine: facts to an assessment. It cannot fail and reads nothing but its arguments.

mod calls;
mod criteria;
mod discrepancies;
mod functional;
mod grade;
mod options;
mod report;
mod stage;
mod truth;
mod words;

use crate::assessment::{Assessment, Gate, MissingFact, NotReadReport, ProblemReport, Settles, StageReport};
use crate::knowledge::Knowledge;
use criteria::Evaluation;
use fhir_profiles::{FactId, Facts};
use stage::{Staging, StagingFacts};
use std::collections::BTreeMap;

/// Works out grade, stages, the verdict of every option, discrepancies and what is missing, for the day of `facts`.
///
/// The same knowledge and facts give the same assessment, byte for byte.
pub fn assess(knowledge: &Knowledge, facts: &Facts) -> Assessment {
    let gate = gate(facts);
    let mut evaluation = Evaluation::new(knowledge, facts);
    let (options, open) = if gate == Gate::Passed {
        options::all(&mut evaluation)
    } else {
        (Vec::new(), BTreeMap::new())
    };
    let staging = StagingFacts::new(facts);
    let stage = StageReport {
        enets: stage::stage(knowledge, Staging::Enets, staging),
        ajcc7: stage::stage(knowledge, Staging::Ajcc7, staging),
    };
    let conflicting = report::conflicting(&mut evaluation);
    Assessment {
        knowledge: knowledge.package.reference.clone(),
        as_of: facts.as_of().to_string(),
        subject: facts.subject().map(str::to_owned),
        gate,
        grade: evaluation.grade.report(knowledge, facts),
        discrepancies: discrepancies::all(&evaluation, &stage, &conflicting),
        facts: report::facts(&evaluation, &conflicting),
        stage,
        options,
        missing: ranked(open),
        pathway: None,
        not_read: facts
            .not_read()
            .iter()
            .map(|record| NotReadReport {
                reference: record.reference.clone(),
                what: record.what.clone(),
                date: record.date.map(|date| date.to_string()),
                why: record.why,
            })
            .collect(),
        problems: facts
            .problems()
            .iter()
            .map(|p| ProblemReport {
                place: p.place.clone(),
                problem: p.what.clone(),
            })
            .collect(),
        principles: knowledge.package.principles.clone(),
    }
}

/// Unknown does not pass the gate.
fn gate(facts: &Facts) -> Gate {
    if !facts.get(FactId::Pnet).is("present") {
        Gate::NoPnet
    } else if !facts.get(FactId::LiverMetastases).is("present") {
        Gate::NoLiverMetastases
    } else {
        Gate::Passed
    }
}

/// Facts by the number of options that they would help to settle; of equal ones the catalogue's order stands.
fn ranked(open: BTreeMap<FactId, usize>) -> Vec<MissingFact> {
    let mut missing: Vec<MissingFact> = open
        .into_iter()
        .map(|(fact, most)| MissingFact {
            fact,
            settles: Settles { least: 0, most },
            needed_for: Vec::new(),
        })
        .collect();
    missing.sort_by_key(|m| std::cmp::Reverse(m.settles.most));
    missing
}
