//! Something wrong in the settings.

use std::fmt;

/// Something wrong in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `file:line`, or the name of the environment variable.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
