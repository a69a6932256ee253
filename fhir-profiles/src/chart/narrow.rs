//! The narrow view of a resource: what decides whether some fact can use it, and whose it is.

use super::loose::{Loose, Many, Present, Text, next, skip};
use serde::de::MapAccess;
use std::borrow::Cow;

type Str<'a> = Option<Cow<'a, str>>;

/// A code with its system.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coding<'a> {
    pub(crate) system: Str<'a>,
    pub(crate) code: Str<'a>,
    pub(crate) display: Str<'a>,
}

impl<'a> Loose<'a> for Coding<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "system" => self.system = next::<Text<'a>, A>(map)?.0,
            "code" => self.code = next::<Text<'a>, A>(map)?.0,
            "display" => self.display = next::<Text<'a>, A>(map)?.0,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A CodeableConcept, or R5's CodeableReference around one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concept<'a> {
    pub(crate) codings: Vec<Coding<'a>>,
    pub(crate) text: Str<'a>,
    pub(crate) reference: Reference<'a>,
}

impl<'a> Loose<'a> for Concept<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "coding" => self.codings = next::<Many<Coding<'a>>, A>(map)?.items,
            "text" => self.text = next::<Text<'a>, A>(map)?.0,
            "reference" => self.reference = next(map)?,
            "concept" => {
                let inner: Concept<'a> = next(map)?;
                self.codings = inner.codings;
                self.text = inner.text;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A Reference; `named` where there is one at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference<'a> {
    pub(crate) named: bool,
    pub(crate) reference: Str<'a>,
    pub(crate) display: Str<'a>,
}

impl<'a> Loose<'a> for Reference<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "reference" => self.reference = next::<Text<'a>, A>(map)?.0,
            "display" => {
                self.display = next::<Text<'a>, A>(map)?.0;
                self.named |= self.display.is_some();
            }
            "identifier" => self.named |= next::<Present, A>(map)?.0,
            _ => skip(map)?,
        }
        self.named |= self.reference.is_some();
        Ok(())
    }
}

/// `Observation.component` as far as its code.
#[derive(Debug, Clone, Default)]
struct Component<'a>(Vec<Coding<'a>>);

impl<'a> Loose<'a> for Component<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "code" => self.0 = next::<Concept<'a>, A>(map)?.codings,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `meta.lastUpdated`.
#[derive(Debug, Clone, Default)]
struct Meta<'a>(Str<'a>);

impl<'a> Loose<'a> for Meta<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "lastUpdated" => self.0 = next::<Text<'a>, A>(map)?.0,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `Bundle.link`: whether it leads to a next page.
#[derive(Debug, Clone, Default)]
struct Link(bool);

impl<'a> Loose<'a> for Link {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let text = next::<Text<'a>, A>(map)?.0;
        self.0 |= key == "relation" && text.as_deref() == Some("next");
        Ok(())
    }
}

/// `OperationOutcome.issue`: whether it is fatal or an error.
#[derive(Debug, Clone, Default)]
struct Issue(bool);

impl<'a> Loose<'a> for Issue {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let text = next::<Text<'a>, A>(map)?.0;
        self.0 |= key == "severity" && matches!(text.as_deref(), Some("fatal" | "error"));
        Ok(())
    }
}

/// `Bundle.entry.response`: its outcome, where a batch answers with one.
#[derive(Debug, Clone, Default)]
struct Response<'a>(Option<Box<Narrow<'a>>>);

impl<'a> Loose<'a> for Response<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "outcome" => self.0 = Some(Box::new(next(map)?)),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `Bundle.entry`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) full_url: Str<'a>,
    pub(crate) resource: Option<Narrow<'a>>,
    pub(crate) outcome: Option<Box<Narrow<'a>>>,
    pub(crate) answered: bool,
}

impl<'a> Loose<'a> for Entry<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "fullUrl" => self.full_url = next::<Text<'a>, A>(map)?.0,
            "resource" => self.resource = Some(next(map)?),
            "response" => {
                self.answered = true;
                self.outcome = next::<Response<'a>, A>(map)?.0;
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A resource, a Bundle or an outcome as far as it is looked at before it is parsed in full.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrow<'a> {
    pub(crate) kind: Str<'a>,
    pub(crate) id: Str<'a>,
    pub(crate) last_updated: Str<'a>,
    pub(crate) code: Concept<'a>,
    pub(crate) components: Vec<Coding<'a>>,
    pub(crate) value: Vec<Coding<'a>>,
    pub(crate) medication: Concept<'a>,
    pub(crate) medication_reference: Reference<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) patient: Reference<'a>,
    pub(crate) has_modifiers: bool,
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) next_page: bool,
    pub(crate) failed: bool,
}

impl<'a> Loose<'a> for Narrow<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "resourceType" => self.kind = next::<Text<'a>, A>(map)?.0,
            "id" => self.id = next::<Text<'a>, A>(map)?.0,
            "meta" => self.last_updated = next::<Meta<'a>, A>(map)?.0,
            "code" => self.code = next(map)?,
            "component" => {
                let components = next::<Many<Component<'a>>, A>(map)?.items;
                self.components = components.into_iter().flat_map(|c| c.0).collect();
            }
            "valueCodeableConcept" => self.value = next::<Concept<'a>, A>(map)?.codings,
            "medicationCodeableConcept" | "medication" => self.medication = next(map)?,
            "medicationReference" => self.medication_reference = next(map)?,
            "subject" => self.subject = next(map)?,
            "patient" => self.patient = next(map)?,
            "modifierExtension" | "implicitRules" => self.has_modifiers |= next::<Present, A>(map)?.0,
            "entry" => self.entries = next::<Many<Entry<'a>>, A>(map)?.items,
            "link" => {
                self.next_page = next::<Many<Link>, A>(map)?.items.iter().any(|link| link.0);
            }
            "issue" => {
                self.failed = next::<Many<Issue>, A>(map)?.items.iter().any(|issue| issue.0);
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}
