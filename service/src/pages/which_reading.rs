//! `/knowledge/which-reading`: what counts where a record says a thing more than once, printed from the rules themselves.

use super::answer::open_page;
use super::made::Pages;
use super::template::Frame;
use crate::errors::Failure;
use crate::http::State;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use fhir_profiles::recency::RULES;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Row {
    id: &'static str,
    case: &'static str,
    counts: &'static str,
    shown: &'static str,
}

/// `GET /knowledge/which-reading`
pub(super) async fn page(
    pages: Pages,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let frame = Frame::new(
        &pages.assets,
        &state.advisor.evaluator.knowledge,
        "../",
        "knowledge",
        "Which reading counts",
    );
    let rows: Vec<Row> = RULES
        .iter()
        .map(|rule| Row {
            id: rule.id,
            case: rule.case,
            counts: rule.counts,
            shown: rule.shown,
        })
        .collect();
    let html = pages.templates.fill("which-reading.html", &frame, &rows)?;
    Ok(open_page(&request, &html))
}
