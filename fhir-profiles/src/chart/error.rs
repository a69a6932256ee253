//! Why a chart is refused.

use std::fmt;

/// Why a chart is refused; holds no chart data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartError {
    /// A resource belongs to another patient than the one asked about.
    AnotherPatient,
    /// Resources of more than one patient, and nobody said which is meant.
    SeveralPatients,
    /// There are resources, but none says of which patient.
    NoPatient,
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnotherPatient => "a resource belongs to another patient",
            Self::SeveralPatients => "the resources belong to more than one patient",
            Self::NoPatient => "no resource names its patient",
        })
    }
}

impl std::error::Error for ChartError {}
