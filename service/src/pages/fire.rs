//! From what is asked for to what the service answers: the same calls as over HTTP, with the facts behind them.

use super::ask::Ask;
use super::visitor::Visitor;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Occasion;
use crate::hooks::Service;
use crate::hooks::flow::Basis;
use crate::hooks::request::HookRequest;
use crate::http::State;
use crate::input;
use actix_web::web::Data;
use cds_cards::render::Card;
use fhir_profiles::chart::utf8_text;
use fhir_profiles::json::Document;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Who fires where nobody is known by name.
pub(super) const USER: &str = "Practitioner/workbench";
/// The draft order of the call, as order-select names what was chosen.
const SELECTION: &str = "ServiceRequest/draft";
/// Code system of what an order can order.
const TREATMENTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/treatments";

/// The answer to what was fired.
#[derive(Debug)]
pub(super) struct Fired {
    /// The service that was called; none for a Bundle, which is no call.
    pub(super) service: Option<&'static str>,
    /// The body of the call, as an EHR would send it; without the access token.
    pub(super) request: String,
    /// The cards.
    pub(super) cards: Vec<Card>,
    /// What they rest on; nothing where it was certain at once that no PNET is on record.
    pub(super) basis: Option<Basis>,
}

impl Fired {
    /// The body of the answer.
    pub(super) fn response(&self) -> Value {
        json!({ "cards": self.cards })
    }
}

/// Fires what is asked for.
///
/// # Errors
/// [`Failure`] as the service answers it over HTTP.
pub(super) async fn fire(
    state: &Data<State>,
    visitor: &Arc<Visitor>,
    ask: &Arc<Ask>,
) -> Result<Fired, Failure> {
    let (call, bytes) = (visitor.call.clone(), ask.request.len());
    let (of_state, visitor, ask) = (state.clone(), Arc::clone(visitor), Arc::clone(ask));
    let firing = async move { fired(&of_state, &visitor, &ask).await };
    state.evaluate(&call, bytes, firing).await?
}

async fn fired(state: &State, visitor: &Visitor, ask: &Ask) -> Result<Fired, Failure> {
    if ask.request.is_empty() {
        let mut call = call(state, visitor, ask)?;
        let fired = hook(state, visitor, &input::document(&call.to_string())?).await?;
        if let Some(token) = call.pointer_mut("/fhirAuthorization/access_token") {
            *token = Value::from("...");
        }
        return Ok(Fired {
            request: call.to_string(),
            ..fired
        });
    }
    let text = utf8_text(ask.request.as_bytes());
    let document = input::document(&text)?;
    if input::is_bundle(&document) {
        let basis = input::bundle_basis(&state.advisor.evaluator, &document, state.advisor.today())?;
        visitor.call.assessed(basis.assessment.clone());
        return Ok(Fired {
            service: None,
            request: String::new(),
            cards: state
                .advisor
                .evaluator
                .render(&basis.assessment, &Occasion::default()),
            basis: Some(basis),
        });
    }
    hook(state, visitor, &document).await
}

/// The call that an EHR would make for the patient.
fn call(state: &State, visitor: &Visitor, ask: &Ask) -> Result<Value, Failure> {
    let server = if ask.server.is_empty() {
        state
            .advisor
            .sandbox_url()
            .ok_or(ErrorCode::UnregisteredFhirServer)?
            .to_owned()
    } else {
        let readable = state.advisor.may_show_servers(&visitor.caller);
        if !readable || visitor.caller.fhir_base(&ask.server).is_none() {
            return Err(ErrorCode::UnregisteredFhirServer.into());
        }
        ask.server.clone()
    };
    let service = match ask.hook.as_str() {
        "" => Service::PatientView,
        hook => Service::by_hook(hook).ok_or(ErrorCode::WrongHook)?,
    };
    // The same chart opened again on one day is the same call, so that its cards keep their identity.
    let name = format!(
        "{server}|{}|{}|{}|{}",
        ask.patient,
        ask.hook,
        ask.order,
        state.advisor.today()
    );
    let context = match service {
        Service::PatientView => json!({ "userId": USER, "patientId": ask.patient }),
        Service::OrderSign => {
            json!({ "userId": USER, "patientId": ask.patient, "draftOrders": draft_orders(state, ask)? })
        }
        Service::OrderSelect => json!({
            "userId": USER,
            "patientId": ask.patient,
            "selections": [SELECTION],
            "draftOrders": draft_orders(state, ask)?,
        }),
    };
    let mut call = json!({
        "hook": service.hook(),
        "hookInstance": Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string(),
        "fhirServer": server,
        "context": context,
    });
    if !ask.token.is_empty() {
        let granted = json!({ "access_token": ask.token, "token_type": "Bearer", "expires_in": 300 });
        if let Some(call) = call.as_object_mut() {
            call.insert("fhirAuthorization".to_owned(), granted);
        }
    }
    Ok(call)
}

/// A draft that orders an option, coded as the first of the treatments that mean it.
fn draft_orders(state: &State, ask: &Ask) -> Result<Value, Failure> {
    let options = &state.advisor.evaluator.knowledge.options;
    let option = options.iter().find(|option| option.id == ask.order);
    let treatment = option.and_then(|option| option.orders.first()?.treatments.first());
    let (option, treatment) = option.zip(treatment).ok_or(ErrorCode::InvalidDraftOrders)?;
    let coding = json!([{ "system": TREATMENTS, "code": treatment.as_str() }]);
    Ok(json!({
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{ "resource": {
            "resourceType": "ServiceRequest",
            "id": "draft",
            "status": "draft",
            "intent": "order",
            "subject": { "reference": format!("Patient/{}", ask.patient) },
            "code": { "coding": coding, "text": option.label },
        }}],
    }))
}

async fn hook(state: &State, visitor: &Visitor, document: &Document<'_>) -> Result<Fired, Failure> {
    let Visitor { caller, call } = visitor;
    let request = HookRequest::parse(document)?;
    let service = Service::by_hook(request.hook).ok_or(ErrorCode::WrongHook)?;
    call.service(service.id(), service.hook());
    let mut advice = state.advisor.advise(caller, call, service, &request).await?;
    let basis = advice.facts.take().zip(advice.assessment.clone());
    let patient = advice.patient.take();
    let cards = advice.cards.clone();
    call.advised(advice);
    Ok(Fired {
        service: Some(service.id()),
        request: document.text().to_owned(),
        cards,
        basis: basis.map(|(facts, assessment)| Basis {
            facts,
            assessment,
            patient,
        }),
    })
}
