//! The narrow view of a resource: what decides whether some fact can use it, and whose it is.

use super::concept::{Concept, Method, RawCoding, concept, with_text};
use super::loose::{Loose, Plain, Seldom, Shaped, each, is_no_list, read, said};
use super::reference::{Identifier, Reference};
use crate::codes::Coding;
use crate::json::{Json, JsonKind};

type Str<'a> = Option<&'a str>;

/// The tag of what a server has left elements out of.
const SUBSETTED: &str = "SUBSETTED";

/// `Observation.component` as far as its code.
#[derive(Debug, Clone, Default)]
struct Component<'a> {
    codings: Vec<Coding<'a>>,
    odd: bool,
}

impl<'a> Loose<'a> for Component<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "code" => {
                let code = concept(value);
                self.odd |= code.odd;
                self.codings = code.value.codings;
            }
            _ => self.odd |= is_odd_value(key, value),
        }
    }
}

/// `Medication.ingredient` as far as what it is.
#[derive(Debug, Clone, Default)]
struct Ingredient<'a>(Concept<'a>);

impl<'a> Loose<'a> for Ingredient<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "itemCodeableConcept" | "item" => self.0 = concept(value).value,
            "itemReference" => self.0.reference = Seldom::new(read(value)),
            _ => {}
        }
    }
}

/// Whether it is a value of another JSON type than its name says.
fn is_odd_value(key: &str, value: Json<'_>) -> bool {
    let Some(kind) = key.strip_prefix("value").filter(|kind| !kind.is_empty()) else {
        return false;
    };
    match (kind, value.kind()) {
        (_, JsonKind::Null) => false,
        ("String" | "DateTime" | "Time" | "Instant" | "Date" | "Code" | "Uri", shape) => {
            shape != JsonKind::Text
        }
        // Some write numbers and truth values as strings; what is no number is found when it is read.
        ("Integer" | "Decimal" | "Boolean", shape) => matches!(shape, JsonKind::List | JsonKind::Object),
        (_, shape) => shape != JsonKind::Object,
    }
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

    fn text(&mut self, text: &'a str) {
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
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "lastUpdated" => self.last_updated = said(value),
            "versionId" => self.version_id = said(value),
            "tag" | "security" => {
                let mut tags = each::<RawCoding<'a>>(value);
                self.subsetted |= tags.any(|tag| tag.code == Some(SUBSETTED));
            }
            _ => {}
        }
    }
}

/// `Bundle.link`: whether it leads to a next page.
#[derive(Debug, Clone, Default)]
struct Link(bool);

impl<'a> Loose<'a> for Link {
    fn field(&mut self, key: &str, value: Json<'a>) {
        let text = said(value);
        self.0 |= key == "relation" && text == Some("next");
    }
}

/// `OperationOutcome.issue`: whether it is fatal or an error.
#[derive(Debug, Clone, Default)]
pub(super) struct Issue(pub(super) bool);

impl<'a> Loose<'a> for Issue {
    fn field(&mut self, key: &str, value: Json<'a>) {
        let text = said(value);
        self.0 |= key == "severity" && matches!(text, Some("fatal" | "error"));
    }
}

/// `Bundle.entry.response`: its outcome, where a batch answers with one, and whether it says that the request failed.
#[derive(Debug, Clone, Default)]
struct Response<'a> {
    outcome: Option<Json<'a>>,
    refused: bool,
}

impl<'a> Loose<'a> for Response<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "outcome" => self.outcome = there(value),
            "status" => {
                let status = value.text().unwrap_or_default();
                self.refused = status.trim_start().starts_with(['4', '5']);
            }
            _ => {}
        }
    }
}

/// `Bundle.entry.search`: whether the entry is there for another reason than that it matches.
#[derive(Debug, Clone, Default)]
struct Search(bool);

impl<'a> Loose<'a> for Search {
    fn field(&mut self, key: &str, value: Json<'a>) {
        let text = said(value);
        self.0 |= key == "mode" && matches!(text, Some("include" | "outcome"));
    }
}

/// `Bundle.entry`, its resource as it stands: each is judged by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) full_url: Str<'a>,
    pub(crate) resource: Option<Json<'a>>,
    pub(crate) outcome: Option<Json<'a>>,
    pub(crate) answered: bool,
    /// The request of a batch that it answers failed.
    pub(crate) refused: bool,
    /// It is there for another reason than that it matches.
    pub(crate) beside: bool,
    /// It has two resources, or two addresses.
    pub(crate) doubled: bool,
}

impl<'a> Loose<'a> for Entry<'a> {
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "fullUrl" => {
                self.doubled |= self.full_url.is_some();
                self.full_url = said(value);
            }
            "resource" => {
                self.doubled |= self.resource.is_some();
                self.resource = Some(value);
            }
            "response" => {
                let response: Response<'a> = read(value);
                self.answered = true;
                self.outcome = response.outcome;
                self.refused = response.refused;
            }
            "search" => self.beside = read::<Search>(value).0,
            _ => {}
        }
    }
}

