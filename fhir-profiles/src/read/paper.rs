//! What a report or document is and what it is made of: its kind, its texts and files.

use crate::chart::{Coding, Concept, Loose, each, read, said};
use crate::codes::system::canonical;
use crate::date::PartialDate;
use crate::json::Json;
use crate::text::{begins_word, has_words};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Where the date of a record may stand, the first first.
const DATES: &[&str] = &[
    "effectiveDateTime",
    "effectiveInstant",
    "effectivePeriod",
    "date",
    "performedDateTime",
    "performedPeriod",
    "occurrenceDateTime",
    "occurrencePeriod",
    "recordedDate",
    "onsetDateTime",
    "authoredOn",
    "issued",
];

/// Where a result says something in words.
const SAYING: &[&str] = &["note", "text", "valueString"];

/// Verification statuses of a diagnosis that nobody has.
const DENIED: &[&str] = &["entered-in-error", "refuted"];

/// Clinical statuses of a diagnosis that nobody has any more.
const OVER: &[&str] = &["inactive", "remission", "resolved"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperKind {
    name: String,
    codes: Vec<String>,
    words: Vec<String>,
    #[serde(default)]
    whole: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinds {
    kind: Vec<PaperKind>,
}

/// The file is compiled in, and a test reads it.
static KINDS: LazyLock<Kinds> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/reports.toml")).unwrap_or_default());

/// A record as far as what it is made of.
#[derive(Default)]
pub(super) struct Paper<'a> {
    pub(super) status: Option<&'a str>,
    /// The status of the document itself.
    pub(super) document_status: Option<&'a str>,
    dates: BTreeMap<String, &'a str>,
    concepts: Vec<Concept<'a>>,
    pub(super) files: Vec<File<'a>>,
    /// Its conclusion.
    pub(super) conclusion: Option<&'a str>,
    narrative: Narrative<'a>,
    /// Its notes.
    pub(super) notes: Vec<&'a str>,
    /// Its value, where that is a text.
    pub(super) value: Option<&'a str>,
    /// It says that it is not so.
    pub(super) denied: bool,
    /// It says that it is so no more.
    pub(super) over: bool,
    /// It has a conclusion in codes.
    coded: bool,
    /// What it refers to as its results.
    pub(super) results: Vec<&'a str>,
}

impl<'a> Paper<'a> {
    pub(super) fn of(json: Json<'a>) -> Self {
        read(json)
    }

    /// Whether a result has an element in which it could say something in words.
    pub(super) fn may_say(json: Json<'_>) -> bool {
        let may_say = |field: Json<'_>| SAYING.iter().any(|name| field.is_under(name));
        json.fields().any(may_say)
    }

    /// The date as written.
    pub(super) fn date(&self) -> Option<PartialDate> {
        let mut written = DATES.iter().filter_map(|name| self.dates.get(*name));
        written.find_map(|text| PartialDate::parse(text.trim()))
    }

    /// As a clinician calls it: `pathology report`; what its codes and words do not say is this.
    pub(super) fn kind(&self, otherwise: &'static str) -> &'static str {
        let codings = || self.concepts.iter().flat_map(|concept| &concept.codings);
        let by_code = || {
            KINDS
                .kind
                .iter()
                .find(|kind| codings().any(|coding| has_code(kind, coding)))
        };
        let texts: Vec<String> = self
            .concepts
            .iter()
            .flat_map(Concept::texts)
            .map(str::to_lowercase)
            .collect();
        let is_named = |kind: &&PaperKind| {
            let named = |text: &String| {
                let begins = kind.words.iter().any(|word| begins_word(text, word));
                begins || kind.whole.iter().any(|word| has_words(text, word))
            };
            texts.iter().any(named)
        };
        let found = by_code().or_else(|| KINDS.kind.iter().find(is_named));
        found.map_or(otherwise, |kind| kind.name.as_str())
    }

    /// Its narrative (XHTML), unless that was made from its other elements.
    pub(super) fn narrative(&self) -> Option<&'a str> {
        self.narrative.div.filter(|_| self.narrative.says())
    }

    /// What it is made of, in words: `PDF`, `text`, `PDF and text`; nothing if it has neither a file nor a text.
    pub(super) fn made_of(&self) -> Option<String> {
        let files: BTreeSet<&str> = self.files.iter().map(File::form).collect();
        let mut parts: Vec<&str> = files.into_iter().collect();
        let prose = self.conclusion.is_some() || self.narrative.says();
        if prose && !parts.contains(&TEXT) {
            parts.push(TEXT);
        }
        if self.coded {
            parts.push("coded conclusion");
        }
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

pub(super) const TEXT: &str = "text";

/// `Attachment`: a file, or where one is.
#[derive(Default, Clone, Copy)]
pub(super) struct File<'a> {
    /// Its media type.
    pub(super) media: Option<&'a str>,
    /// It itself, in base 64.
    pub(super) data: Option<&'a str>,
    /// Where it is.
    pub(super) url: Option<&'a str>,
}

impl<'a> File<'a> {
    /// The file that a Binary is.
    pub(super) fn of_binary(json: Json<'a>) -> Self {
        read(json)
    }

    /// With the media type of what refers to it, where it names none itself.
    pub(super) fn or_media(self, other: &Self) -> Self {
        Self {
            media: self.media.or(other.media),
            ..self
        }
    }

    /// What it is, by its media type.
    pub(super) fn form(&self) -> &'static str {
        form(self.media)
    }

    /// Whether it is HTML or XHTML.
    pub(super) fn is_html(&self) -> bool {
        matches!(&*media_type(self.media), "text/html" | "application/xhtml+xml")
    }

    /// How its characters are written, as its media type says.
    pub(super) fn charset(&self) -> Option<&str> {
        let parameters = self.media?.split(';').skip(1);
        let mut named = parameters.filter_map(|parameter| parameter.split_once('='));
        let charset = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
        Some(charset.1.trim().trim_matches('"'))
    }
}

fn media_type(media: Option<&str>) -> String {
    let media = media.unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

/// What a file is by its media type.
fn form(media: Option<&str>) -> &'static str {
    let media = media_type(media);
    match &*media {
        "application/pdf" => "PDF",
        "text/plain" | "text/html" | "text/markdown" | "application/xhtml+xml" => TEXT,
        "text/xml" | "application/xml" | "application/cda+xml" | "application/hl7-cda+xml" => "XML",
        "text/rtf" | "application/rtf" | "application/msword" => "word processor file",
        _ if media.starts_with("application/vnd.") => "word processor file",
        _ if media.starts_with("image/") => "image",
        "application/dicom" => "image",
        _ => "file",
    }
}

fn has_one_of(statuses: &[&str], concept: &Concept<'_>) -> bool {
    let mut codes = concept.codings.iter().filter_map(Coding::written);
    codes.any(|code| statuses.contains(&code.trim()))
}

fn has_code(kind: &'static PaperKind, coding: &Coding<'_>) -> bool {
    kind.codes.iter().any(|known| {
        let (system, code) = known.split_once('|').unwrap_or_default();
        coding.code_in(canonical(system)) == Some(code)
    })
}

impl<'a> Loose<'a> for Paper<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "status" => self.status = said(value),
            "docStatus" => self.document_status = said(value),
            "category" | "type" | "code" => {
                self.concepts.extend(each::<Concept<'a>>(value));
            }
            "presentedForm" => {
                self.files.extend(each::<File<'a>>(value));
            }
            "content" => {
                let contents = each::<Content<'a>>(value);
                self.files.extend(contents.map(|content| content.0));
            }
            "conclusion" => self.conclusion = said(value).filter(|text| !text.trim().is_empty()),
            "text" => self.narrative = read(value),
            "note" => {
                let notes = each::<Note<'a>>(value);
                self.notes.extend(notes.filter_map(|note| note.0));
            }
            "valueString" => self.value = said(value),
            "verificationStatus" => {
                self.denied |= has_one_of(DENIED, &read(value));
            }
            "clinicalStatus" => self.over |= has_one_of(OVER, &read(value)),
            "conclusionCode" => self.coded |= value.says_something(),
            "result" => {
                let results = each::<Target<'a>>(value);
                self.results.extend(results.filter_map(|result| result.0));
            }
            name if DATES.contains(&name) => {
                if let Some(date) = read::<Day<'a>>(value).0 {
                    self.dates.insert(name.to_owned(), date);
                }
            }
            _ => {}
        }
    }
}

