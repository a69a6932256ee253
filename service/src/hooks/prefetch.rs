//! Values under the prefetch keys, supplied or fetched: complete, partial, failed, malformed or absent, and what each
//! leads to.

use super::request::HookRequest;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::fhir_client::{FetchState, Why};
use crate::templates::{CONDITIONS, PATIENT, Template, is_of_texts};
use fhir_profiles::chart::{Added, AddedKind, Chart, ChartBuilder, ChartError};
use fhir_profiles::facts::Gap;
use fhir_profiles::json::Json;
use fhir_profiles::read::text_files;
use std::collections::BTreeMap;

/// What the place of a note about a key begins with.
const NOTE: &str = "prefetch ";

/// Whether a problem is about data that were not to be had, not about a record.
pub(super) fn is_note(place: &str) -> bool {
    place.starts_with(NOTE)
}

/// Of a value that cannot be read.
const MALFORMED: &str = "supplied, but neither a resource nor a Bundle";
/// Of a value that answers something else.
const FOREIGN: &str = "supplied, but with none of the resources that were asked for";

/// What was fetched for a key.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) key: String,
    pub(super) state: FetchState,
}

impl Got {
    /// The bytes of it.
    pub(super) fn length(&self) -> usize {
        self.state.pages().iter().map(|page| page.text().len()).sum()
    }
}

/// What stands under a key; a reason where it was to be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// All there is, which may be nothing (null or an empty Bundle).
    Complete,
    /// A first page, or data beside a reported error.
    Partial(Option<Why>),
    /// An OperationOutcome instead of data, or no answer.
    Failed(Option<Why>),
    /// Neither a resource nor a Bundle.
    Malformed,
    /// Nothing but other resources than the key is for.
    Foreign,
    /// No such key.
    Absent,
}

impl State {
    fn supplied(key: &str, added: Added) -> Self {
        // One record is what a read answers with; a search answers with a Bundle, whose one match it may have been.
        let lone = key != PATIENT && !added.bundle;
        match added.kind {
            AddedKind::Malformed => Self::Malformed,
            AddedKind::Outcome if added.resources == 0 => Self::Failed(None),
            AddedKind::Resources(_) if key == CONDITIONS && added.conditions == 0 => Self::Foreign,
            AddedKind::Outcome => Self::Partial(None),
            AddedKind::Resources(_) if lone => Self::Partial(None),
            // Of texts the newest were asked for, and no more.
            _ if added.gaps().next().is_some() && !is_of_texts(key) => Self::Partial(None),
            // The patient exists, so null is no answer.
            AddedKind::Null if key == PATIENT => Self::Absent,
            AddedKind::Null | AddedKind::Empty | AddedKind::Resources(_) => Self::Complete,
        }
    }

