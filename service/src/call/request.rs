//! A request that is being answered: its id, its place in a trace, and what becomes known of it on the way.

use super::known::{Known, whose};
use crate::errors::{Denied, ErrorCode, Failure};
use crate::hooks::flow::Advice;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::store::{Operation, Outcome};
use crate::telemetry::{RequestId, Telemetry, start_span};
use crate::trust::Who;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use cds_cards::assessment::Assessment;
use fhir_profiles::FactId;
use opentelemetry::Context;
use opentelemetry::context::{FutureExt, WithContext};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, TraceState, Tracer};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

/// The header of a request's id, in and out.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over.
const LONGEST_ID: usize = 64;

/// One request; clones are the same one.
#[derive(Clone)]
pub struct Call(Arc<Parts>);

struct Parts {
    telemetry: Telemetry,
    request_id: RequestId,
    method: &'static str,
    route: Option<String>,
    scheme: &'static str,
    started: Instant,
    begun: SystemTime,
    peer: Option<IpAddr>,
    /// Where the caller says that it is in a trace of its own.
    remote: Option<SpanContext>,
    trusted: AtomicBool,
    /// Made when it is needed first, since only authentication shows whether the caller's trace is to be continued.
    context: OnceLock<Context>,
    trail: Trail,
    known: Mutex<Known>,
    /// Whether its records are on their way to the audit.
    recorded: AtomicBool,
    /// Told when the caller is known.
    admitted: Notify,
}

impl Call {
    /// The request as it comes in, of which the first byte came at `began`, by `https` if `secure`, to
    /// a path of the pattern `route`.
    pub(crate) fn begin(
        request: &ServiceRequest,
        telemetry: &Telemetry,
        secure: bool,
        began: Option<Instant>,
        route: Option<String>,
    ) -> Self {
        let method = method(request.method());
        // Behind a proxy this is the part that we see; what the proxy says of the rest is not believed.
        let scheme = if secure { "https" } else { "http" };
        let started = began.unwrap_or_else(Instant::now);
        telemetry.metrics().active(method, scheme, 1);
        Self(Arc::new(Parts {
            telemetry: telemetry.clone(),
            request_id: RequestId(id(request.headers()).into()),
            method,
            route,
            scheme,
            started,
            begun: SystemTime::now()
                .checked_sub(started.elapsed())
                .unwrap_or(UNIX_EPOCH),
            peer: request.peer_addr().map(|address| address.ip()),
            remote: remote(request.headers()),
            trusted: AtomicBool::new(false),
            context: OnceLock::new(),
            trail: Trail::default(),
            known: Mutex::default(),
            recorded: AtomicBool::new(false),
            admitted: Notify::new(),
        }))
    }

    /// The call that a request is.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Its id: the caller's, or one made here.
    pub fn request_id(&self) -> &str {
        &self.0.request_id.0
    }

    /// What was done for it.
    pub fn trail(&self) -> &Trail {
        &self.0.trail
    }

    /// The future with this call as the current one, but not yet in a trace.
    pub(crate) fn carry<F: Future>(&self, work: F) -> WithContext<F> {
        work.with_context(self.base())
    }

    /// The future inside the span of the request.
    pub(crate) fn run<F: Future>(&self, work: F) -> WithContext<F> {
        work.with_context(self.context().clone())
    }

    /// The work for a hook, in a span of its own.
    pub(crate) async fn hook<F>(&self, work: F) -> Result<Advice, Failure>
    where
        F: Future<Output = Result<Advice, Failure>>,
    {
        let advising = async {
            let span = start_span("cds.hook", SpanKind::Internal);
            if let Some((service, hook)) = self.known().service {
                span.set("cds.service", service);
                span.set("cds.hook", hook);
            }
            let advised = span.around(work).await;
            match &advised {
                Ok(advice) => span.set("cds.outcome", advice.outcome()),
                Err(failure) => span.fail(failure.code.code()),
            }
            advised
        };
        self.run(advising).await
    }

