//! One query of a fetch: its form, its retry, its pages, and its end at the deadline.

use super::answer;
use super::query::{Form, Query, Target};
use super::server::Server;
use super::settings::FhirSettings;
use super::transport;
use super::why::Why;
use super::{Access, FetchState, Fetched};
use crate::telemetry::start_span;
use opentelemetry::trace::SpanKind;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::time::Instant;

/// An address from which on a refusal may be due to its length; some gateways stop at 2048 characters.
const LONG: usize = 1024;

/// A query on its way.
pub(super) struct Run<'a> {
    http: &'a reqwest::Client,
    settings: &'a FhirSettings,
    server: &'a Server,
    access: &'a Access<'a>,
    query: &'a Query,
    start: Instant,
    deadline: Instant,
    requests: u32,
    retried: bool,
    bytes: usize,
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
            requests: 0,
            retried: false,
            bytes: 0,
        }
    }

    /// Runs it until it is settled or the deadline is over; pages that arrived whole are kept.
    pub(super) async fn fetched(mut self) -> Fetched {
        let mut pages = Vec::new();
        let span = start_span("fhir.query", SpanKind::Internal);
        span.set("cds.data.key", self.query.key().to_owned());
        let deadline = self.deadline.into();
        let collecting = span.around(self.collect(&mut pages));
        let end = tokio::time::timeout_at(deadline, collecting).await;
        let state = match end.unwrap_or(Err(Why::Timeout)) {
            Ok(()) => FetchState::Complete(pages),
            Err(why) if pages.is_empty() => FetchState::Failed(why),
            Err(why) => FetchState::Partial { pages, why },
        };
        let fetched = Fetched {
            key: self.query.key().to_owned(),
            state,
            requests: self.requests,
            elapsed: self.start.elapsed(),
        };
        let outcome = fetched.state.why().map_or("complete", |why| why.code());
        span.set("cds.fhir.outcome", outcome);
        log(self.access.base.host(), &fetched);
        fetched
    }

    async fn collect(&mut self, pages: &mut Vec<Box<RawValue>>) -> Result<(), Why> {
        if !self.query.is_about(self.access.patient) {
            return Err(Why::OtherPatient);
        }
        if !self.query.is_search() {
            let target = self.query.target(
                self.access.base,
                Form {
                    subject: false,
                    post: false,
                },
            );
            let resource = self.ask(&target).await?;
            answer::check_resource(&resource, self.query.kind())?;
            pages.push(resource);
            return Ok(());
        }
        let (mut json, first) = self.first_page().await?;
        let mut seen = HashSet::from([first]);
        let (mut resources, mut matches, mut total) = (0usize, 0usize, None);
        loop {
            let page = answer::page(&json, self.query.kind())?;
            resources = resources.saturating_add(page.resources);
            matches = matches.saturating_add(page.matches);
            total = total.max(page.total);
            if resources > self.settings.max_resources {
                return Err(Why::ResourceCap);
            }
            pages.push(json);
            if page.failed {
                return Err(Why::Outcome);
            }
            let Some(next) = page.next else {
                // Fewer than it says and no way to the rest; a total that is too low says nothing.
                return match total.is_some_and(|total| total > matches) {
                    true => Err(Why::Short),
                    false => Ok(()),
                };
            };
            let url = self.access.base.follow(&next).ok_or(Why::ForeignLink)?;
            if !seen.insert(url.to_string()) {
                return Err(Why::PagingLoop);
            }
            if pages.len() >= self.settings.max_pages {
                return Err(Why::PageCap);
            }
            json = self.ask(&Target { url, form: None }).await?;
        }
    }

    /// The first page and its address, in the form that the server takes.
    async fn first_page(&mut self) -> Result<(Box<RawValue>, String), Why> {
        let subject = self.server.takes_subject();
        let get = Form { subject, post: false };
        let length = self.query.target(self.access.base, get).url.as_str().len();
        let form = Form {
            subject,
            post: self.server.takes_post(length),
        };
        let target = self.query.target(self.access.base, form);
        let why = match self.ask(&target).await {
            Ok(json) => return Ok((json, address(&target))),
            Err(why) => why,
        };
        let other = self.other_form(form, why, length).ok_or(why)?;
        let target = self.query.target(self.access.base, other);
        let json = self.ask(&target).await?;
        self.server.learn(other, length);
        Ok((json, address(&target)))
    }

    /// Another form of the search, if the refusal may be due to the form.
    fn other_form(&self, form: Form, why: Why, length: usize) -> Option<Form> {
        let long = length > LONG;
        match why {
            Why::TooLong if !form.post => Some(Form { post: true, ..form }),
            // Some gateways answer a long query with 400 or 404.
            Why::BadRequest | Why::NotFound if !form.post && long => Some(Form { post: true, ..form }),
            Why::NotSupported | Why::NotFound if form.post => Some(Form { post: false, ..form }),
            Why::BadRequest if !form.subject && self.query.names_patient() => Some(Form {
                subject: true,
                ..form
            }),
            _ => None,
        }
    }

    /// One request, and at most once in the life of the query its repetition.
    async fn ask(&mut self, target: &Target) -> Result<Box<RawValue>, Why> {
        loop {
            let now = Instant::now();
            let authorization = match self.access.token {
                None => None,
                Some(token) => Some(token.header(now).ok_or(Why::TokenExpired)?),
            };
            let left = self.settings.max_bundle_bytes.saturating_sub(self.bytes);
            self.requests += 1;
            let sent = transport::send(self.http, target, self.query.is_search(), authorization, left).await;
            let refusal = match sent {
                Ok(json) => {
                    self.bytes = self.bytes.saturating_add(json.get().len());
                    return Ok(json);
                }
                Err(refusal) => refusal,
            };
            let pause = refusal
                .again_after
                .filter(|_| !self.retried && target.form.is_none());
            let until_deadline = self.deadline.saturating_duration_since(Instant::now());
            match pause {
                Some(pause) if pause < until_deadline => tokio::time::sleep(pause).await,
                _ => return Err(refusal.why),
            }
            self.retried = true;
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
