//! The settings of telemetry, `[telemetry]`.

use tracing::Level;

/// `[telemetry]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// The collector, without a slash at the end; nothing is exported without one.
    pub otlp_endpoint: Option<String>,
    /// `service.name`.
    pub service_name: String,
    /// Form of the log.
    pub log: LogFormat,
    /// What is logged.
    pub log_level: LogLevel,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            service_name: env!("CARGO_PKG_NAME").to_owned(),
            log: LogFormat::Text,
            log_level: LogLevel(Level::INFO),
        }
    }
}

/// Form of the log lines on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

/// The least severe level that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLevel(pub(crate) Level);

impl LogLevel {
    /// The level with this name.
    ///
    /// # Errors
    /// A sentence that names those there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        let level = match name {
            "error" => Level::ERROR,
            "warn" => Level::WARN,
            "info" => Level::INFO,
            "debug" => Level::DEBUG,
            "trace" => Level::TRACE,
            other => {
                return Err(format!(
                    "expected \"error\", \"warn\", \"info\", \"debug\" or \"trace\", found `{other}`"
                ));
            }
        };
        Ok(Self(level))
    }
}
