//! The log on standard error, as text or as one JSON object a line, and to the collector: events of our own crates only.

use super::request_id::RequestId;
use super::service::Telemetry;
use crate::settings::{LogFormat, TelemetrySettings};
use jiff::Timestamp;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use serde_json::{Map, Serializer, Value};
use std::fmt;
use std::io::{self, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context as LayerContext, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt as text};

/// The crates whose events are logged. Those of libraries are not: they log addresses, with the ids of patients in them.
const OURS: [&str; 3] = ["pnet_cds", "cds_cards", "fhir_profiles"];

/// Starts the log of the process; `colours` for a terminal. `false` if one was started before.
pub fn start_log(settings: &TelemetrySettings, telemetry: &Telemetry, colours: bool) -> bool {
    let ours = OURS.map(|name| (name, settings.log_level.0));
    let lines = match settings.log {
        LogFormat::Json => JsonLines.boxed(),
        LogFormat::Text => text::layer()
            // A log that cannot be written, on a full disk, must not end a request; reporting that would panic.
            .log_internal_errors(false)
            .with_writer(io::stderr)
            .with_target(false)
            .with_ansi(colours)
            .boxed(),
    };
    let collector = telemetry.loggers().map(OpenTelemetryTracingBridge::new);
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(collector)
        .with(Targets::new().with_targets(ours))
        .try_init();
    // A panic's message can hold chart data, so only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
    started.is_ok()
}

/// Writes each event as one line.
struct JsonLines;

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let line = json_line(event);
        // There is nobody to tell that standard error is closed.
        let _ = io::stderr().lock().write_all(&line);
    }
}

/// An event as a line of JSON, its end included.
pub fn json_line(event: &Event<'_>) -> Vec<u8> {
    let metadata = event.metadata();
    let mut line = head(metadata.level(), metadata.target());
    let mut set = |key: &str, value: Value| line.insert(key.to_owned(), value);
    if let Some(id) = RequestId::current() {
        set("request_id", id.into());
    }
    Context::map_current(|context| {
        let span = context.span();
        let place = span.span_context();
        if place.is_valid() {
            set("trace_id", place.trace_id().to_string().into());
            set("span_id", place.span_id().to_string().into());
        }
    });
    event.record(&mut Fields(&mut line));
    written(&line)
}

/// Lines that the program prints beside the log, each in the form of the log: as it is, or as a line of JSON.
pub fn beside_the_log(format: LogFormat, level: Level, text: &str) -> Vec<u8> {
    let one = |text: &str| match format {
        LogFormat::Text => format!("{text}\n").into_bytes(),
        LogFormat::Json => {
            let mut line = head(&level, env!("CARGO_CRATE_NAME"));
            line.insert("message".to_owned(), text.into());
            written(&line)
        }
    };
    text.lines().flat_map(one).collect()
}

/// What every line begins with.
fn head(level: &Level, target: &str) -> Map<String, Value> {
    let fields = [
        ("timestamp", Timestamp::now().to_string()),
        ("level", level.as_str().to_owned()),
        ("target", target.to_owned()),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let fields = fields.into_iter();
    fields
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}

/// The object on a line of its own.
fn written(line: &Map<String, Value>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Serializer::with_formatter(&mut bytes, Ascii(CompactFormatter));
    if line.serialize(&mut writer).is_err() {
        bytes.clear();
    }
    bytes.push(b'\n');
    bytes
}

/// Keeps the fields of an event; those that every line has are not replaced.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn keep(&mut self, field: &Field, value: Value) {
        self.0.entry(field.name()).or_insert(value);
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value.into());
    }
}

/// Compact JSON in which everything but printable ASCII is escaped: no program takes U+2028 for the end of a line, and no
/// terminal takes a text for a command.
struct Ascii(CompactFormatter);

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for part in fragment.split_inclusive(|c: char| !(' '..='~').contains(&c)) {
            let last = part.chars().next_back().filter(|c| !(' '..='~').contains(c));
            let plain = part.len() - last.map_or(0, char::len_utf8);
            writer.write_all(part.as_bytes().get(..plain).unwrap_or_default())?;
            if let Some(last) = last {
                for unit in last.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }
}
