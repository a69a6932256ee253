//! Overload and shutdown: what a slow, idle or greedy caller can hold up, and what becomes of requests at the end.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{HOOK_PATH, Service, WITH_PNET, demo, prefetched, start};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Everything up to the end of the connection.
fn read_all(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One read, which is enough for a small answer; empty if none came in time.
fn read_within(stream: &mut TcpStream, time: Duration) -> String {
    stream.set_read_timeout(Some(time)).unwrap();
    let mut buffer = [0; 4096];
    match stream.read(&mut buffer) {
        Ok(length) => String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned(),
        Err(error) => {
            assert!(
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "{error}"
            );
            String::new()
        }
    }
}

#[test]
fn large_bodies_wait_for_each_other_and_small_ones_do_not_wait_for_them() {
    let service = demo();
    let promise = |service: &Service| {
        let mut stream = service.connect();
        let head = format!(
            "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{{",
            4 * 1024 * 1024
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let started = Instant::now();
    let mut first = promise(&service);
    std::thread::sleep(Duration::from_millis(200));
    // Beside one of the greatest size there is room for a usual one.
    assert_eq!(service.post(HOOK_PATH, &prefetched(WITH_PNET)).status, 200);
    assert!(started.elapsed() < Duration::from_millis(1900));
    let mut second = promise(&service);
    // The clock of a body begins when there is room for it.
    let ended = |stream: &mut TcpStream| {
        let answer = read_within(stream, Duration::from_secs(4));
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        started.elapsed()
    };
    let of_first = ended(&mut first);
    let of_second = ended(&mut second);
    assert!(
        of_second - of_first > Duration::from_secs(1),
        "{of_first:?} {of_second:?}"
    );
}

#[test]
fn slow_headers_are_ended_after_5_s_and_do_not_hold_up_others() {
    let service = demo();
    let mut stream = service.connect();
    let started = Instant::now();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nX-Slow: ")
        .unwrap();
    let mut drip = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        // Ends when the service closes the connection.
        while drip.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    assert_eq!(service.get("/health/live").status, 200);
    let answer = read_all(stream);
    let took = started.elapsed();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert!(
        took > Duration::from_secs(3) && took < Duration::from_secs(8),
        "{took:?}"
    );
}

#[test]
fn connections_over_the_limit_wait_until_one_is_closed() {
    let workers = std::thread::available_parallelism().unwrap().get();
    let service = start(&format!("server.max_connections = {workers}\n"));
    let mut open: Vec<TcpStream> = (0..workers)
        .map(|_| {
            let mut stream = service.connect();
            stream.write_all(LIVE).unwrap();
            assert!(read_within(&mut stream, Duration::from_secs(2)).starts_with("HTTP/1.1 200"));
            stream
        })
        .collect();
    let mut waiting = service.connect();
    waiting.write_all(LIVE).unwrap();
    assert_eq!(read_within(&mut waiting, Duration::from_millis(400)), "");
    drop(open.pop());
    assert!(read_within(&mut waiting, Duration::from_secs(2)).starts_with("HTTP/1.1 200"));
}

/// Longer than the idle time of actix-web's default, so that the load balancer closes first.
#[test]
fn an_idle_connection_is_kept() {
    let mut stream = demo().connect();
    for _ in 0..2 {
        stream.write_all(LIVE).unwrap();
        assert!(read_within(&mut stream, Duration::from_secs(2)).starts_with("HTTP/1.1 200"));
        std::thread::sleep(Duration::from_secs(6));
    }
}

/// Whatever two programs could read differently is refused, and what follows is never answered as a request.
#[test]
fn what_could_smuggle_a_request_gets_one_400() {
    let service = demo();
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: -1",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: \x0bchunked",
        "X: y\r\n Content-Length: 5",
    ] {
        let bytes = format!(
            "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n\r\n0\r\n\r\n\
             GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        let mut stream = service.connect();
        let _ = stream.write_all(bytes.as_bytes());
        let text = read_all(stream);
        assert!(text.starts_with("HTTP/1.1 400"), "{headers:?}: {text:?}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{headers:?}: {text}");
    }
}

/// Twice as many callers as may be served: each gets cards or a quick 503 with `Retry-After`, and it is over at once.
#[test]
fn under_overload_each_call_is_answered_or_shed() {
    let service = start("demo.enabled = true\nserver.max_in_flight = 1\n");
    let request = prefetched(WITH_PNET);
    let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let answer = service.hook(&request);
                    (answer.status, answer.head)
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    for (status, head) in &answers {
        match status {
            200 => {}
            _ => assert!(
                *status == 503 && head.contains("retry-after: 1"),
                "{status} {head}"
            ),
        }
    }
    assert!(answers.iter().any(|(status, _)| *status == 200));
    assert_eq!(service.hook(&request).status, 200);
}

/// The real binary on a free port, and the service that it is.
fn binary() -> (Child, Service) {
    draining_for("0 s")
}

/// As [`binary`], with a time to go on after SIGTERM.
fn draining_for(drain: &str) -> (Child, Service) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .env_clear()
        .env("PNET_CDS_SERVER__LISTEN", "127.0.0.1:0")
        .env("PNET_CDS_DEMO__ENABLED", "true")
        .env("PNET_CDS_SERVER__DRAIN", drain)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let curl = lines
        .map(Result::unwrap)
        .find(|line| line.starts_with("try: "))
        .unwrap();
    let address = curl.split('/').nth(2).unwrap().parse().unwrap();
    (child, Service { address })
}

fn terminate(child: &Child) {
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

#[test]
fn sigterm_lets_what_was_taken_end_and_takes_nothing_new() {
    let (mut child, service) = binary();
    let body = prefetched(WITH_PNET).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    let head = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut taken = service.connect();
    taken.write_all(format!("{head}{first}").as_bytes()).unwrap();
    let mut idle = service.connect();
    idle.write_all(LIVE).unwrap();
    assert!(read_within(&mut idle, Duration::from_secs(2)).starts_with("HTTP/1.1 200"));
    std::thread::sleep(Duration::from_millis(200));
    terminate(&child);
    std::thread::sleep(Duration::from_millis(500));
    let refused = TcpStream::connect_timeout(&service.address, Duration::from_secs(1));
    assert!(refused.is_err(), "a new connection was taken");
    taken.write_all(second.as_bytes()).unwrap();
    let answer = read_all(taken);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"cards\":[{"),
        "{answer}"
    );
    let started = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn sigterm_ends_an_idle_service_soon() {
    let (mut child, service) = binary();
    assert_eq!(service.get("/health/live").status, 200);
    let idle = service.connect();
    terminate(&child);
    let started = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
    drop(idle);
}

#[test]
fn while_it_drains_it_is_not_ready_answers_all_the_same_and_asks_callers_to_leave() {
    let (mut child, service) = draining_for("60 s");
    service.get("/health/ready").json();
    let mut kept = service.connect();
    terminate(&child);
    let started = Instant::now();
    while service.get("/health/ready").status == 200 {
        assert!(started.elapsed() < Duration::from_secs(20), "it stays ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    service.get("/health/ready").is_error(503, "draining");
    assert_eq!(service.get("/health/live").status, 200);
    assert!(!service.hook(&prefetched(WITH_PNET)).cards().is_empty());
    kept.write_all(LIVE).unwrap();
    let answer = read_all(kept).to_lowercase();
    assert!(answer.contains("connection: close"), "{answer}");
    // Told twice it does not wait for the rest of the minute.
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        started.elapsed() < Duration::from_secs(40),
        "{:?}",
        started.elapsed()
    );
}
