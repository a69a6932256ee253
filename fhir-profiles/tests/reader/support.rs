//! What the reader tests share: small FHIR resources, and a chart read on one fixed day.

use fhir_profiles::facts::{Fact, Unknown, Value};
use fhir_profiles::json::Document;
use fhir_profiles::{Chart, ChartBuilder, ChartError, Codes, FactId, Facts, ReadPolicy, read};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

pub(crate) const FACTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
pub(crate) const VALUES: &str = "https://pnet-cds.github.io/fhir/CodeSystem/fact-values";
pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";
pub(crate) const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// A concept with one coding.
pub(crate) fn concept(system: &str, code: &str) -> Json {
    json!({"coding": [{"system": system, "code": code}]})
}

/// One JSON object over another.
pub(crate) fn with(mut base: Json, more: Json) -> Json {
    if let (Some(base), Json::Object(more)) = (base.as_object_mut(), more) {
        for (key, value) in more {
            if value.is_null() {
                base.remove(&key);
            } else {
                base.insert(key, value);
            }
        }
    }
    base
}

pub(crate) fn patient() -> Json {
    json!({"resourceType": "Patient", "id": "p", "birthDate": "1970-06-15"})
}

pub(crate) fn observation(id: &str, system: &str, code: &str, more: Json) -> Json {
    with(
        json!({
            "resourceType": "Observation", "id": id, "status": "final", "code": concept(system, code),
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-05-01"
        }),
        more,
    )
}

pub(crate) fn condition(id: &str, system: &str, code: &str, more: Json) -> Json {
    with(
        json!({
            "resourceType": "Condition", "id": id, "code": concept(system, code),
            "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
            "subject": {"reference": "Patient/p"}, "recordedDate": "2026-04-01"
        }),
        more,
    )
}

pub(crate) fn verification(code: &str) -> Json {
    json!({"verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", code)})
}

pub(crate) fn clinical(code: &str) -> Json {
    json!({"clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", code)})
}

pub(crate) fn raw(json: &Json) -> Document<'static> {
    json.to_string().parse().unwrap()
}

/// Whether the chart is refused, and why.
pub(crate) fn refused(patient_id: Option<&str>, values: &[Json]) -> Option<ChartError> {
    let raws: Vec<_> = values.iter().map(raw).collect();
    let mut chart = ChartBuilder::new(patient_id);
    for raw in &raws {
        chart.add(raw.root());
    }
    chart.finish().err()
}

/// Does something with a chart of these values.
pub(crate) fn with_chart<T>(values: &[Json], use_it: impl FnOnce(&Chart<'_>) -> T) -> T {
    let raws: Vec<_> = values.iter().map(raw).collect();
    let mut chart = ChartBuilder::new(Some("p"));
    for raw in &raws {
        chart.add(raw.root());
    }
    use_it(&chart.finish().unwrap())
}

/// The facts of these resources of patient `p` on 2026-11-23.
pub(crate) fn facts(values: &[Json]) -> Facts {
    facts_with(Codes::embedded(), values)
}

/// The same with a site's codes.
pub(crate) fn facts_with(codes: &Codes, values: &[Json]) -> Facts {
    let nothing = BTreeSet::new();
    let policy = ReadPolicy {
        as_of: "2026-11-23".parse().unwrap(),
        codes,
        closed_world: &nothing,
    };
    with_chart(values, |chart| read(chart, &policy))
}

/// The counting readings in short: `present`, `8`, `< 3`, `T1|T2`, `missing`, `unreadable`.
pub(crate) fn short(fact: &Fact) -> String {
    match fact.readings() {
        Err(Unknown::Missing) => "missing".into(),
        Err(Unknown::Unreadable) => "unreadable".into(),
        Ok(readings) => readings
            .iter()
            .map(|reading| match &reading.value {
                Value::Word(word) => word.as_str().to_owned(),
                Value::Words(words) => words
                    .iter()
                    .map(|word| word.as_str())
                    .collect::<Vec<_>>()
                    .join("+"),
                Value::Number(number) => number.to_string(),
            })
            .collect::<Vec<_>>()
            .join("|"),
    }
}

/// One fact of one resource, in short.
pub(crate) fn one(fact: FactId, resource: Json) -> String {
    short(facts(&[resource]).get(fact))
}

pub(crate) fn id(text: &str) -> FactId {
    FactId::parse(text).unwrap()
}

pub(crate) fn site(system: &str, code: &str) -> Json {
    json!({"bodySite": [concept(system, code)]})
}

pub(crate) fn liver() -> Json {
    site(SNOMED, "10200004")
}

pub(crate) fn pancreas() -> Json {
    site(SNOMED, "15776009")
}
