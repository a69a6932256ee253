//! A page of a search before its resources are looked at, judged by the rules by which a chart reads a Bundle.

use super::builder::list;
use super::loose::{Loose, each, read, said};
use super::narrow::{Entry, Issue, there};
use crate::json::{Children, Json};

/// A page of a search: how much is in it, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Resources in it, outcomes left out; entries that cannot be read may have been some.
    pub resources: usize,
    /// Those of them that match, not what was included with them.
    pub matches: usize,
    /// Whether it can be the answer to a search for the type: it is empty, or something in it is of the type, cannot be
    /// read, or was included.
    pub fits: bool,
    /// How many matches the whole search has, if that is said.
    pub total: Option<u64>,
    /// Where the next page is.
    pub next: NextPage,
    /// Whether it reports that the search failed.
    pub failed: bool,
}

/// Where the next page of a search is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextPage {
    /// There is none.
    None,
    /// At this address, as written.
    At(String),
    /// There is one, without an address or with several.
    Unknown,
}

/// What a value is that should be a page or a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A Bundle.
    Page(Page),
    /// An OperationOutcome instead of data.
    Outcome,
    /// A resource of this type.
    Resource(String),
    /// Nothing that can be read.
    Unreadable,
}

impl Answered {
    /// What a value is, where a search for a type, or a read of one, was asked for.
    ///
    /// A Bundle of any type is a page, as it is where a chart is collected; one broken entry costs itself.
    pub fn of(json: Json<'_>, kind: &str) -> Self {
        let head: Head<'_> = read(json);
        match head.kind {
            Some("Bundle") => page(&head, kind).map_or(Self::Unreadable, Self::Page),
            Some("OperationOutcome") => Self::Outcome,
            Some(other) => Self::Resource(other.to_owned()),
            None => Self::Unreadable,
        }
    }
}

/// As far as a Bundle, a resource or an outcome says what it is.
#[derive(Debug, Default)]
struct Head<'a> {
    kind: Option<&'a str>,
    entries: Option<Json<'a>>,
    doubled_entries: bool,
    links: Vec<Link<'a>>,
    total: Option<u64>,
    failed: bool,
}

impl<'a> Loose<'a> for Head<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "resourceType" => self.kind = said(value),
            "entry" => {
                self.doubled_entries |= self.entries.is_some();
                self.entries = there(value);
            }
            "link" => self.links = each(value).collect(),
            "total" => self.total = value.raw().parse().ok(),
            "issue" => {
                self.failed = each::<Issue>(value).any(|issue| issue.0);
            }
            _ => {}
        }
    }
}

/// `Bundle.link`.
#[derive(Debug, Clone, Default)]
struct Link<'a> {
    relation: Option<&'a str>,
    url: Option<&'a str>,
}

impl<'a> Loose<'a> for Link<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "relation" => self.relation = said(value),
            "url" => self.url = said(value),
            _ => {}
        }
    }
}

/// The page that a Bundle is; nothing if its entries cannot be read as a list.
fn page(bundle: &Head<'_>, kind: &str) -> Option<Page> {
    let entries = match bundle.entries {
        Some(_) if bundle.doubled_entries => return None,
        Some(json) => list(json)?,
        None => Children::default(),
    };
    let mut page = Page {
        resources: 0,
        matches: 0,
        fits: false,
        total: bundle.total,
        next: next_page(&bundle.links),
        failed: false,
    };
    for json in entries {
        page.take(&read(json), kind);
    }
    page.fits |= page.resources == 0;
    Some(page)
}

impl Page {
    fn take(&mut self, entry: &Entry<'_>, kind: &str) {
        self.failed |= entry.refused;
        let outcome: Option<Head<'_>> = entry.outcome.map(read);
        self.failed |= outcome.is_some_and(|outcome| outcome.failed);
        let Some(json) = entry.resource else { return };
        let head: Head<'_> = read(json);
        if entry.doubled || head.kind.is_none() {
            return self.unreadable();
        }
        match head.kind {
            Some("OperationOutcome") => self.failed |= head.failed,
            found => {
                self.resources += 1;
                self.matches += usize::from(!entry.beside);
                self.fits |= entry.beside || found == Some(kind) || found == Some("Bundle");
            }
        }
    }

