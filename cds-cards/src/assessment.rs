//! What the service concludes about one patient: the structures of the assessment JSON (contract, Assessment).

mod fact;
mod knowledge;
mod lack;
mod mention;
mod missing;
mod pathway;

pub use fact::{Earlier, EvidenceReport, FactReport, FactValue, Range, Status};
pub use knowledge::KnowledgeRef;
pub use lack::{NOT_RECORDED, Reason, lack};
pub use mention::MentionReport;
pub use missing::{MissingFact, Need, Settles};
pub use pathway::{
    Aim, BeforeReport, Branch, GivenReport, GivenState, IntentReport, Pathway, Place, PlaceReport, ThenReport,
};

use fhir_profiles::FactId;
use fhir_profiles::facts::{Gap, NotReadWhy};
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole assessment of one patient on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// The knowledge it was made with.
    pub knowledge: KnowledgeRef,
    /// The day of evaluation, `YYYY-MM-DD`.
    pub as_of: String,
    /// `Patient/id`, where the record names the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What the patient's own record says of itself, where that is to be known first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientReport>,
    /// Whether the options apply at all (specification section 5).
    pub gate: Gate,
    /// Every fact of the specification.
    pub facts: BTreeMap<FactId, FactReport>,
    /// WHO grade (section 3).
    pub grade: GradeReport,
    /// Stage in both systems (section 3).
    pub stage: StageReport,
    /// All options in presentation order if the gate is passed, else none.
    pub options: Vec<OptionReport>,
    /// What in the record does not fit together.
    pub discrepancies: Vec<Discrepancy>,
    /// Unknown facts ranked by what knowing them decides (section 5, end).
    pub missing: Vec<MissingFact>,
    /// What the patient's situation comes to; only where the gate is passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pathway: Option<Pathway>,
    /// What texts mention of facts that are missing, unreadable or older than the text (specification section 7.1), the
    /// newest text first. Nothing else in the assessment rests on it, but for the gap `in-text`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MentionReport>,
    /// What of the record was not read and may matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_read: Vec<NotReadReport>,
    /// Records that could not be used at all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemReport>,
    /// The review's guiding sentences.
    pub principles: Vec<Cited>,
}

/// What the patient's own record says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientReport {
    /// Whether the patient is recorded as deceased.
    pub deceased: bool,
    /// When, as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deceased_on: Option<String>,
    /// Whether the record was replaced by another, as after a merge.
    pub replaced: bool,
}

impl Assessment {
    /// The option of this id, if the gate is passed.
    pub fn option(&self, id: &str) -> Option<&OptionReport> {
        self.options.iter().find(|option| option.id == id)
    }

    /// Every treatment on record; none where the gate is not passed.
    pub fn treatments(&self) -> impl Iterator<Item = &GivenReport> {
        self.pathway.iter().flat_map(|pathway| &pathway.given)
    }

    /// The entry of `given` that means this option, if there is one.
    pub fn given(&self, option: &str) -> Option<&GivenReport> {
        self.treatments()
            .find(|entry| entry.options.iter().any(|id| id == option))
    }

    /// The date, as written, of the oldest record that the criteria of an option were read from.
    pub fn oldest_record(&self, option: &OptionReport) -> Option<&str> {
        let facts = option.criteria.iter().flat_map(|criterion| &criterion.facts);
        // A diagnosis and a birth date do not age.
        let facts = facts.filter(|fact| !matches!(fact, FactId::Pnet | FactId::Age));
        let records = facts
            .filter_map(|fact| self.facts.get(fact))
            .flat_map(|fact| &fact.evidence);
        records.filter_map(|record| record.effective.as_deref()).min()
    }
}

/// Whether the options apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// PNET and liver metastases are present.
    Passed,
    /// No PNET is recorded as present.
    NoPnet,
    /// PNET is present, liver metastases are not (absent, or not recorded: see the fact).
    NoLiverMetastases,
}

impl Gate {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NoPnet => "no-pnet",
            Self::NoLiverMetastases => "no-liver-metastases",
        }
    }
}

/// Outcome of a criterion in Kleene logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Recorded evidence satisfies it.
    Met,
    /// Recorded evidence contradicts it.
    NotMet,
    /// Neither, for a [`Reason`].
    Unknown,
}

/// What a criterion is for in an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Must be met for the option to be supported; unknown leaves the option undetermined.
    Require,
    /// Should be confirmed; unknown leaves the option provisional.
    Confirm,
    /// The review advises against the option if it is not met.
    Contraindication,
}

/// Verdict of an option; the order is that of presentation inside a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every criterion is met.
    Supported,
    /// Nothing speaks against it; something is to be confirmed.
    Provisional,
    /// A required criterion is unknown.
    Undetermined,
    /// A selection criterion is not met.
    NotSupported,
    /// The review advises against it.
    Contraindicated,
}

impl Verdict {
    /// Every verdict, in that order.
    pub const ALL: [Verdict; 5] = [
        Self::Supported,
        Self::Provisional,
        Self::Undetermined,
        Self::NotSupported,
        Self::Contraindicated,
    ];

    /// The id of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Provisional => "provisional",
            Self::Undetermined => "undetermined",
            Self::NotSupported => "not-supported",
            Self::Contraindicated => "contraindicated",
        }
    }
}

