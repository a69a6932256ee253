//! The parts that AuditEvents of ours are made of.

use serde_json::{Value, json};

pub(crate) const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
pub(crate) const EVENT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
pub(crate) const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
pub(crate) const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
pub(crate) const ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
pub(crate) const NAME: &str = env!("CARGO_PKG_NAME");

/// This service, as what was called.
pub(crate) fn own() -> Value {
    json!({
        "type": concept(DICOM, "110152", "Destination Role ID"),
        "who": {"display": concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"))},
        "requestor": false,
    })
}

pub(crate) fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({"system": system, "code": code, "display": display})
}

pub(crate) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [coding(system, code, display)]})
}

pub(crate) fn detail(kind: &str, value: &str) -> Value {
    json!({"type": kind, "valueString": value})
}

pub(crate) fn source() -> Value {
    json!({"observer": {"display": NAME}, "type": [coding(SOURCE_TYPE, "4", "Application Server")]})
}
