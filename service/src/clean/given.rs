//! Treatments on record as clean statements and procedures.

use super::maker::Maker;
use super::observation::references;
use fhir_profiles::codes::{BASE, TREATMENTS};
use fhir_profiles::facts::Given;
use fhir_profiles::{FactId, PartialDate, TreatmentClass};
use serde_json::{Map, Value, json};

/// The analogues that have a name of their own.
const NAMED: [&str; 3] = ["octreotide", "lanreotide", "pasireotide"];

impl Maker<'_> {
    /// A statement for each drug, an administration for each of its doses, a procedure for each day of each procedure.
    pub(super) fn treatments(&self) -> Vec<Value> {
        let given = self.facts.given().iter();
        given
            .flat_map(|given| match is_procedure(given) {
                true => self.procedures(given),
                false => {
                    let mut records = vec![self.statement(given)];
                    records.extend(self.doses(given));
                    records
                }
            })
            .collect()
    }

    fn concept(&self, given: &Given) -> Value {
        let treatment = given.treatment;
        json!({"coding": [{"system": TREATMENTS, "code": treatment.as_str()}], "text": treatment.label()})
    }

    fn record(&self, kind: &str, id: &str) -> Map<String, Value> {
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
        put("resourceType", json!(kind));
        put("id", json!(self.id(&format!("{kind}/{id}"))));
        put("subject", self.subject());
        record
    }

    fn statement(&self, given: &Given) -> Value {
        let treatment = given.treatment;
        let mut record = self.record("MedicationStatement", treatment.as_str());
        let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
        // Other drugs need not be named as the guide's profile of them asks.
        if NAMED.contains(&treatment.as_str()) {
            put(
                "meta",
                json!({"profile": [format!("{BASE}/StructureDefinition/pnet-ssa-statement")]}),
            );
        }
        // That no analogue is given any more follows from a stop, never from an end.
        let is_denied = self.facts.get(FactId::OnSsa).is("absent");
        let status = match (given.now, treatment.is_analogue() && is_denied) {
            (true, _) => "active",
            (false, true) => "stopped",
            (false, false) => "completed",
        };
        put("status", json!(status));
        let records = references(&given.evidence);
        if !records.is_empty() {
            put("derivedFrom", Value::Array(records));
        }
        put("medicationCodeableConcept", self.concept(given));
        if let Some(period) = period(given.from, given.until) {
            put("effectivePeriod", period);
        }
        Value::Object(record)
    }

    fn doses(&self, given: &Given) -> Vec<Value> {
        let one = |(place, day): (usize, &PartialDate)| {
            let name = format!("{}/{place}", given.treatment);
            let mut record = self.record("MedicationAdministration", &name);
            let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
            put("status", json!("completed"));
            put("medicationCodeableConcept", self.concept(given));
            put("effectiveDateTime", json!(day.to_string()));
            Value::Object(record)
        };
        given.days.iter().enumerate().map(one).collect()
    }

    fn procedures(&self, given: &Given) -> Vec<Value> {
        let days: Vec<Option<PartialDate>> = match given.days.is_empty() {
            true => vec![given.until],
            false => given.days.iter().copied().map(Some).collect(),
        };
        let one = |(place, day): (usize, Option<PartialDate>)| {
            let name = format!("{}/{place}", given.treatment);
            let mut record = self.record("Procedure", &name);
            let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
            put("status", json!("completed"));
            put("code", self.concept(given));
            let from = given.from.filter(|from| place == 0 && Some(*from) != day);
            match (from, day) {
                (None, Some(day)) => put("performedDateTime", json!(day.to_string())),
                (from, day) => {
                    if let Some(period) = period(from, day) {
                        put("performedPeriod", period);
                    }
                }
            }
            Value::Object(record)
        };
        days.into_iter().enumerate().map(one).collect()
    }
}

/// Whether it was done rather than taken.
fn is_procedure(given: &Given) -> bool {
    given.treatment.class() != TreatmentClass::Systemic
}

fn period(start: Option<PartialDate>, end: Option<PartialDate>) -> Option<Value> {
    let ends = [("start", start), ("end", end)].into_iter();
    let ends: Map<String, Value> = ends
        .filter_map(|(name, day)| Some((name.to_owned(), json!(day?.to_string()))))
        .collect();
    (!ends.is_empty()).then_some(Value::Object(ends))
}
