//! Records to a receiver of syslog: messages of RFC 5424, counted (RFC 5425) over TLS.
//!
//! The message is the record, a FHIR AuditEvent in JSON as everywhere else, without a byte order mark. Syslog has no answer
//! that says what was taken: so each lot goes over a connection of its own, and counts as taken once the receiver has
//! closed that too, which it does after reading to the end. A reset or silence is none, and the lot is sent again.

use super::peer::{Peer, Sent, Trouble};
use super::shape::NAME;
use super::tls;
use crate::address::is_never_allowed;
use crate::settings::{AuditSettings, SyslogAddress};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(3);
/// For each time that bytes go out or come in.
const PATIENCE: Duration = Duration::from_secs(10);
/// Facility 10 (security and authorization), severity 5 (notice), as ATNA has it.
const PRIORITY: u8 = 10 * 8 + 5;
/// What kind of message it is, as `IHE+RFC-3881` says it of the older form.
const KIND: &str = "FHIR+AuditEvent";

/// The receiver of the settings.
pub(super) struct Syslog {
    address: SyslogAddress,
    name: ServerName<'static>,
    config: Arc<ClientConfig>,
    settings: AuditSettings,
    /// What this machine is called.
    host: String,
}

impl Syslog {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with its name, or with the files that TLS needs.
    pub(super) fn new(address: &SyslogAddress, settings: &AuditSettings) -> Result<Self, String> {
        let name = ServerName::try_from(address.host.clone());
        Ok(Self {
            address: address.clone(),
            name: name.map_err(|_| "`audit.syslog.address`: expected the name of a host".to_owned())?,
            config: Arc::new(tls::config(settings)?),
            settings: settings.clone(),
            host: host(),
        })
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let mut refused = io::Error::from(ErrorKind::NotFound);
        for address in (self.address.host.as_str(), self.address.port).to_socket_addrs()? {
            if is_never_allowed(address.ip()) {
                continue;
            }
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => return Ok(stream),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn exchange(&self, bytes: &[u8]) -> Result<(), &'static str> {
        let stream = self.connect().map_err(|_| "not-connected")?;
        let set = stream
            .set_read_timeout(Some(PATIENCE))
            .and(stream.set_write_timeout(Some(PATIENCE)))
            .and(stream.set_nodelay(true));
        set.map_err(|_| "not-connected")?;
        let connection = ClientConnection::new(Arc::clone(&self.config), self.name.clone());
        let mut stream = StreamOwned::new(connection.map_err(|_| "tls")?, stream);
        stream.write_all(bytes).map_err(|error| why(&error))?;
        stream.conn.send_close_notify();
        stream.flush().map_err(|error| why(&error))?;
        let mut said = [0; 512];
        loop {
            match stream.read(&mut said) {
                Ok(0) => return Ok(()),
                // A receiver has nothing to say.
                Ok(_) => {}
                // Closed in order, without the last word of TLS; what was not read would have made it a reset.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(why(&error)),
            }
        }
    }
}

fn why(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidData => "tls",
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "timeout",
        _ => "disconnected",
    }
}

impl Peer for Syslog {
    fn send(&mut self, records: &[Vec<u8>]) -> Sent {
        let bytes: Vec<u8> = records
            .iter()
            .flat_map(|record| frame(record, &self.host))
            .collect();
        match self.exchange(&bytes) {
            Ok(()) => Sent {
                taken: records.len(),
                trouble: None,
            },
            Err(why) => Sent {
                taken: 0,
                trouble: Some(Trouble::Failed(why)),
            },
        }
    }

    fn renew(&mut self) {
        if let Ok(config) = tls::config(&self.settings) {
            self.config = Arc::new(config);
        }
    }
}

/// A record as a message, with its length before it.
fn frame(record: &[u8], host: &str) -> Vec<u8> {
    let read: Option<Value> = serde_json::from_slice(record).ok();
    let at = read.and_then(|read| read.get("recorded")?.as_str()?.parse::<Timestamp>().ok());
    // No more than six digits of a second (RFC 5424, 6.2.3).
    let at = at.map_or("-".to_owned(), |at| format!("{at:.6}"));
    let process = std::process::id();
    let head = format!("<{PRIORITY}>1 {at} {host} {NAME} {process} {KIND} - ");
    let length = head.len() + record.len();
    [format!("{length} {head}").as_bytes(), record].concat()
}

/// What this machine is called, where it says so.
fn host() -> String {
    let said = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let said = said.trim();
    let is_plain = !said.is_empty() && said.len() <= 255 && said.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain { said } else { "-" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_fields_of_the_standard_and_its_length_in_bytes() {
        let record = "{\"recorded\":\"2026-11-28T10:00:00.123456789Z\",\"text\":\"é\"}";
        let message = String::from_utf8(frame(record.as_bytes(), "pod-1")).unwrap();
        let (length, rest) = message.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), rest.len());
        let fields: Vec<&str> = rest.splitn(8, ' ').collect();
        let process = std::process::id().to_string();
        assert_eq!(
            fields,
            [
                "<85>1",
                "2026-11-28T10:00:00.123456Z",
                "pod-1",
                "pnet-cds",
                &process,
                "FHIR+AuditEvent",
                "-",
                record
            ]
        );
        assert!(
            String::from_utf8(frame(b"x", "-"))
                .unwrap()
                .contains("1 - - pnet-cds")
        );
    }
}
