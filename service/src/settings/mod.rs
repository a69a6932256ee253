//! Settings: one table of rows from which loading, documentation and defaults all follow.

mod audit;
mod clients;
mod document;
mod fault;
mod fhir;
mod launches;
mod load;
mod secrets;
mod smart;
mod store;
mod store_url;
mod table;
mod telemetry;
mod trust;
mod values;

pub use audit::{AuditMode, AuditSettings, SinkSetting, SyslogAddress};
pub use document::document;
pub use fault::Fault;
pub use fhir::{FhirSettings, PatientParameter};
pub use launches::SmartSettings;
pub(crate) use load::CONFIG_VARIABLE;
pub use load::{Input, load};
pub(crate) use secrets::resolve;
pub use store::StoreSettings;
pub use store_url::{DatabaseKind, StoreUrl};
pub use telemetry::{LogFormat, LogLevel, TelemetrySettings};
pub use trust::{AuthMode, AuthSettings, ClientSettings, Credential, KeySource, SmartClient};
pub(crate) use values::can_be_absent;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Every setting that applies to this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// Where metrics and health are served to those who run the service; `None`: nowhere.
    pub management_listen: Option<SocketAddr>,
    /// Whether that was set rather than left at its default, which gives way to whoever has the port.
    pub management_listen_given: bool,
    /// The address that callers use, without a slash at the end.
    pub public_url: Option<String>,
    /// The certificate to serve HTTPS with.
    pub tls_cert: Option<PathBuf>,
    /// Its private key; there if the certificate is.
    pub tls_key: Option<PathBuf>,
    /// Greatest request body, in bytes.
    pub body_limit: usize,
    /// The longest a request may take, its body included.
    pub request_deadline: Duration,
    /// The longest that a call may be expected to wait for its evaluation to begin.
    pub queue_deadline: Duration,
    /// How long the service answers on after SIGTERM, not ready any more.
    pub drain: Duration,
    /// Threads that serve connections; `None`: one a processor.
    pub workers: Option<usize>,
    /// Between two calls that the service makes to itself for each client; zero: none.
    pub synthetic_every: Duration,
    /// Requests answered at the same time; more get 503.
    pub max_in_flight: usize,
    /// Greatest number of resources that one call is answered from.
    pub max_resources: usize,
    /// The memory that the process may have, in bytes; `None`: what its cgroup allows.
    pub memory_limit: Option<usize>,
    /// Connections open at the same time; more wait. `None`: as many as the memory has room for.
    pub max_connections: Option<usize>,
    /// Origins of web pages that may call.
    pub cors_origins: Vec<String>,
    /// How callers are authenticated.
    pub auth: AuthSettings,
    /// The registered callers.
    pub clients: Vec<ClientSettings>,
    /// Whether an address other than loopback may be listened on although callers are not authenticated.
    pub allow_open_network: bool,
    /// Whether and how charts launch the pages.
    pub smart: SmartSettings,
    /// How the callers' FHIR servers are read.
    pub fhir: FhirSettings,
    /// What outlives a request, and where.
    pub store: StoreSettings,
    /// Knowledge files laid over the embedded ones.
    pub knowledge_dir: Option<PathBuf>,
    /// ConceptMaps of the site's own codes.
    pub codes_dir: Option<PathBuf>,
    /// National and general code systems that are read, by the names of their packs.
    pub packs: Vec<String>,
    /// Prefetch keys of callers, with ours for the same records.
    pub prefetch_keys: BTreeMap<String, String>,
    /// Whether documents are asked for and their texts searched.
    pub documents: bool,
    /// Greatest number of cards in an answer.
    pub max_cards: usize,
    /// Greatest number of questions in an answer.
    pub max_questions: usize,
    /// Whether each group of options has a card even where cards link to pages.
    pub full_cards: bool,
    /// Whether a patient without liver metastases gets a card.
    pub without_metastases: bool,
    /// Facts that the site declares absent where nothing is recorded.
    pub closed_world: Vec<String>,
    /// Log and export.
    pub telemetry: TelemetrySettings,
    /// Who asked what and was answered what.
    pub audit: AuditSettings,
    /// Whether the bundled patients are served; `None` only before everything is read.
    pub demo: Option<bool>,
    /// The first setting that only a service for patients of one's own has: the demo is off because of it, unless it was
    /// asked for.
    pub demo_off_by: Option<&'static str>,
    /// Whether the pages are served; `None` means only in demo mode.
    pub workbench: Option<bool>,
}

impl Settings {
    /// A place to keep values in; the table holds the defaults.
    fn blank() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            management_listen: None,
            management_listen_given: false,
            public_url: None,
            tls_cert: None,
            tls_key: None,
            body_limit: 0,
            request_deadline: Duration::ZERO,
            queue_deadline: Duration::ZERO,
            drain: Duration::ZERO,
            workers: None,
            synthetic_every: Duration::ZERO,
            max_in_flight: 0,
            max_resources: 0,
            max_connections: None,
            memory_limit: None,
            cors_origins: Vec::new(),
            auth: AuthSettings {
                mode: None,
                open_discovery: false,
                jwks_refresh: Duration::ZERO,
                jwks_max_age: Duration::ZERO,
                ca_file: None,
                replay_capacity: 0,
            },
            clients: Vec::new(),
            allow_open_network: false,
            smart: SmartSettings {
                enabled: false,
                scopes: Vec::new(),
                session: Duration::ZERO,
            },
            fhir: FhirSettings::default(),
            store: StoreSettings {
                url: StoreUrl::memory(),
                retention: Duration::ZERO,
                comments: false,
                question_pause: Duration::ZERO,
                bridge: Duration::ZERO,
            },
            knowledge_dir: None,
            codes_dir: None,
            packs: Vec::new(),
            prefetch_keys: BTreeMap::new(),
            documents: false,
            max_cards: 0,
            max_questions: 0,
            full_cards: false,
            without_metastases: true,
            closed_world: Vec::new(),
            telemetry: TelemetrySettings::default(),
            audit: AuditSettings::default(),
            demo: None,
            demo_off_by: None,
            workbench: None,
        }
    }
}
