//! One request and its answer: headers, status, and a body that is counted while it arrives.

use super::address::{Guard, NoAddress};
use super::answer;
use super::query::Target;
use super::settings::FhirSettings;
use super::why::Why;
use crate::telemetry::Asking;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::{Certificate, Response, StatusCode, redirect, retry};
use serde_json::value::RawValue;
use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

/// The pause before a retry that the server set no time for.
const PAUSE: Duration = Duration::from_millis(10);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);

/// Why the client cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// The file of `fhir.ca_file` cannot be read.
    Unreadable(ErrorKind),
    /// It holds no certificate.
    NoCertificate,
    /// The TLS library refused to start.
    Tls,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(kind) => write!(f, "`fhir.ca_file` cannot be read: {kind}"),
            Self::NoCertificate => f.write_str("`fhir.ca_file` holds no certificate in PEM form"),
            Self::Tls => f.write_str("the TLS library could not be set up"),
        }
    }
}

impl std::error::Error for SetupError {}

/// The HTTP client: no redirects, no proxy, no compression, no retries of its own.
pub(super) fn client(settings: &FhirSettings, guard: Guard) -> Result<reqwest::Client, SetupError> {
    let guard = Arc::new(guard);
    let builder = || {
        reqwest::Client::builder()
            .user_agent(concat!("pnet-cds/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::clone(&guard))
    };
    let Some(file) = &settings.ca_file else {
        // A machine without certificates can still use the demo; every server with TLS will fail.
        return builder()
            .build()
            .or_else(|_| builder().tls_certs_only([]).build())
            .map_err(|_| SetupError::Tls);
    };
    let pem = std::fs::read(file).map_err(|error| SetupError::Unreadable(error.kind()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| SetupError::NoCertificate)?;
    if certificates.is_empty() {
        return Err(SetupError::NoCertificate);
    }
    builder()
        .tls_certs_merge(certificates)
        .build()
        .map_err(|_| SetupError::NoCertificate)
}

/// A request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Why,
    /// After which pause it may be sent again; nothing if it may not.
    pub(super) again_after: Option<Duration>,
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self {
            why,
            again_after: None,
        }
    }
}

/// Sends one request and reads its answer, up to so many bytes.
///
/// The trace goes with it, as random ids in `traceparent`; `tracestate` and `baggage` may hold what others put there.
pub(super) async fn send(
    http: &reqwest::Client,
    target: &Target,
    search: bool,
    authorization: Option<HeaderValue>,
    limit: usize,
) -> Result<Box<RawValue>, Refusal> {
    let method = if target.form.is_none() { "GET" } else { "POST" };
    let mut asking = Asking::begin(method, &target.url);
    let mut request = match &target.form {
        None => http.get(target.url.clone()),
        Some(form) => http
            .post(target.url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.clone()),
    };
    request = request.header(ACCEPT, "application/fhir+json");
    if search {
        // A server that does not know a parameter shall say so rather than answer for everybody.
        request = request.header("prefer", "handling=strict");
    }
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    if let Some(traceparent) = asking.traceparent() {
        request = request.header("traceparent", traceparent);
    }
    let (status, received) = match request.send().await {
        Err(error) => (None, Err(unsent(&error, target))),
        Ok(response) => match response.status() {
            StatusCode::OK => (Some(200), receive(response, limit).await.map_err(Refusal::from)),
            status => {
                let refusal = refused(status, response.headers(), Timestamp::now());
                (Some(status.as_u16()), Err(refusal))
            }
        },
    };
    asking.ended(status, received.as_ref().err().map(|refusal| refusal.why.code()));
    received
}

async fn receive(mut response: Response, limit: usize) -> Result<Box<RawValue>, Why> {
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("?"))
    };
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Why::Encoded);
    }
    answer::check_content_type(header(CONTENT_TYPE))?;
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(Why::ByteCap);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Why::Truncated)? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Why::ByteCap);
        }
        body.extend_from_slice(&chunk);
    }
    answer::json(&body)
}

/// The reason for which a request had no answer; the message of the error quotes the address, so it is dropped.
fn unsent(error: &reqwest::Error, target: &Target) -> Refusal {
    let connecting = error.is_connect();
    let mut why = if connecting {
        Why::Refused
    } else {
        Why::Disconnected
    };
    if connecting && target.url.scheme() == "https" {
        why = Why::Tls;
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(no_address) = inner.downcast_ref::<NoAddress>() {
            why = match no_address {
                NoAddress::Refused => return Why::AddressRefused.into(),
                NoAddress::NotFound => Why::Dns,
            };
        } else if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            why = match io.kind() {
                ErrorKind::ConnectionRefused
                | ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NetworkDown
                | ErrorKind::AddrNotAvailable => Why::Refused,
                ErrorKind::TimedOut => Why::Timeout,
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                    Why::Disconnected
                }
                _ => why,
            };
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        why = Why::Timeout;
    }
    // A certificate does not get better by asking again. A connection that closed before the answer may have been an
    // idle one whose time was over.
    let passing = why == Why::Disconnected || (connecting && why != Why::Tls);
    let again = passing && target.form.is_none();
    Refusal {
        why,
        again_after: again.then_some(PAUSE),
    }
}

/// The reason for a status, and whether the server may be asked again.
fn refused(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Refusal {
    let wait = headers.get(RETRY_AFTER).map(|value| retry_after(value, now));
    let again_after = match (status.as_u16(), wait) {
        (429 | 503, Some(wait)) => wait,
        (502..=504, None) => Some(PAUSE),
        _ => None,
    };
    Refusal {
        why: Why::of_status(status.as_u16()),
        again_after,
    }
}

/// The pause a server asks for, as seconds or as a date; nothing if it cannot be read.
fn retry_after(value: &HeaderValue, now: Timestamp) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    let then = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(status: u16, header: Option<&'static str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        if let Some(text) = header {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        }
        let now = "2015-10-21T07:28:00Z".parse().unwrap();
        refused(StatusCode::from_u16(status).unwrap(), &headers, now).again_after
    }

    #[test]
    fn only_passing_faults_are_tried_again_and_after_the_time_the_server_asks_for() {
        for status in [502, 503, 504] {
            assert_eq!(retry(status, None), Some(PAUSE));
        }
        for status in [301, 400, 401, 403, 404, 410, 429, 500, 501] {
            assert_eq!(retry(status, None), None, "{status}");
        }
        assert_eq!(retry(429, Some("2")), Some(Duration::from_secs(2)));
        assert_eq!(retry(503, Some("0")), Some(Duration::ZERO));
        assert_eq!(
            retry(429, Some("Wed, 21 Oct 2015 07:28:03 GMT")),
            Some(Duration::from_secs(3))
        );
        assert_eq!(
            retry(429, Some("Wed, 21 Oct 2015 07:27:03 GMT")),
            Some(Duration::ZERO)
        );
        assert_eq!(retry(503, Some("soon")), None);
        assert_eq!(retry(401, Some("0")), None);
    }
}
