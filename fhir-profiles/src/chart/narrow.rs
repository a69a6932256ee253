//! The narrow view of a resource: what decides whether some fact can use it, and whose it is.

use super::concept::{Concept, Method, RawCoding, concept, with_text};
use super::loose::{Filled, Loose, Many, Plain, Shape, Shaped, Text, next, skip};
use crate::codes::Coding;
use serde::de::MapAccess;
use serde_json::value::RawValue;
use std::borrow::Cow;

type Str<'a> = Option<Cow<'a, str>>;

/// The tag of what a server has left elements out of.
const SUBSETTED: &str = "SUBSETTED";

/// A business identifier: a record number under the name of the office that gave it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identifier<'a> {
    pub(crate) system: Str<'a>,
    pub(crate) value: Str<'a>,
}

impl<'a> Loose<'a> for Identifier<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "system" => self.system = next::<Text<'a>, A>(map)?.0,
            "value" => self.value = next::<Text<'a>, A>(map)?.0,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A Reference; `named` where there is one at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference<'a> {
    pub(crate) named: bool,
    pub(crate) identifier: Option<Identifier<'a>>,
    pub(crate) reference: Str<'a>,
    pub(crate) display: Str<'a>,
    odd: bool,
}

impl Reference<'_> {
    /// Whether it leads to what the resource contains.
    pub(crate) fn is_contained(&self) -> bool {
        let target = self.reference.as_deref().unwrap_or_default();
        target.trim_start().starts_with('#')
    }
}

impl<'a> Loose<'a> for Reference<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "reference" => {
                let text: Plain<'a> = next(map)?;
                self.odd |= text.odd;
                self.reference = text.text;
            }
            "display" => {
                self.display = next::<Text<'a>, A>(map)?.0;
                self.named |= self.display.is_some();
            }
            "identifier" => {
                let read: Shaped<Identifier<'a>> = next(map)?;
                self.named |= read.there;
                self.identifier = read.there.then_some(read.value);
            }
            _ => skip(map)?,
        }
        self.named |= self.reference.is_some();
        Ok(())
    }
}

/// `Observation.component` as far as its code.
#[derive(Debug, Clone, Default)]
struct Component<'a> {
    codings: Vec<Coding<'a>>,
    odd: bool,
}

impl<'a> Loose<'a> for Component<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "code" => {
                let code = concept(map)?;
                self.odd |= code.odd;
                self.codings = code.value.codings;
            }
            _ => self.odd |= is_odd_value(key, map)?,
        }
        Ok(())
    }
}

/// `Medication.ingredient` as far as what it is.
#[derive(Debug, Clone, Default)]
struct Ingredient<'a>(Concept<'a>);

impl<'a> Loose<'a> for Ingredient<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "itemCodeableConcept" | "item" => self.0 = concept(map)?.value,
            "itemReference" => self.0.reference = next(map)?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Passes over an element; whether it is a value of another JSON type than its name says.
fn is_odd_value<'a, A: MapAccess<'a>>(key: &str, map: &mut A) -> Result<bool, A::Error> {
    let Some(kind) = key.strip_prefix("value").filter(|kind| !kind.is_empty()) else {
        skip(map)?;
        return Ok(false);
    };
    let shape: Shape = next(map)?;
    Ok(match kind {
        _ if shape == Shape::Null => false,
        "String" | "DateTime" | "Time" | "Instant" | "Date" | "Code" | "Uri" => shape != Shape::Text,
        // Some write numbers and truth values as strings; what is no number is found when it is read.
        "Integer" | "Decimal" | "Boolean" => !matches!(shape, Shape::Scalar | Shape::Text),
        _ => shape != Shape::Object,
    })
}

/// Elements of DSTU2 and STU3 that turn a record into its opposite, which R4 says by a status.
const DENIALS: &[&str] = &[
    "wasNotTaken",
    "wasNotGiven",
    "notGiven",
    "notPerformed",
    "notDone",
    "taken",
];

/// Whether such an element denies, or leaves open, what the record says: a truth value, or one of STU3's answers to
/// whether a drug was taken.
#[derive(Debug, Clone, Copy, Default)]
struct Denial(bool);

impl<'a> Loose<'a> for Denial {
    fn truth(&mut self, truth: bool) {
        self.0 = truth;
    }

    fn text(&mut self, text: Cow<'a, str>) {
        self.0 = !matches!(text.trim(), "" | "y" | "false");
    }

    fn anything(&mut self) {
        self.0 = true;
    }
}

/// `meta.lastUpdated`, `meta.versionId`, and whether a tag, or a label where some servers put that one, says that elements
/// were left out.
#[derive(Debug, Clone, Default)]
struct Meta<'a> {
    last_updated: Str<'a>,
    version_id: Str<'a>,
    subsetted: bool,
}

