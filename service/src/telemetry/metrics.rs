//! Every metric once: its name, its unit, its attributes, and what makes it move.
//!
//! Attributes take their values from closed lists and from what an operator has registered, so that neither a chart nor
//! a caller can make a time series.

use super::asked::{Asked, Got, Reading, Whose};
use crate::errors::{Denied, ErrorCode};
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter};
use opentelemetry::{KeyValue, Value};
use std::time::Duration;

/// Those of the semantic conventions for HTTP, and 0.3 s, since a hook should be answered in half a second.
const SECONDS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.3, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Few, since there is one set for each client: the objective, and what EHRs wait.
const WAITED: [f64; 6] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The deadlines that can be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// `server.request_deadline`.
    Request,
    /// `fhir.deadline`.
    Fhir,
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Measurements; a lost export costs the time between two, since the next carries the sums.
    Metrics,
    /// Log records.
    Logs,
}

impl Signal {
    const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// A method of the standard, or `_OTHER`.
    pub method: &'static str,
    /// The pattern of the path, where there is one.
    pub route: Option<String>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The status.
    pub status: u16,
    /// Why it is 5xx.
    pub error: Option<&'static str>,
}

/// A request to a registered server.
#[derive(Debug, Clone)]
pub struct HttpCall<'a> {
    /// Registered host.
    pub host: &'a str,
    /// Port.
    pub port: u16,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<&'static str>,
}

/// The instruments of one service.
#[derive(Debug)]
pub struct Metrics {
    request_duration: Histogram<f64>,
    queue_duration: Histogram<f64>,
    active_requests: UpDownCounter<i64>,
    client_duration: Histogram<f64>,
    calls: Counter<u64>,
    own_duration: Histogram<f64>,
    asked: Counter<u64>,
    asked_duration: Histogram<f64>,
    cards: Counter<u64>,
    verdicts: Counter<u64>,
    data: Counter<u64>,
    facts_unknown: Counter<u64>,
    facts_read: Counter<u64>,
    fetches: Counter<u64>,
    tokens_refused: Counter<u64>,
    deadlines: Counter<u64>,
    shed: Counter<u64>,
    feedback: Counter<u64>,
    feedback_refused: Counter<u64>,
    audit_failures: Counter<u64>,
    audit_refused: Counter<u64>,
    dropped: Counter<u64>,
    knowledge: Gauge<u64>,
    panics: Counter<u64>,
}

impl Metrics {
    /// The instruments of a meter; counters that an alert watches begin at 0 rather than with the first event.
    pub(super) fn new(meter: &Meter) -> Self {
        let count =
            |name: &'static str, about: &'static str| meter.u64_counter(name).with_description(about).build();
        let seconds = |name: &'static str, about: &'static str| {
            meter
                .f64_histogram(name)
                .with_unit("s")
                .with_description(about)
                .with_boundaries(SECONDS.to_vec())
                .build()
        };
        let metrics = Self {
            request_duration: seconds(
                "http.server.request.duration",
                "Duration of HTTP requests answered.",
            ),
            queue_duration: seconds(
                "cds.queue.duration",
                "How long calls waited for a thread to evaluate them.",
            ),
            active_requests: meter
                .i64_up_down_counter("http.server.active_requests")
                .with_description("HTTP requests being answered.")
                .build(),
            client_duration: seconds(
                "http.client.request.duration",
                "Duration of HTTP requests to registered FHIR servers.",
            ),
            asked: count(
                "cds.advice",
                "Calls that asked for advice, by who called and what was got.",
            ),
            asked_duration: meter
                .f64_histogram("cds.advice.duration")
                .with_unit("s")
                .with_description("How long those who asked for advice waited, by who called.")
                .with_boundaries(WAITED.to_vec())
                .build(),
            own_duration: seconds(
                "cds.service.own.duration",
                "How long hook calls took, without the time that FHIR servers were waited for.",
            ),
            calls: count("cds.service.calls", "Hook calls by what they came to."),
            cards: count("cds.cards", "Cards sent."),
            verdicts: count(
                "cds.verdicts",
                "Verdicts on options, one an option and assessment.",
            ),
            data: count(
                "cds.data",
                "Records asked for by prefetch key and where they came from.",
            ),
            facts_unknown: count("cds.facts.unknown", "Facts that stayed unknown."),
            facts_read: count("cds.facts.read", "Facts looked at."),
            fetches: count(
                "cds.fhir.fetches",
                "Queries to FHIR servers by what became of them.",
            ),
            tokens_refused: count(
                "cds.tokens.refused",
                "Calls refused for their token, and launches and their forms refused.",
            ),
            deadlines: count("cds.deadline.exceeded", "Calls that met a deadline."),
            shed: count(
                "cds.requests.shed",
                "Requests refused because of too many at once.",
            ),
            feedback: count("cds.feedback", "Feedback kept."),
            feedback_refused: count("cds.feedback.refused", "Feedback not kept."),
            audit_failures: count("cds.audit.failures", "Audit records that were not written."),
            audit_refused: count(
                "cds.audit.refused",
                "Audit records that a repository refused for what they are; they were put aside.",
            ),
            dropped: count(
                "cds.telemetry.dropped",
                "Spans, log records and exports of metrics that never reached the collector.",
            ),
            knowledge: meter
                .u64_gauge("cds.knowledge.info")
                .with_description("1, with what is loaded.")
                .build(),
            panics: count("cds.panics", "Requests that ended in a panic."),
        };
        metrics.begin();
        metrics
    }

