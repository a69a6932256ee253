//! The handlers of the service itself: extract, call, return.

use super::State;
use super::answer::{json, json_text, written};
use super::body::{Body, Json, JsonOrFhir};
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use crate::hooks::flow::{self, Advice};
use crate::hooks::pauses::Pauses;
use crate::hooks::request::HookRequest;
use crate::input;
use crate::smart;
use crate::store::{Operation, Owner};
use crate::telemetry::Call;
use crate::trust::{Caller, Discoverer};
use actix_web::http::header::ALLOW;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, ResponseError};
use cds_cards::render::{Card, Kind, Link};
use fhir_profiles::FactId;
use futures_util::future::BoxFuture;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize)]
struct Services<'a> {
    services: [ServiceEntry<'a>; Service::ALL.len()],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceEntry<'a> {
    hook: &'static str,
    id: &'static str,
    title: &'static str,
    description: Cow<'static, str>,
    usage_requirements: &'static str,
    prefetch: Prefetch<'a>,
}

struct Prefetch<'a>(&'a State);

impl Serialize for Prefetch<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .templates
                .iter()
                .map(|template| (&template.key, &template.query)),
        )
    }
}

const USAGE: &str = "Needs `patient` and `conditions`, complete: prefetched under these names, or to be fetched from a \
                     `fhirServer` that is registered for the caller; else a call is answered with 412. \
                     Each other key that is neither supplied nor to be fetched leaves facts unknown, and \
                     the cards say so. The texts of `narratives` (and of `documents`, where the site has them \
                     searched) state what could be recorded, and nothing is unknown for want of them.";

/// Title and description of a service.
fn texts(service: Service) -> (&'static str, &'static str) {
    match service {
        Service::PatientView => (
            "Liver metastases of a pancreatic neuroendocrine tumour",
            "Works out WHO grade, ENETS and AJCC stage and which of 19 treatment options a published \
             review supports for liver metastases of a pancreatic neuroendocrine tumour, criterion by \
             criterion, with what is not known. No card for any other patient.",
        ),
        Service::OrderSelect => (
            "Selected orders for liver metastases of a pancreatic neuroendocrine tumour",
            "Warns where a selected draft order means a treatment of liver metastases of a pancreatic \
             neuroendocrine tumour that a published review advises against, or whose criteria this patient \
             does not meet, and says what is missing where that cannot be told. No card for any other order.",
        ),
        Service::OrderSign => (
            "Orders to be signed for liver metastases of a pancreatic neuroendocrine tumour",
            "Warns where an order means a treatment of liver metastases of a pancreatic neuroendocrine \
             tumour that a published review advises against, or whose criteria this patient does not meet, \
             and says what is missing where that cannot be told. No card for any other order.",
        ),
    }
}

/// The description, with the version of the knowledge where it is not as it comes with the service.
fn described(description: &'static str, state: &State) -> Cow<'static, str> {
    let knowledge = &state.evaluator.knowledge.package.reference;
    match knowledge.is_of_site() {
        true => format!("{description} Knowledge {}.", knowledge.edition()).into(),
        false => description.into(),
    }
}

/// `GET /cds-services`
pub(super) async fn discovery(_: Discoverer, state: Data<State>) -> Result<HttpResponse, Failure> {
    json(&Services {
        services: Service::ALL.map(|service| {
            let (title, description) = texts(service);
            ServiceEntry {
                hook: service.hook(),
                id: service.id(),
                title,
                description: described(description, &state),
                usage_requirements: USAGE,
                prefetch: Prefetch(&state),
            }
        }),
    })
}

#[derive(Serialize)]
struct Cards<'a> {
    cards: &'a [Card],
}

/// `POST /cds-services/{id}`
pub(super) async fn hook(
    caller: Caller,
    call: Call,
    state: Data<State>,
    id: Path<String>,
    body: Result<Body<Json>, Failure>,
) -> Result<HttpResponse, Failure> {
    let service = Service::by_id(&id).ok_or(ErrorCode::UnknownService)?;
    hook_of(service, caller, call, state, body).await
}

/// `POST` to the path of this service.
pub(super) async fn hook_of(
    service: Service,
    caller: Caller,
    call: Call,
    state: Data<State>,
    body: Result<Body<Json>, Failure>,
) -> Result<HttpResponse, Failure> {
    call.service(service.id(), service.hook());
    let body = body?;
    let (bytes, of_call, of_state) = (body.len(), call.clone(), state.clone());
    let advising = async move {
        let text = body.text();
        let document = input::document(&text)?;
        let request = HookRequest::parse(&document)?;
        if request.hook != service.hook() {
            of_call.about(&request);
            return Err(Failure::from(ErrorCode::WrongHook));
        }
        let advice = answered(&of_state, &caller, &of_call, service, &request).await?;
        let response = written(&Cards { cards: &advice.cards })?;
        of_call.advised(advice);
        Ok(response)
    };
    state.evaluate(&call, bytes, advising).await?.map(json_text)
}