    /// What two values under one key come to: whole only if both are.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (same, other) if same == other => same,
            (Self::Absent, other) | (other, Self::Absent) if !other.has_data() => other,
            (one, other) if one.has_data() || other.has_data() => Self::Partial(one.why().or(other.why())),
            (one, _) => one,
        }
    }

    /// The worse of what the client says of a fetch and the chart of its pages; their links were followed.
    fn fetched(why: Option<Why>, pages: &[Added]) -> Self {
        let doubt = pages.iter().find_map(|page| match page.kind {
            AddedKind::Malformed => Some(Why::WrongType),
            AddedKind::Outcome => Some(Why::Outcome),
            AddedKind::Null | AddedKind::Empty | AddedKind::Resources(_) => None,
        });
        match why.or(doubt) {
            None => Self::Complete,
            some if pages.iter().any(|page| page.resources > 0) => Self::Partial(some),
            some => Self::Failed(some),
        }
    }

    /// Whether something of it is there that the chart should have.
    fn has_data(self) -> bool {
        matches!(self, Self::Complete | Self::Partial(_))
    }

    fn why(self) -> Option<Why> {
        match self {
            Self::Partial(why) | Self::Failed(why) => why,
            Self::Complete | Self::Malformed | Self::Foreign | Self::Absent => None,
        }
    }

    /// What a clinician is told about data that are not core.
    fn note(self) -> Option<String> {
        Some(match self {
            Self::Complete => return None,
            Self::Partial(None) => "incomplete: only part of the records was supplied".to_owned(),
            Self::Partial(Some(why)) => format!("incomplete: {why}"),
            Self::Failed(None) => "the search for these records failed".to_owned(),
            Self::Failed(Some(why)) => format!("these records could not be fetched: {why}"),
            Self::Malformed => MALFORMED.to_owned(),
            Self::Foreign => FOREIGN.to_owned(),
            Self::Absent => "these records were not supplied".to_owned(),
        })
    }

    /// What that means for the facts of which the data may have been.
    fn gap(self) -> Option<Gap> {
        match self {
            Self::Complete => None,
            Self::Partial(_) => Some(Gap::Partial),
            Self::Failed(_) | Self::Malformed | Self::Foreign => Some(Gap::Failed),
            Self::Absent => Some(Gap::NotSupplied),
        }
    }

    /// The error of core data under a key.
    fn failure(self, key: &str, code: ErrorCode) -> Failure {
        let supplied = |what: &str| Failure::at(code, format!("`prefetch.{key}`: {what}"));
        match (self, self.why()) {
            (_, Some(why)) => Failure::at(code, why.text()),
            (Self::Malformed, None) => supplied(MALFORMED),
            (Self::Foreign, None) => supplied(FOREIGN),
            (_, None) => code.into(),
        }
    }
}

