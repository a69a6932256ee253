//! HTTP: what is served where, and for how long.

mod answer;
pub(crate) mod body;
mod boundary;
mod connection;
mod cors;
mod drain;
mod feedback;
mod handlers;
mod management;
mod memory;
mod openapi;
mod paths;
mod pulse;
mod room;
mod sandbox;
mod serve;
mod tls;

pub(crate) use answer::refusal;
pub use boundary::boundary;
use cors::Origins;
pub(crate) use cors::SANDBOX;
pub use cors::cors;
pub(crate) use handlers::{answered, wrong_method};
pub use serve::serve;

use crate::audit::Audit;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::fhir_client::FhirClient;
use crate::hooks::Service;
use crate::hooks::flow::{Server, Source};
use crate::hooks::request::HookRequest;
use crate::hooks::templates::Template;
use crate::host::{host_of, is_loopback, named_host};
use crate::pages::{self, Pages};
use crate::pool::{Busy, Lane, Pool};
use crate::query_text::encoded;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::smart::{self, Smart};
use crate::store::Store;
use crate::telemetry::{Call, Telemetry};
use crate::trust::{AuthMode, Caller, ClientSettings, JtiStore, SystemClock, Trust};
use actix_web::web::{ServiceConfig, post, resource, route, to};
use actix_web::{Route, guard};
use jiff::civil::Date;
use pulse::Pulse;
use room::Room;
use rustls::ServerConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tls::TlsFiles;
use tracing::instrument::WithSubscriber;

/// A thread that has not gone on for so long, with nothing that could take it as long, is stuck.
const STUCK: Duration = Duration::from_secs(15);

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
    /// Launches from charts and their sessions, where they are on.
    pub(crate) smart: Option<Smart>,
    /// What outlives a request.
    pub(crate) store: Arc<Store>,
    /// What is shown of all of this.
    pub telemetry: Telemetry,
    /// What is kept of who asked what.
    pub(crate) audit: Audit,
    origins: Origins,
    /// The clock.
    today: fn() -> Date,
    body_limit: usize,
    /// What the bodies of all calls may have together.
    room: Arc<Room>,
    request_deadline: Duration,
    queue_deadline: Duration,
    /// Where calls are evaluated.
    pool: Pool,
    /// Whether connections are served.
    pulse: Arc<Pulse>,
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
        let own_url = settings.public_url.clone().unwrap_or_else(|| base_url.to_owned());
        let bases = [Some(base_url.to_owned()), settings.public_url.clone()];
        let memory = settings.memory_limit.or_else(memory::limit);
        let pages = settings.workbench.unwrap_or(demo);
        if pages && demo {
            // Who tries the demo reaches it where it listens.
            evaluator.link_to(base_url);
        }
        Ok(Self {
            templates: evaluator.templates(),
            evaluator,
            sandbox: demo.then(Sandbox::embedded).transpose()?,
            pages: pages.then(Pages::new).transpose()?,
            sandbox_urls: bases
                .into_iter()
                .flatten()
                // And this machine by its other name.
                .flat_map(|base| [base.clone(), base.replacen("//127.0.0.1:", "//localhost:", 1)])
                .map(|base| format!("{base}/sandbox/fhir"))
                .collect(),
            on_loopback: settings.listen.ip().is_loopback(),
            open_network: settings.allow_open_network,
            smart: Smart::new(settings, &own_url, trust.clock())?,
            own_url,
            fhir: FhirClient::new(&settings.fhir).map_err(|error| format!("`fhir.ca_file`: {error}"))?,
            fhir_deadline: settings.fhir.deadline,
            tls: tls_files(settings).as_ref().map(tls::config).transpose()?,
            trust,
            store,
            audit: Audit::open(&settings.audit, &telemetry)?,
            pool: pool(settings.queue_deadline, telemetry.clone())?,
            telemetry,
            origins: Origins {
                listed: settings.cors_origins.clone(),
                demo: demo && settings.clients.is_empty(),
            },
            today,
            body_limit: settings.body_limit,
            room: Room::new(settings.body_limit, memory, callers(settings)),
            request_deadline: settings.request_deadline,
            queue_deadline: settings.queue_deadline,
            pulse: Pulse::new(),
            max_in_flight: settings.max_in_flight,
            max_connections: settings
                .max_connections
                .unwrap_or_else(|| memory::connections(memory)),
            in_flight: AtomicUsize::new(0),
            drain: settings.drain,
            draining: AtomicBool::new(false),
        })
    }

    /// Does what takes processor time for a call of so many bytes, beside the threads that serve connections.
    ///
    /// # Errors
    /// [`ErrorCode::Overloaded`] if it could not end in time, before it has begun.
    pub(crate) async fn evaluate<T: Send + 'static>(
        &self,
        call: &Call,
        bytes: usize,
        job: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Failure> {
        // What is logged on the way stays with the call, and goes where the lines of this thread go.
        let job = call.carry(job).with_current_subscriber();
        let done = self.pool.run(bytes, self.deadline(call), job).await;
        done.map_err(|Busy| ErrorCode::Overloaded.into())
    }

    /// By when a call has to be answered.
    fn deadline(&self, call: &Call) -> Instant {
        call.started() + self.request_deadline
    }

    /// From now on not ready, and asking callers to close their connections.
    fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to end.
    fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Whether every thread goes on: one that does not may hold calls for ever, and only a new start ends that.
    fn is_alive(&self) -> bool {
        self.pulse.goes_on(STUCK) && self.pool.goes_on(self.request_deadline + STUCK)
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

    /// The client of registered servers.
    pub(crate) fn fhir(&self) -> &FhirClient {
        &self.fhir
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
        let server = request.fhir_server?.trim_end_matches('/');
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
        let Some(server) = request.fhir_server else {
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

/// Those whose bodies have a part of the room each: the large and the small ones of issuers, and of their tenants where
/// they have some.
fn callers(settings: &Settings) -> usize {
    let of_client = |client: &ClientSettings| client.tenants.len().max(1);
    2 * settings.clients.iter().map(of_client).sum::<usize>().max(1)
}

/// The pool of evaluations, whose queue the metrics show.
fn pool(queue_deadline: Duration, telemetry: Telemetry) -> Result<Pool, String> {
    let waited = move |lane: Lane, waited| telemetry.metrics().queued(lane.word(), waited);
    Pool::new(queue_deadline, waited).map_err(|error| error.to_string())
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

/// Every path. Those of the services come first, each as it is written: patterns are regular expressions.
pub fn routes(config: &mut ServiceConfig) {
    for service in Service::ALL {
        let [called, answered] = paths::of(service);
        let hook = move |caller, call, state, body| handlers::hook_of(service, caller, call, state, body);
        let feedback =
            move |caller, call, state, body| feedback::feedback_on(service, caller, call, state, body);
        config
            .service(
                resource(called)
                    .route(post().to(hook))
                    .default_service(to(|| handlers::wrong_method("POST"))),
            )
            .service(
                resource(answered)
                    .route(post().to(feedback))
                    .default_service(to(|| handlers::wrong_method("POST"))),
            );
    }
    config
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
            resource("/sandbox/fhir/metadata")
                .route(reading().to(sandbox::metadata))
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
        .configure(smart::routes)
        .default_service(to(handlers::unknown_path));
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