/// What a service answers this caller, however it was asked: cards that the store knows, so that their answers can be
/// kept, the assessment with a link to the patient's page.
///
/// # Errors
/// [`Failure`] as over HTTP.
pub(crate) async fn answered(
    state: &State,
    caller: &Caller,
    call: &Call,
    service: Service,
    request: &HookRequest<'_>,
) -> Result<Advice, Failure> {
    call.about(request);
    let kept = Kept {
        state,
        call,
        owner: owner(caller, service.id()),
    };
    let advising = flow::advise(
        &state.evaluator,
        &state.templates,
        request,
        state.source(caller, request)?,
        state.today(),
        call.trail(),
        &kept,
    );
    let mut advice = call.hook(advising).await?;
    state
        .store
        .issue(owner(caller, service.id()), request.patient_id, &advice.cards);
    if let Some(url) = state.board_url(caller, request) {
        advice.cards = advice
            .cards
            .into_iter()
            .map(|card| with_board(card, &url))
            .collect();
    }
    advice.cards = smart::linked(state, caller, advice.cards);
    Ok(advice)
}

/// What the store knows of questions to patients of a caller.
struct Kept<'a> {
    state: &'a State,
    call: &'a Call,
    owner: Owner,
}

impl Pauses for Kept<'_> {
    fn paused<'a>(&'a self, patient: &'a str, facts: &'a [FactId]) -> BoxFuture<'a, Vec<FactId>> {
        let looking = self.state.store.paused(self.owner.clone(), patient, facts);
        Box::pin(async move {
            let known = self.call.store(Operation::Questions, looking).await;
            // Nobody is asked again for want of a store that would know better.
            known.unwrap_or_else(|_| facts.to_vec())
        })
    }
}

/// The card with a link to the patient's page, if it is the pathway.
fn with_board(card: Card, url: &str) -> Card {
    if card.about().kind != Kind::Pathway {
        return card;
    }
    match Link::absolute("This patient on one page, for the meeting", url.to_owned()) {
        Some(link) => card.with_link(link),
        None => card,
    }
}

/// Whose the cards are that this caller gets from a service.
pub(super) fn owner(caller: &Caller, service: &str) -> Owner {
    Owner {
        issuer: caller.issuer().unwrap_or_default().to_owned(),
        tenant: caller.tenant().unwrap_or_default().to_owned(),
        service: service.to_owned(),
    }
}

/// `POST /assessment`
pub(super) async fn assessment(
    caller: Caller,
    call: Call,
    state: Data<State>,
    body: Result<Body<JsonOrFhir>, Failure>,
) -> Result<HttpResponse, Failure> {
    let body = body?;
    let (bytes, of_call, of_state) = (body.len(), call.clone(), state.clone());
    let assessing = async move {
        let source = |request: &HookRequest<'_>| {
            of_call.about(request);
            of_state.source(&caller, request)
        };
        let (evaluator, templates) = (&of_state.evaluator, &of_state.templates);
        let (text, today) = (body.text(), of_state.today());
        let assessing = input::assess(evaluator, templates, &text, source, today, of_call.trail());
        let assessed = of_call.run(assessing).await?;
        let response = written(&assessed.assessment)?;
        of_call.assessed(assessed.assessment);
        Ok(response)
    };
    state.evaluate(&call, bytes, assessing).await?.map(json_text)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    degraded: Vec<&'static str>,
}

/// `GET /health/live`
pub(super) async fn live(state: Data<State>) -> Result<HttpResponse, Failure> {
    if !state.is_alive() {
        return Err(ErrorCode::Stuck.into());
    }
    json(&Health {
        status: "live",
        degraded: Vec::new(),
    })
}

/// `GET /health/ready`
pub(super) async fn ready(state: Data<State>) -> Result<HttpResponse, Failure> {
    state.readiness()?;
    json(&Health {
        status: "ready",
        degraded: state.degraded(),
    })
}

/// 405 that names the method that the path does take.
pub(crate) async fn wrong_method(allow: &'static str) -> HttpResponse {
    let mut response = Failure::from(ErrorCode::WrongMethod).error_response();
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}

/// Any other path.
pub(super) async fn unknown_path() -> Result<HttpResponse, Failure> {
    Err(ErrorCode::UnknownPath.into())
}
