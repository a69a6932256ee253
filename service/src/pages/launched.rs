//! `/smart/patient`: the patient whose chart was opened, read with the token of the session, and nobody else.

use super::answer::session_page;
use super::board::{Board, sheet};
use super::pages;
use super::template::Frame;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use crate::hooks::flow::{self, Basis, Server, Source};
use crate::hooks::pauses::Pauses;
use crate::hooks::request::HookRequest;
use crate::http::{State, refusal};
use crate::smart::{Session, Smart};
use crate::telemetry::Call;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use fhir_profiles::FactId;
use fhir_profiles::json::{Budget, Document};
use futures_util::future::{BoxFuture, ready};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// For everything that is read for a page: a person waits longer than a card may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(3);
/// Who looks, where the launch did not say: a call needs a name, the audit gets none.
const SOMEBODY: &str = "Practitioner/unknown";

#[derive(Debug, Serialize)]
struct Launched {
    #[serde(flatten)]
    board: Board,
    user: String,
}

#[derive(Debug, Serialize)]
struct NotOpened {
    status: u16,
    code: &'static str,
    text: String,
}

/// `GET /smart/patient`
pub(crate) async fn page(
    session: Result<Session, Failure>,
    state: Data<State>,
    call: Call,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if state.smart.is_none() {
        return Err(ErrorCode::UnknownPath.into());
    }
    let shown = match session {
        Ok(session) => shown(&state, session, &call, &request).await,
        Err(failure) => Err(failure),
    };
    shown.or_else(|failure| not_opened(&state, &failure))
}

async fn shown(
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
    let (of_state, of_session, of_call) = (state.clone(), session.clone(), call.clone());
    let reading = async move { assessed(&of_state, &of_session, &of_call).await };
    let basis = state.evaluate(call, 0, reading).await??;
    let page = Launched {
        board: sheet(state, basis, session.patient())?,
        user: session.fhir_user().unwrap_or_default().to_owned(),
    };
    let pages = pages(state)?;
    let knowledge = &state.evaluator.knowledge;
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

/// The session's chart, read as a hook would have it read; nothing where it is certain that no PNET is on record.
pub(super) async fn assessed(
    state: &State,
    session: &Session,
    call: &Call,
) -> Result<Option<Basis>, Failure> {
    let json = json!({
        "hook": Service::PatientView.hook(),
        "hookInstance": Uuid::nil().to_string(),
        "fhirServer": session.base().to_string(),
        "context": {
            "userId": session.fhir_user().unwrap_or(SOMEBODY),
            "patientId": session.patient(),
        },
    });
    let document = Document::parse(json.to_string(), &Budget::CALL).map_err(|_| ErrorCode::Internal)?;
    let mut request = HookRequest::parse(&document)?;
    request.token = Some(session.token().clone());
    call.looks(session.issuer(), session.patient(), session.fhir_user());
    let source = Source::Server(Server {
        client: state.fhir(),
        base: session.base(),
        deadline: DEADLINE,
    });
    let (evaluator, templates) = (&state.evaluator, &state.templates);
    let advising = flow::advise(
        evaluator,
        templates,
        &request,
        source,
        state.today(),
        call.trail(),
        &NoQuestions,
    );
    let advice = call.run(advising).await?;
    let basis = advice
        .facts
        .zip(advice.assessment)
        .map(|(facts, assessment)| Basis {
            facts,
            assessment,
            patient: advice.patient,
        });
    if let Some(basis) = &basis {
        call.assessed(basis.assessment.clone());
    }
    Ok(basis)
}

/// A page asks no question with a click.
struct NoQuestions;

impl Pauses for NoQuestions {
    fn paused<'a>(&'a self, _: &'a str, facts: &'a [FactId]) -> BoxFuture<'a, Vec<FactId>> {
        Box::pin(ready(facts.to_vec()))
    }
}

/// The page that says why nothing was opened, to a person. It holds nothing and asks nothing, so that every page that may
/// frame a session's may frame it.
///
/// # Errors
/// What is wrong with the page itself.
pub(crate) fn not_opened(state: &State, failure: &Failure) -> Result<HttpResponse, Failure> {
    let frame_origins = state.smart.as_ref().map(Smart::frame_origins).unwrap_or_default();
    let pages = pages(state)?;
    let knowledge = &state.evaluator.knowledge;
    let frame = Frame::new(&pages.assets, knowledge, "../", "launched", "Not opened");
    let page = NotOpened {
        status: failure.code.status(),
        code: failure.code.code(),
        text: failure.to_string(),
    };
    let html = pages.templates.fill("not-opened.html", &frame, &page)?;
    Ok(refusal(failure, |status| {
        session_page(status, html, &frame_origins)
    }))
}
