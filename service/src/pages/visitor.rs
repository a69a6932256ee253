//! Who may see pages about patients: a caller as of the hooks, on an address that is ours, from a page that is ours.

use super::pages;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::telemetry::Call;
use crate::trust::Caller;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use std::net::IpAddr;

/// Somebody who may see pages about patients.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    /// The request, which what is fired for it belongs to.
    pub(super) call: Call,
}

impl FromRequest for Visitor {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request.app_data::<Data<State>>().ok_or(ErrorCode::Internal)?;
            pages(state)?;
            let caller = Caller::extract(&request).await?;
            let headers = request.headers();
            // Where nobody shows a token, a browser could be led here by any page: by a name that was made to lead to
            // this machine, or by a form that it sends along.
            if caller.issuer().is_none() && !state.is_own_host(text(headers, HOST.as_str())) {
                return Err(ErrorCode::ForeignPage.into());
            }
            if request.method() == Method::POST && is_foreign(headers) {
                return Err(ErrorCode::ForeignPage.into());
            }
            let call = Call::of(&request).ok_or(ErrorCode::Internal)?;
            Ok(Self { caller, call })
        })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let value = headers.get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a browser says that the form stands on a page of somebody else.
fn is_foreign(headers: &HeaderMap) -> bool {
    matches!(text(headers, "sec-fetch-site"), "cross-site" | "same-site")
}

/// The host of a `Host` header or of the part of an address after the scheme, without port and path.
pub(crate) fn host_of(authority: &str) -> &str {
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether the host is this machine by its own name or number.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_stands_before_port_and_path() {
        for (authority, host) in [
            ("localhost:8080", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]:8080", "::1"),
            ("cds.example.org/pnet", "cds.example.org"),
        ] {
            assert_eq!(host_of(authority), host);
        }
        for (host, loopback) in [
            ("LOCALHOST", true),
            ("127.0.0.9", true),
            ("::1", true),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }
}
