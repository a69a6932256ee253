//! Records to an audit record repository by HTTP: each is created as an AuditEvent (RESTful ATNA, ITI-20).

use super::peer::{Peer, Sent, Trouble};
use super::tls;
use crate::address::is_never_allowed;
use crate::settings::AuditSettings;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url, redirect, retry};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// For one record.
const DEADLINE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);
const FHIR: &str = "application/fhir+json";

/// The repository of the settings.
pub(super) struct Atna {
    url: Url,
    http: Client,
    runtime: Runtime,
    settings: AuditSettings,
}

impl Atna {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the files that TLS needs.
    pub(super) fn new(url: Url, settings: &AuditSettings) -> Result<Self, String> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            url,
            http: client(settings)?,
            runtime: runtime.map_err(|error| format!("`audit.atna.url`: {error}"))?,
            settings: settings.clone(),
        })
    }

    fn create(&self, record: &[u8]) -> Result<(), Trouble> {
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, FHIR)
            .header(ACCEPT, FHIR)
            .header("prefer", "return=minimal")
            .body(record.to_vec());
        let answer = self.runtime.block_on(async {
            let mut answer = request.send().await?;
            let status = answer.status().as_u16();
            // Read to its end, so that the connection serves the next record too; what it says is of no use.
            let mut length = 0;
            while let Some(part) = answer.chunk().await? {
                length += part.len();
                if length > 1 << 20 {
                    break;
                }
            }
            Ok::<_, reqwest::Error>(status)
        });
        match answer {
            Ok(200..=299) => Ok(()),
            // What it says of the record it will say tomorrow. All else is of the way, the account or the hour.
            Ok(status @ (400 | 413 | 422)) => Err(Trouble::Refused(status)),
            Ok(status) => Err(Trouble::Status(status)),
            Err(error) if error.is_timeout() => Err(Trouble::Failed("timeout")),
            Err(error) if error.is_connect() => Err(Trouble::Failed("not-connected")),
            Err(_) => Err(Trouble::Failed("disconnected")),
        }
    }
}

/// The name resolution of the system, without what no server of a site has.
struct Lookup;

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|at| !is_never_allowed(at.ip())).collect();
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// No redirects, no proxy, no retries of its own.
fn client(settings: &AuditSettings) -> Result<Client, String> {
    Client::builder()
        .user_agent(concat!("pnet-cds/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(DEADLINE)
        .dns_resolver(Arc::new(Lookup))
        .tls_backend_preconfigured(tls::config(settings)?)
        .build()
        .map_err(|_| "`audit.atna.url`: the TLS library could not be set up".to_owned())
}

impl Peer for Atna {
    fn send(&mut self, records: &[Vec<u8>]) -> Sent {
        for (taken, record) in records.iter().enumerate() {
            if let Err(trouble) = self.create(record) {
                return Sent {
                    taken,
                    trouble: Some(trouble),
                };
            }
        }
        Sent {
            taken: records.len(),
            trouble: None,
        }
    }

    fn renew(&mut self) {
        if let Ok(http) = client(&self.settings) {
            self.http = http;
        }
    }
}