impl<'a> Loose<'a> for Meta<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "lastUpdated" => self.last_updated = next::<Text<'a>, A>(map)?.0,
            "versionId" => self.version_id = next::<Text<'a>, A>(map)?.0,
            "tag" | "security" => {
                let tags = next::<Many<RawCoding<'a>>, A>(map)?.items;
                self.subsetted |= tags.iter().any(|tag| tag.code.as_deref() == Some(SUBSETTED));
            }
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
pub(super) struct Issue(pub(super) bool);

impl<'a> Loose<'a> for Issue {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let text = next::<Text<'a>, A>(map)?.0;
        self.0 |= key == "severity" && matches!(text.as_deref(), Some("fatal" | "error"));
        Ok(())
    }
}

/// `Bundle.entry.response`: its outcome, where a batch answers with one, and whether it says that the request failed.
#[derive(Debug, Clone, Default)]
struct Response<'a> {
    outcome: Option<&'a RawValue>,
    refused: bool,
}

impl<'a> Loose<'a> for Response<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "outcome" => self.outcome = there(map)?,
            "status" => {
                let status = next::<Text<'a>, A>(map)?.0.unwrap_or_default();
                self.refused = status.trim_start().starts_with(['4', '5']);
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `Bundle.entry.search`: whether the entry is there for another reason than that it matches.
#[derive(Debug, Clone, Default)]
struct Search(bool);

impl<'a> Loose<'a> for Search {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let text = next::<Text<'a>, A>(map)?.0;
        self.0 |= key == "mode" && matches!(text.as_deref(), Some("include" | "outcome"));
        Ok(())
    }
}

/// `Bundle.entry`, its resource as it stands: each is judged by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) full_url: Str<'a>,
    pub(crate) resource: Option<&'a RawValue>,
    pub(crate) outcome: Option<&'a RawValue>,
    pub(crate) answered: bool,
    /// The request of a batch that it answers failed.
    pub(crate) refused: bool,
    /// It is there for another reason than that it matches.
    pub(crate) beside: bool,
    /// It has two resources, or two addresses.
    pub(crate) doubled: bool,
}

impl<'a> Loose<'a> for Entry<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "fullUrl" => {
                self.doubled |= self.full_url.is_some();
                self.full_url = next::<Text<'a>, A>(map)?.0;
            }
            "resource" => {
                self.doubled |= self.resource.is_some();
                self.resource = Some(map.next_value()?);
            }
            "response" => {
                let response: Response<'a> = next(map)?;
                self.answered = true;
                self.outcome = response.outcome;
                self.refused = response.refused;
            }
            "search" => self.beside = next::<Search, A>(map)?.0,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// The value that comes next as it stands, unless it is null.
pub(super) fn there<'a, A: MapAccess<'a>>(map: &mut A) -> Result<Option<&'a RawValue>, A::Error> {
    let json: &'a RawValue = map.next_value()?;
    Ok((json.get() != "null").then_some(json))
}

/// A resource, a Bundle or an outcome as far as it is looked at before it is parsed in full.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrow<'a> {
    pub(crate) kind: Str<'a>,
    pub(crate) id: Str<'a>,
    pub(crate) last_updated: Str<'a>,
    pub(crate) version_id: Str<'a>,
    pub(crate) code: Concept<'a>,
    pub(crate) components: Vec<Coding<'a>>,
    pub(crate) value: Vec<Coding<'a>>,
    pub(crate) medication: Concept<'a>,
    pub(crate) medication_reference: Reference<'a>,
    /// The ingredients of a Medication.
    pub(crate) ingredients: Vec<Concept<'a>>,
    /// The dose form of a Medication.
    pub(crate) form: Concept<'a>,
    /// What a Procedure used, and by which method it was done.
    pub(crate) used: Vec<Concept<'a>>,
    /// The coded conclusions of a DiagnosticReport.
    pub(crate) conclusions: Vec<Coding<'a>>,
    pub(crate) subject: Reference<'a>,
    pub(crate) patient: Reference<'a>,
    /// The specimen and what the resource is about: a Specimen, a BodyStructure.
    pub(crate) about: Vec<Reference<'a>>,
    /// The Observations that a report or panel holds.
    pub(crate) members: Vec<Reference<'a>>,
    /// The Observations and Patients that it contains, and what Medications are or are made of.
    pub(crate) contained: Vec<Narrow<'a>>,
    /// Its own business identifiers.
    pub(crate) identifiers: Vec<Identifier<'a>>,
    pub(crate) has_modifiers: bool,
    /// The server says that it left elements out.
    pub(crate) subsetted: bool,
    /// The entries of a Bundle.
    pub(crate) entries: Option<&'a RawValue>,
    /// A Bundle has two lists of entries.
    pub(crate) doubled_entries: bool,
    pub(crate) next_page: bool,
    /// How many matches a search says that it has.
    pub(crate) total: Option<u64>,
    pub(crate) failed: bool,
    has_code: bool,
    has_medication: bool,
    odd: bool,
}

/// Of a record with an element that FHIR does not have there.
pub(crate) const NO_FHIR: &str = "not used: an element cannot be read as FHIR";

