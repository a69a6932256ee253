//! Codes and concepts of the narrow view, and the concept of an extension that says how a Procedure was done.

use super::loose::{Loose, Nothing, Plain, Seldom, Shaped, each, is_no_list, read};
use super::reference::Reference;
use crate::codes::Coding;
use crate::json::Json;

type Str<'a> = Option<&'a str>;

/// Containers in one another in a concept that is read.
const DEEPEST: u8 = 32;

/// The last step of the URL of HL7's extension for the method of a Procedure.
pub(crate) const PROCEDURE_METHOD: &str = "procedure-method";

/// A coding as it stands in the chart.
#[derive(Debug, Clone, Default)]
pub(super) struct RawCoding<'a> {
    system: Str<'a>,
    pub(super) code: Str<'a>,
    display: Str<'a>,
    odd: bool,
}

impl<'a> Loose<'a> for RawCoding<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        let place = match key {
            "system" => &mut self.system,
            "code" => &mut self.code,
            "display" => &mut self.display,
            _ => return,
        };
        let read: Plain<'a> = read(value);
        *place = read.text;
        self.odd |= read.odd;
    }
}

impl<'a> RawCoding<'a> {
    /// The coding, if it has a code or a display.
    fn said(self) -> Option<Coding<'a>> {
        let is_something = self.code.is_some() || self.display.is_some();
        is_something.then(|| Coding::new(self.system, self.code, self.display))
    }
}

/// A CodeableConcept, or R5's CodeableReference around one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concept<'a> {
    pub(crate) codings: Vec<Coding<'a>>,
    pub(crate) text: Str<'a>,
    pub(crate) reference: Seldom<Reference<'a>>,
    /// Something in it is not what FHIR has there.
    pub(super) odd: bool,
}

impl Nothing for Concept<'_> {
    fn nothing<'n>() -> &'n Self
    where
        Self: 'n,
    {
        static NOTHING: Concept<'static> = Concept {
            codings: Vec::new(),
            text: None,
            reference: Seldom::NONE,
            odd: false,
        };
        &NOTHING
    }
}

impl Concept<'_> {
    /// Whether anything stands in it.
    pub(super) fn is_something(&self) -> bool {
        !self.codings.is_empty() || self.text.is_some() || self.reference.named
    }

    /// Its own text and the displays of its codings.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let displays = self.codings.iter().filter_map(Coding::display);
        self.text.into_iter().chain(displays)
    }
}

impl<'a> Loose<'a> for Concept<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "coding" => {
                self.odd |= is_no_list(value);
                self.codings.clear();
                for coding in each::<Shaped<RawCoding<'a>>>(value) {
                    self.odd |= coding.odd || coding.value.odd;
                    self.codings.extend(coding.value.said());
                }
            }
            "text" => {
                let text: Plain<'a> = read(value);
                self.odd |= text.odd;
                self.text = text.text;
            }
            "reference" => self.reference = Seldom::new(read(value)),
            "concept" => {
                if value.height() > DEEPEST {
                    self.odd = true;
                    return;
                }
                let inner: Concept<'a> = read(value);
                self.odd |= inner.odd;
                self.codings = inner.codings;
                self.text = inner.text;
            }
            _ => {}
        }
    }
}

/// A text where no code is, as the coding under which a site can map it.
pub(crate) fn text_coding<'a>(codings: &[Coding<'a>], text: Str<'a>) -> Option<Coding<'a>> {
    let said = |text: &str| !text.trim().is_empty();
    if codings.iter().filter_map(Coding::written).any(said) {
        return None;
    }
    let mut texts = text.into_iter().chain(codings.iter().filter_map(Coding::display));
    texts.find(|text| said(text)).map(Coding::of_text)
}

/// The concept at this place, with a text-only one as a coding, and whether it is broken.
pub(super) fn concept(value: Json<'_>) -> Shaped<Concept<'_>> {
    let mut read: Shaped<Concept<'_>> = read(value);
    read.odd |= read.value.odd;
    read.value = with_text(read.value);
    read
}

pub(super) fn with_text(mut concept: Concept<'_>) -> Concept<'_> {
    let text = text_coding(&concept.codings, concept.text);
    concept.codings.extend(text);
    concept
}

/// The extension that says by which method a Procedure was done.
#[derive(Debug, Clone, Default)]
pub(super) struct Method<'a> {
    pub(super) is_it: bool,
    pub(super) value: Concept<'a>,
}

impl<'a> Loose<'a> for Method<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "url" => {
                let url = value.text();
                self.is_it = url.is_some_and(|url| url.rsplit('/').next() == Some(PROCEDURE_METHOD));
            }
            "valueCodeableConcept" => self.value = read(value),
            _ => {}
        }
    }
}
