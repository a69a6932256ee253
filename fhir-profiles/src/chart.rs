//! The parsed edge: a chart of one patient, whose resources stay raw JSON until a fact needs them.

mod loose;
mod narrow;
mod patient;

use crate::catalogue::FactId;
use crate::codes::Codes;
use crate::codes::system::TEXT;
use crate::facts::{Gap, Problem};
pub(crate) use loose::Read;
pub(crate) use narrow::{Coding, Concept, Narrow, Reference, text_coding};
use patient::Identities;
pub(crate) use patient::Whose;
use serde_json::value::RawValue;
use std::fmt;

/// What the place of something without `Type/id` begins with.
const ENTRY: &str = "entry ";

/// What one added JSON value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedKind {
    /// JSON null.
    Null,
    /// A Bundle without a resource; a warning such as Epic's for `total: 0` may stand in it.
    Empty,
    /// So many resources.
    Resources(usize),
    /// A failure: an OperationOutcome instead of data, or a Bundle with a fatal or error outcome in it
    /// (resources beside it are added all the same).
    Outcome,
    /// Neither a resource nor a Bundle.
    Malformed,
}

/// What [`ChartBuilder::add`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// What the value was.
    pub kind: AddedKind,
    /// Resources added, whatever the kind.
    pub resources: usize,
    /// How many of them are Conditions.
    pub conditions: usize,
    /// Whether they stand in a Bundle, as what was searched does.
    pub bundle: bool,
    /// Whether a Bundle has a further page, so that this one is incomplete.
    pub next: bool,
    /// Whether a Bundle says that there are more matches than it holds, without a further page.
    pub short: bool,
}

impl Added {
    /// Why what was added is not all there is, by what its Bundles say; nothing if they say nothing of that.
    pub fn gaps(&self) -> impl Iterator<Item = &'static str> + use<> {
        let gaps = [
            (self.next, "incomplete: the Bundle says that it has a next page"),
            (
                self.short,
                "incomplete: the Bundle says that there are more matches than it holds",
            ),
        ];
        gaps.into_iter().filter(|(is, _)| *is).map(|(_, what)| what)
    }
}

/// Why a chart is refused; holds no chart data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartError {
    /// A resource belongs to another patient than the one asked about.
    AnotherPatient,
    /// Resources of more than one patient, and nobody said which is meant.
    SeveralPatients,
    /// There are resources, but none says of which patient.
    NoPatient,
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnotherPatient => "a resource belongs to another patient",
            Self::SeveralPatients => "the resources belong to more than one patient",
            Self::NoPatient => "no resource names its patient",
        })
    }
}

impl std::error::Error for ChartError {}

/// One resource of the chart, as far as it has been looked at.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) narrow: Narrow<'a>,
    pub(crate) full_url: Option<std::borrow::Cow<'a, str>>,
    /// Which added value it stands in, and the how many-eth resource of it.
    pub(crate) root: usize,
    pub(crate) position: usize,
    pub(crate) whose: Whose,
}

impl Item<'_> {
    pub(crate) fn kind(&self) -> &str {
        self.narrow.kind.as_deref().unwrap_or_default()
    }

    pub(crate) fn place(&self) -> String {
        match &self.narrow.id {
            Some(id) => format!("{}/{id}", self.kind()),
            None => format!("{ENTRY}{}", self.position + 1),
        }
    }
}

/// Collects the JSON values of one call or file.
#[derive(Debug)]
pub struct ChartBuilder<'a> {
    patient_id: Option<String>,
    roots: Vec<&'a RawValue>,
    items: Vec<Item<'a>>,
    problems: Vec<Problem>,
    gaps: Vec<(FactId, Gap)>,
}

