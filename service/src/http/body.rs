//! Request bodies: not compressed, of a known type, within the limit, and in time.

use super::connection::Connection;
use super::room::Portion;
use super::state::State;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use fhir_profiles::chart::utf8_text;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a body may take to arrive: actix-web times out slow headers, but never a slow body.
const BODY_DEADLINE: Duration = Duration::from_secs(2);

/// Which media types a body may have.
pub(crate) trait Accepts {
    /// In lower case.
    const TYPES: &'static [&'static str];
    /// Whether nothing of it is read before the caller is known.
    const AFTER_CALLER: bool = true;
    /// Bytes that it may have, where that is less than `server.body_limit`.
    const LIMIT: usize = usize::MAX;
}

/// A hook call.
pub(crate) struct Json;
impl Accepts for Json {
    const TYPES: &'static [&'static str] = &["application/json"];
}

/// A Bundle or a hook call.
pub(crate) struct JsonOrFhir;
impl Accepts for JsonOrFhir {
    const TYPES: &'static [&'static str] = &["application/json", "application/fhir+json"];
}

/// The form of a page.
pub(crate) struct Form;
impl Accepts for Form {
    const TYPES: &'static [&'static str] = FORM;
}

/// The answers of a form: small, and read before the session is known, since they are shown again where there is none.
pub(crate) struct Answers;
impl Accepts for Answers {
    const TYPES: &'static [&'static str] = FORM;
    const AFTER_CALLER: bool = false;
    const LIMIT: usize = 64 << 10;
}

/// The parameters of a search of the sandbox, which asks for no token.
pub(crate) struct OpenForm;
impl Accepts for OpenForm {
    const TYPES: &'static [&'static str] = FORM;
    const AFTER_CALLER: bool = false;
}

const FORM: &[&str] = &["application/x-www-form-urlencoded"];

/// What is allocated at first for a body: who promises much may send nothing.
const FIRST: usize = 64 << 10;
/// A body of more bytes than these waits for room as long as its request may take.
const LARGE: usize = 256 << 10;

/// A body that has arrived.
pub(crate) struct Body<A> {
    bytes: Bytes,
    /// Its part of what all bodies may have together, given back when it has been worked on.
    _room: Option<Portion>,
    _flight: Option<Flight>,
    accepts: PhantomData<A>,
}

impl<A> Body<A> {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its text, with bytes that are no characters replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        utf8_text(&self.bytes)
    }
}

impl<A: Accepts + 'static> FromRequest for Body<A> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check(request, A::TYPES, A::LIMIT);
        let payload = payload.take();
        let state = request.app_data::<Data<State>>().cloned();
        let call = Call::of(request);
        let connection = request.conn_data::<Connection>().cloned();
        Box::pin(async move {
            let (Some(state), Some(call)) = (state, call) else {
                return Err(ErrorCode::Internal.into());
            };
            if A::AFTER_CALLER {
                call.admitted().await;
            }
            let expected = checked?;
            let flight = Flight::begin(&state)?;
            if expected.length > LARGE && !state.pool.admits(expected.length, state.deadline(&call)) {
                return Err(ErrorCode::Overloaded.into());
            }
            // Of one whose length is not told nothing better is known.
            let is_large = expected.length > LARGE || expected.length == 0;
            let patience = match is_large {
                true => state.bounds.request_deadline,
                false => state.bounds.queue_deadline,
            };
            let (issuer, tenant) = call.whose();
            let mut arriving = Arriving {
                payload,
                room: state.bounds.room.portion((issuer, tenant, is_large)),
                connection,
                left: BODY_DEADLINE,
                patience,
            };
            let bytes = arriving.read(&expected).await?;
            Ok(Self {
                bytes,
                _room: Some(arriving.room),
                _flight: Some(flight),
                accepts: PhantomData,
            })
        })
    }
}

/// What the headers promise.
struct Expected {
    length: usize,
    limit: usize,
}

/// A body that is on its way.
struct Arriving {
    payload: Payload,
    room: Portion,
    connection: Option<Connection>,
    /// How long it may still take to arrive; the clock stands while it waits for room.
    left: Duration,
    /// How long it may wait for room each time.
    patience: Duration,
}

impl Arriving {
    /// The next bytes, with room for them; nothing at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let began = Instant::now();
        let next = timeout(self.left, self.payload.next()).await;
        let chunk = next.map_err(|_| ErrorCode::SlowBody)?;
        self.left = self.left.saturating_sub(began.elapsed());
        let Some(chunk) = chunk.transpose().map_err(broken)? else {
            return Ok(None);
        };
        let growing = timeout(self.patience, self.room.grow(chunk.len())).await;
        growing.map_err(|_| ErrorCode::Overloaded)?;
        if let Some(connection) = &self.connection {
            connection.allow(chunk.len());
        }
        Ok(Some(chunk))
    }

    async fn read(&mut self, expected: &Expected) -> Result<Bytes, Failure> {
        let mut body = BytesMut::with_capacity(expected.length.min(FIRST));
        while let Some(chunk) = self.next().await? {
            if chunk.len() > expected.limit.saturating_sub(body.len()) {
                return Err(ErrorCode::BodyTooLarge.into());
            }
            if body.is_empty() && chunk.len() == expected.length {
                return Ok(chunk);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// One of the calls that may be under way at the same time, from when the caller is known until its body is done with.
struct Flight(Data<State>);

impl Flight {
    fn begin(state: &Data<State>) -> Result<Self, Failure> {
        let before = state.bounds.in_flight.fetch_add(1, Ordering::Relaxed);
        let flight = Self(state.clone());
        match before >= state.bounds.max_in_flight {
            true => Err(ErrorCode::Overloaded.into()),
            false => Ok(flight),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.bounds.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

fn check(request: &HttpRequest, types: &[&str], most: usize) -> Result<Expected, Failure> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let encoded = request.headers().contains_key(CONTENT_ENCODING);
    if encoded
        && !header(CONTENT_ENCODING).is_some_and(|coding| coding.trim().eq_ignore_ascii_case("identity"))
    {
        return Err(ErrorCode::EncodedBody.into());
    }
    let media = header(CONTENT_TYPE)
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !types.iter().any(|accepted| media.eq_ignore_ascii_case(accepted)) {
        let at = format!("this path takes {}", types.join(", "));
        return Err(Failure::at(ErrorCode::WrongContentType, at));
    }
    let limit = request
        .app_data::<Data<State>>()
        .map_or(0, |state| state.bounds.body_limit.min(most));
    let length = header(CONTENT_LENGTH)
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    if length > limit {
        return Err(ErrorCode::BodyTooLarge.into());
    }
    Ok(Expected { length, limit })
}

/// The caller went away or broke HTTP in the middle of the body.
fn broken(_: PayloadError) -> Failure {
    Failure::at(ErrorCode::MalformedJson, "the body broke off")
}
