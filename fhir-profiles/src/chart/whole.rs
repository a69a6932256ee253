//! A chart of one patient.

use super::item::{ENTRY, Item};
use super::patient::base_of;
use crate::catalogue::FactId;
use crate::codes::Codes;
use crate::facts::{Gap, NotRead, Problem};
use crate::organs::names_pnet;

/// A chart of one patient.
#[derive(Debug)]
pub struct Chart<'a> {
    pub(super) subject: Option<String>,
    /// The address under which absolute references have the patient.
    pub(super) base: Option<String>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) problems: Vec<Problem>,
    pub(super) gaps: Vec<(FactId, Gap)>,
    pub(super) gap_of_all: Option<Gap>,
    pub(super) not_read: Vec<NotRead>,
}

impl<'a> Chart<'a> {
    /// `Patient/id`, where the patient is known; chart data, never logged.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether a reference leads to a patient of another server than every other.
    pub(crate) fn is_elsewhere(&self, reference: &str) -> bool {
        let base = base_of(reference);
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
