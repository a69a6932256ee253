//! A span around a piece of work: made by hand, with a name and attributes that are ours.

use super::service::Telemetry;
use opentelemetry::context::{FutureExt, WithContext};
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue, Value};

/// A span that ends when it is dropped; nothing outside a request.
#[derive(Debug)]
pub struct Span(Context);

/// Starts a span under the current one.
pub fn start_span(name: &'static str, kind: SpanKind) -> Span {
    let current = Context::current();
    let Some(telemetry) = current.get::<Telemetry>() else {
        return Span(current);
    };
    let tracer = telemetry.tracer();
    let builder = tracer.span_builder(name).with_kind(kind);
    let span = tracer.build_with_context(builder, &current);
    Span(current.with_span(span))
}

/// Does something inside a span.
pub fn in_span<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let span = start_span(name, SpanKind::Internal);
    let _entered = span.0.clone().attach();
    work()
}

impl Span {
    /// Sets an attribute.
    pub fn set(&self, key: &'static str, value: impl Into<Value>) {
        self.0.span().set_attribute(KeyValue::new(key, value));
    }

    /// Marks it as failed, with one of our words.
    pub fn fail(&self, error: &'static str) {
        self.set("error.type", error);
        self.0.span().set_status(Status::error(error));
    }

    /// The future with this span as the current one.
    pub fn around<F: Future>(&self, work: F) -> WithContext<F> {
        work.with_context(self.0.clone())
    }

    /// The telemetry of the request that it is of.
    pub(super) fn telemetry(&self) -> Option<&Telemetry> {
        self.0.get()
    }

    /// Its place in the trace as the value of a `traceparent` header; nothing outside a request.
    pub fn traceparent(&self) -> Option<String> {
        let span = self.0.span();
        let place = span.span_context();
        place.is_valid().then(|| {
            let (trace, span, flags) = (place.trace_id(), place.span_id(), place.trace_flags());
            format!("00-{trace}-{span}-{:02x}", flags.to_u8() & 1)
        })
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.telemetry().is_some() {
            self.0.span().end();
        }
    }
}
