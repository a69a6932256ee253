//! Fetching a key set from a registered address: in time, small, and from there only.

use super::keys::{InvalidKeySet, KeySet, MAX_BYTES};
use crate::files;
use reqwest::header::ACCEPT;
use reqwest::{Certificate, Client, StatusCode, redirect, retry};
use std::path::Path;
use std::time::Duration;

/// For the whole fetch.
const DEADLINE: Duration = Duration::from_secs(2);

/// Why a key set could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FetchFault {
    TimedOut,
    Unreachable,
    Status(StatusCode),
    Invalid(InvalidKeySet),
}

impl FetchFault {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Status(_) => "status",
            Self::Invalid(invalid) => invalid.word(),
        }
    }

    pub(super) fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.as_u16()),
            _ => None,
        }
    }
}

impl From<reqwest::Error> for FetchFault {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Unreachable
        }
    }
}

/// The HTTP client for key servers: no redirects, no proxy, no retries.
pub(super) fn client(ca_file: Option<&Path>) -> Result<Client, String> {
    let builder = || {
        Client::builder()
            .user_agent(concat!("pnet-cds/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .timeout(DEADLINE)
    };
    let Some(file) = ca_file else {
        // A machine without certificates can still read key files; every key server with TLS will fail.
        return builder()
            .build()
            .or_else(|_| builder().tls_certs_only([]).build())
            .map_err(|_| "the TLS library could not be set up".to_owned());
    };
    let fault = |what: String| format!("`auth.ca_file`: {}: {what}", file.display());
    let pem = files::bytes(file, files::SMALL).map_err(|error| fault(error.to_string()))?;
    let no_certificate = || fault("no certificate in PEM form".to_owned());
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| no_certificate())?;
    if certificates.is_empty() {
        return Err(no_certificate());
    }
    builder()
        .tls_certs_merge(certificates)
        .build()
        .map_err(|_| no_certificate())
}

/// Fetches a key set; its text comes with it.
pub(super) async fn key_set(http: &Client, url: &str) -> Result<(KeySet, String), FetchFault> {
    let mut response = http.get(url).header(ACCEPT, "application/json").send().await?;
    if response.status() != StatusCode::OK {
        return Err(FetchFault::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > MAX_BYTES.saturating_sub(body.len()) {
            return Err(FetchFault::Invalid(InvalidKeySet::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    let keys = KeySet::parse(&body).map_err(FetchFault::Invalid)?;
    Ok((keys, String::from_utf8_lossy(&body).into_owned()))
}
