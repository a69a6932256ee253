//! The handlers of the service itself: extract, call, return.

use super::answer::{json, json_text, written};
use super::body::{Body, Json, JsonOrFhir};
use super::caller::Discoverer;
use super::state::State;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use crate::hooks::request::HookRequest;
use crate::input;
use crate::trust::Caller;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use cds_cards::render::Card;
use serde::{Serialize, Serializer};

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
    description: String,
    usage_requirements: &'static str,
    prefetch: Prefetch<'a>,
}

struct Prefetch<'a>(&'a State);

impl Serialize for Prefetch<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .advisor
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

/// Title and description of a service; `{options}` is how many there are.
fn texts(service: Service) -> (&'static str, &'static str) {
    match service {
        Service::PatientView => (
            "Liver metastases of a pancreatic neuroendocrine tumour",
            "Works out WHO grade, ENETS and AJCC stage and which of {options} treatment options a published \
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
fn described(description: &'static str, state: &State) -> String {
    let knowledge = &state.advisor.evaluator.knowledge;
    let description = description.replace("{options}", &knowledge.options.len().to_string());
    let reference = &knowledge.package.reference;
    match reference.is_of_site() {
        true => format!("{description} Knowledge {}.", reference.edition()),
        false => description,
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
        let advising = of_state.advisor.advise(&caller, &of_call, service, &request);
        let advice = advising.await?;
        let response = written(&Cards { cards: &advice.cards })?;
        of_call.advised(advice);
        Ok(response)
    };
    state.evaluate(&call, bytes, advising).await?.map(json_text)
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
            of_state.advisor.source(&caller, request)
        };
        let advisor = &of_state.advisor;
        let (evaluator, templates) = (&advisor.evaluator, &advisor.templates);
        let (text, today) = (body.text(), advisor.today());
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

/// Any other path.
pub(super) async fn unknown_path() -> Result<HttpResponse, Failure> {
    Err(ErrorCode::UnknownPath.into())
}
