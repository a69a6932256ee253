//! Reading TOML by hand over its spanned tree, so that every fault of a file is found in one go and has a line.

use super::fault::Faults;
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::{FactId, Treatment};
use rust_decimal::Decimal;
use std::cell::RefCell;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and the line it stands in.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    /// The value.
    pub(super) value: T,
    /// Its line, counted from 1.
    pub(super) line: usize,
}

/// Whether a file of the knowledge directory is a list of this folder (`facts/`), and of none inside it.
pub(super) fn is_list_in(folder: &str, file: &str) -> bool {
    let name = file
        .strip_prefix(folder)
        .and_then(|name| name.strip_suffix(".toml"));
    name.is_some_and(|name| !name.contains('/'))
}

/// One TOML file with the faults found in it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Path relative to the knowledge directory.
    pub(super) file: &'a str,
    /// The file's text.
    pub(super) text: &'a str,
    /// Where faults go.
    pub(super) faults: &'a Faults,
    /// The facts that it can name.
    pub(super) catalogue: &'a Catalogue,
}

impl<'a> Place<'a> {
    /// Parses the file and hands its root to `read`; `None` if the text is no TOML (every syntax fault is reported).
    pub(super) fn parse<T>(self, read: impl FnOnce(&Section<'_>) -> T) -> Option<T> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let line = error.span().map_or(1, |span| self.line_of(span.start));
            self.fault(line, error.message());
        }
        if !errors.is_empty() {
            return None;
        }
        let section = Section {
            place: self,
            table: root.get_ref(),
            line: 1,
            read: RefCell::default(),
        };
        let value = read(&section);
        section.refuse_unknown_keys();
        Some(value)
    }

    /// Reports a fault in a line of this file.
    pub(super) fn fault(self, line: usize, what: impl Into<String>) {
        self.faults.at(self.file, line, what);
    }

    fn line_of(self, offset: usize) -> usize {
        1 + self
            .text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
    }
}

