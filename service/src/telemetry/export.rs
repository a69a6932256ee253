//! Export by OTLP: bounded queues, one thread of its own for the network, and a count of everything that got lost.
//!
//! A request never waits for the collector: what does not fit into a queue is dropped and counted.

use super::metrics::{Metrics, Signal};
use super::request_id::RequestId;
use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{LogRecord, Severity};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{
    BatchConfigBuilder as LogBatches, BatchLogProcessor, LogBatch, LogProcessor, SdkLogRecord,
};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, Temporality};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder as SpanBatches, BatchSpanProcessor, Span, SpanData, SpanProcessor,
};
use reqwest::redirect;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Handle};

/// Spans, and log records, that may wait at the same time; about a megabyte each.
const QUEUE: usize = 2048;
/// For one request to the collector. The queue fills meanwhile and then drops.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What makes exporters.
pub(super) struct Exporters {
    endpoint: String,
    client: Client,
    tally: Tally,
}

impl Exporters {
    pub(super) fn new(endpoint: &str) -> Result<Self, String> {
        Ok(Self {
            endpoint: endpoint.to_owned(),
            client: Client::new()?,
            tally: Tally::default(),
        })
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally.clone()
    }

    pub(super) fn spans(&self) -> Result<impl SpanProcessor + use<>, String> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(self.client.clone())
            .with_endpoint(self.address(Signal::Traces))
            .build()
            .map_err(|error| error.to_string())?;
        let queue = self.queue(Signal::Traces);
        let counted = Counted {
            exporter,
            queue: queue.clone(),
        };
        let batches = SpanBatches::default().with_max_queue_size(QUEUE).build();
        let processor = BatchSpanProcessor::builder(counted)
            .with_batch_config(batches)
            .build();
        Ok(Bounded { processor, queue })
    }

    pub(super) fn logs(&self) -> Result<impl LogProcessor + use<>, String> {
        let exporter = LogExporter::builder()
            .with_http()
            .with_http_client(self.client.clone())
            .with_endpoint(self.address(Signal::Logs))
            .build()
            .map_err(|error| error.to_string())?;
        let queue = self.queue(Signal::Logs);
        let counted = Counted {
            exporter,
            queue: queue.clone(),
        };
        let batches = LogBatches::default().with_max_queue_size(QUEUE).build();
        let processor = BatchLogProcessor::builder(counted)
            .with_batch_config(batches)
            .build();
        Ok(Bounded { processor, queue })
    }

    pub(super) fn metrics(&self) -> Result<PeriodicReader<impl PushMetricExporter + use<>>, String> {
        let exporter = MetricExporter::builder()
            .with_http()
            .with_http_client(self.client.clone())
            .with_endpoint(self.address(Signal::Metrics))
            .build()
            .map_err(|error| error.to_string())?;
        let queue = self.queue(Signal::Metrics);
        Ok(PeriodicReader::builder(Counted { exporter, queue }).build())
    }

    fn address(&self, signal: Signal) -> String {
        format!("{}/v1/{}", self.endpoint, signal.word())
    }

    fn queue(&self, signal: Signal) -> Queue {
        Queue {
            signal,
            waiting: Arc::default(),
            tally: self.tally.clone(),
        }
    }
}

/// Where losses are counted, as soon as there are instruments, which need the exporters first.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<OnceLock<Arc<Metrics>>>);

impl Tally {
    pub(super) fn report_to(&self, metrics: &Arc<Metrics>) {
        // There is one telemetry for each set of exporters.
        let _ = self.0.set(Arc::clone(metrics));
    }
}

/// How many items of a signal wait or are under way.
#[derive(Debug, Clone)]
struct Queue {
    signal: Signal,
    waiting: Arc<AtomicUsize>,
    tally: Tally,
}

impl Queue {
    /// Room for one more, or a loss.
    fn admits(&self) -> bool {
        let room = self.waiting.fetch_add(1, Ordering::Relaxed) < QUEUE;
        if !room {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.lost(1);
        }
        room
    }

    fn settled(&self, items: usize, result: &OTelSdkResult) {
        self.waiting.fetch_sub(items, Ordering::Relaxed);
        if result.is_err() {
            self.lost(items);
        }
    }

    fn lost(&self, items: usize) {
        if let Some(metrics) = self.tally.0.get() {
            metrics.dropped(self.signal, items);
        }
    }
}

/// A processor with a queue that says when it is full; its own, of the same length, only writes that down at the end.
#[derive(Debug)]
struct Bounded<P> {
    processor: P,
    queue: Queue,
}

impl<P: SpanProcessor> SpanProcessor for Bounded<P> {
    fn on_start(&self, span: &mut Span, context: &opentelemetry::Context) {
        self.processor.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.queue.admits() {
            self.processor.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.processor.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.processor.set_resource(resource);
    }
}

impl<P: LogProcessor> LogProcessor for Bounded<P> {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if !self.queue.admits() {
            return;
        }
        if let Some(id) = RequestId::current() {
            record.add_attribute("request_id", id);
        }
        self.processor.emit(record, scope);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.processor.shutdown_with_timeout(timeout)
    }

    fn event_enabled(&self, level: Severity, target: &str, name: Option<&str>) -> bool {
        self.processor.event_enabled(level, target, name)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.processor.set_resource(resource);
    }
}

/// An exporter that says what became of each batch.
#[derive(Debug)]
struct Counted<E> {
    exporter: E,
    queue: Queue,
}

impl<E: opentelemetry_sdk::trace::SpanExporter> opentelemetry_sdk::trace::SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let items = batch.len();
        let result = self.exporter.export(batch).await;
        self.queue.settled(items, &result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: opentelemetry_sdk::logs::LogExporter> opentelemetry_sdk::logs::LogExporter for Counted<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let items = batch.iter().count();
        let result = self.exporter.export(batch).await;
        self.queue.settled(items, &result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Counted<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let result = self.exporter.export(metrics).await;
        if result.is_err() {
            self.queue.lost(1);
        }
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

/// The HTTP client of the exporters, on a runtime of its own: the threads that export have none, and those that answer
/// requests should not work for the collector.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

impl Client {
    fn new() -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("otlp".to_owned())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .map_err(|error| error.to_string())?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("pnet-cds/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .map_err(|_| "`telemetry.otlp_endpoint`: the TLS library could not be set up".to_owned())?;
        Ok(Self {
            http,
            runtime: handle,
        })
    }
}

impl HttpClient for Client {
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move { http.send_bytes(request).await });
        Box::pin(async move { sent.await? })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