/// `text`: a narrative that was not made from the other elements.
#[derive(Default)]
struct Narrative<'a> {
    status: Option<&'a str>,
    div: Option<&'a str>,
}

impl Narrative<'_> {
    fn says(&self) -> bool {
        let said = self.div.is_some_and(|div| !div.trim().is_empty());
        said && !matches!(self.status, Some("generated" | "empty"))
    }
}

impl<'a> Loose<'a> for Narrative<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "status" => self.status = said(value),
            "div" => self.div = said(value),
            _ => {}
        }
    }
}

impl<'a> Loose<'a> for File<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "contentType" => self.media = said(value),
            "data" => self.data = said(value),
            "url" => self.url = said(value),
            _ => {}
        }
    }
}

/// `Annotation`.
#[derive(Default)]
struct Note<'a>(Option<&'a str>);

impl<'a> Loose<'a> for Note<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        if key == "text" {
            self.0 = said(value);
        }
    }
}

/// `DocumentReference.content`.
#[derive(Default)]
struct Content<'a>(File<'a>);

impl<'a> Loose<'a> for Content<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        if key == "attachment" {
            self.0 = read(value);
        }
    }
}

/// A Reference as written.
#[derive(Default)]
struct Target<'a>(Option<&'a str>);

impl<'a> Loose<'a> for Target<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        if key == "reference" {
            self.0 = said(value);
        }
    }
}

