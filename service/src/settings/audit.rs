//! The settings of the audit, `[audit]`.

use crate::address::AllowedBase;
use std::fmt;
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
    /// The repository that gets each record too, by HTTP.
    pub atna: Option<AllowedBase>,
    /// The receiver that gets each record too, by syslog over TLS.
    pub syslog: Option<SyslogAddress>,
    /// Where records wait until those two have them.
    pub spool_dir: Option<PathBuf>,
    /// How many bytes may wait for each of them.
    pub spool_max: usize,
    /// Certificates (PEM) that are trusted for both, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The certificate and the key by which the service shows itself to both, PEM.
    pub tls_cert: Option<PathBuf>,
    /// Its key.
    pub tls_key: Option<PathBuf>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            sink: SinkSetting::Off,
            mode: AuditMode::Required,
            chain: false,
            atna: None,
            syslog: None,
            spool_dir: None,
            spool_max: 1 << 30,
            ca_file: None,
            tls_cert: None,
            tls_key: None,
        }
    }
}

impl AuditSettings {
    /// What has to hold between them.
    pub(super) fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let is_fed = self.atna.is_some() || self.syslog.is_some();
        let set = if self.atna.is_some() {
            "audit.atna.url"
        } else {
            "audit.syslog.address"
        };
        let rules = [
            (
                is_fed && self.spool_dir.is_none(),
                set,
                "`audit.spool.dir` is missing: records wait there until they are taken",
            ),
            (
                self.tls_cert.is_some() != self.tls_key.is_some(),
                "audit.tls.cert",
                "`audit.tls.cert` and `audit.tls.key` go together",
            ),
        ];
        let broken = rules.into_iter().filter(|(holds, ..)| *holds);
        broken.map(|(_, key, what)| (key, what)).collect()
    }
}

/// A receiver of syslog over TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyslogAddress {
    /// Its name, which its certificate has to have, or its IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl SyslogAddress {
    /// The port of syslog over TLS (RFC 5425, 4.1).
    const PORT: u16 = 6514;

    /// A host with or without its port.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wanted =
            || format!("expected a host and a port, such as \"siem.example.org:6514\", found `{text}`");
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or_else(wanted)?)),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_plain) {
            return Err(wanted());
        }
        let port = match port {
            None => Self::PORT,
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(wanted)?,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for SyslogAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_syslog_has_a_host_and_may_have_a_port() {
        for (text, shown) in [
            ("siem.example.org", "siem.example.org:6514"),
            ("siem.example.org:514", "siem.example.org:514"),
            ("10.1.2.3:6514", "10.1.2.3:6514"),
            ("[fd12::9]", "[fd12::9]:6514"),
            ("[fd12::9]:7000", "[fd12::9]:7000"),
        ] {
            assert_eq!(SyslogAddress::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in [
            "",
            ":6514",
            "host:",
            "host:0",
            "host:99999",
            "tls://host",
            "a b",
            "[::1]6514",
            "a@b",
        ] {
            assert!(SyslogAddress::parse(text).is_err(), "{text}");
        }
    }
}
