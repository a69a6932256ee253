//! The telemetry of one service: its instruments, and the providers that send what they measure.

use super::asked::Reading;
use super::export::Exporters;
use super::metrics::{self, Metrics};
use crate::settings::TelemetrySettings;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use prometheus::{Registry, TextEncoder};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The instrumentation scope.
const SCOPE: &str = env!("CARGO_PKG_NAME");

/// The telemetry of one service; clones are the same one.
#[derive(Clone)]
pub struct Telemetry(Arc<Parts>);

struct Parts {
    metrics: Arc<Metrics>,
    registry: Registry,
    tracer: SdkTracer,
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
    loggers: Option<SdkLoggerProvider>,
}

impl Telemetry {
    /// Telemetry as set. Without a collector there are metrics to be scraped, and ids that join log lines.
    ///
    /// # Errors
    /// What is wrong with the exporters, such as a header in `OTEL_EXPORTER_OTLP_HEADERS`.
    pub fn new(settings: &TelemetrySettings) -> Result<Self, String> {
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let registry = Registry::new();
        let scrape = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .build()
            .map_err(|error| error.to_string())?;
        let meters = SdkMeterProvider::builder()
            .with_resource(resource.clone())
            .with_reader(scrape);
        let tracers = SdkTracerProvider::builder().with_resource(resource.clone());
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(Self::of(
                registry,
                tracers.with_sampler(Sampler::AlwaysOff).build(),
                meters.build(),
                None,
            ));
        };
        let exporters = Exporters::new(endpoint)?;
        let tally = exporters.tally();
        let telemetry = Self::of(
            registry,
            tracers.with_span_processor(exporters.spans()?).build(),
            meters.with_reader(exporters.metrics()?).build(),
            Some(
                SdkLoggerProvider::builder()
                    .with_resource(resource)
                    .with_log_processor(exporters.logs()?)
                    .build(),
            ),
        );
        tally.report_to(&telemetry.0.metrics);
        Ok(telemetry)
    }

    fn of(
        registry: Registry,
        tracers: SdkTracerProvider,
        meters: SdkMeterProvider,
        loggers: Option<SdkLoggerProvider>,
    ) -> Self {
        Self(Arc::new(Parts {
            metrics: Arc::new(Metrics::new(&meters.meter(SCOPE))),
            registry,
            tracer: tracers.tracer(SCOPE),
            tracers,
            meters,
            loggers,
        }))
    }

    /// The telemetry of the request that is being answered; none elsewhere.
    pub fn current() -> Option<Self> {
        Context::map_current(|context| context.get::<Self>().cloned())
    }

    /// The instruments.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Shows a store from now on: how often each of its operations has failed, and whether it is up; nothing once they
    /// say nothing.
    pub(crate) fn watch_store(
        &self,
        failures: impl Fn() -> Vec<(&'static str, u64)> + Send + Sync + 'static,
        up: impl Fn() -> Option<bool> + Send + Sync + 'static,
    ) {
        metrics::watch_store(&self.0.meters.meter(SCOPE), failures, up);
    }

    /// Shows from now on what this reads; nothing once it reads nothing.
    pub(crate) fn gauge(
        &self,
        name: &'static str,
        unit: &'static str,
        about: &'static str,
        read: impl Fn() -> Vec<Reading> + Send + Sync + 'static,
    ) {
        metrics::gauge(&self.0.meters.meter(SCOPE), name, unit, about, read);
    }

    /// What a scrape gets, in the text format of Prometheus.
    ///
    /// # Errors
    /// If two metrics share a name.
    pub fn scraped(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.0.registry.gather())
    }

    pub(crate) fn tracer(&self) -> &SdkTracer {
        &self.0.tracer
    }

    pub(super) fn loggers(&self) -> Option<&SdkLoggerProvider> {
        self.0.loggers.as_ref()
    }

    /// Sends what is still queued and stops, within `limit` whatever the collector does; a span or a line after that is
    /// lost. `false` if the collector did not take everything in time.
    pub fn shut_down(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let (done, ended) = mpsc::channel();
        let end = |flush: Box<dyn FnOnce(&Parts) -> bool + Send>| {
            let (done, parts) = (done.clone(), Arc::clone(&self.0));
            std::thread::spawn(move || done.send(flush(&parts)));
        };
        end(Box::new(move |parts| {
            parts.tracers.shutdown_with_timeout(limit).is_ok()
        }));
        end(Box::new(move |parts| {
            parts.meters.shutdown_with_timeout(limit).is_ok()
        }));
        end(Box::new(move |parts| {
            let loggers = parts.loggers.as_ref();
            loggers.is_none_or(|loggers| loggers.shutdown_with_timeout(limit).is_ok())
        }));
        let one = |_| ended.recv_timeout(until.saturating_duration_since(Instant::now()));
        (0..3).map(one).filter(|flushed| *flushed == Ok(true)).count() == 3
    }
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}
