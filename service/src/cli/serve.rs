//! `pnet-cds serve`

use super::{Ended, block_on, print, settings};
use crate::clock;
use crate::evaluator::Evaluator;
use crate::hooks::flow;
use crate::http::{State, demo_call, serve};
use crate::settings::{LogFormat, Settings};
use crate::store::Store;
use crate::trust::AuthMode;
use actix_web::rt::System;
use actix_web::web::Data;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

/// Loads everything, says where it listens, and serves.
pub(super) fn run(config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = Evaluator::load(&settings).map_err(Ended::wrong)?;
    start_log(settings.log);
    let unusable = |error| Ended::failed(format!("{}: {error}", settings.listen));
    let listener = TcpListener::bind(settings.listen).map_err(unusable)?;
    let base_url = base_url(listener.local_addr().map_err(unusable)?);
    let store = Store::open(&settings.store, settings.auth.replay_capacity)
        .map_err(|error| Ended::failed(format!("store: {error}")))?;
    let trust = State::trust(&settings, &base_url, &store).map_err(Ended::wrong)?;
    let state = State::with_trust(
        &settings,
        evaluator,
        &base_url,
        clock::today,
        trust,
        Arc::clone(&store),
    )
    .map_err(Ended::failed)?;
    print(&banner(&settings, &state, &base_url))?;
    let served = System::new()
        .block_on(serve(listener, Data::new(state)))
        .map_err(unusable);
    block_on(store.close())?;
    served
}

fn start_log(format: LogFormat) {
    let to_stderr = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // A log that cannot be written, on a full disk, must not end a request; reporting that would panic.
        .log_internal_errors(false)
        .with_target(false);
    let started = match format {
        LogFormat::Json => to_stderr.json().flatten_event(true).try_init(),
        LogFormat::Text => to_stderr.with_ansi(super::style::wanted_on_stderr()).try_init(),
    };
    // A panic's message can hold chart data, so only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
    if started.is_err() {
        tracing::warn!("a log was started before");
    }
}

/// Where this machine reaches the service.
fn base_url(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", address.port()),
        _ => format!("http://{address}"),
    }
}

fn banner(settings: &Settings, state: &State, base_url: &str) -> String {
    let knowledge = &state.evaluator.knowledge.package.reference;
    let mut text = format!(
        "pnet-cds {} listens on {base_url}; knowledge {} {}; {}\n",
        env!("CARGO_PKG_VERSION"),
        knowledge.id,
        knowledge.version,
        callers(settings),
    );
    match (&state.sandbox, shown_patient(state)) {
        (Some(sandbox), Some(patient)) => {
            let count = sandbox.patients().len();
            text.push_str(&format!(
                "demo: {count} synthetic patients under {base_url}/sandbox/fhir\n"
            ));
            text.push_str(&format!("try: {}\n", demo_call(base_url, &patient)));
        }
        _ => text.push_str(&format!(
            "demo: off, since there are settings; demo.enabled = true (PNET_CDS_DEMO__ENABLED=true) serves synthetic patients\n\
             try: curl -s {base_url}/cds-services\n"
        )),
    }
    text.push_str(&store(settings, &state.store));
    let open = settings.auth.mode(settings.clients.len()) == AuthMode::Open;
    if open && !settings.listen.ip().is_loopback() {
        text.push_str(
            "warning: reachable from the network without authentication (auth.allow_open_network)\n",
        );
    }
    text
}

/// Where feedback is kept, and what it means if that is not there.
fn store(settings: &Settings, store: &Store) -> String {
    let url = &settings.store.url;
    if store.is_up() {
        return format!("store: {url}\n");
    }
    let fault = store.last_fault();
    let meanwhile = match settings.auth.mode(settings.clients.len()) {
        AuthMode::Open => "feedback is refused",
        AuthMode::Required => "callers and feedback are refused",
    };
    format!("warning: the store is not available ({url}: {fault}); until it is, {meanwhile}\n")
}

/// Who may call.
fn callers(settings: &Settings) -> String {
    let clients = settings.clients.len();
    match settings.auth.mode(clients) {
        AuthMode::Open => "callers are not authenticated".to_owned(),
        AuthMode::Required => {
            format!("every call needs a token of one of the registered callers ({clients})")
        }
    }
}

/// The bundled patient with the most to show: the first with the greatest number of cards.
fn shown_patient(state: &State) -> Option<String> {
    let sandbox = state.sandbox.as_ref()?;
    let cards = |patient: &String| {
        let body = format!(
            "{{\"hook\":\"patient-view\",\"hookInstance\":\"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea\",\
             \"context\":{{\"userId\":\"Practitioner/demo\",\"patientId\":\"{patient}\"}}}}"
        );
        let request = crate::hooks::request::HookRequest::parse(&body).ok()?;
        let source = flow::Source::Sandbox(sandbox);
        let advising = flow::advise(
            &state.evaluator,
            &state.templates,
            &request,
            source,
            clock::today(),
        );
        let advice = block_on(advising).ok()?.ok()?;
        (!advice.cards.is_empty()).then_some(advice.cards.len())
    };
    let shown = sandbox
        .patients()
        .iter()
        .filter_map(|patient| Some((cards(patient)?, patient)));
    shown
        .rev()
        .max_by_key(|(cards, _)| *cards)
        .map(|(_, patient)| patient.clone())
}
