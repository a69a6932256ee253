//! Reading that takes what it knows and passes over the rest, so that an odd field costs only itself.

use crate::json::{Json, JsonKind};
use std::ops::Deref;

/// A type that is filled from whatever JSON stands in its place.
pub(crate) trait Loose<'a>: Default {
    /// A string stands here.
    fn text(&mut self, _text: &'a str) {}

    /// A truth value stands here.
    fn truth(&mut self, _truth: bool) {}

    /// An object stands here, with this field next.
    fn field(&mut self, _key: &str, _value: Json<'a>) {}

    /// An object stands here, however empty.
    fn object(&mut self) {}

    /// Something else than null stands here.
    fn anything(&mut self) {}
}

/// Reads a [`Loose`] type.
pub(crate) fn read<'a, T: Loose<'a>>(json: Json<'a>) -> T {
    let mut value = T::default();
    match json.kind() {
        JsonKind::Null => return value,
        JsonKind::Number | JsonKind::List => value.anything(),
        JsonKind::True | JsonKind::False => {
            value.anything();
            value.truth(json.kind() == JsonKind::True);
        }
        JsonKind::Text => {
            value.anything();
            value.text(said(json).unwrap_or_default());
        }
        JsonKind::Object => {
            value.anything();
            value.object();
            json.fields().for_each(|field| value.field(&field.key(), field));
        }
    }
    value
}

/// A string, and whether something else stands here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plain<'a> {
    pub(crate) text: Option<&'a str>,
    pub(crate) odd: bool,
}

impl<'a> Loose<'a> for Plain<'a> {
    fn text(&mut self, text: &'a str) {
        self.text = Some(text);
        self.odd = false;
    }

    fn anything(&mut self) {
        self.odd = true;
    }
}

/// What should be an object, and whether something else stands here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shaped<T> {
    pub(crate) value: T,
    /// Something stands here.
    pub(crate) there: bool,
    pub(crate) odd: bool,
}

impl<'a, T: Loose<'a>> Loose<'a> for Shaped<T> {
    fn anything(&mut self) {
        self.there = true;
        self.odd = true;
        self.value.anything();
    }

    fn object(&mut self) {
        self.odd = false;
        self.value.object();
    }

    fn field(&mut self, key: &str, value: Json<'a>) {
        self.value.field(key, value);
    }
}

/// What a string says.
pub(crate) fn said(json: Json<'_>) -> Option<&str> {
    json.text()
}

/// Whether something stands here that is no list, nor the lone object of one.
pub(crate) fn is_no_list(json: Json<'_>) -> bool {
    !matches!(json.kind(), JsonKind::Null | JsonKind::List | JsonKind::Object)
}

/// The items of a list, each loosely read; a lone object where a list belongs is a list of one.
pub(crate) fn each<'a, T: Loose<'a>>(json: Json<'a>) -> impl Iterator<Item = T> {
    json.items_or_self().map(read)
}

/// What is seldom there and large: it takes the room of an address where it is not.
#[derive(Debug, Clone)]
pub(crate) struct Seldom<T>(Option<Box<T>>);

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Seldom<T> {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn new(value: T) -> Self {
        Self(Some(Box::new(value)))
    }
}

/// A type of which there is one that says nothing.
pub(crate) trait Nothing {
    fn nothing<'n>() -> &'n Self
    where
        Self: 'n;
}

impl<T: Nothing> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::nothing())
    }
}