    /// Does something inside the span of the request.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.context().clone().attach();
        work()
    }

    /// Who calls; `continues` if its trace goes on here.
    pub(crate) fn caller(&self, who: Who, continues: bool) {
        self.0.trusted.store(continues, Ordering::Relaxed);
        self.known().who = who;
        self.0.admitted.notify_one();
    }

    /// Waits until the caller is known; for ever if it is refused.
    pub(crate) async fn admitted(&self) {
        self.0.admitted.notified().await;
    }

    /// Issuer and tenant of the caller, where they are known.
    pub(crate) fn whose(&self) -> (Option<String>, Option<String>) {
        let known = self.known();
        (known.who.issuer.clone(), known.who.tenant.clone())
    }

    /// The caller was refused.
    pub(crate) fn denied(&self, reason: Denied, who: Who) {
        self.0.telemetry.metrics().refused(reason, &whose(&who));
        let mut known = self.known();
        known.denied = Some(reason);
        known.who = who;
    }

    /// The service calls itself: nobody has asked, and nothing of it counts as advice.
    pub(crate) fn rehearses(&self) {
        let mut known = self.known();
        known.own = true;
        known.asks = false;
    }

    /// It asks for advice, whether or not it gets as far as to say of what.
    pub(crate) fn asks(&self) {
        self.known().asks = true;
    }

    /// A service of ours is called.
    pub(crate) fn service(&self, id: &'static str, hook: &'static str) {
        self.known().service = Some((id, hook));
    }

    /// A patient is looked at, by whom the caller says.
    pub(crate) fn about(&self, request: &HookRequest<'_>) {
        let mut known = self.known();
        known.patient = Some(format!("Patient/{}", request.patient_id));
        known.user = Some(request.user_id.to_string());
    }

    /// A patient is looked at in a session of this issuer, by this user where that is known.
    pub(crate) fn looks(&self, issuer: &str, patient: &str, user: Option<&str>) {
        let mut known = self.known();
        known.who.issuer = Some(issuer.to_owned());
        known.patient = Some(format!("Patient/{patient}"));
        known.user = user.map(str::to_owned);
    }

    /// A chart has launched the pages for a patient, as [`Self::looks`] says.
    pub(crate) fn launched(&self, issuer: &str, patient: &str, user: Option<&str>) {
        self.looks(issuer, patient, user);
        self.known().launched = true;
    }

    /// It is answered with this advice.
    pub(crate) fn advised(&self, advice: Advice) {
        let mut known = self.known();
        known.gate = advice.gate;
        known.orders = advice.orders;
        known.cards = Some(advice.cards);
        known.assessment = advice.assessment;
    }

    /// It is answered with this assessment.
    pub(crate) fn assessed(&self, assessment: Assessment) {
        let mut known = self.known();
        known.gate = Some(assessment.gate);
        known.patient = known.patient.take().or(assessment.subject.clone());
        known.assessment = Some(assessment);
    }

    /// A person has recorded these facts.
    pub(crate) fn records(&self, facts: Vec<FactId>) {
        self.known().records = facts;
    }

    /// Work of the store for it, in a span of its own.
    pub(crate) async fn store<F: Future>(&self, operation: Operation, work: F) -> F::Output {
        let storing = async {
            let span = start_span("cds.store", SpanKind::Internal);
            span.set("cds.store.operation", operation.word());
            span.around(work).await
        };
        self.run(storing).await
    }

    /// It says what was done with cards.
    pub(crate) fn gives_feedback(&self) {
        self.known().feedback = Some(Vec::new());
    }

    /// This of it is new on disk, by kind of card.
    pub(crate) fn feedback_kept(&self, kept: Vec<(String, Outcome)>) {
        self.known().feedback = Some(kept);
    }

    pub(super) fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The caller has gone away.
    pub(super) fn goes(&self) {
        self.known().gone = true;
    }

    /// Its records are on their way.
    pub(super) fn recorded(&self) {
        self.0.recorded.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.0.recorded.load(Ordering::Relaxed)
    }

    pub(super) fn method(&self) -> &'static str {
        self.0.method
    }

    pub(super) fn route(&self) -> Option<&str> {
        self.0.route.as_deref()
    }

    pub(super) fn scheme(&self) -> &'static str {
        self.0.scheme
    }

    /// When it began to arrive.
    pub(crate) fn started(&self) -> Instant {
        self.0.started
    }

    /// Who connected: the caller, or the proxy before us.
    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.0.peer
    }

    fn base(&self) -> Context {
        Context::new()
            .with_value(self.0.telemetry.clone())
            .with_value(self.0.request_id.clone())
    }

    /// The context with the span of the request.
    pub(super) fn context(&self) -> &Context {
        self.0.context.get_or_init(|| {
            let base = self.base();
            let tracer = self.0.telemetry.tracer();
            let method = if self.0.method == OTHER {
                "HTTP"
            } else {
                self.0.method
            };
            let name = match self.route() {
                Some(route) => format!("{method} {route}"),
                None => method.to_owned(),
            };
            let builder = tracer
                .span_builder(name)
                .with_kind(SpanKind::Server)
                .with_start_time(self.0.begun);
            let span = match &self.0.remote {
                Some(remote) if self.0.trusted.load(Ordering::Relaxed) => {
                    let parent = base.with_remote_span_context(remote.clone());
                    tracer.build_with_context(builder, &parent)
                }
                Some(remote) => {
                    let link = Link::new(remote.clone(), Vec::new(), 0);
                    tracer.build_with_context(builder.with_links(vec![link]), &base)
                }
                None => tracer.build_with_context(builder, &base),
            };
            base.with_span(span)
        })
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl Drop for Parts {
    /// Also when the caller has gone away, so that nothing was answered.
    fn drop(&mut self) {
        self.telemetry.metrics().active(self.method, self.scheme, -1);
    }
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or_else(|| ErrorCode::Internal.into()))
    }
}

/// Any method that is not of the standard.
const OTHER: &str = "_OTHER";

fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "CONNECT" => "CONNECT",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "PATCH" => "PATCH",
        _ => OTHER,
    }
}

/// The caller's id if it is one that does no harm in a log, else a new one.
fn id(headers: &HeaderMap) -> String {
    let mut given = headers.get_all(REQUEST_ID);
    let only = given.next().filter(|_| given.next().is_none());
    only.and_then(|value| value.to_str().ok())
        .filter(|text| (1..=LONGEST_ID).contains(&text.len()))
        .filter(|text| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        })
        .map_or_else(
            || RandomIdGenerator::default().new_trace_id().to_string(),
            str::to_owned,
        )
}

/// The place in the caller's trace. Of `tracestate` nothing is kept, since it holds what others like, and `baggage` is
/// not read.
fn remote(headers: &HeaderMap) -> Option<SpanContext> {
    let extracted =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &TraceParent(headers));
    let span = extracted.span();
    let place = span.span_context();
    place.is_valid().then(|| {
        SpanContext::new(
            place.trace_id(),
            place.span_id(),
            place.trace_flags(),
            true,
            TraceState::NONE,
        )
    })
}

/// The one header of a trace that is read.
struct TraceParent<'a>(&'a HeaderMap);

impl Extractor for TraceParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then(|| self.0.get(key)?.to_str().ok())?
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}
