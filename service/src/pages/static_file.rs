//! `/static/{name}`: a file that its name tells from every other content.

use super::answer::{self, Kept};
use super::made::Pages;
use crate::errors::{ErrorCode, Failure};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

/// `GET /static/{name}`
pub(super) async fn file(
    pages: Pages,
    name: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let assets = &pages.assets;
    let bytes = assets.served.get(name.as_str()).ok_or(ErrorCode::UnknownPath)?;
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    Ok(answer::kept(&request, kind, bytes, Kept::ForGood))
}
