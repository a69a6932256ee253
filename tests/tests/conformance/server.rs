//! The real program as a process of its own, and a plain HTTP client that changes nothing of what is sent.

#[path = "../../src/exchange.rs"]
mod exchange;
#[path = "../../src/recorded.rs"]
mod recorded;

use acceptance::program;
use exchange::{Exchanged, exchange, request};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::{Duration, Instant};

/// Settings of the service that most tests share: the bundled patients, and time enough for a busy machine.
const DEMO: &str = "demo.enabled = true\nfhir.deadline = \"4 s\"\n";
/// A card on each group, so that every kind of card meets the standard.
const CARDS: &str = "cards.detail = \"full\"\n";

/// A running service; ends when dropped.
pub(crate) struct Service {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    log: Arc<Mutex<String>>,
    /// Open, so that the program can go on writing.
    _banner: BufReader<ChildStdout>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Service {
    /// The demo service, one process for all tests that run at the same time.
    pub(crate) fn demo() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Service>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap();
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start(DEMO));
            *running = Arc::downgrade(&started);
            started
        })
    }

    /// A service with these settings on a free port.
    pub(crate) fn start(settings: &str) -> Self {
        let config = file(
            "settings.toml",
            &format!("server.listen = \"127.0.0.1:0\"\nstore.url = \"sqlite::memory:\"\n{CARDS}{settings}"),
        );
        let mut command = program::command(&PROGRAM);
        command.arg("serve").arg("--config").arg(&config);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *written.lock().unwrap() += &format!("{line}\n");
            }
        });
        let mut banner = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        banner.read_line(&mut first).unwrap();
        let base = first
            .split("listens on ")
            .nth(1)
            .and_then(|rest| rest.split(';').next());
        let Some(base) = base.map(str::to_owned) else {
            child.wait().unwrap();
            panic!("not started: {first}{}\n{settings}", log.lock().unwrap());
        };
        Self {
            child,
            base,
            log,
            _banner: banner,
        }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether this is logged, now or soon.
    pub(crate) fn logs(&self, text: &str) -> bool {
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if self.logged().contains(text) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// What has been logged so far.
    pub(crate) fn logged(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            "POST",
            path,
            &[("Content-Type", "application/json")],
            &body.to_string(),
        )
    }

    /// Sends a request exactly as given.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let address = self.base.trim_start_matches("http://");
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let bytes = request(
            method,
            target,
            address,
            &headers.collect::<String>(),
            body.as_bytes(),
        );
        recorded::keep(&bytes);
        exchange(address, &bytes).unwrap().into()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Exchanged> for Answer {
    fn from(exchanged: Exchanged) -> Self {
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        };
        Self {
            status: exchanged.status,
            headers: exchanged.head.lines().skip(1).filter_map(header).collect(),
            body: exchanged.body,
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The cards of a success.
    pub(crate) fn cards(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["cards"].as_array().unwrap().clone()
    }

    /// Checks that it is an error with an OperationOutcome of this code.
    pub(crate) fn is_error(&self, status: u16, code: &str) {
        let outcome = self.json();
        let found = outcome["issue"][0]["details"]["coding"][0]["code"].as_str();
        assert_eq!((self.status, found), (status, Some(code)), "{}", self.body);
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        assert_eq!(self.header("content-type"), "application/fhir+json");
    }
}

/// A new file with this text.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let name = format!("conformance-{}-{number}-{name}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The program, under a name of its own: whoever builds meanwhile makes a new one.
static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| program::built(Path::new(env!("CARGO_TARGET_TMPDIR")), "conformance-program").unwrap());
