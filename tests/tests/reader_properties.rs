//! Laws of the reader over JSON of any kind and over the demo patients: nothing panics it, and what means nothing changes
//! nothing.
#![expect(clippy::unwrap_used, reason = "a test cannot go on without the demo patients")]

use acceptance::here;
use fhir_profiles::json::Document;
use fhir_profiles::{ChartBuilder, ChartError, Codes, Facts, ReadPolicy, read};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The Bundles of the demo patients.
static PATIENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let directory = here().join("../service/demo/patients");
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .collect()
});

static KNOWLEDGE: LazyLock<cds_cards::Knowledge> = LazyLock::new(|| acceptance::knowledge().unwrap());

/// What is read from these values, assessed as well, so that a panic further on would show.
fn read_all(patient: Option<&str>, values: &[Value]) -> Result<Facts, ChartError> {
    let texts: Vec<Document<'_>> = values.iter().map(|v| v.to_string().parse().unwrap()).collect();
    let mut builder = ChartBuilder::new(patient);
    for text in &texts {
        builder.add(text.root());
    }
    let chart = builder.finish()?;
    let policy = ReadPolicy {
        as_of: date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    let facts = read(&chart, &policy);
    let assessment = cds_cards::assess(&KNOWLEDGE, &facts);
    assert!(serde_json::to_string(&assessment).is_ok());
    Ok(facts)
}

/// The facts as an assessment shows them, without the list of problems, which counts entries by position.
fn facts(values: &[Value]) -> Value {
    let facts = read_all(None, values).unwrap();
    serde_json::to_value(cds_cards::assess(&KNOWLEDGE, &facts).facts).unwrap()
}

fn entries(bundle: &Value) -> &Vec<Value> {
    bundle.get("entry").and_then(Value::as_array).unwrap()
}

fn bundle(entries: Vec<Value>) -> Value {
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

fn patient() -> impl Strategy<Value = Value> {
    any::<Index>().prop_map(|index| index.get(&PATIENTS).clone())
}

/// Names that the reader looks for, so that generated JSON gets past the first look.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "resourceType",
        "id",
        "status",
        "subject",
        "patient",
        "reference",
        "code",
        "coding",
        "system",
        "text",
        "valueQuantity",
        "valueString",
        "valueCodeableConcept",
        "valueRange",
        "valueRatio",
        "valueInteger",
        "value",
        "unit",
        "comparator",
        "low",
        "high",
        "numerator",
        "denominator",
        "component",
        "contained",
        "entry",
        "resource",
        "fullUrl",
        "effectiveDateTime",
        "effectivePeriod",
        "start",
        "end",
        "issued",
        "interpretation",
        "referenceRange",
        "bodySite",
        "method",
        "specimen",
        "hasMember",
        "result",
        "stage",
        "summary",
        "type",
        "medicationCodeableConcept",
        "medicationReference",
        "medication",
        "extension",
        "modifierExtension",
        "url",
        "verificationStatus",
        "clinicalStatus",
        "birthDate",
        "dataAbsentReason",
        "link",
    ];
    prop_oneof![9 => select(known.map(str::to_owned).to_vec()), 1 => "[a-zA-Z_]{0,8}"]
}