/// A date, or a Period by its end, else its start.
#[derive(Default)]
struct Day<'a>(Option<&'a str>);

impl<'a> Loose<'a> for Day<'a> {
    fn text(&mut self, text: &'a str) {
        self.0 = Some(text);
    }

    fn field(&mut self, key: &str, value: Json<'a>) {
        let date = said(value);
        if key == "end" || (key == "start" && self.0.is_none()) {
            self.0 = date;
        }
    }
}

/// Statuses of what has been taken back, replaced, or not made yet.
const VOID: &[&str] = &[
    "entered-in-error",
    "superseded",
    "cancelled",
    "registered",
    "not-done",
];

pub(super) fn is_void(paper: &Paper<'_>) -> bool {
    let mut statuses = [&paper.status, &paper.document_status].into_iter().flatten();
    paper.denied || statuses.any(|status| VOID.contains(&status.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Budget, Document};

    #[test]
    fn every_kind_has_codes_and_words_in_small_letters() {
        assert_eq!(KINDS.kind.len(), 3);
        for kind in &KINDS.kind {
            assert!(kind.name.ends_with(" report"), "{}", kind.name);
            assert!(
                kind.codes.iter().all(|code| code.matches('|').count() == 1),
                "{}",
                kind.name
            );
            assert!(
                kind.words.iter().all(|word| *word == word.to_lowercase()),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn what_a_paper_is_comes_from_its_codes_and_what_it_is_made_of_from_its_parts() {
        for (json, kind, made_of, date) in [
            (
                r#"{"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"PAT"}]}],"presentedForm":[{"contentType":"application/pdf"}],"issued":"2026-03-04T10:00:00Z"}"#,
                "pathology report",
                Some("PDF"),
                Some("2026-03-04"),
            ),
            (
                r#"{"code":{"coding":[{"system":"http://loinc.org","code":"60568-3"}]},"conclusion":"Ki-67 8 %","effectivePeriod":{"start":"2025","end":"2026-01"}}"#,
                "pathology report",
                Some("text"),
                Some("2026-01"),
            ),
            (
                r#"{"code":{"text":"CT Abdomen (Radiologie)"},"conclusion":"x","presentedForm":{"contentType":"application/pdf; x=y"}}"#,
                "imaging report",
                Some("PDF and text"),
                None,
            ),
            (
                r#"{"type":{"coding":[{"system":"http://loinc.org","code":"11526-1","display":"Discharge"}]},"content":[{"attachment":{"url":"Binary/1"}}]}"#,
                "pathology report",
                Some("file"),
                None,
            ),
            (
                r#"{"code":{"text":"Letter"},"content":[{"attachment":{"contentType":"TEXT/PLAIN"}}],"text":{"status":"generated","div":"x"}}"#,
                "document",
                Some("text"),
                None,
            ),
            (
                r#"{"text":{"status":"additional","div":"<div>Ki-67 8 %</div>"}}"#,
                "document",
                Some("text"),
                None,
            ),
            (
                r#"{"text":{"status":"generated","div":"x"}}"#,
                "document",
                None,
                None,
            ),
            (r#"{"conclusion":"  "}"#, "document", None, None),
            ("{}", "document", None, None),
        ] {
            let document = Document::parse(json, &Budget::CALL).unwrap();
            let paper = Paper::of(document.root());
            assert_eq!(paper.kind("document"), kind, "{json}");
            assert_eq!(paper.made_of().as_deref(), made_of, "{json}");
            assert_eq!(
                paper.date().map(|date| date.to_string()).as_deref(),
                date,
                "{json}"
            );
        }
    }
}
