//! The session of a request, by the cookie that its browser sends.

use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::smart::Session;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

impl FromRequest for Session {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(open(request))
    }
}

/// The session of a request.
fn open(request: &HttpRequest) -> Result<Session, Failure> {
    let state = request.app_data::<Data<State>>().ok_or(ErrorCode::Internal)?;
    let smart = state.advisor.smart.as_ref().ok_or(ErrorCode::UnknownPath)?;
    let call = Call::of(request).ok_or(ErrorCode::Internal)?;
    let session = smart.session_of(request.headers()).ok_or(ErrorCode::NoSession)?;
    call.caller(session.who(), false);
    Ok(session)
}
