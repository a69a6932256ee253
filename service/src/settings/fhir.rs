//! The settings of the FHIR client.

use std::path::PathBuf;
use std::time::Duration;

/// How searches name the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PatientParameter {
    /// `patient=ID`; `subject=Patient/ID` after the server refused that.
    #[default]
    Patient,
    /// `subject=Patient/ID` always.
    Subject,
}

/// The settings of the FHIR client, `[fhir]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FhirSettings {
    /// For everything that is fetched for one call.
    pub deadline: Duration,
    /// For one connection, its TLS handshake included.
    pub connect_timeout: Duration,
    /// Greatest number of pages of one search.
    pub max_pages: usize,
    /// Greatest size of a read, or of all pages of one search.
    pub max_bundle_bytes: usize,
    /// Greatest number of resources of one search.
    pub max_resources: usize,
    /// A search with a longer address is sent as POST to `_search` at once.
    pub max_get_length: usize,
    /// How searches name the patient.
    pub patient_parameter: PatientParameter,
    /// How long is remembered which form of a search a server takes.
    pub learnt_for: Duration,
    /// Certificates (PEM) that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Failed fetches in a row after which a server is left alone.
    pub circuit_failures: u32,
    /// How long it is left alone.
    pub circuit_open: Duration,
}

impl Default for FhirSettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(1500),
            connect_timeout: Duration::from_millis(250),
            max_pages: 20,
            max_bundle_bytes: 4 << 20,
            max_resources: 2000,
            max_get_length: 4000,
            patient_parameter: PatientParameter::Patient,
            learnt_for: Duration::from_secs(3600),
            ca_file: None,
            circuit_failures: 5,
            circuit_open: Duration::from_secs(10),
        }
    }
}
