//! What calls are answered with: the pure core, where records come from, and what is remembered of answers.

use crate::call::Call;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::fhir_client::FhirClient;
use crate::hooks::Service;
use crate::hooks::flow::{self, Advice, Enquiry, Origin, Server};
use crate::hooks::pauses::{NoPauses, Pauses};
use crate::hooks::request::HookRequest;
use crate::query_text::encoded;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::smart::Smart;
use crate::store::{Operation, Owner, Store};
use crate::templates::Template;
use crate::trust::{Caller, Clock};
use cds_cards::render::{Card, CardKind, Link};
use fhir_profiles::FactId;
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use std::sync::Arc;
use std::time::Duration;

/// The bundled patient for whom the service calls itself.
pub(crate) const INVENTED: &str = "prrt-krenning-4";

/// What answers every call, however it comes in.
#[derive(Debug)]
pub struct Advisor {
    /// The pure core.
    pub evaluator: Evaluator,
    /// The prefetch templates, as published.
    pub templates: Vec<Template>,
    /// The bundled patients, in demo mode.
    pub sandbox: Option<Sandbox>,
    /// Addresses under which the sandbox is reached.
    sandbox_urls: Vec<String>,
    /// The address that callers use.
    own_url: String,
    /// Whether only this machine can reach the service.
    on_loopback: bool,
    /// Whether there are pages that cards can lead to.
    has_pages: bool,
    fhir: FhirClient,
    fhir_deadline: Duration,
    /// Launches from charts and their sessions, where they are on.
    pub(crate) smart: Option<Smart>,
    /// What outlives a request.
    pub(crate) store: Arc<Store>,
    /// The clock.
    today: fn() -> Date,
}

impl Advisor {
    /// As set, for a service at `base_url`, evaluating as of what `today` says.
    ///
    /// # Errors
    /// What is wrong with the bundled patients, with a secret or key of launches, or with `fhir.ca_file`.
    pub(crate) fn new(
        settings: &Settings,
        mut evaluator: Evaluator,
        base_url: &str,
        today: fn() -> Date,
        clock: Arc<dyn Clock>,
        store: Arc<Store>,
    ) -> Result<Self, String> {
        let demo = settings.demo.unwrap_or_default();
        let has_pages = settings.workbench.unwrap_or(demo);
        if has_pages && demo {
            // Who tries the demo reaches it where it listens.
            evaluator.link_to(base_url);
        }
        let own_url = settings.public_url.clone().unwrap_or_else(|| base_url.to_owned());
        let bases = [Some(base_url.to_owned()), settings.public_url.clone()];
        Ok(Self {
            templates: evaluator.templates(),
            evaluator,
            sandbox: demo.then(Sandbox::embedded).transpose()?,
            sandbox_urls: bases
                .into_iter()
                .flatten()
                // And this machine by its other name.
                .flat_map(|base| [base.clone(), base.replacen("//127.0.0.1:", "//localhost:", 1)])
                .map(|base| format!("{base}/sandbox/fhir"))
                .collect(),
            on_loopback: settings.listen.ip().is_loopback(),
            has_pages,
            smart: Smart::new(settings, &own_url, clock)?,
            own_url,
            fhir: FhirClient::new(&settings.fhir).map_err(|error| format!("`fhir.ca_file`: {error}"))?,
            fhir_deadline: settings.fhir.deadline,
            store,
            today,
        })
    }

    /// Whether pages are on.
    pub(crate) fn has_pages(&self) -> bool {
        self.has_pages
    }

    /// Whether only this machine can reach the service.
    pub(crate) fn is_on_loopback(&self) -> bool {
        self.on_loopback
    }

    /// The client of registered servers.
    pub(crate) fn fhir(&self) -> &FhirClient {
        &self.fhir
    }

    /// The day of evaluation.
    pub(crate) fn today(&self) -> Date {
        (self.today)()
    }

    /// The address that callers use, without a slash at the end.
    pub(crate) fn own_url(&self) -> &str {
        &self.own_url
    }

    /// Every origin that may frame pages of launches.
    pub(crate) fn frame_origins(&self) -> Vec<String> {
        self.smart.as_ref().map(Smart::frame_origins).unwrap_or_default()
    }

