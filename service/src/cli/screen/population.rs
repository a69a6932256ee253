//! The patients of a population: who there is, who may have a PNET, the records of these, and an assessment of each.

use super::found::{Found, Place};
use super::owner::{Met, references};
use super::part::Part;
use crate::errors::ErrorCode;
use crate::evaluator::Evaluator;
use cds_cards::Assessment;
use fhir_profiles::Facts;
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::chart::{ChartBuilder, opened, utf8_text};
use fhir_profiles::facts::Gap;
use fhir_profiles::json::{Budget, Document};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Everyone of whom a row is wanted.
#[derive(Debug)]
pub(super) struct Population {
    patients: HashMap<Box<str>, Patient>,
    /// The records of those who may have a PNET.
    records: HashMap<Box<str>, Vec<Box<str>>>,
    /// Medications that belong to nobody, by their reference; several where files differ on what one is.
    medications: BTreeMap<String, BTreeSet<Box<str>>>,
    skipped: u64,
    part: Option<Part>,
    only_suspects: bool,
    /// Whether anybody was met, also if no row is wanted of them.
    anybody: bool,
}

/// One of many: as small as can be.
#[derive(Debug, Default)]
struct Patient {
    /// Whether anything on record may name a PNET, or could not be read.
    suspect: bool,
    /// Whether a Condition is on record; without one, finding no PNET means nothing.
    conditions: bool,
    /// What Bundles of the patient's say that is not there.
    gaps: BTreeSet<String>,
}

impl Patient {
    /// Whether nothing was there in which a PNET would stand.
    fn is_unseen(&self) -> bool {
        !self.conditions && !self.suspect
    }

    fn add(&mut self, met: Met) {
        self.suspect |= met.suspect;
        self.conditions |= met.conditions;
        self.gaps.extend(met.gaps);
    }
}

impl Population {
    pub(super) fn new(part: Option<Part>, only_suspects: bool) -> Self {
        Self {
            patients: HashMap::new(),
            records: HashMap::new(),
            medications: BTreeMap::new(),
            skipped: 0,
            part,
            only_suspects,
            anybody: false,
        }
    }

    /// Takes up who is met in a block, and the texts of records that it brings.
    pub(super) fn meet(&mut self, found: &mut Found) {
        self.skipped += found.faults.len() as u64 + u64::from(found.lost.is_some());
        self.anybody |= !found.patients.is_empty();
        for (place, text) in found.records.drain(..) {
            if let (Some(seen), Place::Text(text)) = (found.patients.get(place as usize), text)
                && self.is_wanted(&seen.subject)
            {
                self.keep(&seen.subject, text);
            }
        }
        for (reference, text) in found.medications.drain(..) {
            if let Place::Text(text) = text {
                self.keep_medication(reference, text);
            }
        }
        for seen in found.patients.drain(..) {
            let met = Met {
                suspect: seen.suspect,
                conditions: seen.conditions,
                gaps: seen.gaps,
            };
            if !self.is_wanted(&seen.subject) || (self.only_suspects && !met.suspect && met.gaps.is_empty()) {
                continue;
            }
            match self.patients.get_mut(seen.subject.as_str()) {
                Some(patient) => patient.add(met),
                None => {
                    let mut patient = Patient::default();
                    patient.add(met);
                    self.patients.insert(seen.subject.into(), patient);
                }
            }
        }
    }

    fn is_wanted(&self, subject: &str) -> bool {
        self.part.is_none_or(|part| part.has(subject))
    }

    /// Something could not be used.
    pub(super) fn skip(&mut self) {
        self.skipped += 1;
    }

    /// Whether the records of a patient matter.
    pub(super) fn is_suspect(&self, subject: &str) -> bool {
        self.patients.get(subject).is_some_and(|patient| patient.suspect)
    }

    /// A record of a patient.
    pub(super) fn keep(&mut self, subject: &str, text: Box<str>) {
        match self.records.get_mut(subject) {
            Some(records) => records.push(text),
            None => drop(self.records.insert(subject.into(), vec![text])),
        }
    }

