//! Overload and shutdown: what a slow, idle or greedy caller can hold up, and what becomes of requests at the end.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{HOOK_PATH, Service, WITH_PNET, chart, demo, prefetched, start};
use fhir_profiles::stop::{self, Stop};
use fhir_profiles::{ChartBuilder, FactId, Facts};
use pnet_cds::settings::{Input, load};
use pnet_cds::site;
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

/// The head of a call with a body of so many bytes.
fn head(bytes: usize) -> String {
    format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {bytes}\r\n\r\n"
    )
}

/// Room is taken as bytes arrive, so that promises hold up nobody: neither small calls nor one of the greatest size.
#[test]
fn bodies_that_are_promised_and_not_sent_take_no_room() {
    let service = demo();
    let mut idle: Vec<TcpStream> = (0..20)
        .map(|number| {
            let mut stream = service.connect();
            stream.write_all(head(4 * 1024 * 1024).as_bytes()).unwrap();
            stream
                .write_all(if number % 2 == 0 { b"{" } else { b"" })
                .unwrap();
            stream
        })
        .collect();
    assert_eq!(service.post(HOOK_PATH, &prefetched(WITH_PNET)).status, 200);
    let mut large = prefetched(WITH_PNET);
    large["extension"] = vec![" ".repeat(512 << 10); 4].into();
    assert_eq!(service.post(HOOK_PATH, &large).status, 200);
    for stream in &mut idle {
        let answer = read_within(stream, Duration::from_secs(20));
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

/// However many requests come at once on a connection, each is answered in its turn, whatever its body is like.
#[test]
fn pipelined_requests_are_answered_one_after_the_other() {
    let service = demo();
    let body = prefetched(WITH_PNET).to_string();
    let chunked = format!(
        "POST {HOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x};a=b\r\n{body}\r\n0\r\nT: v\r\n\r\n",
        body.len()
    );
    let live = String::from_utf8(LIVE.to_vec()).unwrap();
    let whole = format!("{}{body}", head(body.len()));
    // Refused before its body is read, which is thrown away.
    let unread = whole.replace("application/json", "text/plain");
    let mut bytes = live.repeat(500);
    for part in [&chunked, &live, &whole, &chunked, &whole] {
        bytes.push_str(part);
    }
    bytes.push_str(&live.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    let mut stream = service.connect();
    let mut writing = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || writing.write_all(bytes.as_bytes()));
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 506);
    assert_eq!(text.matches("HTTP/1.1 ").count(), 506);
    assert_eq!(text.matches("\"cards\":[{").count(), 4);
    let mut stream = service.connect();
    stream.write_all(format!("{unread}{live}").as_bytes()).unwrap();
    let text = read_all(stream);
    assert!(text.starts_with("HTTP/1.1 415"), "{text}");
}

#[test]
fn a_head_that_is_too_long_is_431() {
    let service = demo();
    let mut stream = service.connect();
    let _ = stream.write_all(
        format!(
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: {}",
            "y".repeat(20_000)
        )
        .as_bytes(),
    );
    let answer = read_within(&mut stream, Duration::from_secs(20));
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let long = format!(
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: {}\r\nConnection: close\r\n\r\n",
        "y".repeat(8_000)
    );
    assert_eq!(service.raw(long.as_bytes()).status, 200);
}

/// actix-web gives only the first head of a connection a time.
#[test]
fn a_later_head_that_does_not_end_is_cut_off_too() {
    let service = demo();
    let mut stream = service.connect();
    stream.write_all(LIVE).unwrap();
    assert!(read_within(&mut stream, Duration::from_secs(2)).starts_with("HTTP/1.1 200"));
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nX-Slow: ")
        .unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert_eq!(stream.read(&mut [0; 64]).unwrap_or(0), 0);
}

/// A caller that asks and asks and never reads is cut off, and what it asked for is not answered into memory.
#[test]
fn a_caller_that_does_not_read_its_answers_is_cut_off() {
    let service = demo();
    let mut stream = service.connect();
    stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
    let many = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1000);
    let error = (0..10_000).find_map(|_| stream.write_all(&many).err()).unwrap();
    assert!(
        matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
        "{error}"
    );
    assert_eq!(service.get("/health/live").status, 200);
}

/// Of connections that have not sent a request a quarter may be open: the oldest gives way, and who means it gets in.
#[test]
fn connections_that_send_no_whole_request_do_not_keep_others_out() {
    let service = start("server.max_connections = 64\n");
    let mut idle: Vec<TcpStream> = (0..60)
        .map(|_| {
            let mut stream = service.connect();
            stream.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
            stream
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(service.get("/health/live").status, 200);
    }
    let oldest = idle.first_mut().unwrap();
    oldest.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert_eq!(oldest.read(&mut [0; 64]).unwrap_or(0), 0);
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

/// Each stage looks whether anybody still waits: what comes in, what is read, and what missing facts would settle.
#[test]
fn an_evaluation_that_is_given_up_ends_in_its_loops() {
    let evaluator = site::load(&load(&Input::default()).unwrap()).unwrap();
    let text = chart(WITH_PNET).to_string();
    let document = pnet_cds::input::document(&text).unwrap();
    let built = || {
        let mut builder = ChartBuilder::new(None);
        builder.add(document.root());
        builder.finish()
    };
    let (whole, as_of) = (built().unwrap(), jiff::civil::date(2026, 11, 23));
    let facts = evaluator.facts(&whole, as_of);
    let settled = |facts: &Facts| {
        let missing = cds_cards::assess(&evaluator.knowledge, facts).missing;
        missing.iter().map(|fact| fact.settles.most).sum::<usize>()
    };
    assert!(facts.get(FactId::Pnet).readings().is_ok() && settled(&facts) > 0);
    let given_up = Stop::default();
    given_up.set();
    stop::within(&given_up, || {
        assert_eq!(
            built().map_or(0, |chart| chart.resources()),
            0,
            "entries were taken in"
        );
        let unread = evaluator.facts(&whole, as_of);
        assert!(
            unread.get(FactId::Pnet).readings().is_err(),
            "a resource was read"
        );
        assert_eq!(settled(&facts), 0);
    });
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
