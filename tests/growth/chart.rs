//! Charts that grow in one element: every list of the fullest chart, every text in it, and every resource of it.

use crate::dimension::{Dimension, Input};
use serde_json::{Value, json};
use std::path::Path;

/// A resource of each kind that is read, each element that is read in one of them at least; then the orders.
fn file() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("growth/chart.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What names, and so may differ from one copy to the next without another meaning.
const NAMES: &[&str] = &["id", "display", "text", "url", "valueString", "title", "fullUrl"];
/// What dates a record.
const DATES: &[&str] = &[
    "effectiveDateTime",
    "performedDateTime",
    "recordedDate",
    "authoredOn",
    "whenHandedOver",
    "issued",
];

/// The fullest chart, or the fullest orders.
pub(crate) fn fullest(part: &str) -> Vec<Value> {
    file()[part].as_array().unwrap().clone()
}

/// Every name of an element in the fullest chart and the fullest orders.
pub(crate) fn names() -> Vec<String> {
    fn walk(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    names.push(name.clone());
                    walk(inner, names);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    walk(&file(), &mut names);
    names.sort();
    names.dedup();
    names
}

pub(crate) fn searchset(resources: Vec<Value>) -> Value {
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| json!({"fullUrl": format!("https://fhir.example.org/{}/{}",
            resource["resourceType"].as_str().unwrap_or_default(), resource["id"].as_str().unwrap_or_default()),
            "resource": resource}))
        .collect();
    json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

/// A hook call about a chart, with all of it prefetched.
pub(crate) fn call(hook: &str, patient: &str, chart: Vec<Value>) -> Value {
    let is = |kind: &'static str| move |resource: &Value| resource["resourceType"] == kind;
    let (patients, rest): (Vec<Value>, Vec<Value>) = chart.into_iter().partition(is("Patient"));
    let (conditions, rest): (Vec<Value>, Vec<Value>) = rest.into_iter().partition(is("Condition"));
    json!({
        "hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "https://fhir.example.org",
        "context": {"userId": "Practitioner/1", "patientId": patient},
        "prefetch": {"patient": searchset(patients), "conditions": searchset(conditions), "pathology": searchset(rest)}
    })
}

/// The patient with a PNET alone, of the fullest chart, and these.
pub(crate) fn beside(resources: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut chart = fullest("chart");
    chart.truncate(2);
    chart.extend(resources);
    chart
}

/// The call about a chart that the service of a hook answers.
pub(crate) fn about(chart: Vec<Value>) -> Input {
    Input::hook("pnet-liver-metastases", &call("patient-view", "growth", chart))
}

/// A call of order-sign about the patient.
pub(crate) fn signing(orders: Vec<Value>) -> Input {
    let mut call = call("order-sign", "growth", beside([]));
    call["context"]["draftOrders"] = searchset(orders);
    Input::hook("pnet-order-sign", &call)
}

/// A day of its own for each number.
pub(crate) fn day(n: usize) -> String {
    format!("{}-{:02}-{:02}", 1990 + n / 336 % 36, n / 28 % 12 + 1, n % 28 + 1)
}

/// Makes a copy tell itself from its neighbours, wherever that changes no code; a record gets a day of its own.
pub(crate) fn number(value: &mut Value, n: usize) {
    match value {
        Value::Object(fields) => {
            let is_identifier = fields.contains_key("value") && fields.contains_key("system");
            for (name, inner) in fields {
                match inner {
                    Value::String(text) if NAMES.contains(&name.as_str()) => text.push_str(&format!("-{n}")),
                    Value::String(text) if DATES.contains(&name.as_str()) => *text = day(n),
                    Value::String(text) if name == "reference" && !text.starts_with("Patient/") => {
                        text.push_str(&format!("-{n}"));
                    }
                    Value::String(text) if name == "value" && is_identifier => {
                        text.push_str(&format!("-{n}"))
                    }
                    Value::Number(_) if name == "value" => *inner = json!(n % 97),
                    inner => number(inner, n),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| number(item, n)),
        _ => {}
    }
}

/// So many copies, each numbered.
pub(crate) fn copies(of: &Value, n: usize) -> impl Iterator<Item = Value> {
    (0..n).map(move |at| {
        let mut copy = of.clone();
        number(&mut copy, at);
        copy
    })
}

/// Every list in a value, by its JSON pointer.
fn lists(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                lists(inner, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            found.push(at.to_owned());
            for (position, item) in items.iter().enumerate() {
                lists(item, &format!("{at}/{position}"), found);
            }
        }
        _ => {}
    }
}

/// The name of a resource in a dimension's.
fn title(resource: &Value) -> String {
    format!(
        "{}({})",
        resource["resourceType"].as_str().unwrap(),
        resource["id"].as_str().unwrap()
    )
}

/// The same with one list grown to `n` copies of its first member.
fn grown(resource: &Value, pointer: &str, n: usize) -> Value {
    let mut resource = resource.clone();
    let items = resource.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
    let first = items[0].clone();
    items.extend(copies(&first, n));
    resource
}

/// The same with every text of a name grown by `n` words.
fn wordy(value: &mut Value, name: &str, n: usize) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                match inner {
                    Value::String(text) if key == name => {
                        (0..n).for_each(|at| text.push_str(&format!(" word{at}")));
                    }
                    inner => wordy(inner, name, n),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| wordy(item, name, n)),
        _ => {}
    }
}

/// A grown resource among those that make up its input.
fn chosen(part: &str, grown: Value, position: usize) -> Vec<Value> {
    match position {
        // The patient, or the diagnosis.
        0 | 1 if part == "chart" => {
            let mut chart = beside([]);
            chart[position] = grown;
            chart
        }
        _ if part == "chart" => beside([grown]),
        _ => vec![grown],
    }
}

/// Lists of every resource.
fn of_lists(part: &'static str, input: fn(Vec<Value>) -> Input) -> impl Iterator<Item = Dimension> {
    let all = fullest(part);
    (0..all.len()).flat_map(move |position| {
        let mut found = Vec::new();
        lists(&all[position], "", &mut found);
        let all = all.clone();
        found.into_iter().map(move |pointer| {
            let name = format!("list {part} {}{pointer}", title(&all[position]));
            let all = all.clone();
            Dimension::new(name, 120, move |n| {
                input(chosen(part, grown(&all[position], &pointer, n), position))
            })
        })
    })
}

/// Resources, each with an id and a day of its own, of one day, or all with one id.
fn of_entries(part: &'static str, input: fn(Vec<Value>) -> Input) -> impl Iterator<Item = Dimension> {
    let all = fullest(part);
    let kinds = (0..all.len()).filter({
        let all = all.clone();
        move |position| all[*position]["resourceType"] != "Patient"
    });
    kinds.flat_map(move |position| {
        let (all, name) = (all.clone(), title(&all[position]));
        let grow = move |size: usize, how: &'static str, change: fn(&mut Value, &Value)| {
            let all = all.clone();
            Dimension::new(format!("{how} {part} {name}"), size, move |n| {
                let first = &all[position];
                let more = copies(first, n).map(|mut copy| {
                    change(&mut copy, first);
                    copy
                });
                let more: Vec<Value> = more.collect();
                input(if part == "chart" { beside(more) } else { more })
            })
        };
        [
            grow(80, "entries", |_, _| {}),
            grow(80, "copies", |copy, first| copy["id"] = first["id"].clone()),
            grow(80, "one day", |copy, first| {
                for date in DATES {
                    if let Some(day) = first.get(date) {
                        copy[*date] = day.clone();
                    }
                }
            }),
        ]
    })
}

