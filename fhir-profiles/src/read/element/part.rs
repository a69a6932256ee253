//! An element on the tape: a value, and what `_name` says of it beside.

use crate::json::{Children, Json, JsonKind};

/// An element; of a value that is none there may be something said beside all the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part<'t> {
    value: Option<Json<'t>>,
    beside: Option<Json<'t>>,
}

impl<'t> Part<'t> {
    pub(super) fn of(json: Json<'t>) -> Self {
        Self {
            value: Some(json),
            beside: None,
        }
    }

    /// Where the value stands in its document.
    pub(super) fn index(self) -> Option<usize> {
        self.value.and_then(|json| usize::try_from(json.index()).ok())
    }

    /// What stands elsewhere in the same document.
    pub(super) fn at(self, index: usize) -> Option<Self> {
        let at = u32::try_from(index).ok()?;
        self.value.map(|json| Self::of(json.at(at)))
    }

    /// The object whose members are the children.
    fn object(self) -> Option<Json<'t>> {
        let objects = [self.value, self.beside].into_iter().flatten();
        objects.into_iter().find(|json| json.kind() == JsonKind::Object)
    }

    /// Whether anything is said: FHIR has no empty elements.
    fn says_something(self) -> bool {
        let mut both = [self.value, self.beside].into_iter().flatten();
        both.any(Json::says_something)
    }

    /// What stands under a key, and beside it.
    fn child(self, key: &str) -> Self {
        let mut found = Self::default();
        for field in self.object().into_iter().flat_map(Json::fields) {
            let Some(name) = field.plain_key() else { continue };
            if name == key {
                found.value = Some(field);
            } else if name.strip_prefix('_') == Some(key) {
                found.beside = Some(field);
            }
        }
        if key == "value" && self.scalar().is_some() {
            found.value = self.scalar();
        }
        found
    }

    /// The value, if it has no parts.
    fn scalar(self) -> Option<Json<'t>> {
        let has_parts =
            |json: &Json<'_>| matches!(json.kind(), JsonKind::Object | JsonKind::List | JsonKind::Null);
        self.value.filter(|json| !has_parts(json))
    }

    pub(super) fn all(self, key: &str) -> All<'t> {
        if key == "value" && self.scalar().is_some() {
            return All::default();
        }
        let child = self.child(key);
        let is_list = |json: Option<Json<'t>>| json.filter(|json| json.kind() == JsonKind::List);
        match (is_list(child.value), is_list(child.beside)) {
            (None, None) => All {
                one: Some(child).filter(|child| child.says_something()),
                ..All::default()
            },
            (values, beside) => All {
                one: None,
                values: values.map(Json::items).unwrap_or_default(),
                beside: beside.map(Json::items).unwrap_or_default(),
            },
        }
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.child(key).says_something()
    }

    pub(super) fn keys(self) -> Keys<'t> {
        Keys {
            part: self,
            of_scalar: self.scalar().is_some_and(Json::says_something),
            fields: self.object().map(Json::fields).unwrap_or_default(),
        }
    }

    /// The value under a key, if it has no parts and says something.
    fn primitive(self, key: &str) -> Option<Json<'t>> {
        self.child(key).scalar().filter(|json| json.says_something())
    }

    pub(super) fn text(self, key: &str) -> Option<&'t str> {
        let json = self.primitive(key)?;
        json.text().or_else(|| json.number())
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.primitive(key)?.truth()
    }

    pub(super) fn as_text(self) -> Option<&'t str> {
        let text = self.scalar().and_then(Json::text);
        text.filter(|text| !text.trim().is_empty())
    }
}

/// The elements of a name that say something.
#[derive(Debug, Default)]
pub(super) struct All<'t> {
    one: Option<Part<'t>>,
    values: Children<'t>,
    beside: Children<'t>,
}

impl<'t> Iterator for All<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        if let Some(one) = self.one.take() {
            return Some(one);
        }
        loop {
            let part = Part {
                value: self.values.next(),
                beside: self.beside.next(),
            };
            match (part.value, part.beside) {
                (None, None) => return None,
                _ if part.says_something() => return Some(part),
                _ => {}
            }
        }
    }
}

/// The names of the children that say something, each once.
#[derive(Debug)]
pub(super) struct Keys<'t> {
    part: Part<'t>,
    of_scalar: bool,
    fields: Children<'t>,
}

impl<'t> Iterator for Keys<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if std::mem::take(&mut self.of_scalar) {
            return Some("value");
        }
        loop {
            let field = self.fields.next()?;
            let Some(written) = field.plain_key() else {
                continue;
            };
            let name = written.strip_prefix('_').unwrap_or(written);
            let child = self.part.child(name);
            let is_second = name != written && child.value.is_some();
            if !is_second && child.says_something() {
                return Some(name);
            }
        }
    }
}
