//! What no clean record can hold.

use fhir_profiles::FactId;
use std::fmt;

/// A fact that a clean record cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The fact.
    pub fact: FactId,
    /// Why.
    pub why: &'static str,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fact, self.why)
    }
}
