//! A call that the service makes to itself for each registered client, so that whoever is on call learns of what fails
//! before a clinician does not. It is of an invented patient, and nothing of it is sent but one read of a patient whom no
//! server has.

use super::state::State;
use crate::fhir_client::{Access, Query, Why};
use crate::hooks::flow::{self, Enquiry, Origin};
use crate::hooks::pauses::NoPauses;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::sandbox::Sandbox;
use crate::trust::Rehearsed;
use actix_web::web::Data;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// The longest that the first call waits, so that a new pod is known early.
const FIRST: Duration = Duration::from_secs(60);
/// For one FHIR server.
const FHIR: Duration = Duration::from_secs(5);
/// The invented patient, and one whom no server has.
const PATIENT: &str = "prrt-krenning-4";
const NOBODY: &str = "Patient/pnet-cds-synthetic-call";

/// Calls on the schedule of the settings, on a thread of its own, for as long as the state is there.
///
/// # Errors
/// If the thread cannot be started.
pub(super) fn start(state: &Data<State>, every: Duration) -> std::io::Result<()> {
    if every.is_zero() || state.trust.rehearsed().is_empty() {
        return Ok(());
    }
    let state = Arc::downgrade(&Arc::clone(state));
    std::thread::Builder::new()
        .name("synthetic".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let (Ok(runtime), Ok(sandbox)) = (runtime, Sandbox::embedded()) else {
                return;
            };
            let mut pause = every.min(FIRST);
            while sleep(&state, pause) {
                let Some(state) = state.upgrade() else { return };
                runtime.block_on(round(&state, &sandbox));
                pause = every;
            }
        })?;
    Ok(())
}

/// Waits; `false` once the state is gone.
fn sleep(state: &Weak<State>, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    while Instant::now() < until {
        if state.strong_count() == 0 {
            return false;
        }
        std::thread::sleep(Duration::from_millis(500).min(pause));
    }
    true
}

async fn round(state: &State, sandbox: &Sandbox) {
    let advised = is_advised(state, sandbox).await;
    for client in state.trust.rehearsed() {
        let results = &state.synthetic;
        results.put(&client.name, "keys", client.has_keys);
        results.put(&client.name, "token", state.trust.rehearse(&client).await);
        if !client.fhir_servers.is_empty() {
            results.put(&client.name, "fhir", is_reached(state, &client).await);
        }
        results.put(&client.name, "advice", advised);
    }
}

/// Whether every FHIR server of a client answers, whatever it answers.
async fn is_reached(state: &State, client: &Rehearsed) -> bool {
    let Ok(query) = Query::new("synthetic", NOBODY) else {
        return false;
    };
    let queries = [query];
    let mut all = true;
    for base in &client.fhir_servers {
        let access = Access::new(base, None, "pnet-cds-synthetic-call");
        let fetched = state
            .advisor
            .fhir()
            .fetch(&access, &queries, Instant::now() + FHIR)
            .await;
        all &= fetched.iter().all(|one| !one.state.why().is_some_and(is_away));
    }
    all
}

/// Whether nothing answers; that it wants a token or knows no such patient is an answer.
fn is_away(why: Why) -> bool {
    matches!(
        why,
        Why::Timeout
            | Why::Dns
            | Why::AddressRefused
            | Why::Refused
            | Why::Tls
            | Why::Disconnected
            | Why::ServerError
            | Why::CircuitOpen
    )
}

/// Whether the invented chart comes to a card.
async fn is_advised(state: &State, sandbox: &Sandbox) -> bool {
    let Ok(request) = HookRequest::opening(PATIENT, "Practitioner/synthetic") else {
        return false;
    };
    let enquiry = Enquiry {
        evaluator: &state.advisor.evaluator,
        templates: &state.advisor.templates,
        request: &request,
        source: Origin::Sandbox(sandbox),
        as_of: state.advisor.today(),
        trail: &Trail::default(),
    };
    let advising = flow::advise(&enquiry, &NoPauses);
    advising.await.is_ok_and(|advice| !advice.cards.is_empty())
}
