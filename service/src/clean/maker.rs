//! What every clean record of a patient is made with.

use cds_cards::Knowledge;
use fhir_profiles::Facts;
use fhir_profiles::codes::BASE;
use serde_json::{Value, json};
use uuid::Uuid;

/// What every record of a patient is made with.
pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) knowledge: &'a Knowledge,
    /// `Patient/id`.
    pub(super) subject: &'a str,
}

impl Maker<'_> {
    /// The same for the same record of the same patient.
    pub(super) fn id(&self, name: &str) -> String {
        let name = format!("{BASE}/clean/{}/{name}", self.subject);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
    }

    pub(super) fn subject(&self) -> Value {
        json!({"reference": self.subject})
    }
}
