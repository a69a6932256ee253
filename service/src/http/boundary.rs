//! The boundary of every request: load shed, deadline kept, panic turned into an answer, one line logged.

use super::State;
use super::answer::{Outcome, Refusal};
use crate::errors::{ErrorCode, Failure};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::time::timeout;

/// Wraps every request.
///
/// # Errors
/// What the request failed with, if that was not an answer of its own.
pub async fn boundary<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let answered = answer(request, next).await;
    log(&answered, started);
    answered
}

async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let Some(state) = request.app_data::<Data<State>>().cloned() else {
        return Err(Failure::from(ErrorCode::Internal).into());
    };
    let _flight = Flight::begin(&state, request.method())?;
    let answering = AssertUnwindSafe(next.call(request)).catch_unwind();
    match timeout(state.request_deadline, answering).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(_panic)) => Err(Failure::from(ErrorCode::Internal).into()),
        Err(_elapsed) => Err(Failure::from(ErrorCode::DeadlineExceeded).into()),
    }
}

/// One of the requests that may be under way at the same time. Discovery and health always answer.
struct Flight(Option<Data<State>>);

impl Flight {
    fn begin(state: &Data<State>, method: &Method) -> Result<Self, Failure> {
        if method != Method::POST {
            return Ok(Self(None));
        }
        let flight = Self(Some(state.clone()));
        if state.in_flight.fetch_add(1, Ordering::Relaxed) >= state.max_in_flight {
            return Err(ErrorCode::Overloaded.into());
        }
        Ok(flight)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(state) = &self.0 {
            state.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// One line a request; the path is the pattern, since a path can hold the id of a patient.
fn log<B>(answered: &Result<ServiceResponse<B>, Error>, started: Instant) {
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    match answered {
        Ok(response) => {
            let status = response.status().as_u16();
            let route = response.request().match_pattern().unwrap_or_default();
            let extensions = response.response().extensions();
            if let Some(Outcome { gate, cards }) = extensions.get::<Outcome>() {
                tracing::info!(route, status, micros, ?gate, cards, "answered");
            } else if let Some(Refusal(code)) = extensions.get::<Refusal>() {
                tracing::warn!(route, status, micros, error = code.code(), "refused");
            } else {
                tracing::info!(route, status, micros, "answered");
            }
        }
        Err(error) => {
            let failure = error.as_error::<Failure>();
            let code = failure.map_or(ErrorCode::Internal, |failure| failure.code);
            tracing::error!(status = code.status(), micros, error = code.code(), "failed");
        }
    }
}
