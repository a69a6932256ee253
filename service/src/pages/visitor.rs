//! Who may see pages about patients: a caller as of the hooks, from a page that is ours.

use super::made::Pages;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::trust::Caller;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

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
            Pages::of(&request)?;
            let caller = Caller::extract(&request).await?;
            let headers = request.headers();
            // A browser could be led here by any page, by a form that it sends along; by what name it comes is looked at
            // for every request.
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
