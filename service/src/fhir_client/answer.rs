//! What an answer with status 200 is: the resource, a page of a search, or a failure in disguise.

use super::why::Why;
use fhir_profiles::chart::{json_text, parsed};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One page of a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Resources in it, outcomes left out.
    pub(super) resources: usize,
    /// Those of them that match, not what was included with them.
    pub(super) matches: usize,
    /// How many matches the whole search has, if that is said.
    pub(super) total: Option<usize>,
    /// The link to the next page.
    pub(super) next: Option<String>,
    /// Whether the server reports an error among the results.
    pub(super) failed: bool,
}

impl Page {
    /// One more entry that cannot be read: it costs itself, which the chart says, and not the page.
    fn unreadable(&mut self) {
        self.resources += 1;
        self.matches += 1;
    }
}

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
    match releases
        .iter()
        .all(|release| matches!(*release, "4.0" | "4.1" | "4.3" | "5.0"))
    {
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
    expect(json, kind)
}

/// Checks that it is a page of a search for a type.
pub(super) fn page(json: &RawValue, kind: &str) -> Result<Page, Why> {
    expect(json, "Bundle")?;
    let bundle: Bundle<'_> = serde_json::from_str(json.get()).map_err(|_| Why::WrongType)?;
    if bundle.kind.as_deref() != Some("searchset") {
        return Err(Why::WrongType);
    }
    let mut page = Page {
        resources: 0,
        matches: 0,
        total: bundle.total.and_then(|total| total.get().parse().ok()),
        next: next(bundle.link)?,
        failed: false,
    };
    for entry in bundle.entry {
        let read: Option<Entry<'_>> = serde_json::from_str(entry.get()).ok();
        let Some(Entry { resource, search }) = read else {
            page.unreadable();
            continue;
        };
        let Some(resource) = resource else { continue };
        let read: Option<Resource<'_>> = serde_json::from_str(resource.get()).ok();
        let Some(resource) = read else {
            page.unreadable();
            continue;
        };
        let included = search.and_then(|search| search.mode).as_deref() == Some("include");
        match resource.resource_type.as_deref() {
            Some("OperationOutcome") => page.failed |= resource.issue.is_some_and(has_error),
            Some(found) if found == kind || included => {
                page.resources += 1;
                page.matches += usize::from(!included);
            }
            _ => return Err(Why::WrongType),
        }
    }
    Ok(page)
}

fn expect(json: &RawValue, kind: &str) -> Result<(), Why> {
    let head: Head<'_> = serde_json::from_str(json.get()).map_err(|_| Why::WrongType)?;
    match head.resource_type.as_deref() {
        Some(found) if found == kind => Ok(()),
        Some("OperationOutcome") => Err(Why::Outcome),
        _ => Err(Why::WrongType),
    }
}

/// The one next page; two different ones cannot be followed.
fn next(links: Vec<Link<'_>>) -> Result<Option<String>, Why> {
    let mut next = links
        .into_iter()
        .filter(|link| link.relation == "next")
        .map(|link| link.url);
    let first = next.next();
    match next.all(|other| Some(&other) == first.as_ref()) {
        true => Ok(first.map(Cow::into_owned)),
        false => Err(Why::WrongType),
    }
}

