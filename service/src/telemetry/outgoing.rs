//! A request to a registered server: its span, its duration, and what became of it, also if nobody waits any longer.

use super::metrics::HttpCall;
use super::span::{Span, start_span};
use opentelemetry::trace::SpanKind;
use reqwest::Url;
use std::time::Instant;

/// A request under way. Neither path nor query of the address is kept: they name a patient.
#[derive(Debug)]
pub struct Outgoing {
    span: Span,
    method: &'static str,
    host: String,
    port: u16,
    started: Instant,
    status: Option<u16>,
    error: Option<&'static str>,
}

impl Outgoing {
    /// A request that begins now, by `GET` or `POST`.
    pub fn begin(method: &'static str, url: &Url) -> Self {
        let span = start_span(method, SpanKind::Client);
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        span.set("http.request.method", method);
        span.set("server.address", host.clone());
        span.set("server.port", i64::from(port));
        Self {
            span,
            method,
            host,
            port,
            started: Instant::now(),
            status: None,
            // Whoever waited has given up, unless `ended` says otherwise.
            error: Some("timeout"),
        }
    }

    /// The value of `traceparent` to send.
    pub fn traceparent(&self) -> Option<String> {
        self.span.traceparent()
    }

    /// It ended, with this status, or without an answer; `error` is one of our words.
    pub fn ended(&mut self, status: Option<u16>, error: Option<&'static str>) {
        self.status = status;
        self.error = error;
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if let Some(status) = self.status {
            self.span.set("http.response.status_code", i64::from(status));
        }
        if let Some(error) = self.error {
            self.span.fail(error);
        }
        if let Some(telemetry) = self.span.telemetry() {
            let call = HttpCall {
                host: &self.host,
                port: self.port,
                method: self.method,
                status: self.status,
                error: self.error,
            };
            telemetry.metrics().asked(&call, self.started.elapsed());
        }
    }
}
