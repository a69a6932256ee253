//! The one place where a request that is over becomes metrics, attributes of its span and a line of the log.
//!
//! What is known of it comes from [`Advice`](crate::hooks::flow::Advice) and the trail; nothing is taken from the body.

use super::event::{Answered, events};
use super::known::{Known, whose};
use super::request::Call;
use crate::audit::{Audit, NotWritten, records};
use crate::errors::ErrorCode;
use crate::fhir_client::Why;
use crate::hooks::flow::OrdersSaid;
use crate::hooks::trail::{FetchEnd, Steps};
use crate::telemetry::{Asked, Deadline, HttpAnswer, Metrics, Telemetry};
use cds_cards::assessment::{Assessment, Gate, KnowledgeRef, Status as FactStatus};
use cds_cards::render::Card;
use jiff::Timestamp;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Status, TraceContextExt};
use std::time::{Duration, Instant};

/// Under which name the log has the lines of requests, for whoever looks for them by it.
const LINES: &str = "pnet_cds::telemetry::record";

impl Call {
    /// Puts the request on record, if it is one that asked for advice or gave feedback, or was refused.
    ///
    /// A refusal of a caller gives nothing out, so it neither waits for the disk nor fails for it: else anybody could
    /// make the disk work; and of many only the first are recorded one by one. Nor is a request recorded that was shed
    /// before anybody looked at it.
    ///
    /// # Errors
    /// [`NotWritten`] if the answer must not go out.
    pub(crate) async fn audit(
        &self,
        audit: &Audit,
        error: Option<ErrorCode>,
        knowledge: &KnowledgeRef,
    ) -> Result<(), NotWritten> {
        if !audit.is_on() || error == Some(ErrorCode::Overloaded) {
            return Ok(());
        }
        let denied = self.known().denied;
        if denied.is_some_and(|reason| !audit.admits(reason.word())) {
            return Ok(());
        }
        let Some(lines) = self.lines(error, knowledge) else {
            return Ok(());
        };
        let records = records(&lines);
        let waits = audit.is_required() && denied.is_none();
        let written = if waits {
            audit.write(lines).await
        } else {
            audit.queue(lines)
        };
        if written.is_err() {
            self.telemetry().metrics().audit_failed(records);
        }
        if waits { written } else { Ok(()) }
    }

    /// The records of the request, if it is one that asked for advice or gave feedback, or was refused.
    fn lines(&self, error: Option<ErrorCode>, knowledge: &KnowledgeRef) -> Option<Vec<u8>> {
        let known = self.known();
        let called = known.service.is_some() || known.patient.is_some() || known.assessment.is_some();
        if !called && known.feedback.is_none() && known.denied.is_none() {
            return None;
        }
        // From here on it is on its way, also if nobody waits for it any more.
        self.recorded();
        let steps = self.trail().steps();
        let answered = Answered {
            request_id: self.request_id(),
            peer: self.peer().map(|peer| peer.to_string()),
            route: self.route(),
            known: &known,
            steps: &steps,
            error,
            knowledge,
        };
        Some(events(&answered, Timestamp::now()))
    }

    /// The caller went away before there was an answer: what was done for it is on record all the same. Nobody is left
    /// whom a record that cannot be written would keep from an answer.
    pub(crate) fn gone(&self, audit: &Audit, knowledge: &KnowledgeRef) {
        self.goes();
        let lines = match audit.is_on() && !self.is_recorded() {
            true => self.lines(None, knowledge),
            false => None,
        };
        if let Some(lines) = lines {
            let records = records(&lines);
            if audit.queue(lines).is_err() {
                self.telemetry().metrics().audit_failed(records);
            }
        }
        let known = self.known();
        if let Some((service, hook)) = known.service.filter(|_| !known.own) {
            self.telemetry()
                .metrics()
                .called(service, hook, known.outcome(None));
        }
        if let Some(asked) = known.asked(&self.trail().steps(), None) {
            self.telemetry()
                .metrics()
                .asked_for(&asked, self.started().elapsed());
        }
        let micros = self.micros();
        let (method, route, request_id) = (self.method(), self.route(), self.request_id());
        let service = known.service.map(|(service, _)| service);
        self.within(|| {
            tracing::warn!(
                target: LINES, method,
                route,
                micros,
                request_id,
                service,
                "gone: the caller closed the connection before the answer"
            );
        });
    }

    /// The request is over, with this status, because of this error if it is one; its duration ends when the answer has
    /// left.
    pub(crate) fn finish(&self, status: u16, error: Option<ErrorCode>) -> Leaving {
        let known = self.known();
        let steps = self.trail().steps();
        self.count(&known, &steps, error);
        self.within(|| self.log(&known, &steps, status, error));
        self.close(&known, status, error);
        Leaving {
            telemetry: self.telemetry().clone(),
            answer: HttpAnswer {
                method: self.method(),
                route: self.route().map(str::to_owned),
                scheme: self.scheme(),
                status,
                error: error.filter(|_| status >= 500).map(ErrorCode::code),
            },
            asked: known.asked(&steps, error),
            service: known.service.filter(|_| !known.own).map(|(service, _)| service),
            waited: steps.waited,
            started: self.started(),
        }
    }

