//! The caller of a request, taken from its token: what a handler that works for callers has to hold.

use super::state::State;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::trust::{Caller, Denial, Trust};
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

impl FromRequest for Caller {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(trust(&request)?, &request).await })
    }
}

/// Who asks for discovery: a [`Caller`], unless the settings let anyone ask.
#[derive(Debug)]
pub(super) struct Discoverer(());

impl FromRequest for Discoverer {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let trust = trust(&request)?;
            if trust.discovery_is_open() {
                return Ok(Self(()));
            }
            match admit(trust, &request).await {
                Ok(_) => Ok(Self(())),
                // It holds nothing of a patient, so a genuine token will do while the store is down.
                Err(denial) if denial.is_for_the_store() => Ok(Self(())),
                Err(denial) => Err(denial.failure()),
            }
        })
    }
}

fn trust(request: &HttpRequest) -> Result<&Trust, Failure> {
    let state = request.app_data::<Data<State>>();
    Ok(&state.ok_or(ErrorCode::Internal)?.trust)
}

async fn authenticate(trust: &Trust, request: &HttpRequest) -> Result<Caller, Failure> {
    admit(trust, request).await.map_err(|denial| denial.failure())
}

async fn admit(trust: &Trust, request: &HttpRequest) -> Result<Caller, Denial> {
    let headers: Vec<&[u8]> = request
        .headers()
        .get_all(AUTHORIZATION)
        .map(|value| value.as_bytes())
        .collect();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let admitted = trust.admit(&headers, request.path(), peer).await;
    match (&admitted, Call::of(request)) {
        (Ok(caller), Some(call)) => {
            call.caller(caller.who(), caller.continues_trace());
            if caller.is_own() {
                call.rehearses();
            }
        }
        (Err(denial), Some(call)) => {
            call.denied(denial.reason(), denial.who());
            call.within(|| denial.log());
        }
        (_, None) => {}
    }
    admitted
}
