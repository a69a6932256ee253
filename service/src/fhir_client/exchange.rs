//! Single exchanges beside the records: what a registered server says of its authorization server, tokens and keys.
//!
//! They go the same way as queries: no redirect, no proxy, addresses checked when connecting, bytes counted on arrival.

use super::query::Query;
use super::token::BearerToken;
use super::transport;
use super::{FhirClient, Why};
use crate::address::{AllowedBase, InvalidBase};
use crate::telemetry::Outgoing;
use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use std::net::IpAddr;
use std::time::Instant;

/// An address that a registered server names and that may be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(pub(super) Url);

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
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes, not looked at.
    pub body: Vec<u8>,
}

/// What is read of the answer to a transaction.
const MOST_ANSWER: usize = 1 << 20;
const FHIR: &str = "application/fhir+json";

/// Why a transaction is not known to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWritten {
    /// Nothing of it is.
    Refused(Why),
    /// Perhaps it is: it went out, and no answer says so.
    Unknown(Why),
}

impl NotWritten {
    fn of(why: Why) -> Self {
        match why {
            Why::Dns
            | Why::AddressRefused
            | Why::Refused
            | Why::Tls
            | Why::Redirect
            | Why::TokenExpired
            | Why::TokenUnusable => Self::Refused(why),
            _ => Self::Unknown(why),
        }
    }
}

/// Whether it is the answer to a transaction of which every part was done.
fn is_written(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let done = |entry: &Value| {
        let status = entry.pointer("/response/status").and_then(Value::as_str);
        status.is_some_and(|status| status.starts_with('2'))
    };
    let entries = answer.get("entry").and_then(Value::as_array);
    answer.get("type").and_then(Value::as_str) == Some("transaction-response")
        && entries.is_some_and(|entries| !entries.is_empty() && entries.iter().all(done))
}

impl Endpoint {
    /// Whether it is on the server itself: scheme, host and port.
    pub fn is_on(&self, base: &AllowedBase) -> bool {
        self.0.origin() == base.root().origin()
    }
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
        let mut asking = Outgoing::begin(method, &endpoint.0);
        let exchanging = self.exchanged(endpoint, sent, limit);
        let answer = tokio::time::timeout_at(deadline.into(), exchanging).await;
        let answer = answer.unwrap_or(Err(Why::Timeout));
        let status = answer.as_ref().ok().map(|answer| answer.status);
        asking.ended(status, answer.as_ref().err().map(|why| why.code()));
        answer
    }

    /// Has a registered server write a transaction Bundle, all of it or nothing.
    ///
    /// # Errors
    /// [`NotWritten`]; where it is not known, what identifies the resources keeps a second try from writing them twice.
    pub async fn transact(
        &self,
        base: &AllowedBase,
        token: &BearerToken,
        bundle: String,
        deadline: Instant,
    ) -> Result<(), NotWritten> {
        let mut headers = HeaderMap::new();
        headers.insert(
            AUTHORIZATION,
            token.header(Instant::now()).map_err(NotWritten::Refused)?,
        );
        for (name, value) in [(ACCEPT, FHIR), (CONTENT_TYPE, FHIR)] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert("prefer", HeaderValue::from_static("return=minimal"));
        self.registered.add(base);
        let sent = Sent {
            form: Some(bundle.into_bytes()),
            headers,
        };
        let answer = self
            .exchange(&Endpoint(base.root()), sent, MOST_ANSWER, deadline)
            .await;
        let answer = answer.map_err(NotWritten::of)?;
        match answer.status {
            200..=299 if is_written(&answer.body) => Ok(()),
            200..=299 => Err(NotWritten::Unknown(Why::WrongType)),
            status @ 500.. => Err(NotWritten::Unknown(Why::of_status(status))),
            status => Err(NotWritten::Refused(Why::of_status(status))),
        }
    }

    /// Asks a query as a record system does that prefetches: once, as it is written, and for the first page.
    ///
    /// # Errors
    /// As [`FhirClient::exchange`].
    pub async fn first_page(
        &self,
        base: &AllowedBase,
        token: Option<&BearerToken>,
        query: &Query,
        limit: usize,
        deadline: Instant,
    ) -> Result<Exchanged, Why> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(FHIR))]);
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, token.header(Instant::now())?);
        }
        self.registered.add(base);
        let sent = Sent { form: None, headers };
        self.exchange(&Endpoint(query.address(base)), sent, limit, deadline)
            .await
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
        let response = answer.map_err(|error| transport::unsent(&error, secure))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Why::Redirect);
        }
        Ok(Exchanged {
            status: status.as_u16(),
            headers: response.headers().clone(),
            body: transport::body(response, limit, is_json).await?,
        })
    }
}

/// Whether a media type is one of JSON: keys have one of their own (RFC 7517, 8.5.2).
fn is_json(kind: Option<&str>) -> Result<(), Why> {
    let kind = kind
        .unwrap_or_default()
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
    use crate::settings::FhirSettings;

    #[test]
    fn only_an_answer_that_every_part_was_done_says_that_it_is_written() {
        let of = |status: &str, kind: &str| {
            format!(
                r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"response":{{"status":"201 Created"}}}},{{"response":{{"status":"{status}"}}}}]}}"#
            )
        };
        assert!(is_written(of("200 OK", "transaction-response").as_bytes()));
        for other in [
            of("412 Precondition Failed", "transaction-response"),
            of("200 OK", "searchset"),
            r#"{"resourceType":"Bundle","type":"transaction-response"}"#.to_owned(),
            r#"{"resourceType":"OperationOutcome"}"#.to_owned(),
            String::new(),
        ] {
            assert!(!is_written(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn every_media_type_of_json_is_taken() {
        for fine in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/jwk-set+json",
            "application/fhir+json",
        ] {
            assert_eq!(is_json(Some(fine)), Ok(()), "{fine}");
        }
        for (kind, why) in [
            ("", Why::NotJson),
            ("text/plain", Why::NotJson),
            ("text/html", Why::Html),
            ("application/jwt", Why::NotJson),
        ] {
            assert_eq!(is_json(Some(kind)), Err(why), "{kind}");
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
