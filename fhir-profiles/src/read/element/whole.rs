//! A resource parsed in full, through fhirbolt's generic element model; this and [`shapes`](super::shapes) alone name a
//! FHIR release.

use super::super::clean;
use super::shapes::RELEASE;
use fhirbolt::element::{Element, Primitive, Value};
use fhirbolt::serde::{DeserializationConfig, DeserializationMode};

/// A resource.
pub(super) struct Whole(Element<RELEASE>);

impl Whole {
    /// Parses a resource with its type in front, since fhirbolt misreads or refuses what comes before the type; where
    /// it refuses it all the same, once more without what no fact needs. Whether that lost a value.
    pub(super) fn parse(json: &str) -> Option<(Self, bool)> {
        let read = if has_type_first(json) {
            element(json)
        } else {
            clean::type_first(json).and_then(|ordered| element(&ordered))
        };
        if let Some(root) = read {
            return Some((Self(root), false));
        }
        let (cleaned, lost_value) = clean::cleaned(json)?;
        element(&cleaned).map(|root| (Self(root), lost_value))
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node(&self.0)
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
    pub(super) fn at(self, key: &str, position: usize) -> Option<Node<'t>> {
        match self.0.get(key)? {
            Value::Element(element) => (position == 0).then_some(Node(element)),
            Value::Sequence(elements) => elements.get(position).map(Node),
            Value::Primitive(_) => None,
        }
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.0.contains_key(key)
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
}
