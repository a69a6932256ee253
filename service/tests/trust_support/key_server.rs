//! A key server that answers as told and counts how often it is asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) struct KeyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<String>,
    delay: Mutex<Duration>,
    asked: AtomicUsize,
}

impl KeyServer {
    pub(crate) fn new(keys: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Shared {
                answer: Mutex::default(),
                delay: Mutex::default(),
                asked: AtomicUsize::new(0),
            }),
        };
        server.serves(keys);
        let shared = Arc::clone(&server.shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, shared) = (stream.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || {
                    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    let head: Vec<String> = lines
                        .map_while(Result::ok)
                        .take_while(|line| !line.is_empty())
                        .collect();
                    if head.is_empty() {
                        return;
                    }
                    shared.asked.fetch_add(1, Ordering::SeqCst);
                    let delay = *shared.delay.lock().unwrap();
                    std::thread::sleep(delay);
                    let answer = shared.answer.lock().unwrap().clone();
                    let _ = stream.write_all(answer.as_bytes());
                });
            }
        });
        server
    }

    /// Answers with these keys from now on.
    pub(crate) fn serves(&self, keys: &str) {
        self.answers("200 OK", "", keys);
    }

    pub(crate) fn answers(&self, status: &str, headers: &str, body: &str) {
        *self.shared.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
            body.len()
        );
    }

    pub(crate) fn delays(&self, delay: Duration) {
        *self.shared.delay.lock().unwrap() = delay;
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}