/// Group of an option; the order is that of presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Surgery.
    Surgery,
    /// Liver-directed therapies.
    LiverDirected,
    /// Systemic therapies.
    Systemic,
}

impl Group {
    /// Every group, in presentation order.
    pub const ALL: [Group; 3] = [Group::Surgery, Group::LiverDirected, Group::Systemic];

    /// The id of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Surgery => "surgery",
            Self::LiverDirected => "liver-directed",
            Self::Systemic => "systemic",
        }
    }
}

/// A grade, or the grades still possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GradeReport {
    /// The grade, if one remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The grades still possible.
    pub candidates: Vec<String>,
    /// Whether the review's table holds this tumour; only beside a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifiable: Option<bool>,
    /// Why undetermined; only without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Whether it rests on an interpretation (higher of two measures).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interpretation: bool,
    /// Why what is missing may be on record all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// What it was taken from: `ki67`, `mitoses`, or `grade-recorded`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactId>,
    /// The statements of the table rows used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// How it came about, in our words (no chart text).
    pub because: String,
}

/// Stage in both systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageReport {
    /// ENETS.
    pub enets: Stage,
    /// AJCC, 7th edition.
    pub ajcc7: Stage,
}

/// A stage, or the stages still possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// The stage, if one remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The stages still possible, in table order.
    pub candidates: Vec<String>,
    /// Why what is missing of it may be on record all the same; only without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// T categories still possible.
    pub t: Vec<String>,
    /// N categories still possible.
    pub n: Vec<String>,
    /// M categories still possible.
    pub m: Vec<String>,
    /// The statements of the table rows used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
}

/// One option with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionReport {
    /// Option id.
    pub id: String,
    /// Its group.
    pub group: Group,
    /// The verdict.
    pub verdict: Verdict,
    /// Variants that apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// Why what leaves it open may be on record all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Every criterion, in the order of the specification.
    pub criteria: Vec<CriterionReport>,
    /// Ids of the criteria that decide the verdict (all of those that make it what it is; none if supported).
    pub deciding: Vec<String>,
    /// Favours that apply.
    pub favours: Vec<String>,
    /// Cautions that apply.
    pub cautions: Vec<String>,
}

impl OptionReport {
    /// The contraindications that are present.
    pub fn ruling_out(&self) -> impl Iterator<Item = &CriterionReport> {
        let failing = |criterion: &&CriterionReport| {
            criterion.role == Role::Contraindication && criterion.outcome == Outcome::NotMet
        };
        self.criteria.iter().filter(failing)
    }

    /// Whether only rules of a site's own advise against it.
    pub fn is_against_by_site(&self) -> bool {
        let mut failing = self.ruling_out().peekable();
        failing.peek().is_some() && failing.all(|criterion| criterion.of_site)
    }

    /// The criterion that decides, the first of several; none where all are met.
    pub fn decides(&self) -> Option<&CriterionReport> {
        let mut deciding = self.deciding.iter();
        deciding.find_map(|id| self.criteria.iter().find(|criterion| &criterion.id == id))
    }
}

/// One criterion with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CriterionReport {
    /// Criterion id.
    pub id: String,
    /// What it is for.
    pub role: Role,
    /// Its outcome.
    pub outcome: Outcome,
    /// Why unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why what is missing may be on record all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Records that do not count and must not go unsaid, as with a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
    /// What is open and why, in the vocabulary of [`lack`]; only where it is unknown.
    #[serde(skip)]
    pub lack: Option<String>,
    /// Whether the outcome rests on an interpretation of the review.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interpretation: bool,
    /// Whether its rule, or its place in this option, is a site's own and not as it comes with the service; then it is an
    /// interpretation too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_site: bool,
    /// Whether the value lies exactly on the limit.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub borderline: bool,
    /// The facts it read.
    pub facts: Vec<FactId>,
    /// The statements it rests on.
    pub statements: Vec<String>,
    /// Why, in a clause: values in our own words and numbers, never raw chart text.
    pub because: String,
}

/// Something in the record that does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Discrepancy {
    /// Its id (specification section 5, end).
    pub id: String,
    /// The facts concerned.
    pub facts: Vec<FactId>,
    /// One sentence: values in our own words and numbers, never raw chart text.
    pub text: String,
    /// What would differ were the other record right: a grade, a stage, a verdict, a place or the gate.
    #[serde(skip)]
    pub consequence: Option<String>,
}

impl Discrepancy {
    /// What would differ, where its text does not say so itself.
    pub fn led_to(&self) -> Option<&str> {
        let consequence = self.consequence.as_deref()?;
        (!self.text.ends_with(consequence)).then_some(consequence)
    }
}

/// Something that was not read; `reference` is chart data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotReadReport {
    /// `Type/id`, or the position in the Bundle.
    pub reference: String,
    /// What it is, in our words.
    pub what: String,
    /// Its date as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Why it was not read.
    pub why: NotReadWhy,
}

/// A record that could not be used at all; `place` is chart data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProblemReport {
    /// `Type/id` or `entry 3`.
    pub place: String,
    /// What is wrong, in our words.
    pub problem: String,
}

/// A sentence with the statements it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cited {
    /// The sentence.
    pub text: String,
    /// Statement ids.
    pub statements: Vec<String>,
}