    /// One more entry that cannot be read: it costs itself, which the chart says, and not the page.
    fn unreadable(&mut self) {
        self.resources += 1;
        self.matches += 1;
        self.fits = true;
    }
}

/// The one address of the next page.
fn next_page(links: &[Link<'_>]) -> NextPage {
    let mut next = links.iter().filter(|link| link.relation == Some("next"));
    let Some(first) = next.next() else {
        return NextPage::None;
    };
    match first.url.filter(|url| !url.is_empty()) {
        Some(url) if next.all(|other| other.url == first.url) => NextPage::At(url.to_owned()),
        _ => NextPage::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AddedKind, ChartBuilder};
    use super::*;
    use crate::json::{Budget, Document};

    fn read(text: &str) -> Answered {
        let document = Document::parse(text, &Budget::CALL).unwrap();
        Answered::of(document.root(), "Condition")
    }

    fn page_of(inner: &str) -> Page {
        match read(&format!(r#"{{"resourceType":"Bundle"{inner}}}"#)) {
            Answered::Page(page) => page,
            other => panic!("{inner}: {other:?}"),
        }
    }

    fn found(resources: usize, next: NextPage, failed: bool) -> Page {
        Page {
            resources,
            matches: resources,
            fits: true,
            total: None,
            next,
            failed,
        }
    }

    #[test]
    fn what_matches_is_counted_apart_from_what_was_included() {
        let page = page_of(
            r#","total":3,"entry":[{"resource":{"resourceType":"Condition"}},
            {"search":{"mode":"match"},"resource":{"resourceType":"Condition"}},
            {"search":{"mode":"include"},"resource":{"resourceType":"Patient"}}]"#,
        );
        assert_eq!((page.resources, page.matches, page.total), (3, 2, Some(3)));
        for odd in ["-1", "\"3\"", "null", "3.5", "{}", "[3]"] {
            assert_eq!(page_of(&format!(r#","total":{odd}"#)).total, None, "{odd}");
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_costs_itself() {
        let page = page_of(
            r#","entry":[{"resource":{"resourceType":"Condition"}},
            {"resource":{"resourceType":"Condition","resourceType":"Basic"}}, {"resource":5}, null, {}, 7,
            {"resource":{"resourceType":"Condition"},"resource":{"resourceType":"Condition"}}]"#,
        );
        assert_eq!((page.resources, page.matches), (4, 4));
    }

    #[test]
    fn nothing_is_said_in_many_ways() {
        for nothing in [
            "",
            r#","type":"searchset","total":0"#,
            r#","entry":null"#,
            r#","entry":[]"#,
            r#","entry":[{}]"#,
            r#","entry":[null]"#,
            r#","link":null"#,
            r#","link":[null]"#,
            r#","link":[{"relation":"self"}]"#,
            r#","link":[{"url":"a"}]"#,
            r#","link":{"relation":"self","url":"a"}"#,
            r#","type":"collection""#,
            r#","type":7"#,
        ] {
            let mut page = page_of(nothing);
            page.total = None;
            assert_eq!(page, found(0, NextPage::None, false), "{nothing}");
        }
    }

    #[test]
    fn a_next_page_is_at_one_address_or_not_known() {
        let next = |links: &str| page_of(&format!(r#","link":{links}"#)).next;
        let at = NextPage::At("b".to_owned());
        assert_eq!(
            next(r#"[{"relation":"self","url":"a"},{"relation":"next","url":"b"}]"#),
            at
        );
        assert_eq!(
            next(r#"[{"relation":"next","url":"b"},{"relation":"next","url":"b"}]"#),
            at
        );
        assert_eq!(next(r#"{"relation":"next","url":"b"}"#), at);
        for unknown in [
            r#"[{"relation":"next"}]"#,
            r#"[{"relation":"next","url":null}]"#,
            r#"[{"relation":"next","url":""}]"#,
            r#"[{"relation":"next","url":5}]"#,
            r#"[{"relation":"next","url":"a"},{"relation":"next","url":"b"}]"#,
        ] {
            assert_eq!(next(unknown), NextPage::Unknown, "{unknown}");
        }
    }

    #[test]
    fn an_outcome_among_the_results_fails_the_page_if_it_is_an_error() {
        let with = |issue: &str| {
            page_of(&format!(
                r#","entry":[{{"search":{{"mode":"outcome"}},"resource":{{"resourceType":"OperationOutcome","issue":{issue}}}}}]"#
            ))
        };
        for harmless in ["success", "information", "warning"] {
            let issue = format!(r#"[{{"severity":"{harmless}"}}]"#);
            assert_eq!(with(&issue), found(0, NextPage::None, false), "{harmless}");
        }
        for bad in [
            r#"[{"severity":"warning"},{"severity":"fatal"}]"#,
            r#"[{"severity":"error"}]"#,
            r#"{"severity":"error"}"#,
        ] {
            assert_eq!(with(bad), found(0, NextPage::None, true), "{bad}");
        }
        assert!(page_of(r#","entry":[{"response":{"status":"404 Not Found"}}]"#).failed);
        assert!(!page_of(r#","entry":[{"response":{"status":"200"}}]"#).failed);
    }

    #[test]
    fn what_holds_nothing_of_the_type_is_no_answer_to_the_search() {
        let of = |kinds: &[&str]| {
            let entries: Vec<String> = kinds
                .iter()
                .map(|kind| format!(r#"{{"resource":{{"resourceType":"{kind}"}}}}"#))
                .collect();
            page_of(&format!(r#","entry":[{}]"#, entries.join(","))).fits
        };
        assert!(of(&["Condition"]) && of(&["Basic", "Condition"]) && of(&[]));
        assert!(!of(&["Basic"]) && !of(&["Patient", "Observation"]));
        assert!(
            page_of(r#","entry":[{"search":{"mode":"include"},"resource":{"resourceType":"Basic"}}]"#).fits
        );
    }

    #[test]
    fn what_is_no_page_is_named() {
        assert_eq!(
            read(r#"{"resourceType":"OperationOutcome","issue":[{"severity":"success"}]}"#),
            Answered::Outcome
        );
        assert_eq!(
            read(r#"{"resourceType":"Condition"}"#),
            Answered::Resource("Condition".to_owned())
        );
        for text in [
            "null",
            "[]",
            "{}",
            "7",
            r#"{"resourceType":5}"#,
            r#"{"resourceType":"Bundle","entry":7}"#,
            r#"{"resourceType":"Bundle","entry":[],"entry":[]}"#,
        ] {
            assert_eq!(read(text), Answered::Unreadable, "{text}");
        }
    }

    /// What a chart takes from a Bundle that was supplied, and what a page of a search is taken for.
    #[test]
    fn a_page_is_judged_as_a_chart_judges_it() {
        let condition = r#"{"resource":{"resourceType":"Condition","id":"c"}}"#;
        for inner in [
            String::new(),
            format!(r#","entry":{condition}"#),
            format!(r#","entry":[{condition}],"link":[{{"relation":"next"}}]"#),
            format!(r#","entry":[{condition}],"total":2"#),
            format!(r#","entry":[{condition},{{"resource":5}}],"total":2"#),
            format!(r#","entry":[{condition},null],"total":1"#),
            format!(r#","type":"batch-response","entry":[{condition},{{"response":{{"status":"500"}}}}]"#),
            r#","entry":[{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"fatal"}]}}]"#
                .to_owned(),
            r#","entry":[{"resource":{"resourceType":"OperationOutcome","issue":7}}]"#.to_owned(),
        ] {
            let text = format!(r#"{{"resourceType":"Bundle"{inner}}}"#);
            let document = Document::parse(text, &Budget::CALL).unwrap();
            let added = ChartBuilder::new(Some("p")).add(document.root());
            let page = page_of(&inner);
            assert_eq!(page.failed, added.kind == AddedKind::Outcome, "{inner}");
            assert_eq!(page.next != NextPage::None, added.next, "{inner}");
            let lacks =
                page.next == NextPage::None && page.total.is_some_and(|total| total > page.matches as u64);
            assert!(!lacks || added.short, "{inner}");
        }
    }
}
