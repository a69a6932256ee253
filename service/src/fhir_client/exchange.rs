//! Single exchanges beside the records: what a registered server says of its authorization server, tokens and keys.
//!
//! They go the same way as queries: no redirect, no proxy, addresses checked when connecting, bytes counted on arrival.

use super::base::{AllowedBase, InvalidBase};
use super::transport;
use super::{FhirClient, Why};
use crate::telemetry::Asking;
use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use std::net::IpAddr;
use std::time::Instant;

/// An address that a registered server names and that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// What is sent: a form with its headers, or nothing.
#[derive(Default)]
pub struct Sent {
    /// The form; without one the address is read.
    pub form: Option<Vec<u8>>,
    /// Headers of it.
    pub headers: HeaderMap,
}

/// JSON that came back, with its status.
pub struct Exchanged {
    /// The HTTP status.
    pub status: u16,
    /// The bytes, not looked at.
    pub body: Vec<u8>,
}

impl FhirClient {
    /// An address below a registered server, such as `.well-known/smart-configuration`; the path must not need escaping.
    pub fn below(&self, base: &AllowedBase, path: &str) -> Endpoint {
        self.registered.add(base);
        Endpoint(base.join(path))
    }

    /// An address that the description of a registered server names. On the server's own host it may be anything; elsewhere
    /// it is `https` to a name that leads to public addresses or to the networks registered with the server: no number and
    /// not this machine, since whoever writes the description would choose what is asked from inside.
    ///
    /// # Errors
    /// [`InvalidBase`] if it may not be connected to.
    pub fn endpoint(&self, base: &AllowedBase, text: &str) -> Result<Endpoint, InvalidBase> {
        let networks = if is_here(base.host()) {
            &[]
        } else {
            base.networks()
        };
        let named = AllowedBase::parse(text, networks)?;
        if named.host() != base.host() && is_here(named.host()) {
            return Err(InvalidBase::Address);
        }
        let url = Url::parse(text).map_err(|_| InvalidBase::NotPlain)?;
        self.registered.add(&named);
        Ok(Endpoint(url))
    }

    /// Sends one request and reads JSON of up to so many bytes.
    ///
    /// # Errors
    /// [`Why`] there is no answer that could be used; a status other than 200 comes back with what it says.
    pub async fn exchange(
        &self,
        endpoint: &Endpoint,
        sent: Sent,
        limit: usize,
        deadline: Instant,
    ) -> Result<Exchanged, Why> {
        let method = if sent.form.is_none() { "GET" } else { "POST" };
        let mut asking = Asking::begin(method, &endpoint.0);
        let exchanging = self.exchanged(endpoint, sent, limit);
        let answer = tokio::time::timeout_at(deadline.into(), exchanging).await;
        let answer = answer.unwrap_or(Err(Why::Timeout));
        let status = answer.as_ref().ok().map(|answer| answer.status);
        asking.ended(status, answer.as_ref().err().map(|why| why.code()));
        answer
    }

    async fn exchanged(&self, endpoint: &Endpoint, sent: Sent, limit: usize) -> Result<Exchanged, Why> {
        let url = endpoint.0.clone();
        let request = match sent.form {
            None => self.http.get(url),
            Some(form) => self.http.post(url).body(form),
        };
        let request = request.header(ACCEPT, "application/json").headers(sent.headers);
        let secure = endpoint.0.scheme() == "https";
        let answer = request.send().await;
        let mut response = answer.map_err(|error| transport::unsent(&error, secure))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Why::Redirect);
        }
        let header = |name| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap_or("?"))
        };
        if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Err(Why::Encoded);
        }
        is_json(header(CONTENT_TYPE).unwrap_or_default())?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Why::Truncated)? {
            if chunk.len() > limit.saturating_sub(body.len()) {
                return Err(Why::ByteCap);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Exchanged {
            status: status.as_u16(),
            body,
        })
    }
}

/// Whether a media type is one of JSON: keys have one of their own (RFC 7517, 8.5.2).
fn is_json(kind: &str) -> Result<(), Why> {
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        "text/html" | "application/xhtml+xml" => Err(Why::Html),
        "application/json" => Ok(()),
        kind if kind.starts_with("application/") && kind.ends_with("+json") => Ok(()),
        _ => Err(Why::NotJson),
    }
}

/// Whether a host is a number or this machine's own name.
fn is_here(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir_client::FhirSettings;

    #[test]
    fn every_media_type_of_json_is_taken() {
        for fine in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/jwk-set+json",
            "application/fhir+json",
        ] {
            assert_eq!(is_json(fine), Ok(()), "{fine}");
        }
        for (kind, why) in [
            ("", Why::NotJson),
            ("text/plain", Why::NotJson),
            ("text/html", Why::Html),
            ("application/jwt", Why::NotJson),
        ] {
            assert_eq!(is_json(kind), Err(why), "{kind}");
        }
    }

    #[test]
    fn a_description_leads_to_its_own_host_or_to_public_names() {
        let client = FhirClient::new(&FhirSettings::default()).unwrap();
        let of = |base: &str, text: &str| {
            let base = AllowedBase::parse(base, &[]).unwrap();
            client
                .endpoint(&base, text)
                .map(|endpoint| endpoint.0.to_string())
        };
        let ehr = "https://fhir.example.org/r4";
        for fine in [
            "https://fhir.example.org/token",
            "https://login.example.org/oauth2/token/",
        ] {
            assert_eq!(of(ehr, fine).unwrap(), fine);
        }
        for wrong in [
            "http://login.example.org/token",
            "https://127.0.0.1/token",
            "http://127.0.0.1/token",
            "https://localhost/token",
            "https://x.localhost/token",
            "https://[::1]/token",
            "https://169.254.169.254/token",
            "https://10.0.0.1/token",
            "https://8.8.8.8/token",
            "https://login.example.org@evil.example/token",
            "https://login.example.org/a/../token",
            "file:///etc/passwd",
            "",
        ] {
            assert!(of(ehr, wrong).is_err(), "{wrong}");
        }
        let here = "http://127.0.0.1:8080/fhir";
        assert!(of(here, "http://127.0.0.1:8081/token").is_ok());
        assert!(of(here, "http://127.0.0.2:8081/token").is_err());
    }
}
