//! The patients of a population: whose each record is, who may have a PNET, and the charts of these.

use super::named::NamedFile;
use super::progress::Progress;
use super::units::entries;
use crate::errors::ErrorCode;
use crate::evaluator::Evaluator;
use cds_cards::Assessment;
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::chart::{AddedKind, ChartBuilder, ChartError};
use fhir_profiles::facts::Gap;
use fhir_profiles::json::{Budget, Document, Json};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
const MEDICATION: &str = "Medication";

/// Everyone, in the order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Population {
    patients: Vec<Patient>,
    by_id: HashMap<String, usize>,
    skipped: u64,
    /// Medications that stand in files of their own, by their reference.
    medications: BTreeMap<String, Box<str>>,
}

#[derive(Debug)]
struct Patient {
    subject: String,
    /// Whether anything on record may name a PNET, or could not be read.
    suspect: bool,
    /// Conditions on record; without one, finding no PNET means nothing.
    conditions: usize,
    /// What Bundles of the patient's say that is not there.
    gaps: BTreeSet<&'static str>,
    records: Vec<Box<str>>,
}

impl Patient {
    /// Whether nothing was there in which a PNET would stand.
    fn is_unseen(&self) -> bool {
        self.conditions == 0 && !self.suspect
    }

    /// What another record says of the same patient.
    fn add(&mut self, other: Self) {
        self.suspect |= other.suspect;
        self.conditions += other.conditions;
        self.gaps.extend(other.gaps);
    }
}

/// Whose a record is.
enum Owner {
    Patient(Patient),
    Several,
    Nobody,
    Fault(&'static str),
}

impl Population {
    /// Reads the files; what cannot be used is told and counted.
    pub(super) fn read(files: &[NamedFile], evaluator: &Evaluator, progress: &mut Progress) -> Self {
        let mut all = Self::default();
        for file in files {
            file.each(|place, unit| {
                progress.step("patients");
                match unit {
                    Ok(json) => all.meet(place, json, evaluator, progress),
                    Err(what) => all.skip(place, &what, progress),
                }
            });
        }
        progress.restart();
        for file in files {
            file.each(|_, unit| {
                progress.step("charts");
                if let Ok(json) = unit {
                    all.keep(json, evaluator);
                }
            });
        }
        let wanted = all.medications_referred_to();
        if !wanted.is_empty() {
            progress.restart();
            for file in files {
                file.each(|_, unit| {
                    progress.step("medications");
                    if let Ok(json) = unit {
                        all.keep_medication(json, &wanted);
                    }
                });
            }
        }
        all
    }

    fn skip(&mut self, place: &str, what: &str, progress: &Progress) {
        progress.fault(place, what);
        self.skipped += 1;
    }

    fn meet(&mut self, place: &str, json: Json<'_>, evaluator: &Evaluator, progress: &Progress) {
        match owner(json, evaluator) {
            Owner::Patient(found) => {
                let last = self.patients.len();
                let index = *self.by_id.entry(found.subject.clone()).or_insert(last);
                match self.patients.get_mut(index) {
                    Some(patient) => patient.add(found),
                    None => self.patients.push(found),
                }
            }
            Owner::Several => {
                for (index, entry) in entries(json).into_iter().enumerate() {
                    let place = format!("{place}: entry {}", index + 1);
                    match entry {
                        Ok(Some(entry)) => self.meet(&place, entry, evaluator, progress),
                        Ok(None) => {}
                        Err(what) => self.skip(&place, what, progress),
                    }
                }
            }
            Owner::Nobody => {}
            Owner::Fault(what) => self.skip(place, what, progress),
        }
    }

    fn keep(&mut self, json: Json<'_>, evaluator: &Evaluator) {
        match owner(json, evaluator) {
            Owner::Patient(found) => {
                let index = self.by_id.get(&found.subject).copied();
                if let Some(patient) = index.and_then(|index| self.patients.get_mut(index))
                    && patient.suspect
                {
                    patient.records.push(json.raw().into());
                }
            }
            Owner::Several => resources(json).for_each(|entry| self.keep(entry, evaluator)),
            Owner::Nobody | Owner::Fault(_) => {}
        }
    }

    fn medications_referred_to(&self) -> BTreeSet<String> {
        let records = self.patients.iter().flat_map(|patient| &patient.records);
        records.flat_map(|record| references(record)).collect()
    }

    fn keep_medication(&mut self, json: Json<'_>, wanted: &BTreeSet<String>) {
        let said = |key| json.get(key).and_then(Json::text);
        match (said("resourceType"), said("id")) {
            (Some(MEDICATION), Some(id)) => {
                let reference = format!("{MEDICATION}/{id}");
                if wanted.contains(&reference) {
                    self.medications.insert(reference, json.raw().into());
                }
            }
            (Some("Bundle"), _) => {
                for entry in resources(json) {
                    self.keep_medication(entry, wanted);
                }
            }
            _ => {}
        }
    }

