//! The handlers of the sandbox; outside demo mode its paths do not exist.

use super::answer::fhir;
use super::body::{Body, OpenForm};
use super::state::State;
use crate::errors::{ErrorCode, Failure};
use crate::sandbox::Sandbox;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// `GET /sandbox/fhir/metadata`
pub(super) async fn metadata(state: Data<State>) -> Result<HttpResponse, Failure> {
    sandbox(&state)?;
    let url = state.advisor.sandbox_url().unwrap_or_default();
    crate::sandbox::capability_statement(url, state.advisor.today()).map(fhir)
}

/// `GET /sandbox/fhir/{kind}/{id}`
pub(super) async fn read(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (kind, id) = path.into_inner();
    sandbox(&state)?.read(&kind, &id).map(fhir)
}

/// `GET /sandbox/fhir/{kind}?...`
pub(super) async fn search(
    state: Data<State>,
    kind: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    sandbox(&state)?.search(&kind, request.query_string()).map(fhir)
}

/// `POST /sandbox/fhir/{kind}/_search`
pub(super) async fn search_by_form(
    state: Data<State>,
    kind: Path<String>,
    body: Body<OpenForm>,
) -> Result<HttpResponse, Failure> {
    sandbox(&state)?.search(&kind, &body.text()).map(fhir)
}

fn sandbox(state: &State) -> Result<&Sandbox, Failure> {
    state
        .advisor
        .sandbox
        .as_ref()
        .ok_or_else(|| ErrorCode::UnknownPath.into())
}
