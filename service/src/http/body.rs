//! Request bodies: not compressed, of a known type, within the limit, and in time.

use super::State;
use crate::errors::{ErrorCode, Failure};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use fhir_profiles::chart::json_text;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a body may take to arrive: actix-web times out slow headers, but never a slow body.
const BODY_DEADLINE: Duration = Duration::from_secs(2);

/// Which media types a body may have.
pub(crate) trait Accepts {
    /// In lower case.
    const TYPES: &'static [&'static str];
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

/// The parameters of a search.
pub(crate) struct Form;
impl Accepts for Form {
    const TYPES: &'static [&'static str] = &["application/x-www-form-urlencoded"];
}

/// The room that is made for a body before any of it has arrived: who promises much may send nothing.
const FIRST_ROOM: usize = 64 * 1024;

/// A body that has arrived.
pub(crate) struct Body<A> {
    bytes: Bytes,
    /// Its part of what all bodies may have together, given back when the call is answered.
    _room: Option<OwnedSemaphorePermit>,
    accepts: PhantomData<A>,
}

impl<A> Body<A> {
    /// Its text, with what is no character replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        json_text(&self.bytes)
    }
}

impl<A: Accepts + 'static> FromRequest for Body<A> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check(request, A::TYPES);
        let payload = payload.take();
        let room = request
            .app_data::<Data<State>>()
            .map(|state| Arc::clone(&state.body_room));
        Box::pin(async move {
            let expected = checked?;
            let room = match room {
                // Waits inside the deadline of the request; the body stays with the caller until then.
                Some(room) => room.acquire_many_owned(expected.room()).await.ok(),
                None => None,
            };
            let reading = read(payload, expected);
            let bytes = timeout(BODY_DEADLINE, reading)
                .await
                .map_err(|_| ErrorCode::SlowBody)??;
            Ok(Self {
                bytes,
                _room: room,
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

impl Expected {
    /// The bytes that there have to be room for; without a length as many as may come.
    fn room(&self) -> u32 {
        let most = match self.length {
            0 => self.limit,
            length => length,
        };
        u32::try_from(most).unwrap_or(u32::MAX)
    }
}

/// Room for the bodies of all calls that are being answered: reading one takes about 35 times its size, so that a few
/// large ones at once would take more memory than a pod has. One of the greatest size leaves a quarter for others.
pub(super) fn body_room(limit: usize) -> Arc<Semaphore> {
    let most = limit.saturating_add(limit / 4).max(FIRST_ROOM);
    Arc::new(Semaphore::new(most.min(u32::MAX as usize)))
}

fn check(request: &HttpRequest, types: &[&str]) -> Result<Expected, Failure> {
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
        .map_or(0, |state| state.body_limit);
    let length = header(CONTENT_LENGTH)
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    if length > limit {
        return Err(ErrorCode::BodyTooLarge.into());
    }
    Ok(Expected { length, limit })
}

async fn read(mut payload: Payload, expected: Expected) -> Result<Bytes, Failure> {
    let mut body = BytesMut::with_capacity(expected.length.min(FIRST_ROOM));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(broken)?;
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

/// The caller went away or broke HTTP in the middle of the body.
fn broken(_: PayloadError) -> Failure {
    Failure::at(ErrorCode::MalformedJson, "the body broke off")
}
