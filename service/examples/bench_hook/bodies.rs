//! The calls that are measured: three patients at three sizes, filled up with laboratory results.

use serde_json::{Value, json};

/// A patient of the table, and what issue 15 asks of a call about them.
pub(crate) struct Story {
    pub(crate) name: &'static str,
    /// The bundled patient; nothing for somebody with high blood pressure and diabetes.
    patient: Option<&'static str>,
    /// The greatest ratio to the bare handler, by size.
    pub(crate) goals: [f64; SIZES.len()],
}

/// Sizes of bodies in bytes.
pub(crate) const SIZES: [usize; 3] = [30_000, 150_000, 1_000_000];

/// The rows of the table.
pub(crate) const STORIES: [Story; 3] = [
    Story {
        name: "no PNET",
        patient: None,
        goals: [0.5, 0.4, 0.4],
    },
    Story {
        name: "adenocarcinoma",
        patient: Some("pancreatic-adenocarcinoma"),
        goals: [0.8, 0.8, 0.8],
    },
    Story {
        name: "PNET",
        patient: Some(PNET),
        goals: [1.0, 0.7, 0.5],
    },
];

/// The bundled patient with a PNET.
pub(crate) const PNET: &str = "insulinoma-debulking";
const ORDINARY: &str = "ordinary";

impl Story {
    /// A hook body of about `size` bytes.
    pub(crate) fn body(&self, size: usize) -> String {
        let chart = self.patient.map_or_else(ordinary, bundled);
        let patient = self.patient.unwrap_or(ORDINARY);
        let bare = body(patient, &chart, 0).len();
        let result = body(patient, &chart, 1).len() - bare;
        body(patient, &chart, size.saturating_sub(bare).div_ceil(result))
    }
}

/// A chart of the demo.
pub(crate) fn bundled(patient: &str) -> Value {
    let path = format!("{}/demo/patients/{patient}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Somebody with high blood pressure and diabetes.
fn ordinary() -> Value {
    let condition = |id: &str, code: &str, display: &str| {
        json!({"resource": {"resourceType": "Condition", "id": id, "subject": {"reference": "Patient/ordinary"},
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code, "display": display}]}}})
    };
    json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "ordinary", "birthDate": "1960-01-01"}},
        condition("c1", "I10", "Essential (primary) hypertension"),
        condition("c2", "E11.9", "Type 2 diabetes mellitus without complications"),
    ]})
}

fn searchset(entry: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "total": entry.len(), "entry": entry})
}

fn body(patient: &str, chart: &Value, results: usize) -> String {
    let of = |kind: &str| -> Vec<Value> {
        let entries = chart["entry"].as_array().unwrap().iter();
        entries
            .filter(|entry| entry["resource"]["resourceType"] == kind)
            .cloned()
            .collect()
    };
    let mut observations = of("Observation");
    observations.extend((0..results).map(|n| result(patient, n)));
    json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "https://fhir.example.org",
        "context": {"userId": "Practitioner/1", "patientId": patient},
        "prefetch": {
            "patient": of("Patient")[0]["resource"],
            "conditions": searchset(&of("Condition")),
            "pathology": searchset(&observations),
            "staging": searchset(&[]), "liver": searchset(&[]),
            "markers": searchset(&[]), "status": searchset(&[]),
            "reports": searchset(&[]),
            "procedures": searchset(&of("Procedure")),
            "medications": searchset(&of("MedicationRequest")),
            "medicationStatements": searchset(&of("MedicationStatement")),
            "medicationAdministrations": searchset(&of("MedicationAdministration")),
            "medicationDispenses": searchset(&of("MedicationDispense")),
        }
    })
    .to_string()
}

/// A result that no fact is read from.
fn result(patient: &str, n: usize) -> Value {
    json!({"fullUrl": format!("https://fhir.example.org/Observation/lab-{n:05}"), "resource": {
        "resourceType": "Observation", "id": format!("lab-{n:05}"),
        "meta": {"versionId": "1", "lastUpdated": "2026-10-01T08:00:00Z"},
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium [Moles/volume] in Serum or Plasma"}]},
        "subject": {"reference": format!("Patient/{patient}")},
        "effectiveDateTime": "2026-10-01T07:30:00Z",
        "valueQuantity": {"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
    }, "search": {"mode": "match"}})
}