/// Words in texts.
fn of_texts() -> impl Iterator<Item = Dimension> {
    const TEXTS: &[&str] = &[
        "text",
        "display",
        "reference",
        "id",
        "url",
        "unit",
        "code",
        "system",
        "status",
        "valueString",
        "conclusion",
        "title",
        "effectiveDateTime",
        "birthDate",
        "value",
        "comparator",
        "lastUpdated",
        "versionId",
        "contentType",
        "type",
        "recordedDate",
        "start",
    ];
    TEXTS.iter().map(|name| {
        Dimension::new(format!("words of `{name}`"), 120, move |n| {
            let mut chart = fullest("chart");
            for resource in &mut chart {
                // The chart stays one patient's.
                if resource["resourceType"] == "Patient" && matches!(*name, "id" | "reference") {
                    continue;
                }
                let subject = ["subject", "patient"].map(|whose| (whose, resource.get(whose).cloned()));
                wordy(resource, name, n);
                for (whose, patient) in subject {
                    if let Some(patient) = patient {
                        resource[whose] = patient;
                    }
                }
            }
            about(chart)
        })
    })
}

/// Every dimension that the fullest chart has.
pub(crate) fn dimensions() -> Vec<Dimension> {
    of_lists("chart", about)
        .chain(of_lists("orders", signing))
        .chain(of_entries("chart", about))
        .chain(of_entries("orders", signing))
        .chain(of_texts())
        .collect()
}
