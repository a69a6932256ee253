//! A server in a process of its own: started, called, and measured from outside.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Clock ticks a second in `/proc`, the same on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// A running server; it ends when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start until it answered the first call.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts this program with these arguments, and waits until it says where it listens and answers there.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(arguments)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(File::create("/dev/null").unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = loop {
            let line = lines.next().expect("it ends without listening").unwrap();
            if line.contains("listens on http://") {
                break line;
            }
        };
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split(';').next().unwrap().parse().unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Connection::open(address).get("/health/live");
        Self {
            child,
            address,
            started_in: begun.elapsed(),
        }
    }

    /// CPU time of all its threads so far, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS
    }

    /// Memory that it holds, in KiB.
    pub(crate) fn rss(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().split_whitespace().next();
        number.unwrap().parse().unwrap()
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: vec![0; 1 << 20],
        }
    }

    /// A GET, whatever it is answered with.
    fn get(&mut self, path: &str) {
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        self.stream.write_all(head.as_bytes()).unwrap();
        self.answer();
    }

    /// A call that must succeed; the number of bytes of the answer.
    pub(crate) fn post(&mut self, path: &str, body: &str) -> usize {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        self.stream.write_all(head.as_bytes()).unwrap();
        self.stream.write_all(body.as_bytes()).unwrap();
        let (head, length) = self.answer();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        length
    }

    fn answer(&mut self) -> (String, usize) {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert!(read > 0, "the connection was closed");
            filled += read;
            let text = &self.buffer[..filled];
            let Some(end) = text.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length: usize = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
            if filled >= end + 4 + length {
                return (head, length);
            }
        }
    }
}
