//! A FHIR server that answers what a script says, byte by byte: on loopback, on a random port, in threads of its own.
//!
//! Threads rather than tasks, so that it goes on however busy the runtime of the tested code is.

pub mod fault;
pub mod fhir;
pub mod product;
mod step;
mod tls;
mod wire;

pub use fault::Fault;
pub use product::Product;
pub use step::{Seen, Step};
pub use tls::Authority;

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wire::Wire;

/// How often a waiting thread looks whether it should end.
const TICK: Duration = Duration::from_millis(20);

type Script = dyn Fn(usize, &Seen) -> Vec<Step> + Send + Sync;

struct Shared {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    stop: AtomicBool,
    tls: Option<tls::Acceptor>,
}

/// A running server; ends when dropped.
pub struct ScriptedFhir {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl ScriptedFhir {
    /// Starts a server; the script gets the number of the request, from 1 on, and the request.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn start(
        script: impl Fn(usize, &Seen) -> Vec<Step> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        Self::listen(Box::new(script), None)
    }

    /// Starts a server with TLS whose certificate, for these names, is of this authority.
    ///
    /// # Errors
    /// If no port or no certificate can be had.
    pub fn start_tls(
        authority: &Authority,
        names: &[&str],
        script: impl Fn(usize, &Seen) -> Vec<Step> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        Self::listen(Box::new(script), Some(authority.acceptor(names)?))
    }

    /// Starts a server that answers each request as a well-behaved one would.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn healthy() -> std::io::Result<Self> {
        Self::start(|_, seen| fhir::healthy(seen))
    }

    fn listen(script: Box<Script>, tls: Option<tls::Acceptor>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script,
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            tls,
        });
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if theirs.stop.load(Ordering::SeqCst) {
                    break;
                }
                theirs.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&theirs);
                // The other side may go away at any moment; that is no failure of the script.
                thread::spawn(move || serve(&shared, stream).ok());
            }
        });
        Ok(Self { address, shared })
    }

    /// Address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address, `http://127.0.0.1:PORT/fhir`.
    pub fn base(&self) -> String {
        let scheme = if self.shared.tls.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}/fhir", self.address)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// Connections so far, with or without a request.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for ScriptedFhir {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
    }
}

fn lock(seen: &Mutex<Vec<Seen>>) -> MutexGuard<'_, Vec<Seen>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(shared: &Shared, stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(TICK))?;
    stream.set_nodelay(true)?;
    let raw = stream.try_clone()?;
    let mut wire: Box<dyn Wire> = match &shared.tls {
        None => Box::new(stream),
        Some(acceptor) => acceptor.accept(stream)?,
    };
    let mut pending = Vec::new();
    while let Some(request) = read_request(shared, wire.as_mut(), &mut pending)? {
        let number = {
            let mut seen = lock(&shared.seen);
            seen.push(request.clone());
            seen.len()
        };
        for step in (shared.script)(number, &request) {
            match step {
                Step::Send(bytes) => wire.write_all(&bytes)?,
                Step::Trickle(bytes, pause) => {
                    for byte in bytes {
                        wire.write_all(&[byte])?;
                        wait(shared, pause);
                    }
                }
                Step::Wait(time) => wait(shared, time),
                Step::Hang => {
                    while read_some(shared, wire.as_mut(), &mut pending)? {}
                    return Ok(());
                }
                Step::Close => return Ok(()),
                Step::Reset => return socket2::SockRef::from(&raw).set_linger(Some(Duration::ZERO)),
            }
        }
        wire.flush()?;
    }
    Ok(())
}

fn wait(shared: &Shared, time: Duration) {
    let end = Instant::now() + time;
    while !shared.stop.load(Ordering::SeqCst) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(TICK));
    }
}

/// Reads more; false at the end of the connection or of the server.
fn read_some(shared: &Shared, wire: &mut dyn Wire, pending: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut buffer = [0; 4096];
    while !shared.stop.load(Ordering::SeqCst) {
        match wire.read(&mut buffer) {
            Ok(read) => {
                pending.extend(buffer.iter().take(read));
                return Ok(read > 0);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn read_request(
    shared: &Shared,
    wire: &mut dyn Wire,
    pending: &mut Vec<u8>,
) -> std::io::Result<Option<Seen>> {
    let head = loop {
        match pending.windows(4).position(|four| four == b"\r\n\r\n") {
            Some(end) => break pending.drain(..end + 4).collect::<Vec<u8>>(),
            None if read_some(shared, wire, pending)? => {}
            None => return Ok(None),
        }
    };
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut seen = Seen {
        method: first.next().unwrap_or_default().to_owned(),
        target: first.next().unwrap_or_default().to_owned(),
        ..Seen::default()
    };
    seen.headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = seen
        .header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    while pending.len() < length {
        if !read_some(shared, wire, pending)? {
            return Ok(None);
        }
    }
    seen.body = String::from_utf8_lossy(&pending.drain(..length).collect::<Vec<u8>>()).into_owned();
    Ok(Some(seen))
}