impl<'a> ChartBuilder<'a> {
    /// A chart of this patient (`123` or `Patient/123`), or of whichever single patient the resources name.
    pub fn new(patient_id: Option<&str>) -> Self {
        Self {
            patient_id: patient_id.map(|id| id.strip_prefix("Patient/").unwrap_or(id).to_owned()),
            roots: Vec::new(),
            items: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Adds one JSON value: a resource, a Bundle of any type (Bundles inside it too), or null. Says what it was.
    pub fn add(&mut self, json: &'a RawValue) -> Added {
        let mut added = Added {
            kind: AddedKind::Malformed,
            resources: 0,
            conditions: 0,
            bundle: false,
            next: false,
            short: false,
        };
        let text = json.get().trim();
        if text == "null" {
            added.kind = AddedKind::Null;
            return added;
        }
        let Ok(Read(narrow)) = serde_json::from_str::<Read<Narrow<'a>>>(text) else {
            return added;
        };
        if narrow.kind.is_none() {
            return added;
        }
        self.roots.push(json);
        let mut walk = Walk {
            root: self.roots.len() - 1,
            position: 0,
            failed: false,
            added,
        };
        walk.added.bundle = narrow.kind.as_deref() == Some("Bundle");
        let lone_outcome = narrow.kind.as_deref() == Some("OperationOutcome");
        self.walk(narrow, None, &mut walk);
        let kind = match walk.added.resources {
            _ if lone_outcome || walk.failed => AddedKind::Outcome,
            0 => AddedKind::Empty,
            resources => AddedKind::Resources(resources),
        };
        Added { kind, ..walk.added }
    }

    /// Flattens Bundles in the order in which [`leaves`] flattens the same JSON.
    fn walk(&mut self, narrow: Narrow<'a>, full_url: Option<std::borrow::Cow<'a, str>>, walk: &mut Walk) {
        match narrow.kind.as_deref() {
            Some("Bundle") => {
                walk.added.next |= narrow.next_page;
                walk.added.short |= narrow.is_short();
                if narrow.odd_entries {
                    self.problem(walk.position + 1, "the entries of the bundle cannot be read");
                }
                for entry in narrow.entries {
                    walk.failed |= entry.refused || entry.outcome.is_some_and(|outcome| outcome.failed);
                    match entry.resource {
                        Some(resource) => self.walk(resource, entry.full_url, walk),
                        None => {
                            walk.position += 1;
                            if !entry.answered {
                                self.problem(walk.position, "the entry has no resource");
                            }
                        }
                    }
                }
            }
            Some("OperationOutcome") => {
                walk.failed |= narrow.failed;
                walk.position += 1;
            }
            kind => {
                if let Some(kind) = kind {
                    walk.added.conditions += usize::from(kind == "Condition");
                    self.items.push(Item {
                        narrow,
                        full_url,
                        root: walk.root,
                        position: walk.position,
                        whose: Whose::Nobodys,
                    });
                    walk.added.resources += 1;
                } else {
                    self.problem(walk.position + 1, "the entry is no resource");
                }
                walk.position += 1;
            }
        }
    }

    fn problem(&mut self, entry: usize, what: &str) {
        self.problems.push(Problem {
            place: format!("{ENTRY}{entry}"),
            what: what.to_owned(),
        });
    }

    /// Lists something that could not be used, such as a search that failed; in our words.
    pub fn report(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem {
            place: place.into(),
            what: what.into(),
        });
    }

    /// Says of facts that the records which could state them are not all there.
    pub fn gap(&mut self, facts: impl IntoIterator<Item = FactId>, gap: Gap) {
        self.gaps.extend(facts.into_iter().map(|fact| (fact, gap)));
    }

    /// Checks that every resource is of one patient.
    ///
    /// References are compared by the patient's id: relative, absolute and versioned ones alike, `urn:uuid` through the
    /// `fullUrl` of the Bundle; an identifier is compared with those that the same system gave to the patient. A resource
    /// that names nobody, something else than a patient, or a patient in a way that cannot be compared (by display, by an
    /// identifier of another system, as a contained resource) is not used.
    ///
    /// # Errors
    /// [`ChartError`] if the chart is not of one patient.
    pub fn finish(mut self) -> Result<Chart<'a>, ChartError> {
        let identities = Identities::of(&self.items);
        let subject = identities.check(&mut self.items, self.patient_id.as_deref())?;
        Ok(Chart {
            subject: subject.map(|id| format!("Patient/{id}")),
            roots: self.roots,
            items: self.items,
            problems: self.problems,
            gaps: self.gaps,
        })
    }
}

struct Walk {
    root: usize,
    position: usize,
    failed: bool,
    /// What is found on the way; its kind is known at the end.
    added: Added,
}

