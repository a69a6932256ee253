//! Whose a lone resource is, and whether it may name a PNET, seen without making a chart of it where that can be.

use super::concept::concept;
use super::loose::is_no_list;
use crate::codes::Codes;
use crate::json::{Json, JsonKind};
use crate::organs::names_pnet;
use std::collections::HashMap;

/// Codes that are remembered: a hospital has some thousands.
const REMEMBERED: usize = 1 << 14;
/// The longest that is, in bytes.
const LONGEST: usize = 2 << 10;

/// What is seen of a resource at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance<'a> {
    /// The id of its patient.
    pub patient: &'a str,
    /// Whether it is a Condition.
    pub condition: bool,
    /// Whether it may name a PNET, or is a Condition that cannot be read.
    pub suspect: bool,
}

/// Looks at resources, and remembers what it saw of their codes.
#[derive(Debug, Default)]
pub struct Glances {
    /// By the text of the element, whether it may name a PNET as the code of a Condition, and as that of another kind.
    conditions: HashMap<Box<str>, bool>,
    others: HashMap<Box<str>, bool>,
}

/// What is looked for in a code.
type Test = fn(Json<'_>, &Codes) -> bool;

impl Glances {
    /// What a chart of this resource alone would say. None for all that needs one: what is or holds several resources, names
    /// its patient in another way than `Patient/ID`, or has anything in the places that are looked at that FHIR has not there.
    pub fn at<'a>(&mut self, json: Json<'a>, codes: &Codes) -> Option<Glance<'a>> {
        if json.kind() != JsonKind::Object || json.has_doubled_key() {
            return None;
        }
        let (mut kind, mut id, mut subject, mut code, mut component) = (None, None, None, None, None);
        let mut odd_of_condition = false;
        for field in json.fields() {
            match field.plain_key()? {
                "resourceType" => kind = Some(field.text()?),
                "id" => id = Some(field.text()?),
                "subject" | "patient" if subject.is_none() => subject = Some(field),
                "subject" | "patient" | "contained" | "entry" => return None,
                "code" => code = Some(field),
                "component" => component = Some(field),
                "status" => odd_of_condition = true,
                key => odd_of_condition |= key.starts_with("value") || key.starts_with("medication"),
            }
        }
        let kind = kind?;
        let patient = match (kind, subject) {
            ("Bundle" | "OperationOutcome" | "Medication", _) => return None,
            ("Patient", None) => id?,
            ("Patient", Some(_)) => return None,
            (_, subject) => patient(subject?)?,
        };
        let suspect = match kind {
            "Condition" if odd_of_condition || component.is_some() => return None,
            "Condition" => match code {
                Some(code) => remembered(&mut self.conditions, code, codes, is_suspicious),
                None => true,
            },
            "Observation" | "DiagnosticReport" => {
                if component.is_some_and(is_no_list) {
                    return None;
                }
                let others = &mut self.others;
                let mut may = |code| remembered(others, code, codes, may_name_pnet);
                let parts = component.into_iter().flat_map(Json::items_or_self);
                let mut parts = parts.filter_map(|part| part.get("code"));
                code.is_some_and(&mut may) || parts.any(may)
            }
            _ => false,
        };
        Some(Glance {
            patient,
            condition: kind == "Condition",
            suspect,
        })
    }
}

/// The id in a plain reference to a patient.
fn patient(subject: Json<'_>) -> Option<&str> {
    if subject.kind() != JsonKind::Object {
        return None;
    }
    let mut found = None;
    for field in subject.fields() {
        match field.plain_key()? {
            "reference" => found = Some(field.text()?),
            "display" => drop(field.text()?),
            "identifier" => return None,
            _ => {}
        }
    }
    let id = found?.strip_prefix("Patient/")?;
    let in_ids = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (!id.is_empty() && id.bytes().all(in_ids)).then_some(id)
}

fn remembered(known: &mut HashMap<Box<str>, bool>, code: Json<'_>, codes: &Codes, test: Test) -> bool {
    let raw = code.raw();
    if let Some(found) = known.get(raw) {
        return *found;
    }
    let found = test(code, codes);
    if raw.len() <= LONGEST {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(raw.into(), found);
    }
    found
}

/// Whether the code of a Condition may name a PNET, or cannot be read.
fn is_suspicious(code: Json<'_>, codes: &Codes) -> bool {
    let read = concept(code);
    let codings = &read.value.codings;
    let is_code = |coding: &super::Coding<'_>| coding.written().is_some() && !coding.is_text();
    read.odd
        || !codings.iter().any(is_code)
        || codings.iter().any(|coding| codes.may_name_pnet(coding))
        || names_pnet(read.value.texts())
}

fn may_name_pnet(code: Json<'_>, codes: &Codes) -> bool {
    let read = concept(code);
    read.value
        .codings
        .iter()
        .any(|coding| codes.may_name_pnet(coding))
}
