//! What is seen of a resource at a glance is what a chart of it alone would say, whatever stands in it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by ending"
)]

use fhir_profiles::chart::{ChartBuilder, Glances, opened};
use fhir_profiles::codes::Codes;
use fhir_profiles::json::{Budget, Json};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Charts of every kind of resource, and those with odd ones.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["service/demo/patients", "tests/cases/data"];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    files
}

/// Resources that stand anywhere in a document.
fn resources(json: &Value, found: &mut Vec<Value>) {
    match json {
        Value::Object(fields) => {
            if fields.contains_key("resourceType") {
                found.push(json.clone());
            }
            fields.values().for_each(|value| resources(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| resources(value, found)),
        _ => {}
    }
}

/// A resource with one thing changed, in every way that changes how it is read.
fn changed(resource: &Value) -> Vec<String> {
    let mut all = vec![resource.to_string()];
    let odd = [
        json!(null),
        json!(""),
        json!("x"),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
        json!([{"reference": "Patient/x"}]),
        json!({"reference": "Patient/x"}),
        json!({"reference": "Patient/y", "display": 1}),
        json!({"reference": "http://a.example/fhir/Patient/x"}),
        json!({"reference": "Patient/x/_history/1"}),
        json!({"reference": "Group/x"}),
        json!({"reference": " Patient/x "}),
        json!({"reference": "Patient/"}),
        json!({"reference": "Patient/Patient"}),
        json!({"reference": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}),
        json!({"reference": "Patient/x", "identifier": {"system": "s", "value": "v"}}),
        json!({"display": "somebody"}),
        json!({"text": "insulinoma"}),
        json!({"coding": [{"code": 1}]}),
        json!({"coding": {"code": "x"}, "text": ["pancreatic NET"]}),
        json!([{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "1208744003"}]}}]),
    ];
    let places = [
        "resourceType",
        "id",
        "status",
        "code",
        "component",
        "subject",
        "patient",
        "contained",
        "valueQuantity",
        "valueString",
        "entry",
    ];
    let fields = resource.as_object().unwrap();
    for place in places {
        if !fields.contains_key(place) && place != "patient" && place != "subject" {
            continue;
        }
        for value in &odd {
            let mut other = resource.clone();
            other[place] = value.clone();
            all.push(other.to_string());
            // The same key twice.
            let text = resource.to_string();
            all.push(format!(
                "{{\"{place}\":{value},{}",
                text.strip_prefix('{').unwrap()
            ));
        }
        let mut without = resource.clone();
        without.as_object_mut().unwrap().remove(place);
        all.push(without.to_string());
    }
    for kind in [
        "Patient",
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Medication",
        "Bundle",
        "OperationOutcome",
        "Encounter",
        "\u{e4}",
    ] {
        let mut other = resource.clone();
        other["resourceType"] = json!(kind);
        all.push(other.to_string());
    }
    all.push(resource.to_string().replace("\"subject\"", "\"s\\u0075bject\""));
    all.push(resource.to_string().replace("Patient/", "Patient\\/"));
    all
}

/// What a chart says: whose it is, whether it is a Condition, whether it may name a PNET.
fn by_chart(json: Json<'_>, codes: &Codes) -> Option<(String, bool, bool)> {
    let mut chart = ChartBuilder::new(None);
    let added = chart.add(json);
    assert_eq!(added.gaps().count(), 0);
    let chart = chart.finish().ok()?;
    let suspect = chart.may_have_pnet(codes) || chart.unreadable_conditions() > 0;
    Some((chart.subject()?.to_owned(), chart.conditions() > 0, suspect))
}

#[test]
fn a_glance_says_what_a_chart_of_the_resource_says() {
    let packs: Vec<&str> = Codes::packs().map(|(name, _)| name).collect();
    let codes = Codes::with_packs(&packs).unwrap();
    let mut glances = Glances::default();
    let (mut seen, mut all, mut suspects) = (0, 0, 0);
    for path in files() {
        let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut found = Vec::new();
        resources(&document, &mut found);
        for resource in found
            .iter()
            .filter(|resource| resource["resourceType"] != "Bundle")
        {
            for text in changed(resource) {
                let document = opened(text.as_str(), &Budget::FILE).unwrap();
                all += 1;
                // Once more, from what is remembered.
                for _ in 0..2 {
                    let Some(glance) = glances.at(document.root(), &codes) else {
                        continue;
                    };
                    let chart = by_chart(document.root(), &codes);
                    let glanced = (
                        format!("Patient/{}", glance.patient),
                        glance.condition,
                        glance.suspect,
                    );
                    assert_eq!(Some(glanced), chart, "{text}");
                    seen += 1;
                    suspects += usize::from(glance.suspect);
                }
            }
        }
    }
    assert!(
        seen > all / 4 && suspects > 1000,
        "{seen} of {all} were seen, {suspects} suspect"
    );
    let plain =
        r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"},"code":{"text":"x"}}"#;
    let document = opened(plain, &Budget::FILE).unwrap();
    assert!(glances.at(document.root(), &codes).is_some());
}
