//! What all requests share: who answers them, who may ask, what is told of them, and how much they may have.

use super::bounds::Bounds;
use super::origins::Origins;
use super::pulse::Pulse;
use super::synthetic_results::Results;
use super::tls::{Tls, TlsFiles};
use crate::advisor::Advisor;
use crate::audit::{Audit, notice};
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::host::{host_of, is_loopback, named_host};
use crate::pool::{Busy, Lane, Pool};
use crate::settings::AuthMode;
use crate::settings::Settings;
use crate::smart::Smart;
use crate::store::{Operation, Store};
use crate::telemetry::Telemetry;
use crate::trust::{SystemClock, Trust};
use jiff::Timestamp;
use jiff::civil::Date;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracing::instrument::WithSubscriber;

/// A thread that has not gone on for so long, with nothing that could take it as long, is stuck.
const STUCK: Duration = Duration::from_secs(15);

/// What all requests share.
#[derive(Debug)]
pub struct State {
    /// What answers them.
    pub advisor: Advisor,
    /// Who may call.
    pub(super) trust: Trust,
    /// What is shown of all of this.
    pub telemetry: Telemetry,
    /// What is kept of who asked what.
    pub(crate) audit: Audit,
    /// Who is let in before anybody knows who it is.
    pub(super) door: Door,
    /// What nothing may exceed.
    pub(super) bounds: Bounds,
    /// Where calls are evaluated.
    pub(super) pool: Pool,
    /// Whether connections are served.
    pub(super) pulse: Arc<Pulse>,
    /// What the calls of the service to itself came to.
    pub(super) synthetic: Results,
    /// Between two of them.
    pub(super) synthetic_every: Duration,
    draining: AtomicBool,
    /// Whether it was on record last that tokens are accepted without the database.
    bridged: AtomicBool,
}

/// What a service is made of that is there before it.
#[derive(Debug)]
pub struct Parts {
    /// The pure core.
    pub evaluator: Evaluator,
    /// Who may call.
    pub trust: Trust,
    /// What outlives a request.
    pub store: Arc<Store>,
    /// What is shown of all of this.
    pub telemetry: Telemetry,
}

/// Who is let in before anybody knows who it is.
#[derive(Debug)]
pub(super) struct Door {
    /// With which the service speaks HTTPS; without it HTTP.
    pub(super) tls: Option<Tls>,
    /// Whose pages may call.
    pub(super) origins: Origins,
    /// Whether the settings let the network in without authentication, by whatever name.
    open_network: bool,
}