/// A table of a TOML file; remembers which keys were asked for, so that the others can be refused.
pub(super) struct Section<'a> {
    place: Place<'a>,
    table: &'a DeTable<'a>,
    line: usize,
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// The line where the table starts.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The file, relative to the knowledge directory.
    pub(super) fn file(&self) -> &'a str {
        self.place.file
    }

    /// Reports a fault in a line of this file.
    pub(super) fn fault(&self, line: usize, what: impl Into<String>) {
        self.place.fault(line, what);
    }

    /// A text that must be there and not be empty.
    pub(super) fn text(&self, key: &'static str) -> Option<At<String>> {
        self.as_text(key, self.needed(key)?)
    }

    /// The fact of this name; one that there is not is reported.
    pub(super) fn fact(&self, name: &At<String>) -> Option<FactId> {
        let fact = self.place.catalogue.parse(&name.value);
        if fact.is_none() {
            self.fault(name.line, format!("unknown fact `{}`", name.value));
        }
        fact
    }

    /// The treatments of these codes, with their lines; those that there are not are reported.
    pub(super) fn treatments(&self, codes: Vec<At<String>>) -> Vec<(Treatment, usize)> {
        let parsed = codes.into_iter().filter_map(|code| {
            let found = Treatment::parse(&code.value);
            if found.is_none() {
                self.fault(code.line, format!("unknown treatment `{}`", code.value));
            }
            Some((found?, code.line))
        });
        parsed.collect()
    }

    /// The value of a key that must be there.
    fn needed(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let value = self.value(key);
        if value.is_none() {
            self.fault(self.line, format!("`{key}` is missing"));
        }
        value
    }

    /// A text that may be left out, but not be empty.
    pub(super) fn optional_text(&self, key: &'static str) -> Option<At<String>> {
        self.value(key).and_then(|value| self.as_text(key, value))
    }

    /// The name of something, where the key is not left out; `Err` if what stands there is no text (reported).
    pub(super) fn name(&self, key: &'static str, of: &str) -> Result<Option<At<String>>, ()> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let Some(name) = value.get_ref().as_str() else {
            self.wrong(key, value, of);
            return Err(());
        };
        Ok(Some(At {
            value: name.to_owned(),
            line: self.line_at(value),
        }))
    }

    /// A list of texts; empty if left out.
    pub(super) fn texts(&self, key: &'static str) -> Vec<At<String>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of texts");
            return Vec::new();
        };
        list.iter().filter_map(|item| self.as_text(key, item)).collect()
    }

    /// A list of texts that must name at least one.
    pub(super) fn some_texts(&self, key: &'static str) -> Vec<At<String>> {
        if self.needed(key).is_none() {
            return Vec::new();
        }
        let texts = self.texts(key);
        if texts.is_empty() {
            self.fault(self.line_of(key), format!("`{key}` is empty"));
        }
        texts
    }

    /// True or false; false if left out.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        self.value(key).is_some_and(|value| {
            value.get_ref().as_bool().unwrap_or_else(|| {
                self.wrong(key, value, "true or false");
                false
            })
        })
    }

    /// An exact number that may be left out.
    pub(super) fn number(&self, key: &'static str) -> Option<At<Decimal>> {
        self.as_number(key, self.value(key)?)
    }

    /// A number that must be there, or a table of numbers by name; a number that stands alone has the key for its name. `None`
    /// where one of them is no number (reported).
    pub(super) fn named_numbers(&self, key: &'static str) -> Option<Vec<(String, At<Decimal>)>> {
        let value = self.needed(key)?;
        let Some(table) = value.get_ref().as_table() else {
            let number = self.as_number(key, value)?;
            return Some(vec![(key.to_owned(), number)]);
        };
        let numbers = table.iter().map(|(name, value)| {
            let name = name.get_ref().to_string();
            self.as_number(&name, value).map(|number| (name, number))
        });
        numbers.collect()
    }

    /// An exact number that must be there.
    pub(super) fn needed_number(&self, key: &'static str) -> Option<At<Decimal>> {
        self.as_number(key, self.needed(key)?)
    }

    fn as_number(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<Decimal>> {
        let number = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => {
                Decimal::from_str_exact(integer.as_str()).ok()
            }
            DeValue::Float(float) => Decimal::from_str_exact(float.as_str()).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, value, "a number");
        }
        number.map(|number| At {
            value: number,
            line: self.line_at(value),
        })
    }

    /// An exact number that may be left out, also written as a text, as the catalogue of facts does.
    pub(super) fn exact(&self, key: &'static str) -> Option<At<Decimal>> {
        let value = self.value(key)?;
        let written = value.get_ref().as_str();
        let number = written.and_then(|text| Decimal::from_str_exact(text).ok());
        match number {
            Some(number) => Some(At {
                value: number,
                line: self.line_at(value),
            }),
            None => self.as_number(key, value),
        }
    }

    /// Pairs of texts (`[["a", "b"], ...]`); none if left out.
    pub(super) fn pairs(&self, key: &'static str) -> Vec<(At<String>, At<String>)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let pair = |item: &Spanned<DeValue<'_>>| match item.get_ref().as_array()?.iter().as_slice() {
            [first, second] => self.as_text(key, first).zip(self.as_text(key, second)),
            _ => None,
        };
        let pairs = value
            .get_ref()
            .as_array()
            .map(|list| list.iter().map(pair).collect::<Option<Vec<_>>>());
        pairs.flatten().unwrap_or_else(|| {
            self.wrong(key, value, "a list of pairs of texts");
            Vec::new()
        })
    }

    /// A table that may be left out.
    pub(super) fn section<T>(&self, key: &'static str, read: impl FnOnce(&Section<'_>) -> T) -> Option<T> {
        let value = self.value(key)?;
        self.inside(key, value, read)
    }

    /// A table that must be there.
    pub(super) fn needed_section<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Section<'_>) -> T,
    ) -> Option<T> {
        if self.find(key).is_none() {
            self.fault(self.line, format!("`[{key}]` is missing"));
        }
        self.section(key, read)
    }

    /// The tables of a list (`[[key]]`); none if left out.
    pub(super) fn sections<T>(&self, key: &'static str, mut read: impl FnMut(&Section<'_>) -> T) -> Vec<T> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of tables");
            return Vec::new();
        };
        list.iter()
            .filter_map(|item| self.inside(key, item, &mut read))
            .collect()
    }

    /// Every key of this table with its text, for tables whose keys are words.
    pub(super) fn all_texts(&self) -> Vec<(At<String>, At<String>)> {
        let mut pairs = Vec::new();
        for (key, value) in self.table {
            let name = At {
                value: key.get_ref().to_string(),
                line: self.place.line_of(key.span().start),
            };
            if let Some(text) = self.as_text(key.get_ref(), value) {
                pairs.push((name, text));
            }
        }
        pairs
    }

    /// The line of a key, or of the table if it is not there.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.find(key).map_or(self.line, |value| self.line_at(value))
    }

    fn inside<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        read: impl FnOnce(&Section<'_>) -> T,
    ) -> Option<T> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, value, "a table");
            return None;
        };
        let section = Section {
            place: self.place,
            table,
            line: self.line_at(value),
            read: RefCell::default(),
        };
        let result = read(&section);
        section.refuse_unknown_keys();
        Some(result)
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.read.borrow_mut().push(key);
        self.find(key)
    }

    fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }

    fn as_text(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, value, "a text");
            return None;
        };
        let line = self.line_at(value);
        if text.trim().is_empty() {
            self.fault(line, format!("`{key}` is empty"));
            return None;
        }
        Some(At {
            value: text.to_owned(),
            line,
        })
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        self.fault(
            self.line_at(value),
            format!("`{key}` must be {expected}, not {}", value.get_ref().type_str()),
        );
    }

    fn line_at(&self, value: &Spanned<DeValue<'_>>) -> usize {
        self.place.line_of(value.span().start)
    }

    fn refuse_unknown_keys(&self) {
        let read = self.read.borrow();
        // A table whose keys are words is read whole.
        if read.is_empty() {
            return;
        }
        for key in self.table.keys() {
            if !read.iter().any(|known| *known == key.get_ref()) {
                self.fault(
                    self.place.line_of(key.span().start),
                    format!("unknown key `{}`", key.get_ref()),
                );
            }
        }
    }
}
