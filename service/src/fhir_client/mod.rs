//! The client of the callers' FHIR servers: what is fetched, from whom, until when, and why something was not.
//!
//! A failure is recorded, never thrown: each query comes back as complete, partial or failed, with a reason of a closed
//! list. Nothing here follows a redirect, leaves the registered base, or names a patient in a log line.

mod address;
mod answer;
mod breaker;
mod exchange;
mod fetched;
mod form;
mod hint;
mod parameters;
mod query;
mod refusal;
mod search;
mod server;
mod stream;
mod token;
mod transport;
mod why;

pub use address::{Lookup, Lookups};
pub use exchange::{Endpoint, Exchanged, NotWritten, Sent};
pub use fetched::{Access, FetchState, Fetched};
pub use query::{InvalidQuery, Query};
pub use server::Learnt;
pub use stream::Streamed;
pub use token::{BearerToken, InvalidToken};
pub use transport::SetupError;
pub use why::Why;

use crate::address::AllowedBase;
use crate::settings::FhirSettings;
use address::{Guard, Registered};
use breaker::Sign;
use search::Run;
use server::Server;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The FHIR client of the process: connection pools, circuit breakers, and what was learnt about each server.
pub struct FhirClient {
    settings: FhirSettings,
    http: reqwest::Client,
    registered: Arc<Registered>,
    servers: Mutex<HashMap<AllowedBase, Arc<Server>>>,
}

impl FhirClient {
    /// A client with the name resolution of the system.
    ///
    /// # Errors
    /// [`SetupError`] if the file of certificates cannot be used.
    pub fn new(settings: &FhirSettings) -> Result<Self, SetupError> {
        Self::with_lookup(settings, Arc::new(address::System))
    }

    /// A client with another name resolution, whose answers are checked like those of the system.
    ///
    /// # Errors
    /// As [`FhirClient::new`].
    pub fn with_lookup(settings: &FhirSettings, lookup: Arc<dyn Lookup>) -> Result<Self, SetupError> {
        let registered = Arc::new(Registered::default());
        let http = transport::client(settings, Guard::new(Arc::clone(&registered), lookup))?;
        Ok(Self {
            settings: settings.clone(),
            http,
            registered,
            servers: Mutex::default(),
        })
    }

    /// Runs the queries concurrently and comes back at the deadline at the latest, with one result a query, in order.
    pub async fn fetch(&self, access: &Access<'_>, queries: &[Query], deadline: Instant) -> Vec<Fetched> {
        let start = Instant::now();
        if start >= deadline {
            return all_failed(queries, Why::Timeout);
        }
        let server = self.server(access.base);
        let Some(permit) = server.breaker.admit(start) else {
            tracing::warn!(host = access.base.host(), "FHIR server not asked: circuit-open");
            return all_failed(queries, Why::CircuitOpen);
        };
        let runs = queries.iter().map(|query| {
            Run::new(
                &self.http,
                &self.settings,
                &server,
                access,
                query,
                start,
                deadline,
            )
            .fetched()
        });
        let fetched = futures_util::future::join_all(runs).await;
        permit.settle(sign(&fetched), Instant::now());
        fetched
    }

    /// What was learnt about a server so far.
    pub fn learnt(&self, base: &AllowedBase) -> Learnt {
        self.server(base).learnt()
    }

    fn server(&self, base: &AllowedBase) -> Arc<Server> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(base) {
            return Arc::clone(server);
        }
        self.registered.add(base);
        let server = Arc::new(Server::new(&self.settings));
        servers.insert(base.clone(), Arc::clone(&server));
        server
    }
}

impl fmt::Debug for FhirClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FhirClient").finish_non_exhaustive()
    }
}

fn all_failed(queries: &[Query], why: Why) -> Vec<Fetched> {
    let failed = |query: &Query| Fetched {
        key: query.key().to_owned(),
        state: FetchState::Failed(why),
        requests: 0,
        elapsed: Duration::ZERO,
    };
    queries.iter().map(failed).collect()
}

/// One query that the server answered shows that it lives, whatever became of the others.
fn sign(fetched: &[Fetched]) -> Sign {
    let mut sign = Sign::Silent;
    for one in fetched.iter().filter(|one| one.requests > 0) {
        match &one.state {
            FetchState::Failed(why) if why.blames_server() => sign = Sign::Faulty,
            FetchState::Failed(Why::TokenExpired | Why::TokenUnusable | Why::AddressRefused) => {}
            _ => return Sign::Alive,
        }
    }
    sign
}
