//! Answers of the pages: HTML and static files, each with the headers that keep foreign content out.

use super::assets::hash;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue,
    IF_NONE_MATCH, LOCATION, SET_COOKIE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

/// On every page and file. No inline script or style, nothing from elsewhere, no frame around it, no address handed on.
pub(super) const SECURITY: &[(&str, &str)] = &[
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

const HTML: &str = "text/html; charset=utf-8";

/// How long a browser may keep an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept {
    /// Its name changes with its content.
    ForGood,
    /// It asks whether it is still the same.
    Asking,
}

/// The header that says who may frame a page, and the old one that names nobody.
const POLICY: &str = "Content-Security-Policy";
const FRAMES: &str = "X-Frame-Options";
const NOBODY: &str = "frame-ancestors 'none'";

/// A page of a session: kept nowhere, and framed by the pages of these origins only.
pub(super) fn session_page(status: StatusCode, html: String, frame_origins: &[String]) -> HttpResponse {
    let mut response = patient_page(status, html);
    let headers = response.headers_mut();
    let policy = SECURITY
        .iter()
        .find(|(name, _)| *name == POLICY)
        .map(|(_, policy)| *policy);
    let framed = policy.filter(|_| !frame_origins.is_empty());
    let framed =
        framed.map(|policy| policy.replace(NOBODY, &format!("frame-ancestors {}", frame_origins.join(" "))));
    // An origin that no header can hold leaves the page unframed.
    if let Some(policy) = framed.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.remove(FRAMES);
    }
    response
}

/// 303 to another address: kept nowhere, and told nobody.
pub(super) fn moved(location: &str, cookies: &[String]) -> HttpResponse {
    let mut builder = builder(StatusCode::SEE_OTHER, HTML, "no-store");
    builder.insert_header((LOCATION, location));
    for cookie in cookies {
        builder.append_header((SET_COOKIE, cookie.as_str()));
    }
    builder.finish()
}

/// A page about a patient: kept nowhere.
pub(super) fn patient_page(status: StatusCode, html: String) -> HttpResponse {
    builder(status, HTML, "no-store").body(html)
}

/// JSON about a patient.
pub(super) fn patient_json(json: String) -> HttpResponse {
    builder(StatusCode::OK, "application/json", "no-store").body(json)
}

/// A file about a patient, for the browser to store.
pub(super) fn attachment(name: &str, kind: &'static str, text: String) -> HttpResponse {
    builder(StatusCode::OK, kind, "no-store")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(text)
}

/// A page without a patient.
pub(super) fn open_page(request: &HttpRequest, html: &str) -> HttpResponse {
    kept(request, HTML, html.as_bytes(), Kept::Asking)
}

/// A page that says what is not there.
pub(super) fn missing_page(html: String) -> HttpResponse {
    builder(StatusCode::NOT_FOUND, HTML, "no-cache").body(html)
}

/// An answer that a browser may keep, or 304 if it has it.
pub(super) fn kept(request: &HttpRequest, kind: &'static str, bytes: &[u8], kept: Kept) -> HttpResponse {
    let tag = format!("\"{}\"", hash(bytes));
    let cached = match kept {
        Kept::ForGood => "public, max-age=31536000, immutable",
        Kept::Asking => "no-cache",
    };
    let known = request.headers().get(IF_NONE_MATCH);
    let same = known.and_then(|tags| tags.to_str().ok()).is_some_and(|tags| {
        tags.split(',')
            .any(|known| known.trim().trim_start_matches("W/") == tag)
    });
    let status = if same {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut builder = builder(status, kind, cached);
    builder.insert_header((ETAG, tag));
    if same {
        builder.finish()
    } else {
        builder.body(bytes.to_vec())
    }
}

fn builder(status: StatusCode, kind: &'static str, cached: &'static str) -> HttpResponseBuilder {
    let mut builder = HttpResponseBuilder::new(status);
    for header in SECURITY {
        builder.insert_header(*header);
    }
    builder.insert_header((CONTENT_TYPE, kind));
    builder.insert_header((CACHE_CONTROL, cached));
    builder
}
