//! The server and the patient that are probed, and how the server is asked.

use crate::address::AllowedBase;
use crate::cli::ended::Ended;
use crate::evaluator::Evaluator;
use crate::fhir_client::{Access, BearerToken, Fetched, FhirClient, Query};
use crate::settings::ClientSettings;
use crate::settings::FhirSettings;
use crate::settings::Settings;
use crate::templates::Template;
use jiff::civil::Date;
use std::time::{Duration, Instant};

/// For each round of searches; the service itself has much less, and the report says which search is too slow for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// One server, one patient.
pub(super) struct Probe<'a> {
    pub(super) settings: &'a Settings,
    pub(super) evaluator: &'a Evaluator,
    pub(super) templates: Vec<Template>,
    pub(super) base: AllowedBase,
    pub(super) token: Option<BearerToken>,
    pub(super) patient: String,
    pub(super) as_of: Date,
    pub(super) deadline: Waits,
}

/// How long the service waits for the records of one call, and the setting that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) deadline: Duration,
    pub(super) setting: &'static str,
}

impl Waits {
    /// For the clients of the server; of several, for the one that waits least.
    pub(super) fn of(settings: &Settings, base: &AllowedBase) -> Self {
        let clients = clients_of(settings, base);
        let deadlines = clients.iter().map(|client| match client.fhir_deadline {
            Some(deadline) => Self {
                deadline,
                setting: "clients.fhir_deadline",
            },
            None => Self::by_default(settings),
        });
        let least = deadlines.min_by_key(|waits| waits.deadline);
        least.unwrap_or_else(|| Self::by_default(settings))
    }

    fn by_default(settings: &Settings) -> Self {
        Self {
            deadline: settings.fhir.deadline,
            setting: "fhir.deadline",
        }
    }
}

/// The clients whose server it is, or the only one there is: the server may be reached by another address than the
/// registered one.
pub(super) fn clients_of<'s>(settings: &'s Settings, base: &AllowedBase) -> Vec<&'s ClientSettings> {
    let address = base.to_string();
    let has = |client: &&ClientSettings| client.fhir_servers.iter().any(|known| known.admits(&address));
    match settings.clients.as_slice() {
        [only] => vec![only],
        several => several.iter().filter(has).collect(),
    }
}

impl Probe<'_> {
    /// A client without breaker, that reads so many pages of a search.
    pub(super) fn client(&self, max_pages: usize) -> Result<FhirClient, Ended> {
        let settings = FhirSettings {
            max_pages,
            connect_timeout: Duration::from_secs(5),
            circuit_failures: u32::MAX,
            ..self.settings.fhir.clone()
        };
        FhirClient::new(&settings).map_err(|error| Ended::wrong([format!("`fhir.ca_file`: {error}")]))
    }

    pub(super) async fn fetch(&self, client: &FhirClient, patient: &str, queries: &[Query]) -> Vec<Fetched> {
        let access = Access::new(&self.base, self.token.as_ref(), patient);
        client.fetch(&access, queries, Instant::now() + PATIENCE).await
    }
}
