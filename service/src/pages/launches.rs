//! `/smart/launch` and `/smart/callback`: the steps of a launch, and what a person sees where one is not taken.

use super::answer::moved;
use super::launched::not_opened;
use super::made::Pages;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::smart::{self, Moved, Smart};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

/// `GET /smart/launch`
pub(super) async fn launch(
    pages: Result<Pages, Failure>,
    state: Data<State>,
    call: Call,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let stepped = smart::launch(on(&state)?, state.advisor.fhir(), &call, &request).await;
    answered(pages, &state, stepped)
}

/// `GET /smart/callback`
pub(super) async fn callback(
    pages: Result<Pages, Failure>,
    state: Data<State>,
    call: Call,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (smart, advisor) = (on(&state)?, &state.advisor);
    let knowledge = &advisor.evaluator.knowledge;
    let stepped = smart::callback(smart, advisor.fhir(), knowledge, &call, &request).await;
    answered(pages, &state, stepped)
}

fn answered(
    pages: Result<Pages, Failure>,
    state: &State,
    stepped: Result<Moved, Failure>,
) -> Result<HttpResponse, Failure> {
    match stepped {
        Ok(to) => Ok(moved(&to.location, &to.cookies)),
        Err(failure) => not_opened(&pages?, state, &failure),
    }
}

/// Launches and sessions, where they are on.
fn on(state: &State) -> Result<&Smart, Failure> {
    let smart = state.advisor.smart.as_ref();
    smart.ok_or_else(|| ErrorCode::UnknownPath.into())
}
