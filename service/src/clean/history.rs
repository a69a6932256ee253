//! What facts follow from beside the readings that count: diagnoses that are gone, older M categories, and the course.

use super::maker::Maker;
use super::observation::references;
use fhir_profiles::codes::{BASE, CLINICAL, FACTS};
use fhir_profiles::facts::{Reading, Source};
use fhir_profiles::{FactId, PartialDate};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Maker<'_> {
    /// Metastases that were there and are no more, as the diagnoses that they are: they decide the stage of the diagnosis.
    pub(super) fn former(&self) -> Vec<Value> {
        let metastatic = self.facts.metastatic_at_diagnosis();
        let former = metastatic.iter().filter(|(id, reading)| {
            let present = |reading: &Reading| reading.says("present");
            let now = self.facts.get(*id).readings().unwrap_or_default();
            reading.source == Source::Former && !now.iter().any(present)
        });
        let former = former.enumerate();
        former
            .map(|(place, (id, reading))| {
                self.diagnosis(
                    *id,
                    &format!("former/{place}"),
                    "resolved",
                    "abatementDateTime",
                    reading,
                )
            })
            .collect()
    }

    /// Metastases that stand against an M category of a later day, since nobody has taken them back: as the diagnoses that they
    /// are, beside the Observation.
    pub(super) fn lasting(&self) -> Vec<Value> {
        if self.facts.get(FactId::M).readings().is_err() {
            return Vec::new();
        }
        let metastases = [FactId::LiverMetastases, FactId::ExtrahepaticMetastases].into_iter();
        let readings = metastases.flat_map(|id| {
            let readings = self.facts.get(id).readings().unwrap_or_default().iter();
            readings.map(move |reading| (id, reading))
        });
        let lasting = readings.filter(|(_, reading)| {
            reading.says("present") && matches!(reading.source, Source::Condition | Source::Part)
        });
        lasting
            .map(|(id, reading)| self.diagnosis(id, "lasting", "active", "recordedDate", reading))
            .collect()
    }

    fn diagnosis(&self, id: FactId, name: &str, status: &str, dated: &str, reading: &Reading) -> Value {
        let records = references(&reading.evidence);
        let mut record = json!({
            "resourceType": "Condition",
            "id": self.id(&format!("{id}/{name}")),
            "meta": {"profile": [format!("{BASE}/StructureDefinition/pnet-presence-condition")]},
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": status}]},
            "code": {"coding": [{"system": FACTS, "code": id.as_str(), "display": id.info().label}], "text": id.info().label},
            "subject": self.subject(),
        });
        if let Some(record) = record.as_object_mut() {
            if !records.is_empty() {
                record.insert("evidence".to_owned(), json!([{"detail": records}]));
            }
            if let Some(day) = reading.effective() {
                record.insert(dated.to_owned(), json!(day.to_string()));
            }
        }
        record
    }

    /// Older readings of a fact from which something follows all the same.
    pub(super) fn older(&self, id: FactId) -> Vec<&Reading> {
        match id {
            FactId::M => self.older_categories(),
            FactId::DiseaseStatus => self.course(),
            _ => Vec::new(),
        }
    }

    /// An M1 of another day: the stage is that of the diagnosis.
    fn older_categories(&self) -> Vec<&Reading> {
        let current = self.facts.get(FactId::M).readings().unwrap_or_default();
        let metastatic = self.facts.metastatic_at_diagnosis().into_iter();
        let categories = metastatic.filter(|(id, _)| *id == FactId::M);
        let categories = categories.map(|(_, reading)| reading);
        categories.filter(|reading| !current.contains(reading)).collect()
    }

    /// The first progression after the first day of each treatment, and the reading that breaks its run.
    fn course(&self) -> Vec<&Reading> {
        let fact = self.facts.get(FactId::DiseaseStatus);
        let current = fact.readings().unwrap_or_default();
        let given = self.facts.given().iter();
        let wanted: BTreeSet<PartialDate> = given
            .filter_map(|given| self.facts.progression_since(given.from))
            .collect();
        let is_of = |reading: &Reading, day: &PartialDate| {
            reading.says("progressive") && reading.evidence.iter().any(|one| one.effective == Some(*day))
        };
        let stands = |day: &PartialDate| current.iter().any(|reading| is_of(reading, day));
        let missing = wanted.iter().filter(|day| !stands(day));
        let mut found: Vec<&Reading> = missing
            .filter_map(|day| fact.older.iter().find(|reading| is_of(reading, day)))
            .collect();
        if let (false, [only]) = (found.is_empty(), current) {
            let broken = fact.older.iter().filter(|reading| reading.value != only.value);
            let broken = broken.max_by_key(|reading| reading.effective().map(|day| day.latest()));
            found.extend(broken.filter(|_| only.says("progressive")));
        }
        found
    }
}
