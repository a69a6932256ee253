//! The settings of the audit, `[audit]`.

use std::path::PathBuf;

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// Where records go.
    pub sink: SinkSetting,
    /// What happens if they cannot.
    pub mode: AuditMode,
    /// Whether each record has a hash over itself and the one before it.
    pub chain: bool,
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkSetting {
    /// Nowhere.
    Off,
    /// Standard output, which then holds nothing else.
    Stdout,
    /// The end of this file.
    File(PathBuf),
}

impl SinkSetting {
    /// `off`, `stdout` or `file:` and a path.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("file:")) {
            ("off", _) => Ok(Self::Off),
            ("stdout", _) => Ok(Self::Stdout),
            (_, Some(path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(format!(
                "expected \"off\", \"stdout\" or \"file:/path\", found `{text}`"
            )),
        }
    }
}

/// What happens if a record cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMode {
    /// No record, no answer: 503.
    Required,
    /// The answer goes out; the loss is counted and logged.
    BestEffort,
}

impl AuditMode {
    /// The mode with this name.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "required" => Ok(Self::Required),
            "best-effort" => Ok(Self::BestEffort),
            other => Err(format!(
                "expected \"required\" or \"best-effort\", found `{other}`"
            )),
        }
    }
}
