//! Codes and concepts of the narrow view, and the concept of an extension that says how a Procedure was done.

use super::loose::{Loose, Many, Plain, Shaped, Text, next, skip};
use super::narrow::Reference;
use crate::codes::Coding;
use serde::de::MapAccess;
use std::borrow::Cow;

type Str<'a> = Option<Cow<'a, str>>;

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
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let place = match key {
            "system" => &mut self.system,
            "code" => &mut self.code,
            "display" => &mut self.display,
            _ => return skip(map),
        };
        let read: Plain<'a> = next(map)?;
        *place = read.text;
        self.odd |= read.odd;
        Ok(())
    }
}

impl<'a> From<RawCoding<'a>> for Coding<'a> {
    fn from(raw: RawCoding<'a>) -> Self {
        Self::new(raw.system, raw.code, raw.display)
    }
}

/// A CodeableConcept, or R5's CodeableReference around one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concept<'a> {
    pub(crate) codings: Vec<Coding<'a>>,
    pub(crate) text: Str<'a>,
    pub(crate) reference: Reference<'a>,
    /// Something in it is not what FHIR has there.
    pub(super) odd: bool,
}

impl Concept<'_> {
    /// Its own text and the displays of its codings.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let displays = self.codings.iter().filter_map(Coding::display);
        self.text.as_deref().into_iter().chain(displays)
    }
}

impl<'a> Loose<'a> for Concept<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "coding" => {
                let many: Many<Shaped<RawCoding<'a>>> = next(map)?;
                self.odd |= many.odd || many.items.iter().any(|item| item.odd || item.value.odd);
                self.codings = many.items.into_iter().map(|item| item.value.into()).collect();
            }
            "text" => {
                let text: Plain<'a> = next(map)?;
                self.odd |= text.odd;
                self.text = text.text;
            }
            "reference" => self.reference = next(map)?,
            "concept" => {
                let inner: Concept<'a> = next(map)?;
                self.odd |= inner.odd;
                self.codings = inner.codings;
                self.text = inner.text;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A text where no code is, as the coding under which a site can map it.
pub(crate) fn text_coding<'a>(codings: &[Coding<'a>], text: Str<'a>) -> Option<Coding<'a>> {
    let said = |text: &str| !text.trim().is_empty();
    if codings.iter().filter_map(Coding::written).any(said) {
        return None;
    }
    let displays = || codings.iter().filter_map(Coding::display).map(str::to_owned);
    let mut texts = text.into_iter().chain(displays().map(Cow::Owned));
    texts.find(|text| said(text)).map(Coding::of_text)
}

/// The concept at this place, with a text-only one as a coding, and whether it is broken.
pub(super) fn concept<'a, A: MapAccess<'a>>(map: &mut A) -> Result<Shaped<Concept<'a>>, A::Error> {
    let mut read: Shaped<Concept<'a>> = next(map)?;
    read.odd |= read.value.odd;
    read.value = with_text(read.value);
    Ok(read)
}

pub(super) fn with_text(mut concept: Concept<'_>) -> Concept<'_> {
    let text = text_coding(&concept.codings, concept.text.clone());
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
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "url" => {
                let url = next::<Text<'a>, A>(map)?.0;
                self.is_it = url.is_some_and(|url| url.rsplit('/').next() == Some(PROCEDURE_METHOD));
            }
            "valueCodeableConcept" => self.value = next(map)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}