/// A chart of one patient.
#[derive(Debug)]
pub struct Chart<'a> {
    subject: Option<String>,
    roots: Vec<&'a RawValue>,
    items: Vec<Item<'a>>,
    problems: Vec<Problem>,
    gaps: Vec<(FactId, Gap)>,
}

impl<'a> Chart<'a> {
    /// `Patient/id`, where the patient is known; chart data, never logged.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// How many resources there are, and Observations that they contain.
    pub fn resources(&self) -> usize {
        self.items
            .iter()
            .map(|item| 1 + item.narrow.contained.len())
            .sum()
    }

    /// Whether the patient's own record is in the chart.
    pub fn has_patient(&self) -> bool {
        self.items.iter().any(|item| item.kind() == "Patient")
    }

    /// How many Conditions there are.
    pub fn conditions(&self) -> usize {
        self.of_kind("Condition").count()
    }

    /// How many Conditions have no code that could be read, or an element that is not FHIR; an entry that is no
    /// resource, which may have been a Condition, counts as one.
    pub fn unreadable_conditions(&self) -> usize {
        let without_code = |item: &&Item<'_>| {
            let codings = &item.narrow.code.codings;
            codings
                .iter()
                .all(|coding| coding.code.is_none() || coding.system.as_deref() == Some(TEXT))
        };
        let conditions = self.of_kind("Condition");
        let entries = self
            .problems
            .iter()
            .filter(|problem| problem.place.starts_with(ENTRY));
        conditions
            .filter(|item| without_code(item) || item.narrow.broken().is_some())
            .count()
            + entries.count()
    }

    /// Whether [`read`](crate::read::read) could find `pnet` present: a quick test that may say yes too often, never
    /// no wrongly.
    pub fn may_have_pnet(&self, codes: &Codes) -> bool {
        self.items.iter().any(|item| {
            let narrow = &item.narrow;
            match item.kind() {
                "Condition" => narrow.code.codings.iter().any(|c| codes.may_name_pnet(c)),
                "Observation" | "DiagnosticReport" => std::iter::once(narrow)
                    .chain(&narrow.contained)
                    .flat_map(|observation| observation.code.codings.iter().chain(&observation.components))
                    .any(|c| codes.may_name_pnet(c)),
                _ => false,
            }
        })
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(move |item| item.kind() == kind)
    }

    pub(crate) fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn gaps(&self) -> &[(FactId, Gap)] {
        &self.gaps
    }

    /// The raw JSON of every resource, by added value and position; made only for values marked as wanted.
    pub(crate) fn raw(&self, wanted: impl Fn(usize) -> bool) -> Vec<Vec<Option<&'a RawValue>>> {
        self.roots
            .iter()
            .enumerate()
            .map(|(index, root)| {
                let mut found = Vec::new();
                if wanted(index) {
                    leaves(root, &mut found);
                }
                found
            })
            .collect()
    }
}

#[derive(Default)]
struct RawEntry<'a>(Option<&'a RawValue>);

impl<'a> loose::Loose<'a> for RawEntry<'a> {
    fn field<A: serde::de::MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == "resource" {
            self.0 = Some(map.next_value()?);
            return Ok(());
        }
        loose::skip(map)
    }
}

#[derive(Default)]
struct RawBundle<'a> {
    kind: loose::Text<'a>,
    entries: Vec<RawEntry<'a>>,
}

impl<'a> loose::Loose<'a> for RawBundle<'a> {
    fn field<A: serde::de::MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "resourceType" => self.kind = loose::next(map)?,
            "entry" => self.entries = loose::next::<loose::Many<RawEntry<'a>>, A>(map)?.items,
            _ => loose::skip(map)?,
        }
        Ok(())
    }
}

fn leaves<'a>(raw: &'a RawValue, found: &mut Vec<Option<&'a RawValue>>) {
    match serde_json::from_str::<Read<RawBundle<'a>>>(raw.get()) {
        Ok(Read(bundle)) if bundle.kind.0.as_deref() == Some("Bundle") => {
            for entry in bundle.entries {
                match entry.0 {
                    Some(resource) => leaves(resource, found),
                    None => found.push(None),
                }
            }
        }
        _ => found.push(Some(raw)),
    }
}
