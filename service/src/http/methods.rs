//! Which methods a path takes, and what others get.

use crate::errors::{ErrorCode, Failure};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::route;
use actix_web::{HttpResponse, ResponseError, Route, guard};

/// The methods of [`reading`], as a refusal of others names them.
pub(crate) const READING: &str = "GET, HEAD";

/// A route that reads: GET, and HEAD, which is answered without the body.
pub(crate) fn reading() -> Route {
    route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// 405 that names the method that the path does take.
pub(crate) async fn wrong_method(allow: &'static str) -> HttpResponse {
    let mut response = Failure::from(ErrorCode::WrongMethod).error_response();
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}