    fn count(&self, known: &Known, steps: &Steps, error: Option<ErrorCode>) {
        let metrics = self.telemetry().metrics();
        if let Some(error) = error {
            metrics.failed(error);
        }
        if known.own {
            return;
        }
        if let Some((service, hook)) = known.service {
            metrics.called(service, hook, known.outcome(error));
        }
        for (key, source) in &steps.data {
            metrics.data(key, source.word());
        }
        let ends = || steps.fetches.iter().filter_map(|fetch| Some((fetch, fetch.end?)));
        for (fetch, end) in ends() {
            metrics.fetched(&fetch.key, end.word, &whose(&known.who));
        }
        if ends().any(|(_, end)| is_timeout(end)) {
            metrics.deadline(Deadline::Fhir);
        }
        for (kind, outcome) in known.feedback.iter().flatten() {
            metrics.feedback(kind.clone(), outcome.as_str());
        }
        if let (Some(_), Some(error)) = (&known.feedback, error) {
            metrics.feedback_refused(error.code());
        }
        sent(metrics, known.cards.as_deref().unwrap_or_default());
        if let Some(assessment) = &known.assessment {
            assessed(metrics, assessment);
        }
    }

    /// How long it has taken so far.
    fn micros(&self) -> u64 {
        u64::try_from(self.started().elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// One line a request; the path is the pattern, since a path can hold the id of a patient.
    fn log(&self, known: &Known, steps: &Steps, status: u16, error: Option<ErrorCode>) {
        let micros = self.micros();
        let (method, route, request_id) = (self.method(), self.route(), self.request_id());
        let service = known.service.map(|(service, _)| service);
        // A probe asks every few seconds, and what it gets is seen in the metrics.
        if error.is_none() && route.is_some_and(|route| route.starts_with("/health/")) {
            tracing::debug!(target: LINES, method, route, status, micros, request_id, "answered");
            return;
        }
        let Some(error) = error else {
            let cards = known.cards.as_ref().map(Vec::len);
            let gate = known.gate.map(Gate::as_str);
            let orders = known.orders.map(OrdersSaid::word);
            let fetches = (!steps.fetches.is_empty()).then_some(steps.fetches.len());
            tracing::info!(
                target: LINES, method, route, status, micros, request_id, service, gate, orders, cards, fetches, "answered"
            );
            return;
        };
        let error = error.code();
        if status >= 500 {
            tracing::error!(
                target: LINES, method, route, status, micros, request_id, service, error, "failed"
            );
        } else {
            tracing::warn!(
                target: LINES, method, route, status, micros, request_id, service, error, "refused"
            );
        }
    }

    /// Ends the span of the request.
    fn close(&self, known: &Known, status: u16, error: Option<ErrorCode>) {
        let span = self.context().span();
        if span.is_recording() {
            span.set_attribute(KeyValue::new("http.request.method", self.method()));
            span.set_attribute(KeyValue::new("url.scheme", self.scheme()));
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
            if let Some(route) = self.route() {
                span.set_attribute(KeyValue::new("http.route", route.to_owned()));
            }
            if let Some(error) = error.filter(|_| status >= 500) {
                span.set_attribute(KeyValue::new("error.type", error.code()));
                span.set_status(Status::error(error.code()));
            }
            if let Some((service, hook)) = known.service {
                span.set_attribute(KeyValue::new("cds.service", service));
                span.set_attribute(KeyValue::new("cds.hook", hook));
                span.set_attribute(KeyValue::new("cds.outcome", known.outcome(error)));
            }
        }
        span.end();
    }
}

/// An answer on its way to the caller, whose duration is measured when it is dropped: once it has left.
#[must_use = "it is measured when it is dropped"]
#[derive(Debug)]
pub(crate) struct Leaving {
    telemetry: Telemetry,
    answer: HttpAnswer,
    asked: Option<Asked>,
    /// The service that a hook called.
    service: Option<&'static str>,
    /// How long FHIR servers took.
    waited: Duration,
    started: Instant,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        let metrics = self.telemetry.metrics();
        metrics.answered(&self.answer, took);
        if let Some(service) = self.service {
            metrics.took(service, took.saturating_sub(self.waited));
        }
        if let Some(asked) = &self.asked {
            metrics.asked_for(asked, took);
        }
    }
}

/// Counts cards.
fn sent(metrics: &Metrics, cards: &[Card]) {
    for card in cards {
        metrics.card(card.about().kind.as_str(), card.indicator().as_str());
    }
}

/// Counts what a chart came to.
fn assessed(metrics: &Metrics, assessment: &Assessment) {
    for option in &assessment.options {
        metrics.verdict(&option.id, option.verdict.as_str());
    }
    metrics.facts_read(assessment.facts.len());
    for (fact, report) in &assessment.facts {
        if let (FactStatus::Unknown, Some(reason)) = (report.status, report.reason) {
            metrics.fact_unknown(fact.as_str(), reason.as_str());
        }
    }
}

fn is_timeout(end: FetchEnd) -> bool {
    end.word == Why::Timeout.code()
}
