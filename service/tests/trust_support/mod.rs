//! An issuer with keys made on the spot, a key server that does as told, and a service with a clock to set.

#![expect(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; each test file uses its own part"
)]

mod issuer;
pub(crate) mod key_server;

pub(crate) use issuer::{EC256, EC384, Key, RSA256, RSA384, all, base64url, encode};

use actix_web::App;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body, try_call_service};
use pnet_cds::app::Application;
use pnet_cds::http::{Parts, boundary, cors};
use pnet_cds::settings::{Input, Settings, load};
use pnet_cds::site;
use pnet_cds::store::Store;
use pnet_cds::telemetry::Telemetry;
use pnet_cds::trust::{Clock, Trust};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::subscriber::DefaultGuard;

pub(crate) const ISSUER: &str = "https://ehr.example.org";
pub(crate) const PUBLIC: &str = "https://cds.example.org";
pub(crate) const HOOK: &str = "/cds-services/pnet-liver-metastases";
pub(crate) const DISCOVERY: &str = "/cds-services";
/// What the test clock says at first.
pub(crate) const NOW: u64 = 1_795_000_000;
/// The one body of every 401.
pub(crate) const BARE: &str = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"login\",\
     \"details\":{\"coding\":[{\"system\":\"https://pnet-cds.github.io/fhir/CodeSystem/errors\",\"code\":\"unauthorized\"}],\
     \"text\":\"not authorised\"}}]}";

#[derive(Debug)]
pub(crate) struct TestClock {
    seconds: AtomicU64,
    elapsed: AtomicU64,
}

impl Clock for TestClock {
    fn seconds(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.elapsed.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
        self.elapsed.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// A service in this thread.
pub(crate) struct Bed {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) application: Application,
}

/// An answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Sorted.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

pub(crate) fn settings(text: &str) -> Settings {
    load(&Input {
        file: Some(("test.toml".into(), text.into())),
        ..Input::default()
    })
    .unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
}

pub(crate) fn trust(settings: &Settings) -> (Arc<TestClock>, Result<Trust, Vec<String>>) {
    let (clock, trust, _) = trust_and_store(settings);
    (clock, trust)
}

fn trust_and_store(settings: &Settings) -> (Arc<TestClock>, Result<Trust, Vec<String>>, Arc<Store>) {
    let clock = Arc::new(TestClock {
        seconds: AtomicU64::new(NOW),
        elapsed: AtomicU64::new(0),
    });
    let store = Store::in_memory(settings.auth.replay_capacity).unwrap();
    let trust = Trust::new(
        settings,
        "http://127.0.0.1:1",
        Arc::clone(&clock) as _,
        Arc::clone(&store) as _,
    );
    (clock, trust, store)
}

impl Bed {
    /// A service with these settings after `server.public_url`.
    pub(crate) fn new(text: &str) -> Self {
        start_log();
        let settings = settings(&format!("server.public_url = \"{PUBLIC}\"\n{text}"));
        let (clock, trust, store) = trust_and_store(&settings);
        let parts = Parts {
            evaluator: site::load(&settings).unwrap(),
            trust: trust.unwrap(),
            store,
            telemetry: Telemetry::new(&settings.telemetry).unwrap(),
        };
        let today = || jiff::civil::date(2026, 11, 23);
        let application = Application::of(&settings, "http://127.0.0.1:1", today, parts).unwrap();
        Self { clock, application }
    }

