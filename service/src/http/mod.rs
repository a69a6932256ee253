//! HTTP: what is served where, and for how long.

mod answer;
pub(crate) mod body;
mod boundary;
mod cors;
mod drain;
mod feedback;
mod handlers;
mod management;
mod openapi;
mod sandbox;
mod tls;

pub(crate) use answer::refusal;
pub use boundary::boundary;
pub use cors::cors;
pub(crate) use handlers::{answered, wrong_method};

use crate::audit::Audit;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::fhir_client::FhirClient;
use crate::hooks::Service;
use crate::hooks::flow::{Server, Source};
use crate::hooks::request::HookRequest;
use crate::hooks::templates::{Template, templates};
use crate::host::{host_of, is_loopback, named_host};
use crate::pages::{self, Pages};
use crate::query_text::encoded;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::store::Store;
use crate::telemetry::Telemetry;
use crate::trust::{AuthMode, Caller, JtiStore, SystemClock, Trust};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, post, resource, route, to};
use actix_web::{App, HttpServer, Route, guard};
use jiff::civil::Date;
use rustls::ServerConfig;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tls::TlsFiles;
use tokio::sync::Semaphore;

/// How long in-flight requests get after SIGTERM, in seconds.
const SHUTDOWN: u64 = 15;
/// File descriptors that are kept for all but callers: management, FHIR servers, keys, store, audit.
const OTHER_FILES: u64 = 256;
/// Longer than the idle time of common load balancers, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the headers of a request may take to arrive.
const SLOWEST_HEADERS: Duration = Duration::from_secs(5);

/// What all requests share.
#[derive(Debug)]
pub struct State {
    /// The pure core.
    pub evaluator: Evaluator,
    /// The prefetch templates, as published.
    pub templates: Vec<Template>,
    /// The bundled patients, in demo mode.
    pub sandbox: Option<Sandbox>,
    /// The pages, where they are on.
    pub(crate) pages: Option<Pages>,
    /// Addresses under which the sandbox is reached.
    sandbox_urls: Vec<String>,
    /// Whether only this machine can reach the service.
    on_loopback: bool,
    /// Whether the settings let the network in without authentication, by whatever name.
    open_network: bool,
    /// The address that callers use.
    own_url: String,
    fhir: FhirClient,
    fhir_deadline: Duration,
    /// With which the service speaks HTTPS; without it HTTP.
    tls: Option<ServerConfig>,
    /// Who may call.
    pub(crate) trust: Trust,
    /// What outlives a request.
    pub(crate) store: Arc<Store>,
    /// What is shown of all of this.
    pub telemetry: Telemetry,
    /// What is kept of who asked what.
    pub(crate) audit: Audit,
    cors_origins: Vec<String>,
    /// The clock.
    today: fn() -> Date,
    body_limit: usize,
    /// What the bodies of all calls may have together.
    body_room: Arc<Semaphore>,
    request_deadline: Duration,
    max_in_flight: usize,
    max_connections: usize,
    in_flight: AtomicUsize,
    drain: Duration,
    draining: AtomicBool,
}

impl State {
    /// State for a service at `base_url`, evaluating as of what `today` says, with the clock of the machine for tokens and
    /// a store in memory, whatever `store.url` says.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, the files of keys, or the export of telemetry.
    pub fn new(
        settings: &Settings,
        evaluator: Evaluator,
        base_url: &str,
        today: fn() -> Date,
    ) -> Result<Self, String> {
        let store = Store::in_memory(settings.auth.replay_capacity).map_err(|error| error.to_string())?;
        let trust = Self::trust(settings, base_url, &store).map_err(|faults| faults.join("; "))?;
        let telemetry = Telemetry::new(&settings.telemetry)?;
        Self::with_trust(settings, evaluator, base_url, today, trust, store, telemetry)
    }

