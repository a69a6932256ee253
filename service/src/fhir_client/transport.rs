//! One request and its answer: headers, status, and a body that is counted while it arrives.

use super::address::{Guard, NoAddress};
use super::answer;
use super::hint;
use super::parameters::Named;
use super::query::Target;
use super::refusal::Refusal;
use super::why::Why;
use crate::files;
use crate::settings::FhirSettings;
use crate::telemetry::Outgoing;
use fhir_profiles::json::Document;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::{Certificate, Response, StatusCode, redirect, retry};
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

/// The pause before a retry that the server set no time for.
const PAUSE: Duration = Duration::from_millis(10);
/// The least pause before a server that has too much to do is asked again although it set no time.
const BUSY: Duration = Duration::from_millis(40);
/// What is added to it at most, so that the searches of one call do not come back all at once.
const JITTER_MILLIS: u64 = 40;
/// Azure's own header for the pause, in milliseconds.
const RETRY_AFTER_MILLIS: &str = "x-ms-retry-after-ms";
/// How much of a refusal is looked through for the name of a parameter.
const LONGEST_REFUSAL: usize = 64 << 10;
/// How long such a refusal is waited for.
const REFUSAL_TIME: Duration = Duration::from_millis(200);
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
    let pem = files::bytes(file, files::SMALL).map_err(|error| SetupError::Unreadable(error.kind()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| SetupError::NoCertificate)?;
    if certificates.is_empty() {
        return Err(SetupError::NoCertificate);
    }
    builder()
        .tls_certs_merge(certificates)
        .build()
        .map_err(|_| SetupError::NoCertificate)
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
) -> Result<Document<'static>, Refusal> {
    let method = if target.form.is_none() { "GET" } else { "POST" };
    let mut asking = Outgoing::begin(method, &target.url);
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
        Err(error) => {
            let why = unsent(&error, target.url.scheme() == "https");
            (None, Err(repeatable(why, error.is_connect(), target)))
        }
        Ok(response) => match response.status() {
            StatusCode::OK => (Some(200), receive(response, limit).await.map_err(Refusal::from)),
            status => {
                let mut refusal = refused(status, response.headers(), Timestamp::now());
                if search && refusal.why.may_be_the_form() {
                    refusal.named = reason(response).await;
                }
                (Some(status.as_u16()), Err(refusal))
            }
        },
    };
    asking.ended(status, received.as_ref().err().map(|refusal| refusal.why.code()));
    received
}

async fn receive(response: Response, limit: usize) -> Result<Document<'static>, Why> {
    answer::json(body(response, limit, answer::check_content_type).await?)
}

/// The bytes of an answer that is not compressed, of a type that is taken, and no larger than so many bytes.
pub(super) async fn body(
    mut response: Response,
    limit: usize,
    is_taken: fn(Option<&str>) -> Result<(), Why>,
) -> Result<Vec<u8>, Why> {
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("?"))
    };
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Why::Encoded);
    }
    is_taken(header(CONTENT_TYPE))?;
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
    Ok(body)
}

/// The parameters that a refusal names, if it is an OperationOutcome that comes soon and is no larger than such things are.
async fn reason(mut response: Response) -> Named {
    let reading = async {
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            if body.len().saturating_add(chunk.len()) > LONGEST_REFUSAL {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        body
    };
    let body = tokio::time::timeout(REFUSAL_TIME, reading).await;
    hint::named(&String::from_utf8_lossy(&body.unwrap_or_default()))
}

/// The reason for which a request had no answer; the message of the error quotes the address, so it is dropped.
pub(super) fn unsent(error: &reqwest::Error, secure: bool) -> Why {
    let connecting = error.is_connect();
    let mut why = if connecting {
        Why::Refused
    } else {
        Why::Disconnected
    };
    if connecting && secure {
        why = Why::Tls;
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(no_address) = inner.downcast_ref::<NoAddress>() {
            why = match no_address {
                NoAddress::Refused => return Why::AddressRefused,
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
    match error.is_timeout() {
        true => Why::Timeout,
        false => why,
    }
}

/// The refusal of a request that had no answer, and whether it may be sent again.
fn repeatable(why: Why, connecting: bool, target: &Target) -> Refusal {
    // A certificate does not get better by asking again. A connection that closed before the answer may have been an
    // idle one whose time was over.
    let passing = why == Why::Disconnected || (connecting && !matches!(why, Why::Tls | Why::AddressRefused));
    let again = passing && target.form.is_none();
    Refusal {
        again_after: again.then_some(PAUSE),
        ..Refusal::from(why)
    }
}

/// The reason for a status, and whether the server may be asked again.
fn refused(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Refusal {
    let again_after = match status.as_u16() {
        429 => Some(wait(headers, now).unwrap_or_else(busy)),
        503 => Some(wait(headers, now).unwrap_or(PAUSE)),
        502 | 504 => Some(PAUSE),
        _ => None,
    };
    Refusal {
        again_after,
        ..Refusal::from(Why::of_status(status.as_u16()))
    }
}

/// A short pause of the moment.
fn busy() -> Duration {
    let random = RandomState::new().hash_one(Timestamp::now().as_nanosecond());
    BUSY + Duration::from_millis(random % JITTER_MILLIS)
}

/// The pause a server asks for; nothing if it does not, or in a way that cannot be read.
pub(super) fn wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |value: &HeaderValue| value.to_str().ok().map(|text| text.trim().to_owned());
    let millis = headers.get(RETRY_AFTER_MILLIS).and_then(text);
    let millis = millis.and_then(|text| seconds(&text)).map(|millis| millis / 1000);
    millis.or_else(|| {
        let text = headers.get(RETRY_AFTER).and_then(text)?;
        seconds(&text).or_else(|| until(&text, now))
    })
}

/// A number of seconds, whole or not.
fn seconds(text: &str) -> Option<Duration> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = plain.then(|| text.parse().ok()).flatten()?;
    Duration::try_from_secs_f64(number).ok()
}

/// The time until an HTTP date, whatever weekday it is said to be; none if it is over.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let dates = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let then = dates.parse_timestamp(text).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests;
