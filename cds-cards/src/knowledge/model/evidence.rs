//! What the rules rest on: the review's statements, corrections, notes since, and what is a reading of ours.

use super::super::when::When;
use fhir_profiles::FactId;

/// A statement of the review.
#[derive(Debug)]
pub struct Statement {
    /// Section of the review.
    pub section: String,
    /// Verbatim quote.
    pub quote: String,
    /// Strength as worded.
    pub strength: String,
}

/// A dated note on what has changed since May 2018.
#[derive(Debug)]
pub struct SinceNote {
    /// Topic.
    pub topic: String,
    /// What has changed.
    pub text: String,
    /// The same in one line, for a card.
    pub short: String,
    /// Where it was read.
    pub source: String,
    /// `high` or `medium`.
    pub confidence: String,
    /// Where it holds, in words.
    pub when: String,
    /// Where it holds: where one of these does.
    pub holds: Vec<When>,
}

/// A figure of the review that its own source contradicts.
#[derive(Debug)]
pub struct Correction {
    /// What the review says.
    pub review_says: String,
    /// What the source says.
    pub source_says: String,
    /// How it is shown.
    pub usage: String,
    /// The correction in one line, for a card.
    pub short: String,
}

/// A reading of ours: what the review leaves open and a rule decides all the same.
#[derive(Debug)]
pub struct Interpretation {
    /// For a clinician.
    pub text: String,
    /// What uses it.
    pub rules: Vec<Uses>,
    /// Ids of the ambiguities that it answers.
    pub ambiguities: Vec<String>,
}

/// A rule that uses a reading of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uses {
    /// A criterion, wherever it is asked for.
    Criterion(String),
    /// What an option asks for.
    Option(String),
    /// What orders mean an option.
    Order(String),
    /// How a fact is read.
    Fact(FactId),
    /// The WHO grade.
    Grade,
    /// The stages.
    Stage,
    /// Whether the options apply.
    Gate,
    /// What was given.
    Given,
    /// Which orders are spoken to, and how.
    Orders,
}

/// As a clinician reads it.
impl std::fmt::Display for Uses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Criterion(id) => write!(f, "criterion {id}"),
            Self::Option(id) => write!(f, "option {id}"),
            Self::Order(id) => write!(f, "orders of {id}"),
            Self::Fact(id) => write!(f, "fact {id}"),
            Self::Grade => f.write_str("grade"),
            Self::Stage => f.write_str("stage"),
            Self::Gate => f.write_str("gate"),
            Self::Given => f.write_str("treatments given"),
            Self::Orders => f.write_str("orders"),
        }
    }
}

/// A place where the review is silent, ambiguous or contradicts itself.
#[derive(Debug)]
pub struct Ambiguity {
    /// The place.
    pub issue: String,
    /// How it was first read; where the register of interpretations says otherwise, that counts.
    pub resolution: String,
}
