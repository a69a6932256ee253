//! The settings of trust, `[auth]` and `[[clients]]`.

use crate::address::AllowedBase;
use std::path::PathBuf;
use std::time::Duration;

/// Whether callers are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMode {
    /// Every call needs a token of a registered client.
    Required,
    /// Anyone who reaches the service may call it.
    Open,
}

/// `[auth]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettings {
    /// `None` until the settings are loaded: required if a client is registered, else open.
    pub mode: Option<AuthMode>,
    /// Whether discovery is answered without a token in required mode.
    pub open_discovery: bool,
    /// Age at which fetched keys are fetched again.
    pub jwks_refresh: Duration,
    /// Age up to which keys are used while they cannot be fetched.
    pub jwks_max_age: Duration,
    /// Certificates (PEM) trusted for key servers beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Tokens remembered for each issuer at the same time.
    pub replay_capacity: usize,
}

impl AuthSettings {
    /// The mode that applies with this many registered clients.
    pub fn mode(&self, clients: usize) -> AuthMode {
        self.mode.unwrap_or(match clients {
            0 => AuthMode::Open,
            _ => AuthMode::Required,
        })
    }
}

/// A registered caller, `[[clients]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSettings {
    /// What metrics, logs and alerts call it; its `iss` if nothing else is set.
    pub name: String,
    /// `iss` of its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub keys: KeySource,
    /// Values of `aud` accepted beside the address called, for every path.
    pub audiences: Vec<String>,
    /// FHIR servers that may be read for it.
    pub fhir_servers: Vec<AllowedBase>,
    /// Values of `tenant`, one of which a token must carry; none: `tenant` is not looked at.
    pub tenants: Vec<String>,
    /// Whether the trace of its requests goes on here; else ours only names it as related.
    pub trusted_trace: bool,
    /// For everything that is fetched for one of its calls, in the place of `fhir.deadline`.
    pub fhir_deadline: Option<Duration>,
    /// What its authorization server knows this service by, if it may launch the pages (SMART App Launch 2.2).
    pub smart: Option<SmartClient>,
}

/// This service as a client of a caller's authorization server, `smart` of `[[clients]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartClient {
    /// The name that the server has given.
    pub client_id: String,
    /// What proves it.
    pub credential: Credential,
    /// Origins of pages that may frame ours; none: nobody may.
    pub frame_origins: Vec<String>,
}

/// What proves a client to its authorization server (SMART App Launch 2.2, client authentication).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: a public client.
    None,
    /// The secret in this file (`client_secret_basic`).
    Secret(PathBuf),
    /// The private key in this file (`private_key_jwt`).
    Key(PathBuf),
}

/// Where the keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Fetched; these are also the values that `jku` may have.
    Urls(Vec<String>),
    /// In a file that is read again when it changes.
    File {
        /// The file.
        path: PathBuf,
        /// Values that `jku` may have; nothing is fetched from there.
        accepted_jku: Vec<String>,
    },
}