fn word() -> impl Strategy<Value = Value> {
    let known = [
        "Observation",
        "Condition",
        "Procedure",
        "MedicationRequest",
        "MedicationStatement",
        "Medication",
        "Patient",
        "Bundle",
        "DiagnosticReport",
        "Specimen",
        "OperationOutcome",
        "final",
        "completed",
        "active",
        "entered-in-error",
        "Patient/p",
        "p",
        "#k",
        "http://loinc.org",
        "29593-1",
        "http://snomed.info/sct",
        "94381002",
        "%",
        "cm",
        "1",
        "<",
        "8 %",
        "3-5 %",
        "-",
        ",",
        "T3",
        "2026-05-01",
        "2026",
        "0000",
        "9999-12-31",
        "/10 HPF",
        "99999999999999999999999999999999999999",
        "²",
        "\u{0}",
    ];
    prop_oneof![
        6 => select(known.map(Value::from).to_vec()),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => select(vec![Value::Null, json!(true), json!(0), json!(8.5), json!(1e300), json!([]), json!({})]),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    word().prop_recursive(6, 80, 8, |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            4 => proptest::collection::vec((name(), inner), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A generated resource that says of what type and whose it is.
fn resource() -> impl Strategy<Value = Value> {
    let kinds = [
        "Observation",
        "Condition",
        "Procedure",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationAdministration",
        "MedicationDispense",
        "Medication",
        "DiagnosticReport",
        "Specimen",
        "Patient",
    ];
    let codes = [
        ("http://loinc.org", "29593-1"),
        ("http://loinc.org", "21889-1"),
        ("http://loinc.org", "2338-2"),
        ("http://snomed.info/sct", "94381002"),
        ("http://snomed.info/sct", "399390009"),
        ("http://www.whocc.no/atc", "H01CB02"),
    ];
    (
        select(kinds.to_vec()),
        select(codes.to_vec()),
        proptest::collection::vec((name(), json()), 0..8),
    )
        .prop_map(|(kind, (system, code), fields)| {
            let mut resource: Map<String, Value> = Map::new();
            resource.insert("resourceType".into(), kind.into());
            resource.insert("subject".into(), json!({ "reference": "Patient/p" }));
            resource.insert("status".into(), "final".into());
            resource.insert(
                "code".into(),
                json!({ "coding": [{ "system": system, "code": code }] }),
            );
            resource.extend(fields);
            Value::Object(resource)
        })
}

/// Every place in a JSON value, the root included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(all) => {
            all.iter()
                .enumerate()
                .for_each(|(i, inner)| places(inner, &format!("{at}/{i}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(inner, &format!("{at}/{name}"), found);
        }),
        _ => {}
    }
}

/// Adds fields that no version of FHIR knows to every object.
fn with_unknown_fields(value: &Value, extra: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(|v| with_unknown_fields(v, extra)).collect(),
        Value::Object(fields) => {
            let mut object: Map<String, Value> = fields
                .iter()
                .map(|(k, v)| (k.clone(), with_unknown_fields(v, extra)))
                .collect();
            object.insert("xUnknownToFhir".into(), extra.clone());
            Value::Object(object)
        }
        other => other.clone(),
    }
}

/// The same JSON with every object written the other way round, or turned by some places.
fn turned(value: &Value, by: usize) -> Value {
    match value {
        Value::Array(all) => all.iter().map(|v| turned(v, by)).collect(),
        Value::Object(fields) => {
            let mut written: Vec<(String, Value)> =
                fields.iter().map(|(k, v)| (k.clone(), turned(v, by))).collect();
            if by % 2 == 1 {
                written.reverse();
            }
            let places = (by / 2) % written.len().max(1);
            written.rotate_left(places);
            Value::Object(written.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Without this the law of the order would hold of maps that sort their fields.
#[test]
fn turning_changes_what_is_written() {
    let chart = &PATIENTS[0];
    for by in 1..24 {
        assert_ne!(turned(chart, by).to_string(), chart.to_string(), "{by}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_panics_the_reader(values in proptest::collection::vec(json(), 0..4)) {
        let _ = read_all(None, &values);
        let _ = read_all(Some("p"), &values);
    }

    #[test]
    fn no_resource_panics_the_reader(values in proptest::collection::vec(resource(), 1..4)) {
        let _ = read_all(Some("p"), &values);
    }

    #[test]
    fn no_change_of_a_chart_panics_the_reader(
        chart in patient(),
        changes in proptest::collection::vec((any::<Index>(), json()), 1..6),
    ) {
        let mut chart = chart;
        for (index, new) in changes {
            let mut found = Vec::new();
            places(&chart, "", &mut found);
            if let Some(place) = chart.pointer_mut(index.get::<String>(&found)) {
                *place = new;
            }
        }
        let _ = read_all(None, &[chart]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unknown_fields_change_nothing(chart in patient(), extra in json()) {
        prop_assert_eq!(facts(&[with_unknown_fields(&chart, &extra)]), facts(&[chart]));
    }

    #[test]
    fn the_order_of_fields_changes_nothing(chart in patient(), by in 0..24_usize) {
        prop_assert_eq!(facts(&[turned(&chart, by)]), facts(&[chart]));
    }

    #[test]
    fn the_order_of_entries_changes_nothing(
        (chart, shuffled) in patient().prop_flat_map(|chart| {
            let all = entries(&chart).clone();
            (Just(chart), Just(all).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(facts(&[bundle(shuffled)]), facts(&[chart]));
    }

    #[test]
    fn duplicates_change_nothing(chart in patient(), twice in proptest::collection::vec(any::<Index>(), 1..6)) {
        let mut all = entries(&chart).clone();
        all.extend(twice.iter().map(|index| index.get(entries(&chart)).clone()));
        prop_assert_eq!(facts(&[bundle(all)]), facts(&[chart]));
    }

    #[test]
    fn several_prefetch_values_are_as_good_as_one(chart in patient(), keys in proptest::collection::vec(0..4_usize, 100)) {
        let mut parts = vec![Vec::new(); 4];
        for (entry, key) in entries(&chart).iter().zip(keys.iter().cycle()) {
            parts[*key].push(entry.clone());
        }
        let values: Vec<Value> = parts.into_iter().map(bundle).collect();
        prop_assert_eq!(facts(&values), facts(&[chart]));
    }

    #[test]
    fn another_patient_is_always_refused(
        chart in patient(),
        index in any::<Index>(),
        place in any::<Index>(),
        form in select(vec!["Patient/", "https://ehr.example/fhir/Patient/", "urn:uuid:"]),
    ) {
        let mut all = entries(&chart).clone();
        let mut foreign = index.get(&all).get("resource").unwrap().clone();
        let who = if form == "urn:uuid:" { "7d1f3a52-1cbf-4d64-b04d-cd9187a4c6e0" } else { "somebody-else" };
        if foreign.get("resourceType") == Some(&json!("Patient")) {
            foreign["id"] = json!(who);
        } else {
            foreign["id"] = json!("foreign");
            foreign["subject"] = json!({ "reference": format!("{form}{who}") });
        }
        all.insert(place.index(all.len() + 1), json!({ "resource": foreign }));
        let named = entries(&chart).iter().find_map(|e| {
            let resource = e.get("resource")?;
            (resource.get("resourceType")? == "Patient").then(|| resource.get("id")?.as_str())?
        });
        prop_assert_eq!(read_all(named, &[bundle(all.clone())]).map(|_| ()), Err(ChartError::AnotherPatient));
        prop_assert_eq!(read_all(None, &[bundle(all)]).is_ok(), false);
    }
}