    fn begin(&self) {
        for counter in [&self.shed, &self.panics, &self.audit_failures, &self.facts_read] {
            counter.add(0, &[]);
        }
        for reason in Denied::ALL {
            self.tokens_refused
                .add(0, &[KeyValue::new("cds.token.reason", reason.word())]);
        }
        for got in Got::ALL {
            self.asked.add(0, &[KeyValue::new("cds.advice", got.word())]);
        }
        for deadline in [Deadline::Request, Deadline::Fhir] {
            self.count_deadline(deadline, 0);
        }
        for signal in Signal::ALL {
            self.dropped(signal, 0);
        }
    }

    /// A request has begun (1) or ended (-1).
    pub fn active(&self, method: &'static str, scheme: &'static str, change: i64) {
        let attributes = [
            KeyValue::new("http.request.method", method),
            KeyValue::new("url.scheme", scheme),
        ];
        self.active_requests.add(change, &attributes);
    }

    /// A request was answered.
    pub fn answered(&self, answer: &HttpAnswer, took: Duration) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", answer.method),
            KeyValue::new("url.scheme", answer.scheme),
            KeyValue::new("http.response.status_code", i64::from(answer.status)),
        ];
        let route = answer.route.clone();
        attributes.extend(route.map(|route| KeyValue::new("http.route", route)));
        attributes.extend(answer.error.map(|error| KeyValue::new("error.type", error)));
        self.request_duration.record(took.as_secs_f64(), &attributes);
    }

    /// A call waited so long for a thread that evaluates it, in the `small` or the `large` lane.
    pub fn queued(&self, lane: &'static str, waited: Duration) {
        self.queue_duration
            .record(waited.as_secs_f64(), &[KeyValue::new("cds.queue.lane", lane)]);
    }

    /// A registered server was asked.
    pub fn asked(&self, call: &HttpCall<'_>, took: Duration) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", call.method),
            KeyValue::new("server.address", call.host.to_owned()),
            KeyValue::new("server.port", i64::from(call.port)),
        ];
        let status = call.status.map(i64::from);
        attributes.extend(status.map(|status| KeyValue::new("http.response.status_code", status)));
        attributes.extend(call.error.map(|error| KeyValue::new("error.type", error)));
        self.client_duration.record(took.as_secs_f64(), &attributes);
    }

    /// A call that asked for advice is over.
    pub fn asked_for(&self, asked: &Asked, took: Duration) {
        let mut attributes = asked.whose.attributes();
        self.asked_duration.record(took.as_secs_f64(), &attributes);
        attributes.push(KeyValue::new("cds.outcome", asked.outcome));
        attributes.push(KeyValue::new("cds.advice", asked.got.word()));
        self.asked.add(1, &attributes);
    }

    /// A hook call came to `outcome`: `cards`, `none` or the code of an error.
    pub fn called(&self, service: &'static str, hook: &'static str, outcome: &'static str) {
        let attributes = [
            KeyValue::new("cds.service", service),
            KeyValue::new("cds.hook", hook),
            KeyValue::new("cds.outcome", outcome),
        ];
        self.calls.add(1, &attributes);
    }

    /// A hook call took so long, without what FHIR servers took of it.
    pub fn took(&self, service: &'static str, own: Duration) {
        self.own_duration
            .record(own.as_secs_f64(), &[KeyValue::new("cds.service", service)]);
    }

    /// A card of this kind was sent.
    pub fn card(&self, kind: &'static str, indicator: &'static str) {
        let attributes = [
            KeyValue::new("cds.card.kind", kind),
            KeyValue::new("cds.card.indicator", indicator),
        ];
        self.cards.add(1, &attributes);
    }

    /// An option came to this verdict.
    pub fn verdict(&self, option: &str, verdict: &'static str) {
        let attributes = [
            KeyValue::new("cds.option", option.to_owned()),
            KeyValue::new("cds.verdict", verdict),
        ];
        self.verdicts.add(1, &attributes);
    }

    /// So many facts of a chart were looked at.
    pub fn facts_read(&self, facts: usize) {
        self.facts_read.add(facts as u64, &[]);
    }

    /// A fact stayed unknown, for a reason of a closed list.
    pub fn fact_unknown(&self, fact: &'static str, reason: &'static str) {
        let attributes = [
            KeyValue::new("cds.fact", fact),
            KeyValue::new("cds.reason", reason),
        ];
        self.facts_unknown.add(1, &attributes);
    }

    /// The records under a prefetch key came from `source`: `prefetch`, `fetch` or `missing`.
    pub fn data(&self, key: &str, source: &'static str) {
        let attributes = [
            KeyValue::new("cds.data.key", key.to_owned()),
            KeyValue::new("cds.data.source", source),
        ];
        self.data.add(1, &attributes);
    }

    /// A query to a FHIR server ended: `complete`, or the word for why something is missing.
    pub fn fetched(&self, key: &str, outcome: &'static str, whose: &Whose) {
        let mut attributes = whose.attributes();
        attributes.push(KeyValue::new("cds.data.key", key.to_owned()));
        attributes.push(KeyValue::new("cds.fhir.outcome", outcome));
        self.fetches.add(1, &attributes);
    }

    /// A token was refused.
    pub fn refused(&self, reason: Denied, whose: &Whose) {
        let mut attributes = whose.attributes();
        attributes.push(KeyValue::new("cds.token.reason", reason.word()));
        self.tokens_refused.add(1, &attributes);
    }

    /// A deadline was over.
    pub fn deadline(&self, deadline: Deadline) {
        self.count_deadline(deadline, 1);
    }

    fn count_deadline(&self, deadline: Deadline, times: u64) {
        let word = match deadline {
            Deadline::Request => "request",
            Deadline::Fhir => "fhir",
        };
        self.deadlines.add(times, &[KeyValue::new("cds.deadline", word)]);
    }

    /// What an error of a request counts as, beside its call.
    pub fn failed(&self, code: ErrorCode) {
        match code {
            ErrorCode::Overloaded => self.shed.add(1, &[]),
            ErrorCode::DeadlineExceeded => self.deadline(Deadline::Request),
            _ => {}
        }
    }

    /// A handler panicked.
    pub fn panicked(&self) {
        self.panics.add(1, &[]);
    }

    /// Feedback on a card of this kind was kept: `accepted` or `overridden`.
    pub fn feedback(&self, kind: impl Into<Value>, outcome: &'static str) {
        let attributes = [
            KeyValue::new("cds.card.kind", kind),
            KeyValue::new("cds.feedback.outcome", outcome),
        ];
        self.feedback.add(1, &attributes);
    }

    /// Feedback was not kept, for a reason of a closed list.
    pub fn feedback_refused(&self, reason: &'static str) {
        self.feedback_refused
            .add(1, &[KeyValue::new("cds.feedback.reason", reason)]);
    }

    /// An audit record was not written.
    pub fn audit_failed(&self, records: usize) {
        self.audit_failures.add(records as u64, &[]);
    }

    /// So many records were refused by who is to have them, and put aside.
    pub fn audit_refused(&self, feed: &'static str, records: u64) {
        self.audit_refused
            .add(records, &[KeyValue::new("cds.audit.feed", feed)]);
    }

    pub(super) fn dropped(&self, signal: Signal, items: usize) {
        let attributes = [KeyValue::new("cds.telemetry.signal", signal.word())];
        self.dropped.add(items as u64, &attributes);
    }

    /// Knowledge of this version and hash is loaded.
    pub fn knowledge(&self, version: &str, hash: &str) {
        let attributes = [
            KeyValue::new("cds.knowledge.version", version.to_owned()),
            KeyValue::new("cds.knowledge.hash", hash.to_owned()),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ];
        self.knowledge.record(1, &attributes);
    }
}