/// An outcome that cannot be read counts as an error.
fn has_error(issue: &RawValue) -> bool {
    let issues: Result<Vec<Issue<'_>>, _> = serde_json::from_str(issue.get());
    issues.map_or(true, |issues| {
        issues
            .iter()
            .any(|issue| !matches!(&*issue.severity, "warning" | "information"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    total: Option<&'a RawValue>,
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    relation: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default)]
    search: Option<Search<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    issue: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Search<'a> {
    #[serde(borrow, default)]
    mode: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Issue<'a> {
    #[serde(borrow)]
    severity: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Page, Why> {
        page(&json(text.as_bytes())?, "Condition")
    }

    fn found(resources: usize, next: Option<&str>, failed: bool) -> Result<Page, Why> {
        Ok(Page {
            resources,
            matches: resources,
            total: Some(0),
            next: next.map(str::to_owned),
            failed,
        })
    }

    #[test]
    fn content_types_are_told_apart() {
        for fine in [
            "application/fhir+json",
            "application/json",
            "Application/FHIR+JSON; charset=utf-8",
            "application/fhir+json;fhirVersion=4.0",
            "application/fhir+json; fhirversion=\"5.0\"",
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
        ] {
            assert_eq!(check_content_type(value), Err(why), "{value:?}");
        }
    }

    #[test]
    fn what_matches_is_counted_apart_from_what_was_included() {
        let page = read(
            r#"{"resourceType":"Bundle","type":"searchset","total":3,"entry":[{"resource":{"resourceType":"Condition"}},
            {"search":{"mode":"match"},"resource":{"resourceType":"Condition"}},
            {"search":{"mode":"include"},"resource":{"resourceType":"Patient"}}]}"#,
        )
        .unwrap();
        assert_eq!((page.resources, page.matches, page.total), (3, 2, Some(3)));
        for odd in ["-1", "\"3\"", "null", "3.5"] {
            let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","total":{odd}}}"#);
            assert_eq!(read(&text).unwrap().total, None, "{odd}");
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_costs_itself() {
        let page = read(
            r#"{"resourceType":"Bundle","type":"searchset","total":4,"entry":[{"resource":{"resourceType":"Condition"}},
            {"resource":{"resourceType":"Condition","resourceType":"Basic"}}, {"resource":5},
            {"resource":{"resourceType":"Condition"},"resource":{"resourceType":"Condition"}}]}"#,
        )
        .unwrap();
        assert_eq!((page.resources, page.matches), (4, 4));
        for text in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"\\ud83d\"}"] {
            let json = json(text).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(json.get()).is_ok());
        }
    }

    #[test]
    fn a_page_is_counted_whatever_its_total() {
        let empty = r#"{"resourceType":"Bundle","type":"searchset","total":0}"#;
        assert_eq!(read(empty), found(0, None, false));
        let lies = r#"{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"a"},
            {"relation":"next","url":"b"}],"entry":[{"resource":{"resourceType":"Condition","issue":5}},{}]}"#;
        assert_eq!(read(lies), found(1, Some("b"), false));
    }

    #[test]
    fn an_outcome_among_the_results_fails_the_page_if_it_is_an_error() {
        let with = |issue: &str| {
            read(&format!(
                r#"{{"resourceType":"Bundle","type":"searchset","total":0,"entry":[{{"search":{{"mode":"outcome"}},
                   "resource":{{"resourceType":"OperationOutcome","issue":{issue}}}}}]}}"#
            ))
        };
        assert_eq!(
            with(r#"[{"severity":"warning"},{"severity":"information"}]"#),
            found(0, None, false)
        );
        assert_eq!(
            with(r#"[{"severity":"warning"},{"severity":"fatal"}]"#),
            found(0, None, true)
        );
        assert_eq!(with(r#"[{"severity":"error"}]"#), found(0, None, true));
        assert_eq!(with(r#"[{}]"#), found(0, None, true));
        assert_eq!(with("7"), found(0, None, true));
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
            (r#"{"resourceType":"Bundle"}"#, Why::WrongType),
            (
                r#"{"resourceType":"Bundle","type":"batch-response"}"#,
                Why::WrongType,
            ),
            (
                r#"{"resourceType":"Bundle","type":"searchset","type":"searchset"}"#,
                Why::WrongType,
            ),
            (
                r#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Basic"}}]}"#,
                Why::WrongType,
            ),
            (
                r#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{}}]}"#,
                Why::WrongType,
            ),
            (
                r#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next"}]}"#,
                Why::WrongType,
            ),
            (
                r#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"a"},{"relation":"next","url":"b"}]}"#,
                Why::WrongType,
            ),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
        assert_eq!(json(b"\xff\xfe{\0}\0").unwrap_err(), Why::NotJson);
    }
}
