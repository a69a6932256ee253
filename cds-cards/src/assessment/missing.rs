//! Unknown facts and what knowing each would decide (specification, section 5, end).

use fhir_profiles::FactId;
use serde::Serialize;

/// An unknown fact and what knowing it would decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingFact {
    /// The fact.
    pub fact: FactId,
    /// How many options it decides.
    pub settles: Settles,
    /// What it is needed for: options whose unknown criteria read it, by the statements of those criteria.
    #[serde(rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub needed_for: Vec<Need>,
}

/// The fewest and the most options that some value of a fact takes out of `undetermined` and `provisional`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settles {
    /// The fewest.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// As a clinician reads it: `2`, or `0 to 2`.
impl std::fmt::Display for Settles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.most)
        } else {
            write!(f, "{} to {}", self.least, self.most)
        }
    }
}

/// Options that a fact is needed for, and the statements that ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// Option ids, in the order of the specification's table.
    pub options: Vec<String>,
    /// Statement ids.
    pub statements: Vec<String>,
}
