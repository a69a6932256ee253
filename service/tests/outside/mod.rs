//! The world around the real program in a test: a collector, a FHIR server, and the program itself with all it prints.

#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; each test file uses its own part"
)]

use crate::common::exchange::{Exchanged, exchange, request};
use crate::common::recorded;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A request as a server of this test got it.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) target: String,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A server on a free port that answers each request as it is told; it ends with the test process.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Got) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            got: Arc::default(),
        };
        let (kept, answer) = (Arc::clone(&server.got), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &kept, &*answer));
            }
        });
        server
    }

    /// Everything that it got.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Got>>, answer: &dyn Fn(&Got) -> Vec<u8>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let lower = head.to_lowercase();
        let length = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let got = Got {
            target,
            head: lower,
            body,
        };
        kept.lock().unwrap().push(got.clone());
        if writer.write_all(&answer(&got)).is_err() {
            return;
        }
    }
}

/// An HTTP answer.
pub(crate) fn http(status: u16, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A collector that takes everything.
pub(crate) fn collector() -> Server {
    Server::start(|_| http(200, "application/x-protobuf", ""))
}

/// A new place for a file of this test.
pub(crate) fn place(name: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let dir =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("outside-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(name)
}

/// The real program.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    out: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
}

/// An answer of it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl From<Exchanged> for Answer {
    fn from(exchanged: Exchanged) -> Self {
        Self {
            status: exchanged.status,
            head: exchanged.head.to_lowercase(),
            body: exchanged.body,
        }
    }
}

impl Program {
    /// Starts it with these settings, on free ports.
    pub(crate) fn start(settings: &str) -> Self {
        Self::start_with(settings, &[])
    }

    /// With environment variables too.
    pub(crate) fn start_with(settings: &str, environment: &[(&str, &str)]) -> Self {
        let config = place("settings.toml");
        let text = format!(
            "server.listen = \"127.0.0.1:0\"\nserver.management_listen = \"127.0.0.1:0\"\n{settings}"
        );
        std::fs::write(&config, text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
            .args([Path::new("serve"), Path::new("--config"), &config])
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = keep(child.stdout.take().unwrap());
        let log = keep(child.stderr.take().unwrap());
        let mut said = |mark: &str| {
            let until = Instant::now() + Duration::from_secs(60);
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                let both = format!("{}{}", out.lock().unwrap(), log.lock().unwrap());
                let found = both.split(mark).nth(1).and_then(|rest| {
                    let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c))?;
                    rest[..end].parse().ok()
                });
                if let Some(found) = found {
                    return found;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            panic!("not started: {}{}", out.lock().unwrap(), log.lock().unwrap());
        };
        let (address, management) = (said("listens on http://"), said("metrics: http://"));
        Self {
            child,
            address,
            management,
            out,
            log,
        }
    }

    /// Sends a request; headers with their line ends.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!("{method} {target} HTTP/1.1\r\n{headers}\r\n");
        recorded::keep(&[head.as_bytes(), body].concat());
        send(self.address, method, target, headers, body)
    }

    pub(crate) fn post(&self, target: &str, body: &str) -> Answer {
        self.send(
            "POST",
            target,
            "Content-Type: application/json\r\n",
            body.as_bytes(),
        )
    }

    /// What a scrape gets.
    pub(crate) fn metrics(&self) -> String {
        let answer = send(self.management, "GET", "/metrics", "", b"");
        assert_eq!(answer.status, 200);
        answer.body
    }

    /// The value of the first series of a metric with these labels.
    pub(crate) fn metric(&self, name: &str, labels: &[&str]) -> f64 {
        let text = self.metrics();
        let line = text.lines().find(|line| {
            let series = line.rsplit_once(' ').map_or("", |(series, _)| series);
            series.split('{').next() == Some(name) && labels.iter().all(|label| series.contains(label))
        });
        line.and_then(|line| line.rsplit_once(' ')?.1.parse().ok())
            .unwrap_or(0.0)
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Ends it in order, and says what it printed to standard output and standard error, and how long that took.
    pub(crate) fn end(mut self) -> (String, String, Duration) {
        let started = Instant::now();
        self.terminate();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let took = started.elapsed();
        // The ends of the pipes.
        std::thread::sleep(Duration::from_millis(300));
        let (out, log) = (self.out.lock().unwrap().clone(), self.log.lock().unwrap().clone());
        (out, log, took)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(mut pipe: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let kept = Arc::new(Mutex::new(String::new()));
    let written = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 16];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            written
                .lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    });
    kept
}

/// One request over a connection of its own.
pub(crate) fn send(address: SocketAddr, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
    let bytes = request(method, target, "localhost", headers, body);
    exchange(address, &bytes).unwrap().into()
}
