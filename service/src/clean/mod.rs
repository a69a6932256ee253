//! The facts of a chart as clean FHIR records: what counts, by the guide's own codes, and of the rest why it is not known.
//!
//! Reading them again gives the same facts ([`differences`]). So a few records stand there beside the facts that their facts
//! follow from: treatments, diagnoses that are gone, and older readings of the M category and of the course.

mod given;
mod history;
mod maker;
mod observation;
mod row;
mod same;
mod standing;
mod unfit;
mod value;

pub use row::{Row, rows};
pub use same::differences;
pub use standing::standing;
pub use unfit::Unfit;
pub use value::displays;

use cds_cards::Knowledge;
use fhir_profiles::Facts;
use fhir_profiles::codes::BASE;
use maker::Maker;
use serde_json::{Value, json};

/// A Bundle of one patient's clean records.
///
/// `subject` is `Patient/id`. Its time is the day of evaluation.
///
/// # Errors
/// Every fact that a record of its profile cannot hold.
pub fn bundle(facts: &Facts, knowledge: &Knowledge, subject: &str) -> Result<Value, Vec<Unfit>> {
    let maker = Maker {
        facts,
        knowledge,
        subject,
    };
    let mut records = vec![maker.patient()];
    let mut faults = Vec::new();
    for id in knowledge.catalogue.facts() {
        match maker.fact(id) {
            Ok(found) => records.extend(found),
            Err(unfit) => faults.push(unfit),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    records.extend(maker.former());
    records.extend(maker.lasting());
    records.extend(maker.treatments());
    let entries: Vec<Value> = records
        .into_iter()
        .map(|record| {
            let place = |key| record.get(key).and_then(Value::as_str).unwrap_or_default();
            let url = format!("{BASE}/{}/{}", place("resourceType"), place("id"));
            json!({"fullUrl": url, "resource": record})
        })
        .collect();
    Ok(json!({
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": format!("{}T00:00:00Z", facts.as_of()),
        "entry": entries,
    }))
}

impl Maker<'_> {
    fn patient(&self) -> Value {
        let id = self.subject.rsplit('/').next().unwrap_or_default();
        let mut patient = json!({"resourceType": "Patient", "id": id});
        let person = self.facts.person();
        if let Some(patient) = patient.as_object_mut() {
            match person.deceased_on {
                Some(day) => _ = patient.insert("deceasedDateTime".to_owned(), json!(day.to_string())),
                None if person.deceased => _ = patient.insert("deceasedBoolean".to_owned(), json!(true)),
                None => {}
            }
        }
        patient
    }
}
