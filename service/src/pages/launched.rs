//! `/smart/patient`: the patient whose chart was opened, read with the token of the session, and nobody else.

use super::answer::session_page;
use super::board::{Board, sheet};
use super::made::Pages;
use super::record::Record;
use super::template::{Fault, Frame};
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::http::{State, refusal};
use crate::smart::Session;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Launched {
    #[serde(flatten)]
    board: Board,
    user: String,
}

/// `GET /smart/patient`
pub(super) async fn page(
    pages: Result<Pages, Failure>,
    session: Result<Session, Failure>,
    state: Data<State>,
    call: Call,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if state.advisor.smart.is_none() {
        return Err(ErrorCode::UnknownPath.into());
    }
    let pages = pages?;
    let shown = match session {
        Ok(session) => shown(&pages, &state, session, &call, &request).await,
        Err(failure) => Err(failure),
    };
    shown.or_else(|failure| not_opened(&pages, &state, &failure))
}

async fn shown(
    pages: &Pages,
    state: &Data<State>,
    session: Session,
    call: &Call,
    request: &HttpRequest,
) -> Result<HttpResponse, Failure> {
    let asked = Query::<Vec<(String, String)>>::from_query(request.query_string());
    for (name, value) in asked.map_err(|_| ErrorCode::InvalidRequest)?.iter() {
        if name == "patient" {
            session.check_patient(call, value)?;
        }
    }
    let record = Record::Launched(session.clone(), call.clone());
    let basis = record.read(state, session.patient()).await?;
    let page = Launched {
        board: sheet(state, Some(basis), session.patient())?,
        user: session.fhir_user().unwrap_or_default().to_owned(),
    };
    let knowledge = &state.advisor.evaluator.knowledge;
    let frame = Frame::new(
        &pages.assets,
        knowledge,
        "../",
        "launched",
        "Opened from the chart",
    );
    let html = pages.templates.fill("launched.html", &frame, &page)?;
    Ok(session_page(
        actix_web::http::StatusCode::OK,
        html,
        session.frame_origins(),
    ))
}

/// The page that says why nothing was opened, to a person. It holds nothing and asks nothing, so that every page that may
/// frame a session's may frame it.
///
/// # Errors
/// What is wrong with the page itself.
pub(super) fn not_opened(pages: &Pages, state: &State, failure: &Failure) -> Result<HttpResponse, Failure> {
    let frame_origins = state.advisor.frame_origins();
    let knowledge = &state.advisor.evaluator.knowledge;
    let frame = Frame::new(&pages.assets, knowledge, "../", "launched", "Not opened");
    let html = pages
        .templates
        .fill("not-opened.html", &frame, &Fault::from(failure))?;
    Ok(refusal(failure, |status| {
        session_page(status, html, &frame_origins)
    }))
}
