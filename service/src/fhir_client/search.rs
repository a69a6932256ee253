//! One query of a fetch: its form, its retry, its pages, and its end at the deadline.

use super::answer;
use super::fetched::{Access, FetchState, Fetched};
use super::form::Negotiation;
use super::hint;
use super::query::{Query, Target};
use super::refusal::Refusal;
use super::server::{Event, Server};
use super::transport;
use super::why::Why;
use crate::settings::FhirSettings;
use crate::telemetry::start_span;
use fhir_profiles::chart::{NextPage, Page};
use fhir_profiles::json::Document;
use futures_util::stream::{self, StreamExt};
use opentelemetry::trace::SpanKind;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Parts of one search that are on their way at the same time.
const PARTS_AT_ONCE: usize = 8;

/// A query on its way.
pub(super) struct Run<'a> {
    http: &'a reqwest::Client,
    settings: &'a FhirSettings,
    server: &'a Server,
    access: &'a Access<'a>,
    query: &'a Query,
    start: Instant,
    deadline: Instant,
    requests: AtomicU32,
    retried: AtomicBool,
    bytes: AtomicUsize,
    resources: AtomicUsize,
    /// Whole pages, which are kept whatever becomes of the rest.
    pages: Mutex<Vec<Document<'static>>>,
}

/// The first page of a search, where it was asked for, and the parts of the search that are still to be sent.
struct Begun {
    first: Read,
    address: String,
    rest: Vec<Target>,
}

