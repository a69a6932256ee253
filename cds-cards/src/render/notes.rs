//! Which notes since publication hold for a patient: a note is shown only where it does.

use super::evidence::{Note, note};
use crate::assessment::{Assessment, FactReport, GivenState, OptionReport, Reason, Status, Verdict};
use crate::knowledge::{Knowledge, SinceNote, When};
use fhir_profiles::FactId;
use std::collections::BTreeMap;

/// The option whose being ruled out makes the intent palliative (specification, section 5b, Intent).
const CURATIVE: &str = "curative-resection";

/// Whether a note holds for a patient, beside an option if it stands beside one.
pub fn holds(note: &SinceNote, assessment: &Assessment, beside: Option<&str>) -> bool {
    note.holds.iter().any(|when| applies(when, assessment, beside))
}

fn applies(when: &When, assessment: &Assessment, beside: Option<&str>) -> bool {
    let fact = |id: &FactId| assessment.facts.get(id);
    match when {
        When::Page => false,
        When::Grade(grade) => assessment.grade.value.as_ref() == Some(grade),
        When::Recorded(id) => fact(id).is_some_and(|report| report.status == Status::Known),
        When::NotRecorded(id) => fact(id).is_some_and(not_recorded),
        When::Says(id, word) => fact(id).is_some_and(|report| report.says(word)),
        When::Syndrome(syndrome) => {
            fact(&FactId::Functioning).is_some_and(|report| report.detail.as_ref() == Some(syndrome))
        }
        When::Option(option) => beside == Some(option.as_str()),
        When::GivenSystemic => given(assessment),
        When::Palliative => assessment
            .option(CURATIVE)
            .is_some_and(|option| matches!(option.verdict, Verdict::NotSupported | Verdict::Contraindicated)),
    }
}

/// What was not to be had, or stands in a text, may be recorded.
fn not_recorded(report: &FactReport) -> bool {
    report.reason == Some(Reason::Missing) && report.gap.is_none() && report.aside.is_none()
}

fn given(assessment: &Assessment) -> bool {
    assessment
        .treatments()
        .filter(|given| given.systemic)
        .any(|given| given.state == GivenState::Before || given.progression_since.is_some())
}

/// The notes that stand before the benefits of an option, and those that stand after.
pub fn of_option<'a>(
    knowledge: &'a Knowledge,
    assessment: &Assessment,
    option: &str,
) -> [Vec<(&'a String, &'a SinceNote)>; 2] {
    let Some(known) = knowledge.option(option) else {
        return [Vec::new(), Vec::new()];
    };
    [&known.before_benefits, &known.since_publication].map(|ids| {
        let known = ids
            .iter()
            .filter_map(|id| Some((id, knowledge.since_publication.get(id)?)));
        known
            .filter(|(_, note)| holds(note, assessment, Some(option)))
            .collect()
    })
}

/// The notes that stand before the benefits of some option, each once, in the order of the options.
pub fn before_benefits<'a>(
    knowledge: &'a Knowledge,
    assessment: &Assessment,
) -> Vec<(&'a String, &'a SinceNote)> {
    let mut found: Vec<(&String, &SinceNote)> = Vec::new();
    for option in &assessment.options {
        let [before, _] = of_option(knowledge, assessment, &option.id);
        for (id, note) in before {
            if !found.iter().any(|(known, _)| *known == id) {
                found.push((id, note));
            }
        }
    }
    found
}

/// The notes of an option that the review advises against: those that the patient's own record calls for.
pub(super) fn of_finding<'a>(
    knowledge: &'a Knowledge,
    assessment: &'a Assessment,
    option: &OptionReport,
) -> impl Iterator<Item = &'a String> + use<'a> {
    let ids = knowledge
        .option(&option.id)
        .into_iter()
        .flat_map(|known| known.all_notes());
    ids.filter(move |id| {
        let note = knowledge.since_publication.get(*id);
        note.is_some_and(|note| holds(note, assessment, None))
    })
}

/// Every note that holds for the patient whatever option it stands beside, for templates that name the ones they need.
pub(super) fn of_patient(knowledge: &Knowledge, assessment: &Assessment) -> BTreeMap<String, Note> {
    let known = knowledge.since_publication.iter();
    known
        .filter(|(_, known)| holds(known, assessment, None))
        .map(|(id, known)| (id.clone(), note(id, known)))
        .collect()
}
