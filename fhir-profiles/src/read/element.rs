//! A resource whose elements are read: on the tape where its shape is plain, else through fhirbolt's generic model.

mod fits;
mod part;
mod shapes;
#[cfg(test)]
mod tests;
mod whole;

use super::inside::Inside;
use crate::chart::{Coding, text_coding};
use crate::json::Json;
use part::Part;
use whole::Whole;

/// A resource.
pub(super) struct Tree<'d> {
    root: Root<'d>,
    /// Whether a value could not be kept.
    pub(super) lost_value: bool,
    /// What it contains, by id.
    pub(super) inside: Inside,
}

enum Root<'d> {
    Tape(Part<'d>),
    Whole(Whole),
}

impl<'d> Tree<'d> {
    /// A resource that can be read as FHIR. What the tape cannot hold as fhirbolt would, be it that fhirbolt refuses it,
    /// is left to fhirbolt.
    pub(super) fn parse(json: Json<'d>) -> Option<Self> {
        if fits::fits(json) {
            return Some(Self {
                root: Root::Tape(Part::of(json)),
                lost_value: false,
                inside: Inside::default(),
            });
        }
        if is_crowded(json) {
            return None;
        }
        Self::whole(json)
    }

    /// The same through fhirbolt, whatever its shape.
    fn whole(json: Json<'d>) -> Option<Self> {
        let (whole, lost_value) = Whole::parse(json.raw())?;
        Some(Self {
            root: Root::Whole(whole),
            lost_value,
            inside: Inside::default(),
        })
    }

    pub(super) fn root(&self) -> Node<'_> {
        match &self.root {
            Root::Tape(part) => Node(Of::Tape(*part)),
            Root::Whole(whole) => Node(Of::Whole(whole.root())),
        }
    }
}

/// Values of a resource that fhirbolt may be given however short they are.
const FEW: usize = 2_000;
/// Bytes of text a value in larger ones, fewer than in any chart; fhirbolt takes some 500 bytes for each.
const LEAST: usize = 12;

/// Whether a resource is made of so many and so short values that fhirbolt's model of it would be many times its size.
fn is_crowded(json: Json<'_>) -> bool {
    let values = json.values();
    values > FEW && json.raw().len() / LEAST < values
}

/// What is different where the same resource is read on the tape and through fhirbolt; nothing where both say the same, or
/// the tape leaves it to fhirbolt. For the tests.
#[doc(hidden)]
pub fn difference(json: Json<'_>) -> Option<String> {
    let tape = Tree::parse(json).filter(|tree| matches!(tree.root, Root::Tape(_)))?;
    let Some(whole) = Tree::whole(json) else {
        return Some("fhirbolt refuses it".to_owned());
    };
    if whole.lost_value {
        return Some("fhirbolt loses a value".to_owned());
    }
    tape.root().difference(whole.root(), 0)
}

/// Whether a resource is read on the tape, for the tests.
#[doc(hidden)]
pub fn is_on_tape(json: Json<'_>) -> bool {
    fits::fits(json)
}

/// An element of a resource.
#[derive(Clone, Copy)]
pub(super) struct Node<'t>(Of<'t>);

