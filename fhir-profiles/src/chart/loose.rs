//! Deserialisation that takes what it knows and passes over the rest, so that an odd field costs only itself.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A type that is filled from whatever JSON stands in its place.
pub(crate) trait Loose<'a>: Default {
    /// A string stands here.
    fn text(&mut self, _text: Cow<'a, str>) {}

    /// A truth value stands here.
    fn truth(&mut self, _truth: bool) {}

    /// An object stands here, with this field next.
    fn field<A: MapAccess<'a>>(&mut self, _key: &str, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }

    /// An array stands here; whether there was one more item.
    fn item<A: SeqAccess<'a>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        seq.next_element::<IgnoredAny>().map(|item| item.is_some())
    }

    /// An object stands here, however empty.
    fn object(&mut self) {}

    /// A list stands here, however empty.
    fn list(&mut self) {}

    /// Something else than null stands here.
    fn anything(&mut self) {}
}

/// Reads a [`Loose`] type; fails on malformed JSON only.
pub(crate) struct Read<T>(pub(crate) T);

impl<'a, T: Loose<'a>> Deserialize<'a> for Read<T> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor(PhantomData)).map(Read)
    }
}

struct LooseVisitor<T>(PhantomData<T>);

impl<'a, T: Loose<'a>> LooseVisitor<T> {
    fn other() -> T {
        let mut value = T::default();
        value.anything();
        value
    }

    fn text(text: Cow<'a, str>) -> T {
        let mut value = Self::other();
        value.text(text);
        value
    }
}

impl<'a, T: Loose<'a>> Visitor<'a> for LooseVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<T, E> {
        let mut value = Self::other();
        value.truth(truth);
        Ok(value)
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(Self::other())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(Self::other())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(Self::other())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<T, E> {
        Ok(Self::text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(Self::text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut value = Self::other();
        value.list();
        while value.item(&mut seq)? {}
        Ok(value)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<T, A::Error> {
        let mut value = Self::other();
        value.object();
        while let Some(Read(Text(key))) = map.next_key::<Read<Text<'a>>>()? {
            value.field(key.as_deref().unwrap_or_default(), &mut map)?;
        }
        Ok(value)
    }
}

/// A string, or nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'a> Loose<'a> for Text<'a> {
    fn text(&mut self, text: Cow<'a, str>) {
        self.0 = Some(text);
    }
}

/// A string, and whether something else stands here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plain<'a> {
    pub(crate) text: Option<Cow<'a, str>>,
    pub(crate) odd: bool,
}

impl<'a> Loose<'a> for Plain<'a> {
    fn text(&mut self, text: Cow<'a, str>) {
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

    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        self.value.field(key, map)
    }
}

/// What kind of JSON value stands here, and nothing of what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    #[default]
    Null,
    /// A number or a truth value.
    Scalar,
    Text,
    List,
    Object,
}

impl<'a> Loose<'a> for Shape {
    fn text(&mut self, _: Cow<'a, str>) {
        *self = Self::Text;
    }

    fn item<A: SeqAccess<'a>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        *self = Self::List;
        seq.next_element::<IgnoredAny>().map(|item| item.is_some())
    }

    fn object(&mut self) {
        *self = Self::Object;
    }

    fn anything(&mut self) {
        *self = Self::Scalar;
    }
}

/// Whether anything is said here: null, a blank text, and lists and objects of nothing else say nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filled(pub(crate) bool);

impl<'a> Loose<'a> for Filled {
    fn text(&mut self, text: Cow<'a, str>) {
        self.0 = !text.trim().is_empty();
    }

    fn field<A: MapAccess<'a>>(&mut self, _key: &str, map: &mut A) -> Result<(), A::Error> {
        self.0 |= next::<Self, A>(map)?.0;
        Ok(())
    }

    fn item<A: SeqAccess<'a>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let item = seq.next_element::<Read<Self>>()?;
        self.0 |= item.as_ref().is_some_and(|Read(inner)| inner.0);
        Ok(item.is_some())
    }

    fn object(&mut self) {
        self.0 = false;
    }

    fn list(&mut self) {
        self.0 = false;
    }

    fn anything(&mut self) {
        self.0 = true;
    }
}

/// A list; a lone object where a list belongs is a list of one.
#[derive(Debug, Clone)]
pub(crate) struct Many<T> {
    pub(crate) items: Vec<T>,
    lone: bool,
    /// Something stands here that is neither a list nor an object.
    pub(crate) odd: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            lone: false,
            odd: false,
        }
    }
}

impl<'a, T: Loose<'a>> Loose<'a> for Many<T> {
    fn anything(&mut self) {
        self.odd = true;
    }

    fn object(&mut self) {
        self.lone = true;
        self.odd = false;
        let mut only = T::default();
        only.anything();
        only.object();
        self.items.push(only);
    }

    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match self.items.last_mut() {
            Some(only) if self.lone => only.field(key, map),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn item<A: SeqAccess<'a>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        self.odd = false;
        match seq.next_element::<Read<T>>()? {
            Some(Read(item)) => {
                self.items.push(item);
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

/// The next value of a map, loosely read.
pub(crate) fn next<'a, T: Loose<'a>, A: MapAccess<'a>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<Read<T>>().map(|Read(value)| value)
}

/// Passes over the next value of a map.
pub(crate) fn skip<'a, A: MapAccess<'a>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}
