//! The engine: facts to an assessment. It cannot fail and reads nothing but its arguments.

mod calls;
mod criteria;
mod discrepancies;
mod functional;
mod given;
mod grade;
mod options;
mod outcomes;
mod pathway;
mod report;
mod settles;
mod stage;
mod stands;
mod tested;
mod truth;
mod verdicts;
mod view;
pub(crate) mod words;

use crate::assessment::{Assessment, Gate, NotReadReport, PatientReport, ProblemReport};
use crate::knowledge::Knowledge;
use criteria::Evaluation;
use fhir_profiles::Facts;
use fhir_profiles::facts::Person;
use stands::Stands;
use view::View;

/// Works out grade, stages, the verdict of every option, discrepancies and what is missing, for the day of `facts`.
///
/// The same knowledge and facts give the same assessment, byte for byte.
pub fn assess(knowledge: &Knowledge, facts: &Facts) -> Assessment {
    let view = View::from(facts);
    let given = given::given(knowledge, facts);
    let mut stands = Stands::of(knowledge, view, &given);
    let gate = stands.gate;
    let mut evaluation = Evaluation::new(knowledge, view);
    let judged = match gate {
        Gate::Passed => options::judged(&mut evaluation),
        _ => Vec::new(),
    };
    let conflicting = report::conflicting(&mut evaluation);
    let discrepancies = discrepancies::all(&evaluation, &stands, &given, &conflicting);
    let outcomes = &mut stands.outcomes;
    let pathway = (gate == Gate::Passed).then(|| pathway::pathway(outcomes, &judged, given));
    let missing = settles::ranked(outcomes, &options::open(&judged));
    Assessment {
        knowledge: knowledge.package.reference.clone(),
        as_of: facts.as_of().to_string(),
        subject: facts.subject().map(str::to_owned),
        patient: patient(facts.person()),
        gate,
        grade: evaluation.grade.report(knowledge, view),
        discrepancies,
        facts: report::facts(&evaluation, &conflicting),
        stage: stands.stage,
        options: options::reports(&evaluation, &judged),
        missing,
        pathway,
        mentions: report::mentions(facts),
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

fn patient(person: &Person) -> Option<PatientReport> {
    (person.deceased || person.replaced).then(|| PatientReport {
        deceased: person.deceased,
        deceased_on: person.deceased_on.map(|day| day.to_string()),
        replaced: person.replaced,
    })
}