/// Whether records of a kind are of a medication that somebody is given or takes.
pub(crate) fn is_of_medication(kind: &str) -> bool {
    matches!(
        kind,
        "MedicationRequest" | "MedicationStatement" | "MedicationAdministration" | "MedicationDispense"
    )
}

impl Narrow<'_> {
    /// Why a resource of a kind that is read can never have been understood, whatever its code.
    pub(crate) fn broken(&self) -> Option<&'static str> {
        match self.kind.as_deref().unwrap_or_default() {
            "Observation" if !self.has_code => Some("not used: it has no code"),
            kind if is_of_medication(kind) && !self.has_medication => {
                Some("not used: it names no medication")
            }
            "Patient" | "Observation" | "Condition" | "Procedure" | "DiagnosticReport" | "Medication"
                if self.odd =>
            {
                Some(NO_FHIR)
            }
            kind if is_of_medication(kind) && self.odd => Some(NO_FHIR),
            _ => None,
        }
    }
}

impl<'a> Loose<'a> for Narrow<'a> {
    fn field<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "resourceType" => self.kind = next::<Text<'a>, A>(map)?.0,
            "id" => {
                let id: Plain<'a> = next(map)?;
                self.odd |= id.odd;
                self.id = id.text;
            }
            "meta" => {
                let meta: Meta<'a> = next(map)?;
                self.last_updated = meta.last_updated;
                self.version_id = meta.version_id;
                self.subsetted |= meta.subsetted;
            }
            "status" => self.odd |= next::<Plain<'a>, A>(map)?.odd,
            "code" => {
                let code = concept(map)?;
                self.has_code |= code.there;
                self.odd |= code.odd;
                self.code = code.value;
            }
            "component" => {
                let components: Many<Shaped<Component<'a>>> = next(map)?;
                self.odd |= components.odd || components.items.iter().any(|c| c.odd || c.value.odd);
                let components = components.items.into_iter();
                self.components = components.flat_map(|c| c.value.codings).collect();
            }
            "valueCodeableConcept" => {
                let value = concept(map)?;
                self.odd |= value.odd;
                self.value = value.value.codings;
            }
            "medicationCodeableConcept" | "medication" => {
                let medication = concept(map)?;
                self.has_medication |= medication.there;
                self.odd |= medication.odd;
                self.medication = medication.value;
            }
            "medicationReference" => {
                let medication: Shaped<Reference<'a>> = next(map)?;
                self.has_medication |= medication.there;
                self.odd |= medication.odd || medication.value.odd;
                self.medication_reference = medication.value;
            }
            "ingredient" => {
                let ingredients: Many<Ingredient<'a>> = next(map)?;
                self.ingredients
                    .extend(ingredients.items.into_iter().map(|item| item.0));
            }
            "form" => self.form = concept(map)?.value,
            "usedCode" | "used" => {
                let used: Many<Concept<'a>> = next(map)?;
                self.used.extend(used.items.into_iter().map(with_text));
            }
            "extension" => {
                let methods: Many<Method<'a>> = next(map)?;
                let methods = methods.items.into_iter().filter(|method| method.is_it);
                self.used.extend(methods.map(|method| with_text(method.value)));
            }
            "conclusionCode" => {
                let concluded: Many<Concept<'a>> = next(map)?;
                let concluded = concluded.items.into_iter().map(with_text);
                self.conclusions = concluded.flat_map(|concept| concept.codings).collect();
            }
            "subject" | "patient" => {
                let read: Shaped<Reference<'a>> = next(map)?;
                self.odd |= read.odd || read.value.odd;
                if key == "subject" {
                    self.subject = read.value;
                } else {
                    self.patient = read.value;
                }
            }
            "identifier" => self.identifiers = next::<Many<Identifier<'a>>, A>(map)?.items,
            "result" | "hasMember" => self.members.extend(next::<Many<Reference<'a>>, A>(map)?.items),
            "specimen" | "focus" | "bodyStructure" | "parent" => {
                self.about.extend(next::<Many<Reference<'a>>, A>(map)?.items);
            }
            "contained" => {
                let contained = next::<Many<Narrow<'a>>, A>(map)?.items.into_iter();
                self.contained = contained
                    .filter(|inner| {
                        let kind = inner.kind.as_deref().unwrap_or_default();
                        matches!(kind, "Observation" | "Patient" | "Medication" | "Substance")
                    })
                    .collect();
            }
            "modifierExtension" | "implicitRules" => self.has_modifiers |= next::<Filled, A>(map)?.0,
            key if DENIALS.contains(&key) => self.has_modifiers |= next::<Denial, A>(map)?.0,
            "entry" => {
                self.doubled_entries |= self.entries.is_some();
                self.entries = there(map)?;
            }
            "link" => {
                self.next_page = next::<Many<Link>, A>(map)?.items.iter().any(|link| link.0);
            }
            "total" => self.total = map.next_value::<&RawValue>()?.get().parse().ok(),
            "issue" => {
                self.failed = next::<Many<Issue>, A>(map)?.items.iter().any(|issue| issue.0);
            }
            _ => self.odd |= is_odd_value(key, map)?,
        }
        Ok(())
    }
}