    /// Where the bundled patients are, in demo mode.
    pub(crate) fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref()?;
        self.sandbox_urls.first().map(String::as_str)
    }

    /// Whether pages may show patients of registered FHIR servers: to an authenticated caller, else on this machine only.
    pub(crate) fn may_show_servers(&self, caller: &Caller) -> bool {
        caller.issuer().is_some() || self.on_loopback
    }

    /// The page of the patient of a request, where any browser that sees the cards may open it: a bundled patient, or
    /// one of a registered server while the service is open to this machine only. An authenticated caller gets none:
    /// the browser that would follow the link has no token to show.
    pub(crate) fn board_url(&self, caller: &Caller, request: &HookRequest<'_>) -> Option<String> {
        let pages = self.evaluator.linked().filter(|_| self.has_pages)?;
        let patient = &request.patient_id;
        let server = request.fhir_server?.trim_end_matches('/');
        let sandbox = self.sandbox.as_ref();
        let bundled = sandbox.is_some_and(|sandbox| sandbox.patients().iter().any(|known| known == patient));
        if bundled && self.sandbox_urls.iter().any(|known| known == server) {
            return Some(format!("{pages}/board?patient={}", encoded(patient)));
        }
        let open = caller.issuer().is_none() && self.on_loopback && request.token.is_none();
        let base = caller.fhir_base(server).filter(|_| open)?;
        Some(format!(
            "{pages}/board?server={}&patient={}",
            encoded(&base.to_string()),
            encoded(patient)
        ))
    }

    /// Where records come from that a request does not bring: its `fhirServer`, if that is our sandbox or registered
    /// for the caller.
    ///
    /// # Errors
    /// [`Failure`] if the caller may not name this server.
    pub fn source<'s>(
        &'s self,
        caller: &'s Caller,
        request: &HookRequest<'_>,
    ) -> Result<Origin<'s>, Failure> {
        let Some(server) = request.fhir_server else {
            return Ok(Origin::Nowhere);
        };
        let url = server.trim_end_matches('/');
        match &self.sandbox {
            Some(sandbox) if self.sandbox_urls.iter().any(|known| known == url) => {
                Ok(Origin::Sandbox(sandbox))
            }
            _ => {
                caller.check_fhir_server(server)?;
                Ok(caller.fhir_base(server).map_or(Origin::Nowhere, |base| {
                    Origin::Server(Server {
                        client: &self.fhir,
                        base,
                        deadline: caller.fhir_deadline().unwrap_or(self.fhir_deadline),
                    })
                }))
            }
        }
    }

    /// What a service answers this caller, however it was asked: cards that the store knows, so that their answers can be
    /// kept, the assessment with a link to the patient's page.
    ///
    /// # Errors
    /// [`Failure`] as over HTTP.
    pub(crate) async fn advise(
        &self,
        caller: &Caller,
        call: &Call,
        service: Service,
        request: &HookRequest<'_>,
    ) -> Result<Advice, Failure> {
        call.about(request);
        if caller.is_own() {
            return self.rehearse(call, request).await;
        }
        let kept = Kept {
            store: &self.store,
            call,
            owner: owner(caller, service.id()),
        };
        let enquiry = Enquiry {
            evaluator: &self.evaluator,
            templates: &self.templates,
            request,
            source: self.source(caller, request)?,
            as_of: self.today(),
            trail: call.trail(),
        };
        let mut advice = call.hook(flow::advise(&enquiry, &kept)).await?;
        self.store
            .issue(owner(caller, service.id()), request.patient_id, &advice.cards);
        if let Some(url) = self.board_url(caller, request) {
            let cards = advice.cards.into_iter();
            advice.cards = cards.map(|card| with_board(card, &url)).collect();
        }
        if let Some(smart) = &self.smart {
            advice.cards = smart.linked(caller, advice.cards);
        }
        Ok(advice)
    }
}

impl Advisor {
    /// What the service answers itself, for the invented patient alone, of which nothing is kept.
    async fn rehearse(&self, call: &Call, request: &HookRequest<'_>) -> Result<Advice, Failure> {
        if request.patient_id != INVENTED || request.fhir_server.is_some() {
            return Err(ErrorCode::Unauthorized.into());
        }
        let enquiry = Enquiry {
            evaluator: &self.evaluator,
            templates: &self.templates,
            request,
            source: Origin::Nowhere,
            as_of: self.today(),
            trail: call.trail(),
        };
        call.hook(flow::advise(&enquiry, &NoPauses)).await
    }
}

/// What the store knows of questions to patients of a caller.
struct Kept<'a> {
    store: &'a Store,
    call: &'a Call,
    owner: Owner,
}

impl Pauses for Kept<'_> {
    fn paused<'a>(&'a self, patient: &'a str, facts: &'a [FactId]) -> BoxFuture<'a, Vec<FactId>> {
        let looking = self.store.paused(self.owner.clone(), patient, facts);
        Box::pin(async move {
            let known = self.call.store(Operation::Questions, looking).await;
            // Nobody is asked again for want of a store that would know better.
            known.unwrap_or_else(|_| facts.to_vec())
        })
    }
}

/// The card with a link to the patient's page, if it is the pathway.
fn with_board(card: Card, url: &str) -> Card {
    if card.about().kind != CardKind::Pathway {
        return card;
    }
    match Link::absolute("This patient on one page, for the meeting", url.to_owned()) {
        Some(link) => card.with_link(link),
        None => card,
    }
}

/// Whose the cards are that this caller gets from a service.
pub(crate) fn owner(caller: &Caller, service: &str) -> Owner {
    Owner {
        issuer: caller.issuer().unwrap_or_default().to_owned(),
        tenant: caller.tenant().unwrap_or_default().to_owned(),
        service: service.to_owned(),
    }
}
