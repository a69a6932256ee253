//! Calls from web pages: refused by browsers unless the page's origin may call, and then with exactly that origin.

use super::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

/// Wraps every request; does nothing unless some page may call.
///
/// # Errors
/// Those of the request, with the headers that let the page read them.
pub async fn cors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<Data<State>>().cloned();
    let Some(state) = state.filter(|state| !state.door.origins.are_none()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let origin = request.headers().get(ORIGIN);
    let allowed = origin
        .filter(|origin| state.door.origins.hold(origin.as_bytes()))
        .cloned();
    if origin.is_some() && is_preflight(&request) {
        // No token: a browser sends none with a preflight.
        let mut response = HttpResponse::NoContent().finish();
        mark(response.headers_mut(), allowed.as_ref());
        if allowed.is_some() {
            permit(response.headers_mut());
        }
        return Ok(request.into_response(response));
    }
    match next.call(request).await {
        Ok(response) => {
            let mut response = response.map_into_boxed_body();
            mark(response.headers_mut(), allowed.as_ref());
            Ok(response)
        }
        Err(error) => {
            let mut response = error.error_response();
            mark(response.headers_mut(), allowed.as_ref());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Says for which origin the answer is, and that others get another one.
fn mark(headers: &mut HeaderMap, allowed: Option<&HeaderValue>) {
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

fn permit(headers: &mut HeaderMap) {
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
