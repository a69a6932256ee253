//! Prefetched values: supplied, null, empty, failed, malformed, incomplete or absent, and what each leads to.

use super::templates::Template;
use crate::errors::{ErrorCode, Failure};
use fhir_profiles::chart::{Added, AddedKind, Chart, ChartBuilder, ChartError};
use fhir_profiles::codes::Codes;
use serde_json::value::RawValue;

/// Key of the patient's own record: core data.
pub(super) const PATIENT: &str = "patient";
/// Key of the patient's conditions: core data.
pub(super) const CONDITIONS: &str = "conditions";

/// What the place of a note about a key begins with.
const NOTE: &str = "prefetch ";

/// Whether a problem is about data that were not to be had, not about a record.
pub(super) fn is_note(place: &str) -> bool {
    place.starts_with(NOTE)
}

/// What stands under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// All there is, which may be nothing (null or an empty Bundle).
    Complete,
    /// A first page, or data beside a reported error.
    Partial,
    /// An OperationOutcome instead of data.
    Failed,
    /// Neither a resource nor a Bundle.
    Malformed,
    /// No such key.
    Absent,
}

impl State {
    fn of(added: Added) -> Self {
        match added.kind {
            AddedKind::Malformed => Self::Malformed,
            AddedKind::Outcome if added.resources == 0 => Self::Failed,
            AddedKind::Outcome => Self::Partial,
            _ if added.next => Self::Partial,
            AddedKind::Null | AddedKind::Empty | AddedKind::Resources(_) => Self::Complete,
        }
    }

    /// What a clinician is told about data that are not core.
    fn note(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::Partial => Some("incomplete: only part of the records was supplied"),
            Self::Failed => Some("the search for these records failed"),
            Self::Malformed => Some("what was supplied could not be read"),
            Self::Absent => Some("these records were not supplied"),
        }
    }
}

/// Collects the values of one call into a chart.
#[derive(Debug)]
pub(super) struct Intake<'a> {
    chart: ChartBuilder<'a>,
    states: Vec<(String, State)>,
}

/// A chart that can be evaluated.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    pub(super) chart: Chart<'a>,
    /// Whether it is certain that no PNET is on record.
    pub(super) surely_no_pnet: bool,
    /// Whether all conditions are there, so that not finding a PNET among them means something.
    pub(super) conditions_complete: bool,
}

impl<'a> Intake<'a> {
    pub(super) fn new(patient_id: &str) -> Self {
        Self {
            chart: ChartBuilder::new(Some(patient_id)),
            states: Vec::new(),
        }
    }

    /// Takes the value under a key, ours or not: the type of a resource decides what it is used for.
    pub(super) fn take(&mut self, key: &str, value: &'a RawValue) {
        let state = State::of(self.chart.add(value));
        self.states.push((key.to_owned(), state));
    }

    fn state(&self, key: &str) -> State {
        let known = self.states.iter().find(|(known, _)| known == key);
        known.map_or(State::Absent, |(_, state)| *state)
    }

    /// Decides whether the core data are there, and writes down what else is not.
    pub(super) fn finish(mut self, templates: &[Template], codes: &Codes) -> Result<Taken<'a>, Failure> {
        let conditions = self.state(CONDITIONS);
        for template in templates {
            let note = self.state(&template.key).note();
            if let Some(note) = note.filter(|_| template.key != PATIENT) {
                self.chart.report(format!("{NOTE}{}", template.key), note);
            }
        }
        let chart = self.chart.finish().map_err(refused)?;
        if !chart.has_patient() {
            return Err(ErrorCode::MissingPatient.into());
        }
        let may_have_pnet = chart.may_have_pnet(codes);
        match conditions {
            State::Complete => {}
            _ if may_have_pnet => {}
            _ if chart.conditions() > 0 => return Err(ErrorCode::IncompleteConditions.into()),
            _ => return Err(ErrorCode::MissingConditions.into()),
        }
        let surely_no_pnet = !may_have_pnet && chart.unreadable_conditions() == 0;
        Ok(Taken {
            chart,
            surely_no_pnet,
            conditions_complete: conditions == State::Complete,
        })
    }
}

/// The error of a chart that is not of one patient.
pub(crate) fn refused(error: ChartError) -> Failure {
    let code = match error {
        ChartError::AnotherPatient => ErrorCode::AnotherPatient,
        ChartError::SeveralPatients => ErrorCode::SeveralPatients,
        ChartError::NoPatient => ErrorCode::NoPatient,
    };
    code.into()
}
