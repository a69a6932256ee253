//! Other ways to write a chart that say the same: shuffled, repeated, encoded otherwise, as a request or as a Bundle.

use super::json::{Json, Style};
use crate::templates::Template;

/// A chart written otherwise.
#[derive(Debug)]
pub struct Variant {
    /// What was done to it.
    pub what: &'static str,
    /// Its text.
    pub text: String,
}

/// Every variant of a Bundle or a request. `subject` is the patient it is about, `whole` whether nothing of it is known to be
/// lacking: a Bundle cannot say which searches it lacks.
pub fn variants(json: &Json, templates: &[Template], subject: Option<&str>, whole: bool) -> Vec<Variant> {
    let plain = Style::default();
    let mut all: Vec<(&'static str, Json, Style)> = vec![
        ("written compactly", json.clone(), plain),
        (
            "keys the other way round",
            json.clone(),
            Style {
                reversed: true,
                ..plain
            },
        ),
        (
            "with white space",
            json.clone(),
            Style {
                spaced: true,
                ..plain
            },
        ),
        (
            "with escapes",
            json.clone(),
            Style {
                escaped: true,
                ..plain
            },
        ),
        (
            "entries the other way round",
            entries(json, &|all| all.reverse()),
            plain,
        ),
        (
            "entries begun in the middle",
            entries(json, &|all| from_the_middle(all)),
            plain,
        ),
        (
            "every second entry first",
            entries(json, &|all| every_second_first(all)),
            plain,
        ),
        (
            "every entry twice",
            entries(json, &|all| all.extend(all.clone())),
            plain,
        ),
    ];
    let id = subject.and_then(|subject| subject.strip_prefix("Patient/"));
    if is_bundle(json) {
        if let Some(id) = id {
            all.push(("as a request", as_request(json, templates, id), plain));
        }
    } else if whole && json.get("prefetch").is_some() {
        all.push(("as one Bundle", as_bundle(json), plain));
    }
    let text = |(what, json, style): (_, Json, _)| Variant {
        what,
        text: json.write(style),
    };
    all.into_iter().map(text).collect()
}

/// The chart with one more record, in its Bundle or in the first that it brings; nothing if there is none.
pub(super) fn with_entry(json: &Json, resource: Json) -> Option<Json> {
    let mut filled = json.clone();
    let bundle = if is_bundle(json) {
        &mut filled
    } else {
        let Json::Object(fields) = filled.get_mut("prefetch")? else {
            return None;
        };
        fields
            .iter_mut()
            .map(|(_, value)| value)
            .find(|value| is_bundle(value))?
    };
    let entry = Json::object([("resource", resource)]);
    if bundle.get("entry").is_none()
        && let Json::Object(fields) = &mut *bundle
    {
        fields.push(("entry".to_owned(), Json::Array(Vec::new())));
    }
    let Json::Array(entries) = bundle.get_mut("entry")? else {
        return None;
    };
    entries.push(entry);
    Some(filled)
}

fn is_bundle(json: &Json) -> bool {
    json.get("resourceType").and_then(Json::text) == Some("Bundle")
}

fn from_the_middle(all: &mut [Json]) {
    let middle = all.len() / 2;
    all.rotate_left(middle);
}

fn every_second_first(all: &mut [Json]) {
    let odd = all.iter().skip(1).step_by(2);
    let even = all.iter().step_by(2);
    let ordered: Vec<Json> = odd.chain(even).cloned().collect();
    all.clone_from_slice(&ordered);
}

/// The entries of every Bundle changed, those inside others and those of a request too.
fn entries(json: &Json, change: &impl Fn(&mut Vec<Json>)) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(|item| entries(item, change)).collect()),
        Json::Object(fields) => {
            let bundle = is_bundle(json);
            let field = |(key, value): &(String, Json)| {
                let mut value = entries(value, change);
                if let Json::Array(items) = &mut value
                    && bundle
                    && key == "entry"
                {
                    change(items);
                }
                (key.clone(), value)
            };
            Json::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

fn kind(entry: &Json) -> Option<&str> {
    entry.get("resource")?.get("resourceType")?.text()
}

/// What a client sends that found these records: the patient and the conditions under their keys, all others together.
fn as_request(bundle: &Json, templates: &[Template], patient: &str) -> Json {
    let found = bundle.get("entry").map(Json::items).unwrap_or_default();
    let of = |wanted: &dyn Fn(Option<&str>) -> bool| {
        let of_kind = found.iter().filter(|entry| wanted(kind(entry))).cloned();
        Json::object([
            ("resourceType", "Bundle".into()),
            ("type", "searchset".into()),
            ("entry", Json::Array(of_kind.collect())),
        ])
    };
    let own = found.iter().find(|entry| kind(entry) == Some("Patient"));
    let own = own.and_then(|entry| entry.get("resource")).cloned();
    let mut others = Some(of(&|kind| !matches!(kind, Some("Patient" | "Condition"))));
    let mut value = |key: &str| match key {
        "patient" => own.clone().unwrap_or_else(|| Json::Other("null".to_owned())),
        "conditions" => of(&|kind| kind == Some("Condition")),
        _ => others.take().unwrap_or_else(|| of(&|_| false)),
    };
    let keys = templates.iter().map(|template| &template.key);
    let values = keys.map(|key| (key.clone(), value(key))).collect();
    Json::object([
        ("hook", "patient-view".into()),
        ("hookInstance", "00000000-0000-4000-8000-000000000000".into()),
        (
            "context",
            Json::object([
                ("userId", "Practitioner/selfcheck".into()),
                ("patientId", patient.into()),
            ]),
        ),
        ("prefetch", Json::Object(values)),
    ])
}

/// Everything that a request brings in one Bundle.
fn as_bundle(request: &Json) -> Json {
    let mut all = Vec::new();
    if let Some(Json::Object(values)) = request.get("prefetch") {
        for (_, value) in values {
            if is_bundle(value) {
                all.extend(
                    value
                        .get("entry")
                        .map(Json::items)
                        .unwrap_or_default()
                        .iter()
                        .cloned(),
                );
            } else if value.get("resourceType").is_some() {
                all.push(Json::object([("resource", value.clone())]));
            }
        }
    }
    Json::object([
        ("resourceType", "Bundle".into()),
        ("type", "collection".into()),
        ("entry", Json::Array(all)),
    ])
}