    /// Trust as set, with the clock of the machine, remembering tokens in the store.
    ///
    /// # Errors
    /// Every file of keys or certificates that cannot be used.
    pub fn trust(settings: &Settings, base_url: &str, store: &Arc<Store>) -> Result<Trust, Vec<String>> {
        let tokens: Arc<dyn JtiStore> = Arc::clone(store) as _;
        Trust::new(settings, base_url, Arc::new(SystemClock::default()), tokens)
    }

    /// State with a trust, a store and telemetry that are there already.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, or with the file of the audit.
    pub fn with_trust(
        settings: &Settings,
        mut evaluator: Evaluator,
        base_url: &str,
        today: fn() -> Date,
        trust: Trust,
        store: Arc<Store>,
        telemetry: Telemetry,
    ) -> Result<Self, String> {
        let demo = settings.demo.unwrap_or_default();
        telemetry.watch(&store);
        telemetry
            .metrics()
            .knowledge(&evaluator.knowledge.package.reference);
        let bases = [Some(base_url.to_owned()), settings.public_url.clone()];
        let pages = settings.workbench.unwrap_or(demo);
        if pages && demo {
            // Who tries the demo reaches it where it listens.
            evaluator.link_to(base_url);
        }
        Ok(Self {
            templates: templates(&evaluator.codes),
            evaluator,
            sandbox: demo.then(Sandbox::embedded).transpose()?,
            pages: pages.then(Pages::new).transpose()?,
            sandbox_urls: bases
                .into_iter()
                .flatten()
                .map(|base| format!("{base}/sandbox/fhir"))
                .collect(),
            on_loopback: settings.listen.ip().is_loopback(),
            open_network: settings.allow_open_network,
            own_url: settings.public_url.clone().unwrap_or_else(|| base_url.to_owned()),
            fhir: FhirClient::new(&settings.fhir).map_err(|error| format!("`fhir.ca_file`: {error}"))?,
            fhir_deadline: settings.fhir.deadline,
            tls: tls_files(settings).as_ref().map(tls::config).transpose()?,
            trust,
            store,
            audit: Audit::open(&settings.audit, &telemetry)?,
            telemetry,
            cors_origins: settings.cors_origins.clone(),
            today,
            body_limit: settings.body_limit,
            body_room: body::body_room(settings.body_limit),
            request_deadline: settings.request_deadline,
            max_in_flight: settings.max_in_flight,
            max_connections: settings.max_connections,
            in_flight: AtomicUsize::new(0),
            drain: settings.drain,
            draining: AtomicBool::new(false),
        })
    }

    /// From now on not ready, and asking callers to close their connections.
    fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to end.
    fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Whether callers can be served: the knowledge is loaded before the service listens, the keys of the callers may
    /// come later. The store counts only where nobody is admitted without it: in open mode the cards go on, and only
    /// feedback has to wait.
    ///
    /// # Errors
    /// Everything that it waits for.
    fn readiness(&self) -> Result<(), Failure> {
        let store_needed = self.trust.mode() == AuthMode::Required;
        let reasons = [
            (self.draining(), ErrorCode::Draining),
            (!self.trust.ready(), ErrorCode::NotReady),
            (store_needed && !self.store.is_up(), ErrorCode::StoreUnavailable),
            (
                self.audit.is_required() && self.audit.is_down(),
                ErrorCode::AuditUnavailable,
            ),
        ];
        let codes = reasons.into_iter().filter(|(holds, _)| *holds);
        Failure::of_all(codes.map(|(_, code)| code)).map_or(Ok(()), Err)
    }

