//! What the sandbox says that it can do, so that clients of FHIR servers take it for one.

use super::TYPES;
use crate::errors::{ErrorCode, Failure};
use jiff::civil::Date;
use serde_json::json;

/// The CapabilityStatement (R4, `GET [base]/metadata`) of the sandbox at an address: every type that it searches, with
/// the parameters that [`super::search`] knows.
///
/// # Errors
/// [`ErrorCode::Internal`] if it cannot be written.
pub(crate) fn capability_statement(url: &str, today: Date) -> Result<String, Failure> {
    let resources = TYPES.map(|kind| {
        let own = [("_id", "token")].into_iter();
        let of_patients = [
            ("patient", "reference"),
            ("subject", "reference"),
            ("code", "token"),
        ];
        let of_patients = of_patients.into_iter().filter(|_| kind != "Patient");
        let parameters: Vec<_> = own
            .chain(of_patients)
            .map(|(name, of)| json!({"name": name, "type": of}))
            .collect();
        json!({
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": parameters,
        })
    });
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": today.to_string(),
        "kind": "instance",
        "software": {"name": "pnet-cds", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Synthetic patients of the demo, in memory", "url": url},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": resources}],
    });
    serde_json::to_string(&statement).map_err(|_| ErrorCode::Internal.into())
}