#[derive(Clone, Copy)]
enum Of<'t> {
    Tape(Part<'t>),
    Whole(whole::Node<'t>),
}

impl<'t> Node<'t> {
    fn tape(self) -> Option<Part<'t>> {
        match self.0 {
            Of::Tape(part) => Some(part),
            Of::Whole(_) => None,
        }
    }

    fn whole(self) -> Option<whole::Node<'t>> {
        match self.0 {
            Of::Whole(node) => Some(node),
            Of::Tape(_) => None,
        }
    }

    /// The child element, or the first of several.
    pub(super) fn get(self, key: &str) -> Option<Node<'t>> {
        self.all(key).next()
    }

    /// All child elements of a name.
    pub(super) fn all(self, key: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tape = self.tape().map(|part| part.all(key)).into_iter().flatten();
        let whole = self.whole().map(|node| node.all(key)).into_iter().flatten();
        let tape = tape.map(|part| Node(Of::Tape(part)));
        tape.chain(whole.map(|node| Node(Of::Whole(node))))
    }

    /// By what an element is found again at once, of which it is the how many-eth child of its name.
    pub(super) fn place(self, position: usize) -> usize {
        let index = self.tape().and_then(Part::index);
        index.unwrap_or(position)
    }

    /// The child element of a name at its place.
    pub(super) fn at(self, key: &str, place: usize) -> Option<Node<'t>> {
        match self.0 {
            Of::Tape(part) => part.at(place).map(Of::Tape).map(Node),
            Of::Whole(node) => node.at(key, place).map(Of::Whole).map(Node),
        }
    }

    pub(super) fn has(self, key: &str) -> bool {
        match self.0 {
            Of::Tape(part) => part.has(key),
            Of::Whole(node) => node.has(key),
        }
    }

    /// Whether it says that it does not mean what it says.
    pub(super) fn has_modifiers(self) -> bool {
        self.has("modifierExtension") || self.has("implicitRules")
    }

    pub(super) fn keys(self) -> impl Iterator<Item = &'t str> {
        let tape = self.tape().map(Part::keys).into_iter().flatten();
        let whole = self.whole().map(whole::Node::keys).into_iter().flatten();
        tape.chain(whole)
    }

    /// A string, code, uri, date or decimal as written.
    pub(super) fn text(self, key: &str) -> Option<&'t str> {
        match self.0 {
            Of::Tape(part) => part.text(key),
            Of::Whole(node) => node.text(key),
        }
    }

    /// A number as written, be it a JSON number or a string.
    pub(super) fn number(self, key: &str) -> Option<String> {
        match self.0 {
            Of::Tape(part) => part.text(key).map(|text| text.trim().to_owned()),
            Of::Whole(node) => node.number(key),
        }
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        match self.0 {
            Of::Tape(part) => part.flag(key),
            Of::Whole(node) => node.flag(key),
        }
    }

    /// A plain string that stands directly in the place of an element, as older releases have it.
    pub(super) fn as_text(self) -> Option<&'t str> {
        match self.0 {
            Of::Tape(part) => part.as_text(),
            Of::Whole(node) => node.as_text(),
        }
    }

    /// The first difference to another element, by name.
    fn difference(self, other: Node<'t>, depth: usize) -> Option<String> {
        let mut names: Vec<&str> = self.keys().chain(other.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let differs = |key: &str| {
            let one = |node: Node<'t>| (node.has(key), node.text(key), node.number(key), node.flag(key));
            let id = matches!(key, "id" | "url" | "resourceType");
            let within = || {
                let (mut here, mut there) = (self.all(key), other.all(key));
                loop {
                    match (here.next(), there.next()) {
                        (None, None) => return None,
                        (Some(here), Some(there)) if depth < 200 => {
                            if let Some(what) = here.difference(there, depth + 1) {
                                return Some(format!("{key}.{what}"));
                            }
                        }
                        _ => return Some(format!("{key}: so many")),
                    }
                }
            };
            match one(self) == one(other) {
                false => Some(key.to_owned()),
                // A plain string that fhirbolt has as such is no element.
                true if id => None,
                true => within(),
            }
        };
        let said = (self.as_text() != other.as_text()).then(|| "as text".to_owned());
        said.or_else(|| names.into_iter().find_map(differs))
    }

    /// The element as a Coding.
    pub(super) fn as_coding(self) -> Coding<'t> {
        Coding::new(self.text("system"), self.text("code"), self.text("display"))
    }

    /// The codings of a CodeableConcept, or of R5's CodeableReference around one; a text without any code is a
    /// coding under which a site can map it.
    pub(super) fn codings(self) -> Vec<Coding<'t>> {
        let concept = self.get("concept").unwrap_or(self);
        let mut codings: Vec<Coding<'t>> = concept.all("coding").map(Node::as_coding).collect();
        codings.extend(text_coding(&codings, concept.text("text")));
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