    /// What is not there although calls are answered without it.
    fn degraded(&self) -> Vec<&'static str> {
        let lacking = [
            (!self.store.is_up(), ErrorCode::StoreUnavailable),
            (self.audit.is_down(), ErrorCode::AuditUnavailable),
        ];
        let codes = lacking.into_iter().filter(|(holds, _)| *holds);
        codes.map(|(_, code)| code.code()).collect()
    }

    /// The day of evaluation.
    pub(crate) fn today(&self) -> Date {
        (self.today)()
    }

    /// The address that callers use, without a slash at the end.
    pub(crate) fn own_url(&self) -> &str {
        &self.own_url
    }

    /// Where the bundled patients are, in demo mode.
    pub(crate) fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref()?;
        self.sandbox_urls.first().map(String::as_str)
    }

    /// Whether a `Host` is that of this service. Where the network may come in unauthenticated, any is.
    fn is_own_host(&self, header: &str) -> bool {
        let public = self.own_url.split_once("://").map(|(_, rest)| host_of(rest));
        let own = |host: &str| is_loopback(host) || public.is_some_and(|own| own.eq_ignore_ascii_case(host));
        !self.on_loopback || self.open_network || named_host(header).is_some_and(own)
    }

    /// Whether pages may show patients of registered FHIR servers: to an authenticated caller, else on this machine only.
    pub(crate) fn may_show_servers(&self, caller: &Caller) -> bool {
        caller.issuer().is_some() || self.on_loopback
    }

    /// The page of the patient of a request, where any browser that sees the cards may open it: a bundled patient, or
    /// one of a registered server while the service is open to this machine only. An authenticated caller gets none:
    /// the browser that would follow the link has no token to show.
    pub(crate) fn board_url(&self, caller: &Caller, request: &HookRequest<'_>) -> Option<String> {
        let pages = self.evaluator.linked().filter(|_| self.pages.is_some())?;
        let patient = &request.patient_id;
        let server = request.fhir_server.as_deref()?.trim_end_matches('/');
        let sandbox = self.sandbox.as_ref();
        let bundled = sandbox.is_some_and(|sandbox| sandbox.patients().iter().any(|known| known == patient));
        if bundled && self.sandbox_urls.iter().any(|known| known == server) {
            return Some(format!("{pages}/board?patient={}", encoded(patient)));
        }
        let open = caller.issuer().is_none() && self.on_loopback && request.token.is_none();
        let base = caller.fhir_base(server).filter(|_| open)?;
        Some(format!(
            "{pages}/board?server={}&patient={}",
            encoded(&base.to_string()),
            encoded(patient)
        ))
    }

    /// Where records come from that a request does not bring: its `fhirServer`, if that is our sandbox or registered
    /// for the caller.
    ///
    /// # Errors
    /// [`Failure`] if the caller may not name this server.
    pub fn source<'s>(
        &'s self,
        caller: &'s Caller,
        request: &HookRequest<'_>,
    ) -> Result<Source<'s>, Failure> {
        let Some(server) = request.fhir_server.as_deref() else {
            return Ok(Source::Nowhere);
        };
        let url = server.trim_end_matches('/');
        match &self.sandbox {
            Some(sandbox) if self.sandbox_urls.iter().any(|known| known == url) => {
                Ok(Source::Sandbox(sandbox))
            }
            _ => {
                caller.check_fhir_server(server)?;
                Ok(caller.fhir_base(server).map_or(Source::Nowhere, |base| {
                    Source::Server(Server {
                        client: &self.fhir,
                        base,
                        deadline: caller.fhir_deadline().unwrap_or(self.fhir_deadline),
                    })
                }))
            }
        }
    }
}

/// The certificate and its key, which the settings have together or not at all.
fn tls_files(settings: &Settings) -> Option<TlsFiles> {
    Some(TlsFiles {
        cert: settings.tls_cert.clone()?,
        key: settings.tls_key.clone()?,
    })
}

/// The methods of [`reading`], as a refusal of others names them.
pub(crate) const READING: &str = "GET, HEAD";

