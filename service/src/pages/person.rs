//! Who the patient is, as recorded: the head of the board's sheet, and of nothing else.

use cds_cards::render::plain;
use serde::Serialize;
use serde_json::Value;

/// Identifiers that are named.
const IDENTIFIERS: usize = 4;
/// A name is a name, not a page.
const LONGEST: usize = 120;

/// Name, birth date and identifiers; what is not recorded is empty. Chart data, escaped by the template.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Person {
    name: String,
    born: String,
    /// What kind of number it is, as far as it is said, and the number.
    identifiers: Vec<(String, String)>,
    more: usize,
}

/// The person of a Patient resource; whatever of it is not as FHIR has it is left out.
pub(super) fn person(patient: Option<&str>) -> Person {
    let json: Value = patient
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let mut identifiers: Vec<(String, String)> = current(&json, "identifier")
        .filter_map(|one| {
            let value = text(one, "/value");
            let kinds = [
                "/type/text",
                "/type/coding/0/display",
                "/type/coding/0/code",
                "/assigner/display",
                "/system",
            ];
            let kind = kinds.map(|path| text(one, path));
            let kind = kind.into_iter().find(|kind| !kind.is_empty()).unwrap_or_default();
            (!value.is_empty()).then_some((kind, value))
        })
        .collect();
    let more = identifiers.len().saturating_sub(IDENTIFIERS);
    identifiers.truncate(IDENTIFIERS);
    let names: Vec<&Value> = current(&json, "name").collect();
    let official = names.iter().find(|name| text(name, "/use") == "official");
    Person {
        name: official
            .or(names.first())
            .map(|name| full(name))
            .unwrap_or_default(),
        born: text(&json, "/birthDate"),
        identifiers,
        more,
    }
}

/// The entries of a list that are not marked as no longer in use.
fn current<'j>(json: &'j Value, list: &str) -> impl Iterator<Item = &'j Value> + use<'j> {
    let entries = json.get(list).and_then(Value::as_array);
    let past = |entry: &&Value| !matches!(text(entry, "/use").as_str(), "old" | "maiden");
    entries.into_iter().flatten().filter(past)
}

/// As it was written, else put together of its parts.
fn full(name: &Value) -> String {
    let written = text(name, "/text");
    if !written.is_empty() {
        return written;
    }
    let each = |part: &str| -> Vec<String> {
        let parts = name.get(part).and_then(Value::as_array);
        let parts = parts.into_iter().flatten().filter_map(Value::as_str);
        parts.map(shown).collect()
    };
    let mut parts = each("prefix");
    parts.extend(each("given"));
    parts.push(text(name, "/family"));
    parts.extend(each("suffix"));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn text(json: &Value, pointer: &str) -> String {
    let text = json.pointer(pointer).and_then(Value::as_str);
    text.map(shown).unwrap_or_default()
}

fn shown(text: &str) -> String {
    plain(text).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Person {
        person(Some(json))
    }

    #[test]
    fn the_official_name_and_the_numbers_in_use_are_taken() {
        let person = of(r#"{"name":[{"use":"maiden","family":"Old"},{"family":"Nick"},
                {"use":"official","family":"Doe","given":["Ann","B."],"prefix":["Dr."]}],"birthDate":"1957-05",
                "identifier":[{"use":"old","value":"1"},{"type":{"text":"MRN"},"system":"urn:x","value":"2"},
                {"system":"urn:y","value":"3"},{"system":"urn:z"}]}"#);
        assert_eq!(
            (person.name.as_str(), person.born.as_str()),
            ("Dr. Ann B. Doe", "1957-05")
        );
        let numbers = [("MRN", "2"), ("urn:y", "3")].map(|(kind, value)| (kind.to_owned(), value.to_owned()));
        assert_eq!(person.identifiers, numbers);
        assert_eq!(
            of(r#"{"name":[{"text":"Ann\u202e Doe","family":"Doe"}]}"#).name,
            "Ann Doe"
        );
    }

    #[test]
    fn what_is_not_as_fhir_has_it_is_left_out() {
        assert_eq!(
            of(r#"{"name":{"family":"Doe"},"birthDate":1957,"identifier":["x",{"value":7}]}"#),
            Person::default()
        );
        assert_eq!(person(None), Person::default());
        let many: Vec<String> = (0..9).map(|n| format!(r#"{{"value":"{n}"}}"#)).collect();
        let person = of(&format!(r#"{{"identifier":[{}]}}"#, many.join(",")));
        assert_eq!((person.identifiers.len(), person.more), (4, 5));
    }
}
