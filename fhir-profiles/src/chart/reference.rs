//! References and business identifiers of the narrow view.

use super::loose::{Loose, Nothing, Plain, Shaped, read, said};
use crate::json::Json;

type Str<'a> = Option<&'a str>;

/// A business identifier: a record number under the name of the office that gave it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identifier<'a> {
    pub(crate) system: Str<'a>,
    pub(crate) value: Str<'a>,
}

impl<'a> Loose<'a> for Identifier<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "system" => self.system = said(value),
            "value" => self.value = said(value),
            _ => {}
        }
    }
}

/// A Reference; `named` where there is one at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference<'a> {
    pub(crate) named: bool,
    pub(crate) identifier: Option<Box<Identifier<'a>>>,
    pub(crate) reference: Str<'a>,
    pub(crate) display: Str<'a>,
    pub(super) odd: bool,
}

impl Nothing for Reference<'_> {
    fn nothing<'n>() -> &'n Self
    where
        Self: 'n,
    {
        static NOTHING: Reference<'static> = Reference {
            named: false,
            identifier: None,
            reference: None,
            display: None,
            odd: false,
        };
        &NOTHING
    }
}

impl Reference<'_> {
    /// Whether it leads to what the resource contains.
    pub(crate) fn is_contained(&self) -> bool {
        let target = self.reference.unwrap_or_default();
        target.trim_start().starts_with('#')
    }
}

impl<'a> Loose<'a> for Reference<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "reference" => {
                let text: Plain<'a> = read(value);
                self.odd |= text.odd;
                self.reference = text.text;
            }
            "display" => {
                self.display = said(value);
                self.named |= self.display.is_some();
            }
            "identifier" => {
                let read: Shaped<Identifier<'a>> = read(value);
                self.named |= read.there;
                self.identifier = read.there.then(|| Box::new(read.value));
            }
            _ => {}
        }
        self.named |= self.reference.is_some();
    }
}
