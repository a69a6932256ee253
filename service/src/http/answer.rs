//! Answers: JSON of ours, FHIR JSON for errors, and what the boundary may know of them.

use crate::errors::{ErrorCode, Failure};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

/// Why a request failed, for the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal(pub(super) ErrorCode);

/// An answer to a request that failed, made for people, which the log knows as what it is.
pub(crate) fn refusal(failure: &Failure, make: impl FnOnce(StatusCode) -> HttpResponse) -> HttpResponse {
    let mut response = make(failure.status_code());
    response.extensions_mut().insert(Refusal(failure.code));
    response
}

/// 200 with JSON.
pub(super) fn json<T: Serialize>(body: &T) -> Result<HttpResponse, Failure> {
    written(body).map(json_text)
}

/// The JSON of an answer.
pub(super) fn written<T: Serialize>(body: &T) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|_| ErrorCode::Internal.into())
}

/// 200 with what is JSON already.
pub(super) fn json_text(text: String) -> HttpResponse {
    text_of(StatusCode::OK, "application/json", text)
}

/// 200 with a FHIR resource.
pub(super) fn fhir(text: String) -> HttpResponse {
    text_of(StatusCode::OK, "application/fhir+json", text)
}

fn text_of(status: StatusCode, kind: &'static str, text: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .insert_header((CONTENT_TYPE, kind))
        // Answers hold chart data, and advice grows old with the chart.
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = text_of(self.status_code(), "application/fhir+json", self.outcome());
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = actix_web::http::header::HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            let scheme = actix_web::http::header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(Refusal(self.code));
        response
    }
}