/// Measures the store whenever metrics are read, for as long as it is there.
pub(super) fn watch_store(
    meter: &Meter,
    failures: impl Fn() -> Vec<(&'static str, u64)> + Send + Sync + 'static,
    up: impl Fn() -> Option<bool> + Send + Sync + 'static,
) {
    meter
        .u64_observable_counter("cds.store.failures")
        .with_description("Operations of the store that failed.")
        .with_callback(move |observer| {
            for (operation, failures) in failures() {
                observer.observe(failures, &[KeyValue::new("cds.store.operation", operation)]);
            }
        })
        .build();
    meter
        .u64_observable_gauge("cds.store.up")
        .with_description("1 while the store answers.")
        .with_callback(move |observer| {
            if let Some(up) = up() {
                observer.observe(u64::from(up), &[]);
            }
        })
        .build();
}

/// Reads something whenever metrics are read, for what no call tells while none comes.
pub(super) fn gauge(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    about: &'static str,
    read: impl Fn() -> Vec<Reading> + Send + Sync + 'static,
) {
    meter
        .f64_observable_gauge(name)
        .with_unit(unit)
        .with_description(about)
        .with_callback(move |observer| {
            for reading in read() {
                observer.observe(reading.value, &reading.attributes);
            }
        })
        .build();
}
