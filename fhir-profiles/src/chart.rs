//! The parsed edge: a chart of one patient, whose resources stay raw JSON until a fact needs them.

mod builder;
mod concept;
mod error;
mod item;
mod loose;
mod mend;
mod narrow;
mod page;
mod patient;
mod reference;
mod text;

use crate::catalogue::FactId;
use crate::codes::Codes;
pub(crate) use crate::codes::Coding;
use crate::facts::{Gap, NotRead, Problem};
use crate::organs::names_pnet;
pub use builder::ChartBuilder;
pub(crate) use concept::{Concept, text_coding};
pub use error::ChartError;
use item::ENTRY;
pub(crate) use item::{Item, Whose};
pub(crate) use loose::{Loose, each, read, said};
pub use mend::opened;
pub(crate) use narrow::{NO_FHIR, Narrow, is_of_medication};
pub use page::{Answered, NextPage, Page};
pub(crate) use patient::{called, is_urn};
pub(crate) use reference::Reference;
pub use text::{json_text, utf8_text};

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
    /// Whether a Bundle says that there are more matches than it holds, without a further page, or part of one cannot
    /// be read.
    pub short: bool,
    /// Whether a Bundle says that elements were left out of it.
    pub subsetted: bool,
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
            (
                self.subsetted,
                "incomplete: the Bundle says that elements were left out (SUBSETTED)",
            ),
            (
                self.kind == AddedKind::Outcome && self.resources > 0,
                "incomplete: the Bundle reports that a search or request failed",
            ),
        ];
        gaps.into_iter().filter(|(is, _)| *is).map(|(_, what)| what)
    }
}

/// A chart of one patient.
#[derive(Debug)]
pub struct Chart<'a> {
    subject: Option<String>,
    /// The address under which absolute references have the patient.
    base: Option<String>,
    items: Vec<Item<'a>>,
    problems: Vec<Problem>,
    gaps: Vec<(FactId, Gap)>,
    gap_of_all: Option<Gap>,
    not_read: Vec<NotRead>,
}

impl<'a> Chart<'a> {
    /// `Patient/id`, where the patient is known; chart data, never logged.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether a reference leads to a patient of another server than every other.
    pub(crate) fn is_elsewhere(&self, reference: &str) -> bool {
        let base = patient::base_of(reference);
        self.base.is_some() && base.is_some_and(|base| Some(base) != self.base)
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

    /// The patient's own record, as supplied.
    pub fn patient(&self) -> Option<&'a str> {
        let own = self.items.iter().find(|item| item.kind() == "Patient");
        own.map(|item| item.json.raw())
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
                .all(|coding| coding.written().is_none() || coding.is_text())
        };
        // What stands twice may be the type.
        let conditions = self
            .items
            .iter()
            .filter(|item| item.kind() == "Condition" || item.has_two_types());
        let entries = self
            .problems
            .iter()
            .filter(|problem| problem.place.starts_with(ENTRY));
        conditions
            .filter(|item| without_code(item) || item.narrow.broken().is_some() || item.doubled.is_some())
            .count()
            + entries.count()
    }

    /// Whether [`read`](crate::read::read) could find `pnet` present, or named in a text: a quick test that may say yes
    /// too often, never no wrongly.
    pub fn may_have_pnet(&self, codes: &Codes) -> bool {
        self.items.iter().any(|item| {
            let narrow = &item.narrow;
            match item.kind() {
                "Condition" => {
                    let coded = narrow.code.codings.iter().any(|c| codes.may_name_pnet(c));
                    coded || names_pnet(narrow.code.texts())
                }
                "Observation" | "DiagnosticReport" => std::iter::once(&**narrow)
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

    pub(crate) fn not_read(&self) -> &[NotRead] {
        &self.not_read
    }

    pub(crate) fn gaps(&self) -> &[(FactId, Gap)] {
        &self.gaps
    }

    /// Why the records which could state any fact are not all there.
    pub(crate) fn gap_of_all(&self) -> Option<Gap> {
        self.gap_of_all
    }
}
