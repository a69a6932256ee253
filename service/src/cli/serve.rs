//! `pnet-cds serve`

use super::ended::{Ended, block_on, print};
use super::opened::opened;
use super::settings;
use crate::app::Application;
use crate::clock;
use crate::hooks::Service;
use crate::hooks::flow;
use crate::hooks::pauses::NoPauses;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::http::{Parts, State};
use crate::settings::AuthMode;
use crate::settings::LogFormat;
use crate::settings::Settings;
use crate::settings::SinkSetting;
use crate::store::Store;
use crate::telemetry::{Telemetry, beside_the_log, start_log};
use actix_web::rt::System;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tracing::Level;

/// How long the end may wait for the collector.
const FLUSH: Duration = Duration::from_secs(3);

/// Loads everything, says where it listens, and serves.
pub(super) fn run(config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config).map_err(|ended| told(ended, wanted_format()))?;
    run_with(&settings).map_err(|ended| told(ended, settings.telemetry.log))
}

/// The form of the log while the settings are wrong: what the environment says of it, as the chart sets it.
fn wanted_format() -> LogFormat {
    match std::env::var("PNET_CDS_TELEMETRY__LOG").as_deref() {
        Ok("json") => LogFormat::Json,
        _ => LogFormat::Text,
    }
}

/// The end as the log has it: who reads JSON lines gets no other.
fn told(ended: Ended, format: LogFormat) -> Ended {
    if format == LogFormat::Text {
        return ended;
    }
    for message in &ended.messages {
        // There is nobody to tell that standard error is closed.
        let _ = std::io::stderr().write_all(&beside_the_log(format, Level::ERROR, message));
    }
    Ended {
        messages: Vec::new(),
        ..ended
    }
}

fn run_with(settings: &Settings) -> Result<(), Ended> {
    let evaluator = opened(settings).map_err(Ended::wrong)?;
    let telemetry = Telemetry::new(&settings.telemetry).map_err(Ended::failed)?;
    if !start_log(&settings.telemetry, &telemetry, super::style::wanted_on_stderr()) {
        return Err(Ended::failed("a log was started before"));
    }
    let listener = listen(settings.listen)?;
    let scheme = if settings.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let base_url = base_url(scheme, address(&listener)?);
    let store = Store::open(&settings.store, settings.auth.replay_capacity)
        .map_err(|error| Ended::failed(format!("store: {error}")))?;
    let trust = Application::trust(settings, &base_url, &store).map_err(Ended::wrong)?;
    let parts = Parts {
        evaluator,
        trust,
        store: Arc::clone(&store),
        telemetry: telemetry.clone(),
    };
    let application = Application::of(settings, &base_url, clock::today, parts).map_err(Ended::failed)?;
    let management = management(settings)?;
    let mut text = banner(settings, &application.state, &base_url);
    if let Some(listener) = &management {
        text.push_str(&format!("metrics: http://{}/metrics\n", address(listener)?));
    }
    announce(settings, &text)?;
    // Beside the first calls, which need not wait for it; nobody waits for the thread.
    std::thread::spawn(fhir_profiles::mentions::warm);
    let state = application.state.clone();
    let served = System::new().block_on(application.serve(listener, management));
    block_on(store.close())?;
    state.audit.flush(FLUSH);
    if !telemetry.shut_down(FLUSH) {
        tracing::warn!("not all telemetry reached the collector");
    }
    served.map_err(|error| unusable("server.listen", settings.listen, &error))
}

/// Says where it listens; on standard error if standard output is the audit's.
fn announce(settings: &Settings, text: &str) -> Result<(), Ended> {
    let lines = beside_the_log(settings.telemetry.log, Level::INFO, text);
    if settings.audit.sink == SinkSetting::Stdout {
        return std::io::stderr()
            .write_all(&lines)
            .map_err(|error| Ended::failed(error.to_string()));
    }
    print(&String::from_utf8_lossy(&lines))
}

fn unusable(setting: &str, address: SocketAddr, error: &std::io::Error) -> Ended {
    Ended::failed(format!("{address} (`{setting}`): {error}"))
}

fn listen(at: SocketAddr) -> Result<TcpListener, Ended> {
    TcpListener::bind(at).map_err(|error| unusable("server.listen", at, &error))
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Ended> {
    listener
        .local_addr()
        .map_err(|error| Ended::failed(error.to_string()))
}

/// The management listener. Its default port gives way, so that a second service, or Prometheus, on this machine is no
/// reason not to start; a port that was asked for is.
fn management(settings: &Settings) -> Result<Option<TcpListener>, Ended> {
    let Some(at) = settings.management_listen else {
        return Ok(None);
    };
    match TcpListener::bind(at) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if settings.management_listen_given => {
            Err(unusable("server.management_listen", at, &error))
        }
        Err(error) => {
            tracing::warn!(%at, %error, "no management listener: its default port is taken (server.management_listen)");
            Ok(None)
        }
    }
}