/// A page as it came, and what it is.
struct Read {
    json: Document<'static>,
    page: Page,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        http: &'a reqwest::Client,
        settings: &'a FhirSettings,
        server: &'a Server,
        access: &'a Access<'a>,
        query: &'a Query,
        start: Instant,
        deadline: Instant,
    ) -> Self {
        Self {
            http,
            settings,
            server,
            access,
            query,
            start,
            deadline,
            requests: AtomicU32::new(0),
            retried: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
            resources: AtomicUsize::new(0),
            pages: Mutex::default(),
        }
    }

    /// Runs it until it is settled or the deadline is over; pages that arrived whole are kept.
    pub(super) async fn fetched(self) -> Fetched {
        let span = start_span("fhir.query", SpanKind::Internal);
        span.set("cds.data.key", self.query.key().to_owned());
        let collecting = span.around(self.collect());
        let end = tokio::time::timeout_at(self.deadline.into(), collecting).await;
        let pages = self.pages.into_inner().unwrap_or_else(PoisonError::into_inner);
        let state = match end.unwrap_or(Err(Why::Timeout)) {
            Ok(()) => FetchState::Complete(pages),
            Err(why) if pages.is_empty() => FetchState::Failed(why),
            Err(why) => FetchState::Partial { pages, why },
        };
        let fetched = Fetched {
            key: self.query.key().to_owned(),
            state,
            requests: self.requests.into_inner(),
            elapsed: self.start.elapsed(),
        };
        let outcome = fetched.state.why().map_or("complete", |why| why.code());
        span.set("cds.fhir.outcome", outcome);
        log(self.access.base.host(), &fetched);
        fetched
    }

    async fn collect(&self) -> Result<(), Why> {
        if !self.query.is_about(self.access.patient) {
            return Err(Why::OtherPatient);
        }
        if let Some(target) = self.query.read(self.access.base) {
            let resource = self.ask(&target).await.map_err(|refusal| refusal.why)?;
            answer::check_resource(&resource, self.query.kind())?;
            self.keep(resource);
            return Ok(());
        }
        let begun = self.begin().await?;
        let first = self.follow(begun.first, begun.address);
        if begun.rest.is_empty() {
            return first.await;
        }
        let rest = stream::iter(begun.rest).map(|target| async move {
            let read = self.read(&target).await.map_err(|refusal| refusal.why)?;
            self.follow(read, address(&target)).await
        });
        let rest = rest.buffer_unordered(PARTS_AT_ONCE).collect::<Vec<_>>();
        let (first, rest) = futures_util::join!(first, rest);
        // One part that failed leaves the pages of the others.
        rest.into_iter().fold(first, Result::and)
    }

    /// Keeps a page, and follows it to the last one.
    async fn follow(&self, mut read: Read, address: String) -> Result<(), Why> {
        let mut seen = HashSet::from([address]);
        let (mut matches, mut total, mut count) = (0u64, None, 0usize);
        loop {
            let Read { json, page } = read;
            let before = self.resources.fetch_add(page.resources, Ordering::Relaxed);
            if before.saturating_add(page.resources) > self.settings.max_resources {
                return Err(Why::ResourceCap);
            }
            matches = matches.saturating_add(page.matches as u64);
            total = total.max(page.total);
            self.keep(json);
            count += 1;
            if page.failed {
                return Err(Why::Outcome);
            }
            if self.query.is_of_first_page() {
                return Ok(());
            }
            let next = match page.next {
                // Fewer than it says and no way to the rest; a total that is too low says nothing.
                NextPage::None if total.is_some_and(|total| total > matches) => return Err(Why::Short),
                NextPage::None => return Ok(()),
                NextPage::Unknown => return Err(Why::NextUnknown),
                NextPage::At(next) => next,
            };
            self.server.note(Event::Paged);
            let followed = self.access.base.follow(&next).ok_or(Why::ForeignLink)?;
            if followed.by_alias {
                self.server.note(Event::Aliased);
            }
            let url = followed.url;
            if !seen.insert(url.to_string()) {
                return Err(Why::PagingLoop);
            }
            if count >= self.settings.max_pages {
                return Err(Why::PageCap);
            }
            let next = Target { url, form: None };
            read = self.read(&next).await.map_err(|refusal| refusal.why)?;
        }
    }

    /// The first page, in the form that the server takes: the one it took before, or the first that it does not refuse.
    async fn begin(&self) -> Result<Begun, Why> {
        let kind = self.query.kind();
        let mut form = self.server.form();
        let mut traits = self.query.traits(self.access.base, form);
        form.post = self.server.takes_post(traits.length);
        let mut negotiation = match self.server.unfinished(kind) {
            Some(unfinished) => unfinished.of(traits),
            None => Negotiation::begin(traits, form),
        };
        loop {
            let form = negotiation.form();
            let mut targets = self.query.targets(self.access.base, form).into_iter();
            let Some(target) = targets.next() else {
                return Err(Why::BadRequest);
            };
            let refusal = match self.read(&target).await {
                Ok(first) => {
                    if negotiation.has_moved() {
                        traits = self.query.traits(self.access.base, form);
                        self.server.learn(form, traits.length);
                        self.server.keep(kind, None);
                        log_learnt(self.access.base.host(), self.server);
                    }
                    return Ok(Begun {
                        first,
                        address: address(&target),
                        rest: targets.collect(),
                    });
                }
                Err(refusal) => refusal,
            };
            let next = negotiation.next(&refusal);
            self.server.keep(kind, next.is_some().then_some(&negotiation));
            if next.is_none() {
                return Err(refusal.why);
            }
            self.server.note(Event::Refused);
        }
    }

    /// One page; an outcome in its place may name a parameter, as a refusal does.
    async fn read(&self, target: &Target) -> Result<Read, Refusal> {
        let json = self.ask(target).await?;
        match answer::page(&json, self.query.kind()) {
            Ok(page) => Ok(Read { json, page }),
            Err(Why::Outcome) => Err(Refusal {
                named: hint::named(json.text()),
                ..Refusal::from(Why::Outcome)
            }),
            Err(why) => Err(why.into()),
        }
    }

    fn keep(&self, page: Document<'static>) {
        self.pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(page);
    }

    /// One request, and at most once in the life of the query its repetition.
    async fn ask(&self, target: &Target) -> Result<Document<'static>, Refusal> {
        loop {
            let authorization = match self.access.token {
                None => None,
                Some(token) => Some(token.header(Instant::now())?),
            };
            let left = self
                .settings
                .max_bundle_bytes
                .saturating_sub(self.bytes.load(Ordering::Relaxed));
            self.requests.fetch_add(1, Ordering::Relaxed);
            let sent = transport::send(self.http, target, self.query.is_search(), authorization, left).await;
            let refusal = match sent {
                Ok(json) => {
                    let before = self.bytes.fetch_add(json.text().len(), Ordering::Relaxed);
                    // Another part of the search may have come in between.
                    return match before.saturating_add(json.text().len()) > self.settings.max_bundle_bytes {
                        true => Err(Why::ByteCap.into()),
                        false => Ok(json),
                    };
                }
                Err(refusal) => refusal,
            };
            // What the server did not even begin with can be posted again.
            let may_repeat = target.form.is_none() || refusal.why == Why::TooManyRequests;
            let until_deadline = self.deadline.saturating_duration_since(Instant::now());
            let pause = refusal
                .again_after
                .filter(|pause| may_repeat && *pause < until_deadline);
            match pause {
                Some(pause) if !self.retried.swap(true, Ordering::Relaxed) => {
                    self.server.note(Event::Retried);
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(refusal),
            }
        }
    }
}

/// What tells two pages apart.
fn address(target: &Target) -> String {
    match &target.form {
        None => target.url.to_string(),
        Some(form) => format!("{}?{form}", target.url),
    }
}

/// One line a query, with the key of the template and the registered host: nothing of the chart, no address.
fn log(host: &str, fetched: &Fetched) {
    let Fetched {
        key,
        state,
        requests,
        elapsed,
    } = fetched;
    let (pages, millis) = (state.pages().len(), elapsed.as_millis());
    match state.why() {
        None => tracing::debug!(key, host, requests, pages, millis, "FHIR query `{key}` complete"),
        Some(why) => {
            let (word, why) = (state.word(), why.code());
            tracing::warn!(
                key,
                host,
                requests,
                pages,
                millis,
                why,
                "FHIR query `{key}` {word}: {why}"
            );
        }
    }
}

/// What was learnt about a server: names of parameters and numbers, and nothing of the search that taught it.
fn log_learnt(host: &str, server: &Server) {
    let learnt = server.learnt();
    tracing::info!(
        host,
        without = learnt.without.join(" "),
        subject = learnt.patient == crate::settings::PatientParameter::Subject,
        post_from = learnt.post_from,
        codes = learnt.codes,
        "FHIR server takes searches in another form"
    );
}