/// Collects the values of one call into a chart.
#[derive(Debug)]
pub(super) struct Intake<'a> {
    chart: ChartBuilder<'a>,
    /// The addresses of the caller's server, beside the `fhirServer` of the call.
    addresses: Vec<String>,
    /// What the request brings, under our keys.
    values: Vec<(&'a str, Json<'a>)>,
    states: BTreeMap<&'a str, State>,
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
    /// What the request brings, under our keys or those that the site has named; under others too: the type of a
    /// resource decides what it is used for.
    pub(super) fn supplied(
        request: &'a HookRequest<'_>,
        keys: &'a BTreeMap<String, String>,
        addresses: Vec<String>,
    ) -> Self {
        let mut intake = Self::new(request, addresses);
        for (key, value) in &request.prefetch {
            let key = keys.get(&**key).map_or(&**key, String::as_str);
            intake.values.push((key, *value));
            intake.supply(key, *value);
        }
        intake
    }

    /// What the request brings and what was fetched in place of that which it does not bring whole.
    pub(super) fn completed(self, request: &'a HookRequest<'_>, fetched: &'a [Got]) -> Self {
        if fetched.is_empty() {
            return self;
        }
        self.with(request, fetched)
    }

    /// The same, which leaves this one as it is.
    pub(super) fn with<'b>(&self, request: &'b HookRequest<'_>, fetched: &'b [Got]) -> Intake<'b>
    where
        'a: 'b,
    {
        let mut intake = Intake::new(request, self.addresses.clone());
        for (key, value) in &self.values {
            let got = fetched.iter().find(|got| got.key == *key);
            let replaced = got.is_some_and(|got| matches!(got.state, FetchState::Complete(_)));
            // A page that was supplied is more than nothing if the rest was not to be had.
            if !replaced && (got.is_none() || self.state(key).has_data()) {
                intake.supply(key, *value);
            }
        }
        for got in fetched {
            intake.fetch(got);
        }
        intake
    }

    /// Where the texts are that supplied and fetched reports and documents refer to.
    pub(super) fn files(&self, request: &HookRequest<'_>, fetched: &[Got]) -> Vec<String> {
        let mut intake = Intake::new(request, self.addresses.clone());
        for (key, value) in self.values.iter().filter(|(key, _)| is_of_texts(key)) {
            intake.supply(key, *value);
        }
        for got in fetched.iter().filter(|got| is_of_texts(&got.key)) {
            intake.fetch(got);
        }
        // A chart that is refused is refused as a whole, and of no file.
        let chart = intake.chart.finish().ok();
        let files = chart.iter().flat_map(|chart| text_files(chart));
        files.map(str::to_owned).collect()
    }

    fn new(request: &HookRequest<'_>, addresses: Vec<String>) -> Self {
        Self {
            chart: ChartBuilder::new(Some(request.patient_id))
                .served_by(request.fhir_server)
                .served_by(addresses.iter().map(String::as_str)),
            addresses,
            values: Vec::new(),
            states: BTreeMap::new(),
        }
    }

    fn supply(&mut self, key: &'a str, value: Json<'a>) {
        let state = State::supplied(key, self.chart.add(value));
        let known = self.states.entry(key);
        known
            .and_modify(|known| *known = known.with(state))
            .or_insert(state);
    }

    fn fetch(&mut self, got: &'a Got) {
        let pages: Vec<Added> = got
            .state
            .pages()
            .iter()
            .map(|page| self.chart.add(page.root()))
            .collect();
        let mut state = State::fetched(got.state.why(), &pages);
        if let (State::Failed(why), true) = (state, self.state(&got.key).has_data()) {
            state = State::Partial(why);
        }
        self.states.insert(&got.key, state);
    }

    fn state(&self, key: &str) -> State {
        self.states.get(key).copied().unwrap_or(State::Absent)
    }

    /// Whether the value under a key should be fetched where that is possible.
    pub(super) fn lacks(&self, key: &str) -> bool {
        self.state(key) != State::Complete
    }

    /// Whether the value under a key is there, in full or in part.
    pub(super) fn brings(&self, key: &str) -> bool {
        self.state(key).has_data()
    }

    /// Decides whether the core data are there, and writes down what of the templates is not.
    pub(super) fn finish(
        mut self,
        templates: &[Template],
        evaluator: &Evaluator,
    ) -> Result<Taken<'a>, Failure> {
        let patient = self.state(PATIENT);
        let conditions = self.state(CONDITIONS);
        for template in templates {
            let state = self.state(&template.key);
            // An EHR need not send texts; what it does not send mentions nothing, and no fact is unknown for that.
            if template.is_of_texts() && state == State::Absent {
                continue;
            }
            if let Some(note) = state.note().filter(|_| template.key != PATIENT) {
                self.chart.report(format!("{NOTE}{}", template.key), note);
            }
            if let Some(gap) = state.gap() {
                self.chart.gap(template.facts.iter().copied(), gap);
            }
        }
        let chart = whole(self.chart, evaluator)?;
        if !chart.has_patient() {
            return Err(patient.failure(PATIENT, ErrorCode::MissingPatient));
        }
        let may_have_pnet = chart.may_have_pnet(&evaluator.codes);
        if conditions != State::Complete && chart.conditions() == 0 {
            return Err(conditions.failure(CONDITIONS, ErrorCode::MissingConditions));
        }
        if conditions != State::Complete && !may_have_pnet {
            return Err(conditions.failure(CONDITIONS, ErrorCode::IncompleteConditions));
        }
        let surely_no_pnet = !may_have_pnet && chart.unreadable_conditions() == 0;
        Ok(Taken {
            chart,
            surely_no_pnet,
            conditions_complete: conditions == State::Complete,
        })
    }
}

/// The chart, if it is of one patient and can be evaluated while others wait.
pub(crate) fn whole<'a>(builder: ChartBuilder<'a>, evaluator: &Evaluator) -> Result<Chart<'a>, Failure> {
    let chart = builder.finish().map_err(refused)?;
    match chart.resources() > evaluator.max_resources {
        true => Err(ErrorCode::TooManyResources.into()),
        false => Ok(chart),
    }
}

/// The error of a chart that is not of one patient.
pub(super) fn refused(error: ChartError) -> Failure {
    let code = match error {
        ChartError::AnotherPatient => ErrorCode::AnotherPatient,
        ChartError::SeveralPatients => ErrorCode::SeveralPatients,
        ChartError::NoPatient => ErrorCode::NoPatient,
    };
    code.into()
}
