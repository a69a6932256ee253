//! A mark in every text of a request, and where it is found again.

use crate::outside::Answer;
use serde_json::{Map, Value};

/// What must not be found.
pub(crate) const MARK: &str = "PHI-CANARY";
/// Texts that decide what a record is: with a mark in them nothing would be read, so that nothing could leak.
const KEPT: [&str; 21] = [
    "resourceType",
    "system",
    "code",
    "hook",
    "hookInstance",
    "status",
    "comparator",
    "unit",
    "url",
    "fhirServer",
    "effectiveDateTime",
    "onsetDateTime",
    "birthDate",
    "recordedDate",
    "issued",
    "authoredOn",
    "start",
    "end",
    "card",
    "outcome",
    "outcomeTimestamp",
];

/// How a text is marked.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Marking {
    /// So that the record is still read.
    Readable,
    /// All of it.
    Everything,
}

/// The same JSON with a mark in its texts.
pub(crate) fn marked(value: &Value, key: &str, marking: Marking) -> Value {
    match value {
        Value::String(text) => mark(text, key, marking).into(),
        Value::Array(items) => items.iter().map(|item| marked(item, key, marking)).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                // Why a card was put aside is what the store is for: code and system of it, and no other text.
                let coded = matches!(name.as_str(), "code" | "system") && key == "reason";
                let marking = if coded { Marking::Readable } else { marking };
                (name.clone(), marked(value, name, marking))
            };
            Value::Object(fields.iter().map(field).collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

fn mark(text: &str, key: &str, marking: Marking) -> String {
    match (marking, key) {
        (Marking::Everything, "hookInstance") => text.to_owned(),
        // The number of a reason in the EHR's own list.
        (_, key) if key.ends_with("overrideReason.reasonCategory") => text.to_owned(),
        (Marking::Everything, _) => format!("{MARK}-{text}"),
        (_, "id" | "patientId" | "patient") => format!("{MARK}-{text}"),
        (_, "reference" | "userId" | "selections") => match text.split_once('/') {
            Some((kind, id)) => format!("{kind}/{MARK}-{id}"),
            None => format!("{MARK}-{text}"),
        },
        (_, key) if KEPT.contains(&key) => text.to_owned(),
        _ => format!("{text} {MARK}"),
    }
}

/// A body with marks; one that is no JSON stays none.
pub(crate) fn marked_body(body: &[u8], marking: Marking) -> Vec<u8> {
    match serde_json::from_slice(body) {
        Ok(value) => marked(&value, "", marking).to_string().into_bytes(),
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            let inside = text.replace('"', &format!("\"{MARK} "));
            format!("{inside}{MARK}").into_bytes()
        }
    }
}

/// Everything that a service was seen to give out, by where.
#[derive(Default)]
pub(crate) struct Seen(pub(crate) Vec<(String, Vec<u8>)>);

impl Seen {
    pub(crate) fn add(&mut self, place: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.to_owned(), bytes.into()));
    }

    /// The head of an answer, and the body of an error.
    pub(crate) fn note(&mut self, what: &str, answer: &Answer) {
        self.add(&format!("head of {what}"), answer.head.clone());
        if answer.status != 200 {
            self.add(&format!("{} to {what}", answer.status), answer.body.clone());
        }
    }

    /// Where the mark is, with what stands around it.
    pub(crate) fn marked(&self) -> Vec<String> {
        let with_mark = self.0.iter().filter_map(|(place, bytes)| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let at = text.find(MARK)?;
            let from = text.floor_char_boundary(at.saturating_sub(80));
            let to = text.ceil_char_boundary((at + 80).min(text.len()));
            Some(format!("{place}: {}", &text[from..to]))
        });
        with_mark.collect()
    }
}
