//! What an answer with status 200 is: the resource, a page of a search, or a failure in disguise.

use super::why::Why;
use fhir_profiles::chart::{Answered, Page, opened, utf8_text};
use fhir_profiles::json::{Budget, Document, FaultKind};

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
pub(super) fn json(body: Vec<u8>) -> Result<Document<'static>, Why> {
    let text = owned(body);
    let starts_as_page = text.trim_start().starts_with('<');
    opened(text, &Budget::CALL).map_err(|fault| match fault.kind {
        _ if starts_as_page => Why::Html,
        FaultKind::Over(_) => Why::Budget,
        FaultKind::Ended => Why::Truncated,
        FaultKind::Syntax => Why::NotJson,
    })
}

/// The text of a body, which takes its room where it needs no repair.
fn owned(body: Vec<u8>) -> String {
    match String::from_utf8(body) {
        Ok(text) if !text.starts_with('\u{feff}') => text,
        Ok(text) => utf8_text(text.as_bytes()).into_owned(),
        Err(broken) => utf8_text(broken.as_bytes()).into_owned(),
    }
}

/// Checks that it is the resource that was read.
pub(super) fn check_resource(json: &Document<'_>, kind: &str) -> Result<(), Why> {
    match Answered::of(json.root(), kind) {
        Answered::Resource(found) if found == kind => Ok(()),
        Answered::Outcome => Err(Why::Outcome),
        Answered::Resource(_) | Answered::Page(_) | Answered::Unreadable => Err(Why::WrongType),
    }
}

/// Checks that it is a page of a search for a type. What a chart takes from a Bundle that was supplied is taken here too.
pub(super) fn page(json: &Document<'_>, kind: &str) -> Result<Page, Why> {
    match Answered::of(json.root(), kind) {
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
        page(&json(text.into())?, "Condition")
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
            let json = json(text.to_vec()).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(json.text()).is_ok());
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
        assert_eq!(json(b"\xff\xfe{\0}\0".to_vec()).unwrap_err(), Why::NotJson);
    }

    #[test]
    fn a_page_with_more_of_something_than_is_read_at_once_is_none() {
        let codings = vec!["0"; Budget::CALL.codings + 1].join(",");
        let text =
            format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"coding":[{codings}]}}}}]}}"#);
        assert_eq!(read(&text), Err(Why::Budget));
    }
}