impl State {
    /// State of a service at `base_url`, evaluating as of what `today` says.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, or with the file of the audit.
    pub(crate) fn new(
        settings: &Settings,
        base_url: &str,
        today: fn() -> Date,
        parts: Parts,
    ) -> Result<Self, String> {
        let Parts {
            evaluator,
            trust,
            store,
            telemetry,
        } = parts;
        watch(&telemetry, &store);
        let knowledge = &evaluator.knowledge.package.reference;
        telemetry.metrics().knowledge(&knowledge.version, &knowledge.hash);
        Ok(Self {
            advisor: Advisor::new(settings, evaluator, base_url, today, trust.clock(), store)?,
            trust,
            door: Door {
                tls: tls_files(settings).map(Tls::new).transpose()?,
                origins: Origins {
                    listed: settings.cors_origins.clone(),
                    demo: settings.demo.unwrap_or_default() && settings.clients.is_empty(),
                },
                open_network: settings.allow_open_network,
            },
            audit: Audit::open(&settings.audit, &telemetry)?,
            pool: pool(settings.queue_deadline, telemetry.clone())?,
            telemetry,
            bounds: Bounds::new(settings),
            pulse: Pulse::new(),
            synthetic: Results::default(),
            synthetic_every: settings.synthetic_every,
            draining: AtomicBool::new(false),
            bridged: AtomicBool::new(false),
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
    pub(super) fn deadline(&self, call: &Call) -> Instant {
        call.started() + self.bounds.request_deadline
    }

    /// From now on not ready, and asking callers to close their connections.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Puts on record when calls begin to be accepted without the database, and when that ends.
    pub(super) fn record_bridge(&self) {
        let bridged = self.advisor.store.is_bridged();
        if self.bridged.swap(bridged, Ordering::Relaxed) == bridged {
            return;
        }
        let what = if bridged {
            "store-bridge-begins"
        } else {
            "store-bridge-ends"
        };
        tracing::warn!(
            what,
            "used tokens are remembered by this process alone, or no longer are"
        );
        let _ = self.audit.queue(notice(what, "store.bridge", Timestamp::now()));
    }

    /// Whether the service is about to end.
    pub(super) fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Whether every thread goes on: one that does not may hold calls for ever, and only a new start ends that.
    pub(super) fn is_alive(&self) -> bool {
        self.pulse.goes_on(STUCK) && self.pool.goes_on(self.bounds.request_deadline + STUCK)
    }

    /// Whether callers can be served: the knowledge is loaded before the service listens, the keys of the callers may
    /// come later. The store counts only until it was reached once, and where nobody is admitted without it: its settings
    /// are right then, and an outage is that of all pods, which a probe would take away together.
    ///
    /// # Errors
    /// Everything that it waits for.
    pub(super) fn readiness(&self) -> Result<(), Failure> {
        let store_needed = self.trust.mode() == AuthMode::Required;
        let reasons = [
            (self.draining(), ErrorCode::Draining),
            (!self.trust.ready(), ErrorCode::NotReady),
            (
                store_needed && !self.advisor.store.was_reached(),
                ErrorCode::StoreUnavailable,
            ),
            (
                self.audit.is_required() && self.audit.is_down(),
                ErrorCode::AuditUnavailable,
            ),
        ];
        let codes = reasons.into_iter().filter(|(holds, _)| *holds);
        Failure::of_all(codes.map(|(_, code)| code)).map_or(Ok(()), Err)
    }

    /// What is not there although calls are answered without it.
    pub(super) fn degraded(&self) -> Vec<&'static str> {
        let lacking = [
            (!self.advisor.store.is_up(), ErrorCode::StoreUnavailable),
            (self.audit.is_down(), ErrorCode::AuditUnavailable),
        ];
        let codes = lacking.into_iter().filter(|(holds, _)| *holds);
        let others = [
            (self.synthetic.fail(), "synthetic-call-fails"),
            (self.advisor.store.is_bridged(), "store-bridged"),
            (self.advisor.store.clock_differs(), "clock-differs"),
            (self.trust.keys().values().any(Option::is_none), "keys-missing"),
        ];
        let others = others.into_iter().filter(|(holds, _)| *holds);
        codes
            .map(|(_, code)| code.code())
            .chain(others.map(|(_, word)| word))
            .collect()
    }

    /// Whether a `Host` is that of this service. Where the network may come in unauthenticated, any is.
    pub(super) fn is_own_host(&self, header: &str) -> bool {
        let own_url = self.advisor.own_url();
        let public = own_url.split_once("://").map(|(_, rest)| host_of(rest));
        let own = |host: &str| is_loopback(host) || public.is_some_and(|own| own.eq_ignore_ascii_case(host));
        !self.advisor.is_on_loopback() || self.door.open_network || named_host(header).is_some_and(own)
    }
}

/// The pool of evaluations, whose queue the metrics show.
fn pool(queue_deadline: Duration, telemetry: Telemetry) -> Result<Pool, String> {
    let waited = move |lane: Lane, waited| telemetry.metrics().queued(lane.word(), waited);
    Pool::new(queue_deadline, waited).map_err(|error| error.to_string())
}

/// The store as the metrics show it, for as long as it is there.
fn watch(telemetry: &Telemetry, store: &Arc<Store>) {
    let (of_failures, of_state) = (Arc::downgrade(store), Arc::downgrade(store));
    let failures = move || {
        let store = of_failures.upgrade();
        let of = |store: Arc<Store>| {
            Operation::ALL
                .map(|operation| (operation.word(), store.failures(operation)))
                .to_vec()
        };
        store.map(of).unwrap_or_default()
    };
    telemetry.watch_store(failures, move || of_state.upgrade().map(|store| store.is_up()));
}

/// Checks the certificate of the settings, and that it has not ended.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_tls(settings: &Settings) -> Result<(), String> {
    let tls = tls_files(settings).map(Tls::new).transpose()?;
    let Some(end) = tls.as_ref().and_then(Tls::expires) else {
        return Ok(());
    };
    match Timestamp::from_second(end) {
        Ok(end) if end < Timestamp::now() => Err(format!("`server.tls.cert`: it ended at {end}")),
        _ => Ok(()),
    }
}

/// Checks the secrets and keys of launches.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn check_launches(settings: &Settings) -> Result<(), String> {
    let own_url = settings.public_url.as_deref().unwrap_or("http://127.0.0.1");
    Smart::new(settings, own_url, Arc::new(SystemClock::default())).map(drop)
}

/// The certificate and its key, which the settings have together or not at all.
fn tls_files(settings: &Settings) -> Option<TlsFiles> {
    Some(TlsFiles {
        cert: settings.tls_cert.clone()?,
        key: settings.tls_key.clone()?,
    })
}