/// The value, unless it is null.
pub(super) fn there(value: Json<'_>) -> Option<Json<'_>> {
    (!value.is_null()).then_some(value)
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
    pub(crate) medication: Seldom<Concept<'a>>,
    pub(crate) medication_reference: Seldom<Reference<'a>>,
    /// The ingredients of a Medication.
    pub(crate) ingredients: Vec<Concept<'a>>,
    /// The dose form of a Medication.
    pub(crate) form: Seldom<Concept<'a>>,
    /// What a Procedure used, and by which method it was done.
    pub(crate) used: Vec<Concept<'a>>,
    /// The coded conclusions of a DiagnosticReport.
    pub(crate) conclusions: Vec<Coding<'a>>,
    pub(crate) subject: Reference<'a>,
    pub(crate) patient: Seldom<Reference<'a>>,
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
    pub(crate) entries: Option<Json<'a>>,
    /// A Bundle has two lists of entries.
    pub(crate) doubled_entries: bool,
    pub(crate) next_page: bool,
    /// How many matches a search says that it has.
    pub(crate) total: Option<u64>,
    pub(crate) failed: bool,
    /// What it contains is deeper than anybody needs.
    pub(super) too_deep: bool,
    has_code: bool,
    has_medication: bool,
    odd: bool,
}

/// Containers in one another in what is read.
const DEEPEST: u8 = 127;

/// References that say something.
fn references(value: Json<'_>) -> impl Iterator<Item = Reference<'_>> {
    each::<Reference<'_>>(value).filter(|reference| reference.named)
}

/// Whether a contained resource is of a kind that a fact can use.
fn is_looked_at(inner: &Json<'_>) -> bool {
    let kind = inner.get("resourceType").and_then(Json::text);
    matches!(kind, Some("Observation" | "Patient" | "Medication" | "Substance"))
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
        match self.kind.unwrap_or_default() {
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
    fn field(&mut self, key: &str, value: Json<'a>) {
        match key {
            "resourceType" => self.kind = said(value),
            "id" => {
                let id: Plain<'a> = read(value);
                self.odd |= id.odd;
                self.id = id.text;
            }
            "meta" => {
                let meta: Meta<'a> = read(value);
                self.last_updated = meta.last_updated;
                self.version_id = meta.version_id;
                self.subsetted |= meta.subsetted;
            }
            "status" => self.odd |= read::<Plain<'a>>(value).odd,
            "code" => {
                let code = concept(value);
                self.has_code |= code.there;
                self.odd |= code.odd;
                self.code = code.value;
            }
            "component" => {
                self.odd |= is_no_list(value);
                self.components.clear();
                for component in each::<Shaped<Component<'a>>>(value) {
                    self.odd |= component.odd || component.value.odd;
                    self.components.extend(component.value.codings);
                }
            }
            "valueCodeableConcept" => {
                let value = concept(value);
                self.odd |= value.odd;
                self.value = value.value.codings;
            }
            "medicationCodeableConcept" | "medication" => {
                let medication = concept(value);
                self.has_medication |= medication.there;
                self.odd |= medication.odd;
                self.medication = Seldom::new(medication.value);
            }
            "medicationReference" => {
                let medication: Shaped<Reference<'a>> = read(value);
                self.has_medication |= medication.there;
                self.odd |= medication.odd || medication.value.odd;
                self.medication_reference = Seldom::new(medication.value);
            }
            "ingredient" => {
                let ingredients = each::<Ingredient<'a>>(value).map(|item| item.0);
                self.ingredients.extend(ingredients.filter(Concept::is_something));
            }
            "form" => self.form = Seldom::new(concept(value).value),
            "usedCode" | "used" => {
                let used = each::<Concept<'a>>(value).map(with_text);
                self.used.extend(used.filter(Concept::is_something));
            }
            "extension" => {
                let methods = each::<Method<'a>>(value).filter(|method| method.is_it);
                self.used.extend(methods.map(|method| with_text(method.value)));
            }
            "conclusionCode" => {
                let concluded = each::<Concept<'a>>(value).map(with_text);
                self.conclusions = concluded.flat_map(|concept| concept.codings).collect();
            }
            "subject" | "patient" => {
                let read: Shaped<Reference<'a>> = read(value);
                self.odd |= read.odd || read.value.odd;
                if key == "subject" {
                    self.subject = read.value;
                } else {
                    self.patient = Seldom::new(read.value);
                }
            }
            "identifier" => {
                let identifiers = each::<Identifier<'a>>(value);
                self.identifiers = identifiers.filter(|one| one.value.is_some()).collect();
            }
            "result" | "hasMember" => self.members.extend(references(value)),
            "specimen" | "focus" | "bodyStructure" | "parent" => {
                self.about.extend(references(value));
            }
            "contained" => {
                if value.height() > DEEPEST {
                    self.too_deep = true;
                    return;
                }
                let contained = value.items_or_self().filter(is_looked_at);
                self.contained = Vec::with_capacity(contained.clone().count());
                self.contained.extend(contained.map(read::<Narrow<'a>>));
            }
            "modifierExtension" | "implicitRules" => self.has_modifiers |= value.says_something(),
            key if DENIALS.contains(&key) => self.has_modifiers |= read::<Denial>(value).0,
            "entry" => {
                self.doubled_entries |= self.entries.is_some();
                self.entries = there(value);
            }
            "link" => {
                self.next_page = each::<Link>(value).any(|link| link.0);
            }
            "total" => self.total = value.raw().parse().ok(),
            "issue" => {
                self.failed = each::<Issue>(value).any(|issue| issue.0);
            }
            _ => self.odd |= is_odd_value(key, value),
        }
    }
}