    /// A Medication that belongs to nobody.
    pub(super) fn keep_medication(&mut self, reference: String, text: Box<str>) {
        self.medications.entry(reference).or_default().insert(text);
    }

    /// The Medications that records refer to.
    pub(super) fn medications_referred_to(&self) -> BTreeSet<String> {
        let records = self.records.values().flatten();
        records.flat_map(|record| references(record)).collect()
    }

    /// Puts everything into an order that does not depend on the one in which it came.
    pub(super) fn settle(&mut self) {
        let patients = &self.patients;
        let is_suspect = |subject: &str| patients.get(subject).is_some_and(|patient| patient.suspect);
        self.records.retain(|subject, _| is_suspect(subject));
        for records in self.records.values_mut() {
            records.sort_unstable();
        }
        if self.only_suspects {
            self.patients.retain(|_, patient| patient.suspect);
        }
    }

    /// Everyone, by their ids.
    pub(super) fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self.patients.keys().map(AsRef::as_ref).collect();
        subjects.sort_unstable();
        subjects
    }

    /// The assessment of a patient.
    pub(super) fn assessment(&self, subject: &str, evaluator: &Evaluator, as_of: Date) -> Option<Assessment> {
        let facts = self.facts(subject, evaluator, as_of)?;
        Some(cds_cards::assess(&evaluator.knowledge, &facts))
    }

    /// The facts of a patient.
    pub(super) fn facts(&self, subject: &str, evaluator: &Evaluator, as_of: Date) -> Option<Facts> {
        let patient = self.patients.get(subject)?;
        let records = self.records.get(subject).map_or(&[][..], Vec::as_slice);
        let documents = read(records);
        let mut chart = ChartBuilder::new(Some(subject));
        for document in &documents {
            chart.add(document.root());
        }
        self.doubt(patient, &mut chart, evaluator.codes.catalogue());
        let referred: BTreeSet<String> = records.iter().flat_map(|record| references(record)).collect();
        let medications = referred
            .iter()
            .filter_map(|reference| self.medications.get(reference));
        let medications = read(medications.flatten());
        for medication in &medications {
            chart.add(medication.root());
        }
        // Each record was found to be of this patient when it was read.
        let chart = chart.finish().ok()?;
        Some(evaluator.facts(&chart, as_of))
    }

    /// Says in a patient's chart what makes it less than whole.
    fn doubt(&self, patient: &Patient, chart: &mut ChartBuilder<'_>, catalogue: &Catalogue) {
        for gap in &patient.gaps {
            chart.report("Bundle", gap.as_str());
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

    /// What patients have in common of whom nothing is kept, so that one assessment is that of all of them; none for those
    /// whose records are.
    pub(super) fn likeness(&self, subject: &str) -> Option<(bool, Vec<String>)> {
        let patient = self.patients.get(subject).filter(|patient| !patient.suspect)?;
        Some((patient.is_unseen(), patient.gaps.iter().cloned().collect()))
    }

    /// Whether everything was read, and there was somebody to read about, and something of everybody to look at.
    pub(super) fn is_whole(&self) -> bool {
        let seen = |patient: &Patient| !patient.is_unseen() && patient.gaps.is_empty();
        self.skipped == 0 && self.anybody && self.patients.values().all(seen)
    }

    /// How many there are, in one line.
    pub(super) fn summary(&self) -> String {
        let count = |is: fn(&Patient) -> bool| self.patients.values().filter(|patient| is(patient)).count();
        let suspects = count(|patient| patient.suspect);
        let patients = self.patients.len();
        let skipped = match self.skipped {
            0 => String::new(),
            1 => "; 1 record skipped, so a chart may be incomplete".to_owned(),
            skipped => format!("; {skipped} records skipped, so some charts may be incomplete"),
        };
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

/// Records as they were kept; each was read before.
fn read<'r>(records: impl IntoIterator<Item = &'r Box<str>>) -> Vec<Document<'r>> {
    let texts = records.into_iter().map(|record| utf8_text(record.as_bytes()));
    texts
        .filter_map(|text| opened(text, &Budget::FILE).ok())
        .collect()
}