    /// One assessment a patient.
    pub(super) fn assessments<'p>(
        &'p self,
        evaluator: &'p Evaluator,
        as_of: Date,
    ) -> impl Iterator<Item = Assessment> + 'p {
        self.patients.iter().filter_map(move |patient| {
            let documents = read(&patient.records);
            let mut chart = ChartBuilder::new(Some(&patient.subject));
            for document in &documents {
                chart.add(document.root());
            }
            self.doubt(patient, &mut chart, evaluator.codes.catalogue());
            let referred: BTreeSet<String> = patient
                .records
                .iter()
                .flat_map(|record| references(record))
                .collect();
            let medications = referred
                .iter()
                .filter_map(|reference| self.medications.get(reference));
            let medications = read(medications);
            for medication in &medications {
                chart.add(medication.root());
            }
            // Each record was found to be of this patient when it was read.
            let chart = chart.finish().ok()?;
            Some(evaluator.assess(&chart, as_of))
        })
    }

    /// Says in a patient's chart what makes it less than whole.
    fn doubt(&self, patient: &Patient, chart: &mut ChartBuilder<'_>, catalogue: &Catalogue) {
        for gap in &patient.gaps {
            chart.report("Bundle", *gap);
            chart.gap_of_all(Gap::Partial);
        }
        if patient.is_unseen() {
            chart.report("Condition", ErrorCode::MissingConditions.text());
            chart.gap(catalogue.of_theme("conditions"), Gap::NotSupplied);
        }
        if self.skipped > 0 {
            let what = format!(
                "{} of the population skipped, which may be this patient's",
                self.skipped
            );
            chart.report("records", what);
            chart.gap_of_all(Gap::SetAside);
        }
    }

    /// Whether everything was read, and there was somebody to read about, and something of everybody to look at.
    pub(super) fn is_whole(&self) -> bool {
        let seen = |patient: &Patient| !patient.is_unseen() && patient.gaps.is_empty();
        self.skipped == 0 && !self.patients.is_empty() && self.patients.iter().all(seen)
    }

    /// How many there are, in one line.
    pub(super) fn summary(&self) -> String {
        let suspects = self.patients.iter().filter(|patient| patient.suspect).count();
        let patients = self.patients.len();
        let skipped = match self.skipped {
            0 => String::new(),
            1 => "; 1 record skipped, so a chart may be incomplete".to_owned(),
            skipped => format!("; {skipped} records skipped, so some charts may be incomplete"),
        };
        let count = |is: fn(&Patient) -> bool| self.patients.iter().filter(|patient| is(patient)).count();
        let unseen = match count(Patient::is_unseen) {
            0 => String::new(),
            unseen => format!("; of {unseen} {}", ErrorCode::MissingConditions.text()),
        };
        let partial = match count(|patient| !patient.gaps.is_empty()) {
            0 => String::new(),
            partial => format!("; the charts of {partial} are incomplete"),
        };
        format!(
            "{patients} patients, {suspects} with something on record that may be a PNET{skipped}{unseen}{partial}"
        )
    }
}

fn owner(json: Json<'_>, evaluator: &Evaluator) -> Owner {
    let mut chart = ChartBuilder::new(None);
    let added = chart.add(json);
    match added.kind {
        AddedKind::Malformed | AddedKind::Null => return Owner::Fault("no FHIR resource"),
        AddedKind::Outcome if added.resources == 0 => return Owner::Fault("reports that the export failed"),
        AddedKind::Empty => return Owner::Nobody,
        AddedKind::Outcome | AddedKind::Resources(_) => {}
    }
    match chart.finish() {
        Ok(chart) => match chart.subject() {
            Some(subject) => Owner::Patient(Patient {
                subject: subject.to_owned(),
                suspect: chart.may_have_pnet(&evaluator.codes) || chart.unreadable_conditions() > 0,
                conditions: chart.conditions(),
                gaps: added.gaps().collect(),
                records: Vec::new(),
            }),
            None => without_patient(json),
        },
        Err(ChartError::SeveralPatients | ChartError::AnotherPatient) => Owner::Several,
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

/// Records as they were kept; each was read before.
fn read<'r>(records: impl IntoIterator<Item = &'r Box<str>>) -> Vec<Document<'r>> {
    let texts = records.into_iter().map(AsRef::<str>::as_ref);
    texts
        .filter_map(|text| Document::parse(text, &Budget::FILE).ok())
        .collect()
}

/// The resources of a Bundle that can be read.
fn resources(bundle: Json<'_>) -> impl Iterator<Item = Json<'_>> {
    let read = entries(bundle).into_iter().map(Result::ok);
    read.flatten().flatten()
}

/// The Medications that a record refers to.
fn references(record: &str) -> impl Iterator<Item = String> + '_ {
    record.split("\"Medication/").skip(1).filter_map(|rest| {
        let (id, _) = rest.split_once('"')?;
        Some(format!("{MEDICATION}/{}", id.split("/_history").next()?))
    })
}
