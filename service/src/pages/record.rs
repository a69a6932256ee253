//! Whose form it is: a bundled patient's, which the sandbox keeps, or that of a chart that was launched, which its record
//! system keeps.

use super::answer::{patient_page, session_page};
use super::fire::USER;
use super::form_fields::Sent;
use super::visitor::Visitor;
use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::fhir_client::{NotWritten, Why};
use crate::hooks::flow::{self, Basis, Enquiry, Origin, Server};
use crate::hooks::request::HookRequest;
use crate::http::State;
use crate::smart::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use cds_cards::render::Reference;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For everything that is read or written for a page: a person waits longer than a card may take.
const DEADLINE: Duration = Duration::from_secs(3);

/// A record that a page reads and a form writes, of somebody who may.
#[derive(Clone)]
pub(super) enum Record {
    /// A bundled patient's, for whoever may see pages about them.
    Bundled(Arc<Visitor>),
    /// That of the patient whose chart was launched.
    Launched(Session, Call),
}

impl Record {
    /// The patient's id: a session has one and no other.
    pub(super) fn patient<'a>(&'a self, sent: &'a Sent) -> &'a str {
        match self {
            Self::Bundled(_) => &sent.patient,
            Self::Launched(session, _) => session.patient(),
        }
    }

    /// Checks that the form is one of this session's, and means its patient.
    ///
    /// # Errors
    /// [`Failure`], which is on record.
    pub(super) fn check(&self, headers: &HeaderMap, sent: &Sent, is_form: bool) -> Result<(), Failure> {
        let Self::Launched(session, call) = self else {
            return Ok(());
        };
        if is_form {
            session.check_form(call, headers, &sent.csrf)?;
        }
        match sent.patient.is_empty() {
            true => Ok(()),
            false => session.check_patient(call, &sent.patient),
        }
    }

    /// Reads the record as a hook would have it read, for a page that gives out no card.
    ///
    /// # Errors
    /// [`Failure`] as of a hook call.
    pub(super) async fn read(&self, state: &Data<State>, patient: &str) -> Result<Basis, Failure> {
        let call = self.call();
        let (record, of_state, patient) = (self.clone(), state.clone(), patient.to_owned());
        let reading = async move { record.assessed(&of_state, &patient).await };
        state.evaluate(call, 0, reading).await?
    }

    async fn assessed(&self, state: &State, patient: &str) -> Result<Basis, Failure> {
        let call = self.call();
        let base = match self {
            Self::Bundled(_) => state.advisor.sandbox_url().map(str::to_owned),
            Self::Launched(session, _) => Some(session.base().to_string()),
        };
        let mut request = HookRequest::opening(patient, USER)?;
        request.fhir_server = base.as_deref();
        let source = match self {
            Self::Bundled(_) => {
                call.about(&request);
                Origin::Sandbox(state.advisor.sandbox.as_ref().ok_or(ErrorCode::UnknownPath)?)
            }
            Self::Launched(session, _) => {
                request.user_id = session.fhir_user().unwrap_or_default();
                request.token = Some(session.token().clone());
                call.looks(session.issuer(), session.patient(), session.fhir_user());
                Origin::Server(Server {
                    client: state.advisor.fhir(),
                    base: session.base(),
                    deadline: DEADLINE,
                })
            }
        };
        let enquiry = Enquiry {
            evaluator: &state.advisor.evaluator,
            templates: &state.advisor.templates,
            request: &request,
            source,
            as_of: state.advisor.today(),
            trail: call.trail(),
        };
        let (basis, _) = call.run(flow::assess(&enquiry)).await?;
        call.assessed(basis.assessment.clone());
        Ok(basis)
    }

    /// Writes a transaction, all of it or nothing.
    ///
    /// # Errors
    /// Why it is not known to be written.
    pub(super) async fn write(&self, state: &State, sent: &Sent, transaction: String) -> Result<(), Failure> {
        let (session, call) = match self {
            Self::Bundled(_) => {
                let sandbox = state.advisor.sandbox.as_ref().ok_or(ErrorCode::UnknownPath)?;
                return sandbox.write(&sent.patient, &transaction);
            }
            Self::Launched(session, call) => (session, call),
        };
        if !self.creates("Observation") {
            return Err(Failure::at(ErrorCode::RecordRefused, Why::Forbidden.text()));
        }
        let deadline = Instant::now() + DEADLINE;
        let writing = state
            .advisor
            .fhir()
            .transact(session.base(), session.token(), transaction, deadline);
        call.run(writing).await.map_err(|not| match not {
            NotWritten::Refused(why) => Failure::at(ErrorCode::RecordRefused, why.text()),
            NotWritten::Unknown(why) => Failure::at(ErrorCode::RecordUnknown, why.text()),
        })
    }

    /// Who enters it, if that is somebody who can.
    pub(super) fn user(&self) -> Option<Reference> {
        match self {
            Self::Bundled(_) => Reference::performer(USER),
            Self::Launched(session, _) => session.fhir_user().and_then(Reference::performer),
        }
    }

    /// Whether resources of a type may be written, as far as the launch says.
    pub(super) fn creates(&self, kind: &str) -> bool {
        match self {
            Self::Bundled(_) => true,
            Self::Launched(session, _) => session.scopes().creates(kind),
        }
    }

    /// What a form of it has to bring.
    pub(super) fn csrf(&self) -> &str {
        match self {
            Self::Bundled(_) => "",
            Self::Launched(session, _) => session.csrf(),
        }
    }

    /// Whether it is that of a bundled patient.
    pub(super) fn is_bundled(&self) -> bool {
        matches!(self, Self::Bundled(_))
    }

    /// Which record it is, beside the patient.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Bundled(_) => String::new(),
            Self::Launched(session, _) => session.base().to_string(),
        }
    }

    /// The call.
    pub(super) fn call(&self) -> &Call {
        match self {
            Self::Bundled(visitor) => &visitor.call,
            Self::Launched(_, call) => call,
        }
    }

    /// A page about it.
    pub(super) fn page(&self, status: StatusCode, html: String) -> HttpResponse {
        match self {
            Self::Bundled(_) => patient_page(status, html),
            Self::Launched(session, _) => session_page(status, html, session.frame_origins()),
        }
    }
}

impl FromRequest for Record {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<State>>();
        let has_bundled = state.is_some_and(|state| state.advisor.sandbox.is_some());
        let launched = Session::from_request(request, payload).into_inner();
        let visiting = Visitor::from_request(request, payload);
        let call = Call::of(request);
        Box::pin(async move {
            let failure = match launched {
                Ok(session) => return Ok(Self::Launched(session, call.ok_or(ErrorCode::Internal)?)),
                Err(failure) => failure,
            };
            match failure.code {
                // The synthetic patients need no launch.
                ErrorCode::NoSession | ErrorCode::UnknownPath if has_bundled => {
                    visiting.await.map(|visitor| Self::Bundled(Arc::new(visitor)))
                }
                _ => Err(failure),
            }
        })
    }
}