/// A route that reads: GET, and HEAD, which is answered without the body.
pub(crate) fn reading() -> Route {
    route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Every path.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            // With a slash at the end too: clients add ids to an address of discovery that was typed in.
            resource(["/cds-services", "/cds-services/"])
                .route(reading().to(handlers::discovery))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource(["/cds-services/{id}", "/cds-services//{id}"])
                .route(post().to(handlers::hook))
                .default_service(to(|| handlers::wrong_method("POST"))),
        )
        .service(
            resource(["/cds-services/{id}/feedback", "/cds-services//{id}/feedback"])
                .route(post().to(feedback::feedback))
                .default_service(to(|| handlers::wrong_method("POST"))),
        )
        .service(
            resource("/assessment")
                .route(post().to(handlers::assessment))
                .default_service(to(|| handlers::wrong_method("POST"))),
        )
        .service(
            resource("/health/live")
                .route(reading().to(handlers::live))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/health/ready")
                .route(reading().to(handlers::ready))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/openapi.json")
                .route(reading().to(openapi::openapi))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/sandbox/fhir/{kind}/_search")
                .route(post().to(sandbox::search_by_form))
                .default_service(to(|| handlers::wrong_method("POST"))),
        )
        .service(
            resource("/sandbox/fhir/{kind}/{id}")
                .route(reading().to(sandbox::read))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/sandbox/fhir/{kind}")
                .route(reading().to(sandbox::search))
                .default_service(to(|| wrong_method(READING))),
        )
        .configure(pages::routes)
        .default_service(to(handlers::unknown_path));
}

/// Serves until SIGTERM or SIGINT, then lets requests in flight end; the management listener, where there is one, ends
/// last.
///
/// # Errors
/// If a listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    management: Option<TcpListener>,
    state: Data<State>,
) -> std::io::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let connections = possible_connections(state.max_connections).div_ceil(workers);
    let watched = Arc::downgrade(&state.clone().into_inner());
    state
        .telemetry
        .watch_readiness(move || watched.upgrade().map(|state| state.readiness().is_ok()));
    let managing = management
        .map(|listener| management::server(listener, state.clone()))
        .transpose()?;
    let manager = managing.as_ref().map(actix_web::dev::Server::handle);
    let (shared, drain, tls) = (state.clone(), state.drain, state.tls.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .wrap(from_fn(boundary))
            .wrap(from_fn(cors))
            .configure(routes)
    })
    .workers(workers)
    .max_connections(connections)
    .client_request_timeout(SLOWEST_HEADERS)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN)
    .disable_signals();
    let serving = match tls {
        Some(config) => server.listen_rustls_0_23(listener, config)?,
        None => server.listen(listener)?,
    }
    .run();
    let managing = managing.map(actix_web::rt::spawn);
    let served = drain::until_told(serving, shared, drain).await;
    if let Some(manager) = manager {
        manager.stop(true).await;
    }
    drop(managing);
    served
}

/// As many connections as are wanted and the system can give: one more would take the file descriptor that health
/// checks, the store or the log need.
fn possible_connections(wanted: usize) -> usize {
    let possible = rlimit::increase_nofile_limit(u64::MAX).map_or(wanted, |files| {
        usize::try_from(files.saturating_sub(OTHER_FILES).max(OTHER_FILES / 2)).unwrap_or(wanted)
    });
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "fewer connections than server.max_connections: too few open files are allowed"
        );
    }
    wanted.min(possible)
}

/// A call that needs nothing but the sandbox, as a `curl` line.
pub fn demo_call(base_url: &str, patient_id: &str) -> String {
    let (id, hook) = (Service::PatientView.id(), Service::PatientView.hook());
    format!(
        "curl -s {base_url}/cds-services/{id} -H 'Content-Type: application/json' -d \
         '{{\"hook\":\"{hook}\",\"hookInstance\":\"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea\",\
         \"fhirServer\":\"{base_url}/sandbox/fhir\",\
         \"context\":{{\"userId\":\"Practitioner/demo\",\"patientId\":\"{patient_id}\"}}}}'"
    )
}
