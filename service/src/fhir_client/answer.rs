//! What an answer with status 200 is: the resource, a page of a search, or a failure in disguise.

use super::why::Why;
use fhir_profiles::chart::{Answered, Page, json_text, parsed};
use serde_json::value::RawValue;

/// Checks the media type.
pub(super) fn check_content_type(value: Option<&str>) -> Result<(), Why> {
    let mut parts = value.unwrap_or_default().split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "application/fhir+json" | "application/json" | "application/json+fhir" => {}
        "text/html" | "application/xhtml+xml" => return Err(Why::Html),
        _ => return Err(Why::NotJson),
    }
    let releases: Vec<&str> = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("fhirVersion"))
        .map(|(_, value)| value.trim().trim_matches('"'))
        .collect();
    match releases.iter().all(|release| is_read(release)) {
        true => Ok(()),
        false => Err(Why::FhirVersion),
    }
}

/// The body as JSON.
pub(super) fn json(body: &[u8]) -> Result<Box<RawValue>, Why> {
    let text = json_text(body);
    let starts_as_page = text.trim_start().starts_with('<');
    let mut slot = None;
    let read = parsed(&text, &mut slot, serde_json::from_str::<&RawValue>);
    read.map(ToOwned::to_owned)
        .map_err(|error| match error.classify() {
            _ if starts_as_page => Why::Html,
            serde_json::error::Category::Eof => Why::Truncated,
            _ => Why::NotJson,
        })
}

/// Checks that it is the resource that was read.
pub(super) fn check_resource(json: &RawValue, kind: &str) -> Result<(), Why> {
    match Answered::of(json, kind) {
        Answered::Resource(found) if found == kind => Ok(()),
        Answered::Outcome => Err(Why::Outcome),
        Answered::Resource(_) | Answered::Page(_) | Answered::Unreadable => Err(Why::WrongType),
    }
}

/// Checks that it is a page of a search for a type. What a chart takes from a Bundle that was supplied is taken here too.
pub(super) fn page(json: &RawValue, kind: &str) -> Result<Page, Why> {
    match Answered::of(json, kind) {
        Answered::Page(page) if page.fits => Ok(page),
        Answered::Outcome => Err(Why::Outcome),
        Answered::Page(_) | Answered::Resource(_) | Answered::Unreadable => Err(Why::WrongType),
    }
}

/// Whether a release of FHIR, `4.0` or `4.0.1`, is one that is read.
fn is_read(release: &str) -> bool {
    let mut numbers = release.splitn(3, '.');
    let known = matches!(
        (numbers.next(), numbers.next()),
        (Some("4"), Some("0" | "1" | "3")) | (Some("5"), Some("0"))
    );
    known
        && numbers
            .next()
            .is_none_or(|patch| patch.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Page, Why> {
        page(&json(text.as_bytes())?, "Condition")
    }

    #[test]
    fn content_types_are_told_apart() {
        for fine in [
            "application/fhir+json",
            "application/json",
            "Application/FHIR+JSON; charset=utf-8",
            "application/fhir+json;fhirVersion=4.0",
            "application/fhir+json; fhirversion=\"5.0\"",
            "application/fhir+json; fhirVersion=4.0.1",
            "application/fhir+json;charset=utf-8;fhirVersion=4.3.0",
            "application/fhir+json; fhirVersion=5.0.0",
            "application/fhir+json; fhirVersion=5.0.0-ballot",
        ] {
            assert_eq!(check_content_type(Some(fine)), Ok(()), "{fine}");
        }
        for (value, why) in [
            (None, Why::NotJson),
            (Some(""), Why::NotJson),
            (Some("text/html; charset=utf-8"), Why::Html),
            (Some("application/fhir+xml"), Why::NotJson),
            (Some("text/plain"), Why::NotJson),
            (Some("application/fhir+json; fhirVersion=3.0"), Why::FhirVersion),
            (Some("application/fhir+json; fhirVersion=1.0"), Why::FhirVersion),
            (Some("application/fhir+json; fhirVersion=3.0.2"), Why::FhirVersion),
            (Some("application/fhir+json; fhirVersion=4.0.x"), Why::FhirVersion),
            (Some("application/fhir+json; fhirVersion=40.1"), Why::FhirVersion),
        ] {
            assert_eq!(check_content_type(value), Err(why), "{value:?}");
        }
    }

    #[test]
    fn what_is_no_text_costs_itself() {
        for text in [
            &b"{\"a\":\"\xff\"}"[..],
            b"{\"a\":\"\\ud83d\"}",
            b"\xef\xbb\xbf{}",
        ] {
            let json = json(text).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(json.get()).is_ok());
        }
    }

    #[test]
    fn failures_in_disguise_are_no_pages() {
        for (text, why) in [
            ("", Why::Truncated),
            ("{\"resourceType\":\"Bun", Why::Truncated),
            ("<html>", Why::Html),
            ("{]", Why::NotJson),
            ("{} {}", Why::NotJson),
            ("null", Why::WrongType),
            ("[]", Why::WrongType),
            ("{}", Why::WrongType),
            (
                r#"{"resourceType":"OperationOutcome","issue":[{"severity":"information"}]}"#,
                Why::Outcome,
            ),
            (r#"{"resourceType":"Condition"}"#, Why::WrongType),
            (
                r#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Basic"}}]}"#,
                Why::WrongType,
            ),
            (r#"{"resourceType":"Bundle","entry":"x"}"#, Why::WrongType),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
        assert_eq!(json(b"\xff\xfe{\0}\0").unwrap_err(), Why::NotJson);
    }
}