    /// A service that knows one issuer with these keys.
    pub(crate) fn with_keys(keys: &[&Key]) -> Self {
        let file = key_file(&jwks(keys));
        Self::new(&client(&format!("jwks_file = {:?}", file.display().to_string())))
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Reply {
        LOG.with(|log| log.0.lock().unwrap().clear());
        let app = App::new()
            .wrap(from_fn(boundary))
            .wrap(from_fn(cors))
            .configure(|config| self.application.configure(config));
        let service = init_service(app).await;
        let (head, body) = match try_call_service(&service, request.to_request()).await {
            Ok(response) => {
                let head = (response.status(), response.headers().clone());
                (head, read_body(response).await)
            }
            Err(error) => {
                let response = error.error_response();
                let head = (response.status(), response.headers().clone());
                (
                    head,
                    actix_web::body::to_bytes(response.into_body()).await.unwrap(),
                )
            }
        };
        let mut headers: Vec<(String, String)> = head
            .1
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        // Each request has an id of its own; two answers are compared in everything else.
        let ids = headers.len();
        headers.retain(|(name, _)| name != "x-request-id");
        assert!(headers.len() + 1 >= ids, "several X-Request-Id");
        headers.sort();
        Reply {
            status: head.0.as_u16(),
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Calls discovery with a token.
    pub(crate) async fn discover(&self, token: &str) -> Reply {
        let request = TestRequest::get().uri(DISCOVERY);
        self.send(request.insert_header(("Authorization", format!("Bearer {token}"))))
            .await
    }

    /// A token that is right at the time of the clock.
    pub(crate) fn token(&self, key: &Key) -> String {
        let now = self.clock.seconds();
        key.token(&changed(|claims| {
            claims["iat"] = now.into();
            claims["exp"] = (now + 300).into();
        }))
    }

    /// The statuses that discovery answers these tokens with.
    pub(crate) async fn statuses(&self, tokens: impl Iterator<Item = String>) -> BTreeSet<u16> {
        let app = App::new().configure(|config| self.application.configure(config));
        let service = init_service(app).await;
        let mut statuses = BTreeSet::new();
        for token in tokens {
            let request = TestRequest::get()
                .uri(DISCOVERY)
                .insert_header(("Authorization", format!("Bearer {token}")));
            let response = try_call_service(&service, request.to_request()).await.unwrap();
            statuses.insert(response.status().as_u16());
        }
        statuses
    }

    /// Calls a path with a token and a body.
    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Reply {
        let request = TestRequest::default().method(Method::POST).uri(path);
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let request = request.insert_header(("Content-Type", "application/json"));
        let request = request.insert_header(("Host", "localhost"));
        self.send(request.set_payload(body.to_string())).await
    }

    /// Checks that discovery accepts a token.
    pub(crate) async fn accepts(&self, token: &str) {
        let reply = self.discover(token).await;
        assert_eq!(reply.status, 200, "{}\n{}", reply.body, logged());
    }

    /// Checks that discovery refuses a token with the bare answer, and that the log says this reason and no more.
    pub(crate) async fn refuses(&self, token: &str, reason: &str) {
        is_bare(&self.discover(token).await, reason);
        let text = logged();
        assert!(!text.contains(token) || token.is_empty(), "{text}");
    }
}

/// A service that knows one issuer with a key of every algorithm.
pub(crate) fn bed() -> Bed {
    Bed::with_keys(&all())
}

/// Checks that an answer is the bare one, and that the log has the reason.
pub(crate) fn is_bare(reply: &Reply, reason: &str) {
    let text = logged();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let bare = Reply {
        status: 401,
        headers: vec![
            header("cache-control", "no-store"),
            header("content-type", "application/fhir+json"),
            header("www-authenticate", "Bearer"),
        ],
        body: BARE.to_owned(),
    };
    assert_eq!(reply, &bare, "expected {reason}: {text}");
    assert!(
        text.contains(&format!("reason=\"{reason}\"")),
        "expected {reason}: {text}"
    );
}

/// `[[clients]]` for the issuer, with more lines.
pub(crate) fn client(more: &str) -> String {
    format!("[[clients]]\nissuer = \"{ISSUER}\"\n{more}\n")
}

pub(crate) fn jwks(keys: &[&Key]) -> String {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// A new file with this text.
pub(crate) fn key_file(text: &str) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let name = format!("keys-{}-{number}.json", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Claims that are right for a path, each time with another `jti`.
pub(crate) fn claims(path: &str) -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let jti = format!("jti-{}", NEXT.fetch_add(1, Ordering::SeqCst));
    json!({"iss": ISSUER, "aud": format!("{PUBLIC}{path}"), "exp": NOW + 300, "iat": NOW, "jti": jti})
}

/// The claims for discovery with one change.
pub(crate) fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims(DISCOVERY);
    change(&mut claims);
    claims
}

thread_local! {
    static LOG: Log = Log::default();
    static STARTED: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

/// The lines of one test, from whichever thread they come.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs what this thread does, and what is done for it elsewhere, by itself.
fn start_log() {
    STARTED.with_borrow_mut(|started| {
        started.get_or_insert_with(|| {
            let log = LOG.with(Log::clone);
            let lines = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || log.clone());
            tracing::subscriber::set_default(lines.finish())
        });
    });
}

/// What was logged since the last request of this thread began.
pub(crate) fn logged() -> String {
    LOG.with(|log| String::from_utf8(log.0.lock().unwrap().clone()).unwrap())
}
