//! The handler of feedback: extract, keep, answer.

use super::State;
use super::body::{Body, Json};
use super::handlers::{known_service, owner};
use crate::errors::{ErrorCode, Failure};
use crate::hooks::feedback::parse;
use crate::store::Operation;
use crate::telemetry::Call;
use crate::trust::Caller;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

/// `POST /cds-services/{id}/feedback`: 200 without a body once all of it is on disk.
pub(super) async fn feedback(
    caller: Caller,
    call: Call,
    state: Data<State>,
    id: Path<String>,
    body: Result<Body<Json>, Failure>,
) -> Result<HttpResponse, Failure> {
    known_service(&id)?;
    call.gives_feedback();
    let answers = parse(&body?.text())?;
    let keeping = state.store.keep(owner(&caller, &id), answers);
    let kept = call.store(Operation::Feedback, keeping).await;
    let kept = kept.map_err(|_| ErrorCode::StoreUnavailable)?;
    call.feedback_kept(kept.new);
    match kept.unknown {
        0 => Ok(HttpResponse::Ok().finish()),
        // The same for a card of somebody else and for one of nobody.
        _ => Err(ErrorCode::UnknownCard.into()),
    }
}