/// Where this machine reaches the service.
fn base_url(scheme: &str, address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => format!("{scheme}://127.0.0.1:{}", address.port()),
        _ => format!("{scheme}://{address}"),
    }
}

fn banner(settings: &Settings, state: &State, base_url: &str) -> String {
    let knowledge = &state.advisor.evaluator.knowledge.package.reference;
    let mut text = format!(
        "pnet-cds {} listens on {base_url}; knowledge {} {}; {}\n",
        env!("CARGO_PKG_VERSION"),
        knowledge.id,
        knowledge.edition(),
        callers(settings),
    );
    match (&state.advisor.sandbox, shown_patient(state)) {
        (Some(sandbox), Some(patient)) => text.push_str(&demo(settings, sandbox.patients().len(), base_url, &patient)),
        _ => text.push_str(&format!(
            "demo: off, since {}; demo.enabled = true (PNET_CDS_DEMO__ENABLED=true) serves synthetic patients\n\
             try: curl -s {base_url}/cds-services\n",
            match settings.demo_off_by {
                Some(key) => format!("`{key}` is set"),
                None => "`demo.enabled` is false".to_owned(),
            }
        )),
    }
    text.push_str(&store(settings, &state.advisor.store));
    let open = settings.auth.mode(settings.clients.len()) == AuthMode::Open;
    if open && !settings.listen.ip().is_loopback() {
        text.push_str(
            "warning: reachable from the network without authentication (auth.allow_open_network)\n",
        );
    }
    text
}

/// What there is to see, with three things to try: in a browser where there are pages, and as a record system.
fn demo(settings: &Settings, patients: usize, base_url: &str, patient: &str) -> String {
    let why = match settings.demo_off_by {
        None => "since neither clients, auth nor a store are set (demo.enabled = false turns it off)",
        Some(_) => "since `demo.enabled` is true",
    };
    let mut text = format!("demo: {patients} synthetic patients under {base_url}/sandbox/fhir, {why}\n");
    if settings.workbench == Some(true) {
        text.push_str(&format!(
            "open {base_url}/ for the patients by their stories; then try\n  \
             {base_url}/?patient={patient}   a chart is opened: the cards, and why\n  \
             {base_url}/form?patient=sparse-chart   what a chart lacks, asked for in one form: the cards change\n"
        ));
    }
    text.push_str(&format!("try: {}\n", demo_call(base_url, patient)));
    text
}

/// Where feedback is kept, and what it means if that is not there.
fn store(settings: &Settings, store: &Store) -> String {
    let url = &settings.store.url;
    let mut text = String::new();
    if url.is_in_the_clear() {
        text.push_str(
            "warning: the connection to the database is not verified (sslmode=verify-full in store.url)\n",
        );
    }
    if store.is_up() {
        text.push_str(&format!("store: {url}\n"));
        return text;
    }
    let fault = store.last_fault();
    let meanwhile = match settings.auth.mode(settings.clients.len()) {
        AuthMode::Open => "feedback is refused",
        AuthMode::Required => "callers and feedback are refused",
    };
    text.push_str(&format!(
        "warning: the store is not available ({url}: {fault}); until it is, {meanwhile}\n"
    ));
    text
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
    let sandbox = state.advisor.sandbox.as_ref()?;
    let cards = |patient: &String| {
        let request = HookRequest::opening(patient, "Practitioner/demo").ok()?;
        let enquiry = flow::Enquiry {
            evaluator: &state.advisor.evaluator,
            templates: &state.advisor.templates,
            request: &request,
            source: flow::Origin::Sandbox(sandbox),
            as_of: clock::today(),
            trail: &Trail::default(),
        };
        let advising = flow::advise(&enquiry, &NoPauses);
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

/// A call that needs nothing but the sandbox, as a `curl` line.
fn demo_call(base_url: &str, patient_id: &str) -> String {
    let (id, hook) = (Service::PatientView.id(), Service::PatientView.hook());
    format!(
        "curl -s {base_url}/cds-services/{id} -H 'Content-Type: application/json' -d \
         '{{\"hook\":\"{hook}\",\"hookInstance\":\"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea\",\
         \"fhirServer\":\"{base_url}/sandbox/fhir\",\
         \"context\":{{\"userId\":\"Practitioner/demo\",\"patientId\":\"{patient_id}\"}}}}'"
    )
}
