//! A resource parsed in full, through fhirbolt's generic element model; the only file that names a FHIR release.

use super::clean;
use super::inside::Inside;
use crate::chart::{Coding, text_coding};
use fhirbolt::element::{Element, Primitive, Value};
use fhirbolt::serde::{DeserializationConfig, DeserializationMode};
use fhirbolt::{FhirRelease, FhirReleases};
use std::borrow::Cow;

/// R4 names every element that is read; in compatibility mode what R4B and R5 call otherwise is kept as it stands.
const RELEASE: FhirRelease = FhirReleases::R4;

/// A resource.
pub(super) struct Tree {
    root: Element<RELEASE>,
    /// Whether a value could not be kept.
    pub(super) lost_value: bool,
    /// What it contains, by id.
    pub(super) inside: Inside,
}

impl Tree {
    /// Parses a resource with its type in front, since fhirbolt misreads or refuses what comes before the type; where
    /// it refuses it all the same, once more without what no fact needs.
    pub(super) fn parse(json: &str) -> Option<Self> {
        let read = if has_type_first(json) {
            element(json)
        } else {
            clean::type_first(json).and_then(|ordered| element(&ordered))
        };
        if let Some(root) = read {
            return Some(Self {
                root,
                lost_value: false,
                inside: Inside::default(),
            });
        }
        let (cleaned, lost_value) = clean::cleaned(json)?;
        element(&cleaned).map(|root| Self {
            root,
            lost_value,
            inside: Inside::default(),
        })
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node(&self.root)
    }
}

/// Whether the type stands first for certain; a resource with others inside may have them in any order.
fn has_type_first(json: &str) -> bool {
    let fields = json.trim_start().strip_prefix('{').map(str::trim_start);
    fields.is_some_and(|fields| fields.starts_with("\"resourceType\"")) && !json.contains("\"contained\"")
}

fn element(json: &str) -> Option<Element<RELEASE>> {
    let config = DeserializationConfig {
        mode: DeserializationMode::Compatibility,
    };
    let mut root = fhirbolt::json::from_str(json, Some(config)).ok()?;
    drop_empty(&mut root);
    Some(root)
}

/// Takes out what says nothing: blank texts, and objects and lists of nothing else. FHIR has no empty elements, so
/// whoever asks whether an element is there asks whether something is said.
fn drop_empty(element: &mut Element<RELEASE>) {
    element.retain(|_, value| match value {
        Value::Primitive(Primitive::String(text)) => !text.trim().is_empty(),
        Value::Primitive(_) => true,
        Value::Element(inner) => {
            drop_empty(inner);
            !inner.is_empty()
        }
        Value::Sequence(items) => {
            items.iter_mut().for_each(drop_empty);
            items.retain(|item| !item.is_empty());
            !items.is_empty()
        }
    });
}

/// An element of a resource.
#[derive(Clone, Copy)]
pub(super) struct Node<'t>(&'t Element<RELEASE>);

impl<'t> Node<'t> {
    /// The child element, or the first of several.
    pub(super) fn get(self, key: &str) -> Option<Node<'t>> {
        self.all(key).next()
    }

    /// All child elements of a name.
    pub(super) fn all(self, key: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let (one, many) = match self.0.get(key) {
            Some(Value::Element(element)) => (Some(element), &[][..]),
            Some(Value::Sequence(elements)) => (None, elements.as_slice()),
            _ => (None, &[][..]),
        };
        one.into_iter().chain(many).map(Node)
    }

    /// The child element of a name at a position among them.
    pub(super) fn item(self, key: &str, position: usize) -> Option<Node<'t>> {
        match self.0.get(key)? {
            Value::Element(element) => (position == 0).then_some(Node(element)),
            Value::Sequence(elements) => elements.get(position).map(Node),
            Value::Primitive(_) => None,
        }
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether it says that it does not mean what it says.
    pub(super) fn has_modifiers(self) -> bool {
        self.has("modifierExtension") || self.has("implicitRules")
    }

    pub(super) fn keys(self) -> impl Iterator<Item = &'t str> {
        self.0.keys().map(String::as_str)
    }

    fn primitive(self, key: &str) -> Option<&'t Primitive> {
        match self.0.get(key)? {
            Value::Primitive(primitive) => Some(primitive),
            Value::Element(element) => match element.get("value")? {
                Value::Primitive(primitive) => Some(primitive),
                _ => None,
            },
            Value::Sequence(_) => None,
        }
    }

    /// A string, code, uri, date or decimal as written.
    pub(super) fn text(self, key: &str) -> Option<&'t str> {
        match self.primitive(key)? {
            Primitive::String(text) | Primitive::Decimal(text) => Some(text),
            _ => None,
        }
    }

    /// A number as written, be it a JSON number or a string.
    pub(super) fn number(self, key: &str) -> Option<String> {
        match self.primitive(key)? {
            Primitive::String(text) | Primitive::Decimal(text) => Some(text.trim().to_owned()),
            Primitive::Integer(number) => Some(number.to_string()),
            Primitive::Integer64(number) => Some(number.to_string()),
            Primitive::Bool(_) => None,
        }
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        match self.primitive(key)? {
            Primitive::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A plain string that stands directly in the place of an element, as older releases have it.
    pub(super) fn as_text(self) -> Option<&'t str> {
        match self.0.get("value")? {
            Value::Primitive(Primitive::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The element as a Coding.
    pub(super) fn as_coding(self) -> Coding<'t> {
        let said = |key| self.text(key).map(Cow::Borrowed);
        Coding::new(said("system"), said("code"), said("display"))
    }

    /// The codings of a CodeableConcept, or of R5's CodeableReference around one; a text without any code is a
    /// coding under which a site can map it.
    pub(super) fn codings(self) -> Vec<Coding<'t>> {
        let concept = self.get("concept").unwrap_or(self);
        let mut codings: Vec<Coding<'t>> = concept.all("coding").map(Node::as_coding).collect();
        codings.extend(text_coding(&codings, concept.text("text").map(Cow::Borrowed)));
        codings
    }

    /// What a person is shown of a CodeableConcept: its text, else the first display, else the first code. To be shown
    /// and never to be read: the code may be one of a list that nobody knows.
    pub(super) fn shown(self) -> Option<&'t str> {
        let concept = self.get("concept").unwrap_or(self);
        let code = |coding: Node<'t>| coding.text("code").map(str::trim).filter(|code| !code.is_empty());
        self.said().or_else(|| concept.all("coding").find_map(code))
    }

    /// What a CodeableConcept says in words: its text, else the first display.
    pub(super) fn said(self) -> Option<&'t str> {
        self.texts().map(str::trim).find(|text| !text.is_empty())
    }

    /// Every text of a CodeableConcept: its own and the displays of its codings.
    pub(super) fn texts(self) -> impl Iterator<Item = &'t str> + use<'t> {
        let concept = self.get("concept").unwrap_or(self);
        concept
            .text("text")
            .into_iter()
            .chain(concept.all("coding").filter_map(|coding| coding.text("display")))
    }

    /// The value of the extension with this url, by the last part of its path.
    pub(super) fn extension(self, name: &str) -> Option<Node<'t>> {
        self.all("extension").find(|ext| {
            ext.text("url")
                .is_some_and(|url| url.rsplit('/').next() == Some(name))
        })
    }

    /// Whether the value is marked as absent by the `data-absent-reason` extension.
    pub(super) fn marked_absent(self) -> bool {
        self.extension("data-absent-reason").is_some()
    }
}
