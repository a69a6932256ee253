//! The patient's situation: intent, places, triggers, what was given (contract, `pathway`; specification, section 5b).

use super::fact::EvidenceReport;
use super::missing::MissingFact;
use fhir_profiles::FactId;
use serde::Serialize;

/// The patient's situation as the pathway reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pathway {
    /// What treatment can aim at.
    pub intent: IntentReport,
    /// Every treatment on record.
    pub given: Vec<GivenReport>,
    /// Every option, those that the review names first, by rank.
    pub places: Vec<PlaceReport>,
    /// The same chart with each value of a fact on which the intent hangs; none is called likely.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
    /// The phrases of the knowledge that hold for the situation, by position.
    #[serde(skip)]
    pub situations: Vec<usize>,
    /// Whether nothing recorded calls for a change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_trigger: bool,
}

/// What treatment can aim at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// Complete resection is supported, or to be confirmed.
    Curative,
    /// Complete resection is not.
    Palliative,
    /// Neither is known.
    Open,
}

impl Aim {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Curative => "curative",
            Self::Palliative => "palliative",
            Self::Open => "open",
        }
    }
}

/// What treatment can aim at, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentReport {
    /// The aim.
    pub value: Aim,
    /// Why, in words, and what is said beside it.
    pub because: String,
    /// Statement ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
}

/// Where an option stands; the order is that of presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The review names it for this situation.
    Named,
    /// Its criteria are met or to be confirmed, no order stated.
    Open,
    /// It is given now.
    GivenNow,
    /// It was given, and is no proposal any more.
    GivenBefore,
    /// The review advises against it.
    Against,
    /// A required criterion is unknown.
    Waiting,
    /// Its criteria are not met.
    NotNow,
}

/// The place of one option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceReport {
    /// Option id.
    pub option: String,
    /// Its place.
    pub place: Place,
    /// Its rank in the review's sequence; only where named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// The criteria that make the review name it; only where named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
    /// The trigger in words; only where named.
    #[serde(skip)]
    pub words: String,
    /// The condition under which it would be named, where that is a person's to judge; only where open.
    #[serde(skip)]
    pub judged: Option<String>,
    /// What the review puts before it and the record lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<BeforeReport>,
    /// What it puts after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<ThenReport>,
    /// Options that count as one proposal with it.
    #[serde(skip)]
    pub instead_of: Vec<ThenReport>,
    /// Its cautions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<String>,
    /// Statements of its trigger; only where it holds or is to be judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
}

/// A fact or a step that comes before an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BeforeReport {
    /// A fact that the record lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<FactId>,
    /// A step of the treatment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Statement ids.
    pub statements: Vec<String>,
}

/// What follows an option, or stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThenReport {
    /// An option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// An event that is no option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Statement ids.
    pub statements: Vec<String>,
}

/// The chart with one value of an unknown fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The fact.
    pub fact: FactId,
    /// Its value in this branch.
    pub value: String,
    /// Where the options stand then.
    pub places: Vec<PlaceReport>,
    /// What is missing then.
    pub missing: Vec<MissingFact>,
}

/// A treatment on record: one entry for each set of options that it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenReport {
    /// Agents or procedures, by their codes in `{base}/CodeSystem/treatments`.
    pub agents: Vec<String>,
    /// The options that they mean; none for a treatment of no option.
    pub options: Vec<String>,
    /// Now or before.
    pub state: GivenState,
    /// The first day, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day, where it is not given now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// On how many days a completed procedure or a dose is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<usize>,
    /// The reason as recorded; chart data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The first progressive reading dated after the first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progression_since: Option<String>,
    /// Whether it is systemic.
    #[serde(skip)]
    pub systemic: bool,
    /// The records, newest first.
    pub evidence: Vec<EvidenceReport>,
}

/// Whether a treatment is given now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GivenState {
    /// It is.
    Now,
    /// It was.
    Before,
}
