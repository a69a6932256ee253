//! Whose a record is, and whether it may name a PNET.

use super::manifest;
use crate::evaluator::Evaluator;
use fhir_profiles::chart::{AddedKind, ChartBuilder, ChartError, Glances};
use fhir_profiles::json::{Json, JsonKind};

/// Kinds of which a record without a patient is a fault; others, such as Practitioner, have none.
const OF_A_PATIENT: [&str; 10] = [
    "BodyStructure",
    "Condition",
    "DiagnosticReport",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
    "Specimen",
];
pub(super) const MEDICATION: &str = "Medication";

/// What a record, or several, say of a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Met {
    /// Whether anything may name a PNET, or could not be read.
    pub(super) suspect: bool,
    /// Whether there is a Condition; without one, finding no PNET means nothing.
    pub(super) conditions: bool,
    /// What Bundles of the patient's say that is not there.
    pub(super) gaps: Vec<String>,
}

/// Whose a record is.
pub(super) enum Owner {
    Patient(String, Met),
    /// A Bundle of several patients, and what it says that is not there.
    Several(Vec<&'static str>),
    Nobody,
    Fault(&'static str),
}

/// Whose a record is; most are seen at a glance.
pub(super) fn owner(json: Json<'_>, evaluator: &Evaluator, glances: &mut Glances) -> Owner {
    match glances.at(json, &evaluator.codes) {
        Some(seen) => Owner::Patient(
            format!("Patient/{}", seen.patient),
            Met {
                suspect: seen.suspect,
                conditions: seen.condition,
                gaps: Vec::new(),
            },
        ),
        None => looked_at(json, evaluator),
    }
}

fn looked_at(json: Json<'_>, evaluator: &Evaluator) -> Owner {
    let mut chart = ChartBuilder::new(None);
    let added = chart.add(json);
    match added.kind {
        // Servers and tools put it beside the files.
        AddedKind::Malformed if manifest::is_one(json) => return Owner::Nobody,
        AddedKind::Malformed | AddedKind::Null => return Owner::Fault("no FHIR resource"),
        AddedKind::Outcome if added.resources == 0 => return Owner::Fault("reports that the export failed"),
        AddedKind::Empty => return Owner::Nobody,
        AddedKind::Outcome | AddedKind::Resources(_) => {}
    }
    match chart.finish() {
        Ok(chart) => match chart.subject() {
            Some(subject) => {
                let met = Met {
                    suspect: chart.may_have_pnet(&evaluator.codes) || chart.unreadable_conditions() > 0,
                    conditions: chart.conditions() > 0,
                    gaps: added.gaps().map(str::to_owned).collect(),
                };
                Owner::Patient(subject.to_owned(), met)
            }
            None => without_patient(json),
        },
        Err(ChartError::SeveralPatients | ChartError::AnotherPatient) => {
            Owner::Several(added.gaps().collect())
        }
        Err(ChartError::NoPatient) => without_patient(json),
    }
}

fn without_patient(json: Json<'_>) -> Owner {
    let kind = json.get("resourceType").and_then(Json::text);
    match kind {
        Some(kind) if OF_A_PATIENT.contains(&kind) => Owner::Fault("names no patient"),
        _ => Owner::Nobody,
    }
}

/// The resources of a Bundle, for one that holds several patients, or why an entry cannot be read.
pub(super) fn entries(bundle: Json<'_>) -> Vec<Result<Option<Json<'_>>, &'static str>> {
    let entries = bundle.get("entry");
    match entries.map(Json::kind) {
        None => Vec::new(),
        Some(JsonKind::List) => entries.into_iter().flat_map(Json::items).map(resource).collect(),
        Some(_) => vec![Err("entries that cannot be read")],
    }
}

fn resource(entry: Json<'_>) -> Result<Option<Json<'_>>, &'static str> {
    match entry.kind() {
        JsonKind::Object => Ok(entry.get("resource").filter(|json| !json.is_null())),
        _ => Err("an entry that cannot be read"),
    }
}

/// The Medications that a record is or holds, with their references.
pub(super) fn medications<'j>(json: Json<'j>, found: &mut Vec<(String, Json<'j>)>) {
    let said = |key| json.get(key).and_then(Json::text);
    match (said("resourceType"), said("id")) {
        (Some(MEDICATION), Some(id)) => found.push((format!("{MEDICATION}/{id}"), json)),
        (Some("Bundle"), _) => {
            for entry in entries(json).into_iter().flatten().flatten() {
                medications(entry, found);
            }
        }
        _ => {}
    }
}

/// The Medications that a record refers to.
pub(super) fn references(record: &str) -> impl Iterator<Item = String> + '_ {
    record.split("\"Medication/").skip(1).filter_map(|rest| {
        let (id, _) = rest.split_once('"')?;
        Some(format!("{MEDICATION}/{}", id.split("/_history").next()?))
    })
}
