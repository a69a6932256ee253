//! What the review does not look at and the record says: the first thing that a clinician reads.

use super::words;
use crate::assessment::{Assessment, FactValue, PatientReport, Reason, Status};
use crate::knowledge::Knowledge;
use fhir_profiles::FactId;

/// A line for each: `Pregnancy: recorded, not looked at by the review`; the age of somebody who may be no adult.
pub fn outside(knowledge: &Knowledge, assessment: &Assessment) -> Vec<String> {
    let recorded = knowledge.package.outside.iter().filter_map(|id| {
        let report = assessment.facts.get(id)?;
        let present = report.status == Status::Known && report.says("present");
        let what = match report.reason {
            None if present => "recorded",
            Some(Reason::Conflicting) => words::reason(Reason::Conflicting),
            _ => return None,
        };
        let label = &id.info().label;
        Some(format!("{label}: {what}, not looked at by the review"))
    });
    let person = assessment.patient.iter().flat_map(person);
    person
        .chain(recorded)
        .chain(young(knowledge, assessment))
        .collect()
}

/// Whose record it is: one that nobody can act on any more.
pub(super) fn person(report: &PatientReport) -> Vec<String> {
    let on = report
        .deceased_on
        .as_ref()
        .map_or_else(String::new, |day| format!(" ({day})"));
    let deceased = report.deceased.then(|| format!("Recorded as deceased{on}"));
    let replaced = report
        .replaced
        .then(|| "This record was replaced by another: open that one".to_owned());
    deceased.into_iter().chain(replaced).collect()
}

fn young(knowledge: &Knowledge, assessment: &Assessment) -> Option<String> {
    let (adult, what) = &knowledge.package.adults;
    let age = assessment.facts.get(&FactId::Age)?;
    let years = match (&age.value, &age.range) {
        (Some(FactValue::Number(years)), _) => *years,
        // Of an interval the lowest: nobody is taken for an adult who may not be one.
        (_, Some(range)) => range.low?,
        _ => return None,
    };
    (years < *adult).then(|| format!("Age {}. {what}", words::value(age).unwrap_or_default()))
}

/// The genetic syndromes on record, as a clinician writes them; they decide nothing.
pub fn genetic_syndromes(assessment: &Assessment) -> Option<String> {
    let report = assessment.facts.get(&FactId::GeneticSyndrome)?;
    let Some(FactValue::Words(found)) = report.value.as_ref() else {
        return None;
    };
    let names: Vec<String> = found.iter().map(|word| word.to_uppercase()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
