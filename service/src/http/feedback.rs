//! The handler of feedback: extract, keep, answer.

use super::body::{Body, Json};
use super::state::State;
use crate::advisor::owner;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use crate::hooks::feedback::parse;
use crate::store::Operation;
use crate::trust::Caller;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use fhir_profiles::chart::json_text;

/// `POST /cds-services/{id}/feedback`: 200 without a body once all of it is on disk.
pub(super) async fn feedback(
    caller: Caller,
    call: Call,
    state: Data<State>,
    id: Path<String>,
    body: Result<Body<Json>, Failure>,
) -> Result<HttpResponse, Failure> {
    let service = Service::by_id(&id).ok_or(ErrorCode::UnknownService)?;
    feedback_on(service, caller, call, state, body).await
}

/// `POST` to the path of the feedback on this service.
pub(super) async fn feedback_on(
    service: Service,
    caller: Caller,
    call: Call,
    state: Data<State>,
    body: Result<Body<Json>, Failure>,
) -> Result<HttpResponse, Failure> {
    call.gives_feedback();
    let answers = parse(&json_text(body?.bytes()))?;
    let keeping = state.advisor.store.keep(owner(&caller, service.id()), answers);
    let kept = call.store(Operation::Feedback, keeping).await;
    let kept = kept.map_err(|_| ErrorCode::StoreUnavailable)?;
    call.feedback_kept(kept.new);
    match kept.unknown {
        0 => Ok(HttpResponse::Ok().finish()),
        // The same for a card of somebody else and for one of nobody.
        _ => Err(ErrorCode::UnknownCard.into()),
    }
}
