//! Who gets the token, which addresses are connected to, whose certificate is believed, and what is logged.

use crate::setup::{base, brief, client, failed, fetch, patient, search, settings, token};
use acceptance::scripted_fhir::fhir::{self, PATIENT};
use acceptance::scripted_fhir::{Authority, Fault, ScriptedFhir, Step};
use pnet_cds::address::{AllowedBase, Network};
use pnet_cds::fhir_client::{Access, BearerToken, FhirClient, Lookup, Lookups, SetupError, Why};
use pnet_cds::settings::FhirSettings;
use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracing_subscriber::fmt::MakeWriter;

/// Gives one answer after the other, the last one for ever.
struct Scripted {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Lookup for Scripted {
    fn lookup(&self, _: String) -> Lookups {
        let asked = self
            .asked
            .fetch_add(1, Ordering::SeqCst)
            .min(self.answers.len() - 1);
        let found: Vec<IpAddr> = self.answers[asked]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        Box::pin(async move { Ok(found) })
    }
}

fn with_lookup(lookup: &Arc<Scripted>) -> FhirClient {
    let lookup: Arc<dyn Lookup> = Arc::<Scripted>::clone(lookup);
    FhirClient::with_lookup(&settings(), lookup).unwrap()
}

async fn state(client: &FhirClient, base: &AllowedBase) -> String {
    let deadline = Instant::now() + Duration::from_millis(400);
    let fetched = client
        .fetch(&Access::new(base, None, PATIENT), &[patient()], deadline)
        .await;
    brief(&fetched[0].state)
}

#[tokio::test]
async fn a_name_that_resolves_to_an_address_that_is_not_registered_is_not_connected_to() {
    let canary = ScriptedFhir::healthy().unwrap();
    let base = AllowedBase::parse(
        &format!("https://fhir.example:{}/fhir", canary.address().port()),
        &[],
    )
    .unwrap();
    for answer in [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "192.168.0.1",
        "fe80::1",
    ] {
        let lookup = Scripted::new(&[&[answer]]);
        assert_eq!(
            state(&with_lookup(&lookup), &base).await,
            failed(Why::AddressRefused),
            "{answer}"
        );
        assert_eq!(lookup.asked.load(Ordering::SeqCst), 1, "no retry");
    }
    assert_eq!(
        state(&with_lookup(&Scripted::new(&[&[]])), &base).await,
        failed(Why::Dns)
    );
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_name_that_is_bent_later_is_not_followed() {
    let canary = ScriptedFhir::healthy().unwrap();
    let port = canary.address().port();
    let base = AllowedBase::parse(
        &format!("https://fhir.example:{port}/fhir"),
        &["127.0.0.7".parse().unwrap()],
    )
    .unwrap();
    // The first answer is registered, though nobody listens there; the second one is the canary.
    let lookup = Scripted::new(&[&["127.0.0.7"], &["127.0.0.1"]]);
    let client = with_lookup(&lookup);
    assert_eq!(
        state(&client, &base).await,
        failed(Why::AddressRefused),
        "the retry resolves again"
    );
    assert_eq!(state(&client, &base).await, failed(Why::AddressRefused));
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 3);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn only_the_registered_one_of_several_addresses_is_used() {
    let authority = Authority::new().unwrap();
    let server =
        ScriptedFhir::start_tls(&authority, &["fhir.example"], |_, seen| fhir::healthy(seen)).unwrap();
    let port = server.address().port();
    let here: Network = "127.0.0.1".parse().unwrap();
    let base = AllowedBase::parse(&format!("https://fhir.example:{port}/fhir"), &[here]).unwrap();
    let file = ca_file("several", authority.pem());
    let settings = FhirSettings {
        ca_file: Some(file),
        ..settings()
    };
    let lookup = Scripted::new(&[&["10.0.0.1", "169.254.169.254", "127.0.0.1"]]);
    let client = FhirClient::with_lookup(&settings, lookup).unwrap();
    assert_eq!(state(&client, &base).await, "complete 1");
}

fn ca_file(name: &str, pem: &str) -> PathBuf {
    let file = std::env::temp_dir().join(format!("pnet-cds-{name}-{}.pem", std::process::id()));
    std::fs::write(&file, pem).unwrap();
    file
}

#[tokio::test]
async fn a_certificate_is_believed_for_its_name_and_authority_only() {
    let (ours, other) = (Authority::new().unwrap(), Authority::new().unwrap());
    let trusting = |authority: &Authority, name: &str| {
        let settings = FhirSettings {
            ca_file: Some(ca_file(name, authority.pem())),
            ..settings()
        };
        FhirClient::new(&settings).unwrap()
    };
    let good = ScriptedFhir::start_tls(&ours, &["127.0.0.1"], |_, seen| fhir::healthy(seen)).unwrap();
    let misnamed = ScriptedFhir::start_tls(&ours, &["fhir.example"], |_, seen| fhir::healthy(seen)).unwrap();
    assert_eq!(state(&trusting(&ours, "ours"), &base(&good)).await, "complete 1");
    for (client, server) in [
        (trusting(&other, "other"), &good),
        (client(), &good),
        (trusting(&ours, "misnamed"), &misnamed),
    ] {
        assert_eq!(state(&client, &base(server)).await, failed(Why::Tls));
    }
    // Nothing was said to those that were not believed.
    assert_eq!((good.seen().len(), misnamed.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_tls_fault() {
    let plain = ScriptedFhir::start(|_, _| vec![Step::Hang]).unwrap();
    let loud = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = loud.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = loud.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(200));
    });
    let base = AllowedBase::parse(&format!("https://{address}/fhir"), &[]).unwrap();
    assert_eq!(state(&client(), &base).await, failed(Why::Tls));
    // One that never says anything is given up at the time to connect.
    let silent = AllowedBase::parse(&format!("https://{}/fhir", plain.address()), &[]).unwrap();
    assert_eq!(state(&client(), &silent).await, failed(Why::Timeout));
}

#[test]
fn a_file_of_certificates_that_cannot_be_used_stops_the_start() {
    let start = |file: PathBuf| {
        FhirClient::new(&FhirSettings {
            ca_file: Some(file),
            ..settings()
        })
        .unwrap_err()
    };
    let missing = std::env::temp_dir().join("pnet-cds-no-such-file.pem");
    assert_eq!(
        start(missing),
        SetupError::Unreadable(std::io::ErrorKind::NotFound)
    );
    assert_eq!(
        start(ca_file("empty", "no certificate")),
        SetupError::NoCertificate
    );
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(start(ca_file("junk", junk)), SetupError::NoCertificate);
}

#[tokio::test]
async fn an_expired_token_is_not_sent() {
    let server = ScriptedFhir::healthy().unwrap();
    let base = base(&server);
    let expired = BearerToken::new("t", Instant::now()).unwrap();
    let deadline = Instant::now() + Duration::from_millis(400);
    let fetched = client()
        .fetch(
            &Access::new(&base, Some(&expired), PATIENT),
            &[patient()],
            deadline,
        )
        .await;
    assert_eq!(brief(&fetched[0].state), failed(Why::TokenExpired));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_token_that_expires_between_pages_or_before_a_retry_is_not_sent_again() {
    // The answer after which no more may be sent begins when the token is surely over; what comes before it has all its
    // life to come, also on a busy machine.
    let life = Duration::from_millis(1500);
    let slow = ScriptedFhir::start(move |number, seen| {
        let mut steps = Vec::new();
        if number == 2 {
            steps.push(Step::Wait(life));
        }
        steps.extend(fhir::healthy(seen));
        steps
    })
    .unwrap();
    let sick = ScriptedFhir::start(move |_, _| {
        let mut steps = vec![Step::Wait(life)];
        steps.extend(fhir::status(503, ""));
        steps
    })
    .unwrap();
    for (server, expected) in [
        (&slow, "partial 2 token-expired"),
        (&sick, "failed token-expired"),
    ] {
        let base = base(server);
        let token = BearerToken::new("t", Instant::now() + life).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        let access = Access::new(&base, Some(&token), PATIENT);
        let fetched = client().fetch(&access, &[search("Condition")], deadline).await;
        assert_eq!(brief(&fetched[0].state), expected);
    }
    assert_eq!((slow.seen().len(), sick.seen().len()), (2, 1));
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_fault_brings_patient_token_or_address_into_log_or_debug_text() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(captured.clone())
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .finish();
    // For all tests of this binary: a subscriber of one thread can be overlooked by call sites that others met first.
    tracing_subscriber::util::SubscriberInitExt::init(subscriber);
    let client = client();
    let mut shown = String::new();
    for fault in [
        Fault::Html,
        Fault::Close,
        Fault::InvalidJson,
        Fault::Redirect(302),
        Fault::NextOutsideBase,
        Fault::Status(500),
    ] {
        let server =
            ScriptedFhir::start(move |at, seen| fault.steps(at, seen, "http://127.0.0.1:1/canary-link"))
                .unwrap();
        let base = base(&server);
        let (token, deadline) = (token(), Instant::now() + Duration::from_millis(400));
        let query =
            pnet_cds::fhir_client::Query::new("conditions", "Condition?patient=canary-patient").unwrap();
        let access = Access::new(&base, Some(&token), "canary-patient");
        let fetched = client
            .fetch(&access, std::slice::from_ref(&query), deadline)
            .await;
        shown.push_str(&format!(
            "{fetched:?} {access:?} {token:?} {query:?} {client:?}\n"
        ));
    }
    // What is learnt from a refusal is logged, and nothing of the search that taught it.
    let strict = ScriptedFhir::start(|_, seen| match fhir::parameter(seen, "subject") {
        Some(_) => fhir::ok(&fhir::page(&[], None)),
        None => fhir::status(400, ""),
    })
    .unwrap();
    let query = pnet_cds::fhir_client::Query::new("conditions", "Condition?patient=canary-patient").unwrap();
    let (base, deadline) = (base(&strict), Instant::now() + Duration::from_secs(5));
    let access = Access::new(&base, None, "canary-patient");
    let fetched = client.fetch(&access, &[query], deadline).await;
    assert_eq!(brief(&fetched[0].state), "complete 1");
    shown.push_str(&format!("{:?}\n", client.learnt(&base)));
    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(
        logged.contains("FHIR server takes searches in another form"),
        "{logged}"
    );
    for why in [
        "html",
        "disconnected",
        "not-json",
        "redirect",
        "foreign-link",
        "status-5xx",
    ] {
        assert!(
            logged.contains(&format!("FHIR query `conditions` failed: {why}"))
                || logged.contains(&format!("partial: {why}")),
            "{why}: {logged}"
        );
    }
    assert!(logged.contains("127.0.0.1"), "the registered host is named");
    for text in [&logged, &shown] {
        assert!(
            !text.contains("canary") && !text.contains("Condition-") && !text.contains("?patient"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn two_tokens_are_not_mixed_up_on_one_connection() {
    let server = ScriptedFhir::healthy().unwrap();
    let base = base(&server);
    let client = client();
    for secret in ["one", "two"] {
        let token = BearerToken::new(secret, Instant::now() + Duration::from_secs(9)).unwrap();
        let deadline = Instant::now() + Duration::from_millis(400);
        client
            .fetch(&Access::new(&base, Some(&token), PATIENT), &[patient()], deadline)
            .await;
    }
    let sent: Vec<String> = server
        .seen()
        .iter()
        .filter_map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(sent, ["Bearer one", "Bearer two"]);
    assert_eq!(server.connections(), 1);
    // And none is sent where none was given.
    fetch_without(&client, &base).await;
    assert_eq!(server.seen()[2].header("authorization"), None);
    let _ = fetch(&client, &server, &[patient()]).await;
}

async fn fetch_without(client: &FhirClient, base: &AllowedBase) {
    assert_eq!(state(client, base).await, "complete 1");
}
