//! The boundary of every request: load shed, deadline kept, panic turned into an answer, and what came of it recorded.

use super::answer::Refusal;
use super::connection::Connection;
use super::paths;
use super::state::State;
use crate::call::{Call, Leaving, REQUEST_ID};
use crate::errors::{ErrorCode, Failure};
use crate::settings::AuthMode;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{HOST, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpResponse};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::timeout;

/// Wraps every request.
///
/// # Errors
/// What the request failed with, if that was not an answer of its own.
pub async fn boundary<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<Data<State>>().cloned() else {
        return Err(Failure::from(ErrorCode::Internal).into());
    };
    let connection = request.conn_data::<Connection>().cloned();
    let began = connection.as_ref().and_then(Connection::began);
    let pattern = paths::pattern(&request);
    let asks = paths::asks_for_advice(request.method(), pattern.as_deref());
    let secure = state.door.tls.is_some();
    let call = Call::begin(&request, &state.telemetry, secure, began, pattern);
    if asks {
        call.asks();
    }
    // It is answered as HTTP/1.1, after which actix-web ends the connection; who is not told would send the next one into it.
    let offers_upgrade = request.head().upgrade();
    request.extensions_mut().insert(call.clone());
    let mut awaited = Awaited {
        state: &state,
        call: Some(&call),
    };
    let answered = call.carry(answer(&state, request, next)).await;
    let answered = audited(&state, &call, answered).await;
    awaited.call = None;
    match answered {
        Ok(mut response) => {
            mark(response.headers_mut(), &call);
            if state.draining() || offers_upgrade {
                // While the service ends, the next request of this caller goes to a replica that stays.
                let head = response.response_mut().head_mut();
                head.set_connection_type(ConnectionType::Close);
            }
            let leaving = call.finish(response.status().as_u16(), refusal(response.response()));
            Ok(response.map_body(|_, body| Leaves::new(body, leaving, connection).boxed()))
        }
        Err(error) => {
            let mut response = error.error_response();
            mark(response.headers_mut(), &call);
            if offers_upgrade {
                response.head_mut().set_connection_type(ConnectionType::Close);
            }
            let leaving = call.finish(response.status().as_u16(), refusal(&response));
            let response = response.map_body(|_, body| Leaves::new(body, leaving, connection).boxed());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// A request whose caller waits for the answer; dropped before it is there, the caller has gone.
struct Awaited<'a> {
    state: &'a State,
    call: Option<&'a Call>,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.call {
            call.gone(
                &self.state.audit,
                &self.state.advisor.evaluator.knowledge.package.reference,
            );
        }
    }
}

/// The answer once it is on record, or a failure in its place.
async fn audited<B>(
    state: &State,
    call: &Call,
    answered: Result<ServiceResponse<B>, Error>,
) -> Result<ServiceResponse<B>, Error> {
    state.record_bridge();
    let code = match &answered {
        Ok(response) => refusal(response.response()),
        Err(error) => refusal(&error.error_response()),
    };
    let knowledge = &state.advisor.evaluator.knowledge.package.reference;
    match call.audit(&state.audit, code, knowledge).await {
        Ok(()) => answered,
        Err(_not_written) => Err(Failure::from(ErrorCode::AuditUnavailable).into()),
    }
}

async fn answer<B: MessageBody + 'static>(
    state: &Data<State>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    is_ours(state, &request)?;
    let answering = AssertUnwindSafe(next.call(request)).catch_unwind();
    match timeout(state.bounds.request_deadline, answering).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(_panic)) => {
            state.telemetry.metrics().panicked();
            Err(Failure::from(ErrorCode::Internal).into())
        }
        Err(_elapsed) => Err(Failure::from(ErrorCode::DeadlineExceeded).into()),
    }
}

/// Checks that a request asks for this service. Where nobody shows a token, a browser could be led here by any page: by a
/// name that was made to lead to this machine. Health tells nothing, and probes call it by whatever address they know.
fn is_ours(state: &State, request: &ServiceRequest) -> Result<(), Failure> {
    let health = matches!(request.path(), "/health/live" | "/health/ready");
    if health || state.trust.mode() == AuthMode::Required {
        return Ok(());
    }
    let head = request.head();
    // HTTP/2 names the host in the address, and an address with a host counts in HTTP/1 beside the header.
    let of_address = head.uri.authority().map(|authority| authority.as_str());
    let of_header = head.headers().get_all(HOST);
    let mut named = of_address
        .into_iter()
        .chain(of_header.map(|value| value.to_str().unwrap_or_default()))
        .peekable();
    let any = named.peek().is_some();
    match any && named.all(|host| state.is_own_host(host)) {
        true => Ok(()),
        false => Err(ErrorCode::ForeignHost.into()),
    }
}

/// The id under which log and audit know the request.
fn mark(headers: &mut HeaderMap, call: &Call) {
    if let Ok(id) = HeaderValue::from_str(call.request_id()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Why a request failed; nothing if it did not.
fn refusal<B>(response: &HttpResponse<B>) -> Option<ErrorCode> {
    let extensions = response.extensions();
    let refusal = extensions.get::<Refusal>().map(|Refusal(code)| *code);
    // A handler of actix-web itself, or a fault of ours.
    refusal.or_else(|| response.status().is_server_error().then_some(ErrorCode::Internal))
}

/// The body of an answer, which has left when the connection has written all that was given to it.
struct Leaves<B> {
    body: Pin<Box<B>>,
    leaving: Option<Leaving>,
    connection: Option<Connection>,
}

impl<B> Leaves<B> {
    fn new(body: B, leaving: Leaving, connection: Option<Connection>) -> Self {
        Self {
            body: Box::pin(body),
            leaving: Some(leaving),
            connection,
        }
    }
}

impl<B: MessageBody> MessageBody for Leaves<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.get_mut().body.as_mut().poll_next(context)
    }
}

impl<B> Drop for Leaves<B> {
    fn drop(&mut self) {
        if let (Some(leaving), Some(connection)) = (self.leaving.take(), &self.connection) {
            connection.until_written(Box::new(leaving));
        }
    }
}
