//! A call that the service makes to itself for each registered client, so that whoever is on call learns of what fails before
//! a clinician does. It comes in over the service's own listener as everybody's calls do, is of an invented patient, and nothing
//! of it goes to others but one read of a patient whom no server has.

use super::state::State;
use crate::advisor::INVENTED;
use crate::fhir_client::{Access, Query, Why};
use crate::hooks::Service;
use crate::random::new_id;
use crate::sandbox::Sandbox;
use crate::trust::Rehearsed;
use actix_web::web::Data;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, redirect};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// The longest that the first call waits, so that a new pod is known early.
const FIRST: Duration = Duration::from_secs(60);
/// For one FHIR server.
const FHIR: Duration = Duration::from_secs(5);
/// How much longer than its deadline an answer of ours may take to arrive.
const CLOSE: Duration = Duration::from_secs(2);
/// One whom no server has.
const NOBODY: &str = "Patient/pnet-cds-synthetic-call";

/// Calls what listens at this address on the schedule of the settings, on a thread of its own, for as long as the state is there.
///
/// # Errors
/// If the thread cannot be started.
pub(super) fn start(state: &Data<State>, every: Duration, at: SocketAddr) -> std::io::Result<()> {
    if every.is_zero() || state.trust.rehearsed().is_empty() {
        return Ok(());
    }
    let state = Arc::downgrade(&Arc::clone(state));
    std::thread::Builder::new()
        .name("synthetic".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            let mut own = None;
            let mut pause = every.min(FIRST);
            while sleep(&state, pause) {
                let Some(state) = state.upgrade() else { return };
                own = own.or_else(|| Own::new(&state, at));
                runtime.block_on(round(&state, own.as_ref()));
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

async fn round(state: &State, own: Option<&Own>) {
    let advised = match own {
        Some(own) => own.is_advised(state).await,
        None => false,
    };
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

/// The service as whoever calls it reaches it, from this machine.
struct Own {
    url: String,
    client: Client,
    /// The call for the invented patient, with all that discovery asks for.
    body: String,
}

impl Own {
    fn new(state: &State, at: SocketAddr) -> Option<Self> {
        let ip = match at.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let scheme = if state.door.tls.is_some() { "https" } else { "http" };
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(state.bounds.request_deadline + CLOSE)
            // Each call comes in over a connection of its own.
            .pool_max_idle_per_host(0)
            // The certificate is for the name that callers use; the token is of use to this process alone.
            .tls_danger_accept_invalid_certs(true)
            .tls_certs_only([])
            .build()
            .ok()?;
        Some(Self {
            url: format!("{scheme}://{}{}", SocketAddr::new(ip, at.port()), path()),
            client,
            body: body(state)?,
        })
    }

    /// Whether the invented chart comes to a card, by a call as everybody's: over the listener, with a token, through the
    /// bounds, the queue and the engine.
    async fn is_advised(&self, state: &State) -> bool {
        let Some(token) = state.trust.own_token(&path()) else {
            return false;
        };
        let sent = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .bearer_auth(token)
            .body(self.body.clone())
            .send();
        let Ok(answer) = sent.await else { return false };
        let status = answer.status().as_u16();
        let Ok(text) = answer.bytes().await else {
            return false;
        };
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        let cards = answer.get("cards").and_then(Value::as_array);
        status == 200 && cards.is_some_and(|cards| !cards.is_empty())
    }
}

/// The path of the service that is called.
fn path() -> String {
    format!("/cds-services/{}", Service::PatientView.id())
}

fn body(state: &State) -> Option<String> {
    let sandbox = Sandbox::embedded().ok()?;
    let mut prefetch = Map::new();
    for template in &state.advisor.templates {
        let answer = sandbox.answer(&template.resolve(INVENTED)).ok()?;
        prefetch.insert(template.key.clone(), serde_json::from_str(&answer).ok()?);
    }
    let request = json!({
        "hook": Service::PatientView.hook(),
        "hookInstance": new_id().ok()?.to_string(),
        "context": {"userId": "Practitioner/synthetic", "patientId": INVENTED},
        "prefetch": prefetch,
    });
    Some(request.to_string())
}
