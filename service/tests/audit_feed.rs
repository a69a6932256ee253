//! The audit's ways to others: every record reaches the repository and the receiver of syslog, in order, whatever fails.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests")]

mod common;
mod outside;

use outside::{Got, Program, Server, http, place, send};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HOOK: &str = "/cds-services/pnet-liver-metastases";
const FHIR: &str = "application/fhir+json";

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn settings(spool: &Path, more: &str) -> String {
    format!(
        "demo.enabled = true\naudit.chain = true\naudit.spool.dir = \"{}\"\n{more}\n",
        spool.display()
    )
}

/// A repository that answers with a status that can be changed, and with 422 to each record of the request `poison`.
fn repository() -> (Server, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(201));
    let said = Arc::clone(&status);
    let server = Server::start(move |got| match request_id(&got.body).as_str() {
        "poison" => http(422, FHIR, "{}"),
        _ => http(said.load(Ordering::SeqCst), FHIR, ""),
    });
    (server, status)
}

fn atna(server: &Server) -> String {
    format!("audit.atna.url = \"http://{}/fhir\"", server.address)
}

fn request_id(record: &[u8]) -> String {
    let event: Value = serde_json::from_slice(record).unwrap();
    let entities = event["entity"].as_array().unwrap().iter();
    let mut named = entities.filter(|entity| entity["type"]["code"] == "XrequestId");
    named
        .next()
        .map(|entity| entity["what"]["identifier"]["value"].as_str().unwrap().to_owned())
        .unwrap_or_default()
}

fn call(program: &Program, id: &str) -> u16 {
    let body = common::prefetched(common::WITH_PNET).to_string();
    let headers = format!("Content-Type: application/json\r\nX-Request-Id: {id}\r\n");
    program.send("POST", HOOK, &headers, body.as_bytes()).status
}

/// The requests whose records were taken, each once, in the order in which they first came.
fn taken(got: &[Got]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for one in got {
        let id = request_id(&one.body);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn waiting(program: &Program, feed: &str) -> f64 {
    program.metric("cds_audit_spool_records", &[feed])
}

/// Whether the records are a chain without a gap, those that came twice aside.
fn is_whole(records: &[Vec<u8>]) -> bool {
    let file = place("received.ndjson");
    let mut lines: Vec<&[u8]> = Vec::new();
    for record in records {
        if !lines.contains(&record.as_slice()) {
            lines.push(record);
        }
    }
    let mut text = lines.join(&b'\n');
    text.push(b'\n');
    std::fs::write(&file, text).unwrap();
    let verify = std::process::Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args(["audit", "verify"])
        .arg(&file)
        .output();
    verify.unwrap().status.success()
}

#[test]
fn f1_a_repository_gets_each_record_as_it_stands_in_the_file() {
    let (server, _) = repository();
    let file = place("audit.ndjson");
    let sink = format!("audit.sink = \"file:{}\"\n{}", file.display(), atna(&server));
    let program = Program::start(&settings(&place("spool"), &sink));
    for id in ["a", "b", "c"] {
        assert_eq!(call(&program, id), 200);
    }
    until("all are taken", || server.got().len() == 3);
    let got = server.got();
    let text = std::fs::read_to_string(&file).unwrap();
    let bodies: Vec<String> = got
        .iter()
        .map(|one| String::from_utf8(one.body.clone()).unwrap())
        .collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), bodies);
    for one in &got {
        assert_eq!(one.target, "/fhir/AuditEvent");
        assert!(
            one.head.contains(&format!("content-type: {FHIR}")),
            "{}",
            one.head
        );
    }
    until("nothing waits", || waiting(&program, "atna") == 0.0);
    assert!(program.metric("cds_audit_feed_taken_seconds", &["atna"]) > 1.7e9);
}

#[test]
fn f2_an_outage_and_a_kill_lose_nothing_and_keep_the_order() {
    let (server, status) = repository();
    status.store(503, Ordering::SeqCst);
    let spool = place("spool");
    let first = Program::start(&settings(&spool, &atna(&server)));
    for id in ["a", "b", "c"] {
        assert_eq!(
            call(&first, id),
            200,
            "an outage of the repository is none of advice"
        );
    }
    until("it was tried", || !server.got().is_empty());
    assert_eq!(waiting(&first, "atna"), 3.0);
    assert!(first.metric("cds_audit_spool_size_bytes", &["atna"]) > 3000.0);
    // Killed with SIGKILL.
    drop(first);
    let second = Program::start(&settings(&spool, &atna(&server)));
    assert_eq!(waiting(&second, "atna"), 3.0);
    assert!(second.metric("cds_audit_spool_age_seconds", &["atna"]) > 0.0);
    for id in ["d", "e"] {
        assert_eq!(call(&second, id), 200);
    }
    let tried = server.got().len();
    status.store(201, Ordering::SeqCst);
    until("nothing waits", || waiting(&second, "atna") == 0.0);
    let got = server.got();
    assert_eq!(taken(&got[tried..]), ["a", "b", "c", "d", "e"]);
    let (_, log, _) = second.end();
    assert!(
        log.contains("audit records wait, since they are not taken"),
        "{log}"
    );
    assert!(log.contains("audit records are taken again"), "{log}");
    assert!(!log.contains(common::WITH_PNET), "{log}");
}

#[test]
fn f3_a_record_that_is_refused_for_what_it_is_holds_up_no_other() {
    let (server, _) = repository();
    let spool = place("spool");
    let program = Program::start(&settings(&spool, &atna(&server)));
    for id in ["a", "poison", "b"] {
        assert_eq!(call(&program, id), 200);
    }
    until("the others are taken", || {
        taken(&server.got()).contains(&"b".to_owned())
    });
    until("nothing waits", || waiting(&program, "atna") == 0.0);
    assert_eq!(program.metric("cds_audit_refused_total", &["atna"]), 1.0);
    let folders: Vec<PathBuf> = std::fs::read_dir(&spool)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(folders.len(), 1);
    let refused = std::fs::read(folders[0].join("refused.ndjson")).unwrap();
    assert_eq!(request_id(&refused), "poison");
    let (_, log, _) = program.end();
    assert!(log.contains("audit record refused and put aside"), "{log}");
}

#[test]
fn f4_a_spool_that_is_full_is_as_a_full_disk_of_the_audit() {
    let (server, status) = repository();
    // That the account may not write says nothing of a record.
    status.store(403, Ordering::SeqCst);
    let more = format!("audit.spool.max = \"1 MiB\"\n{}", atna(&server));
    let program = Program::start(&settings(&place("spool"), &more));
    let ready = |program: &Program| send(program.management, "GET", "/health/ready", "", b"");
    let answered = (0..2000)
        .take_while(|number| call(&program, &format!("n{number}")) == 200)
        .count();
    assert!((50..1000).contains(&answered), "{answered}");
    assert_eq!(call(&program, "more"), 503);
    until("not ready", || ready(&program).status == 503);
    assert!(ready(&program).body.contains("audit-unavailable"));
    let bytes = |part: &str| program.metric(&format!("cds_audit_spool_{part}_bytes"), &["atna"]);
    assert!(program.metric("cds_audit_spool_size_bytes", &["atna"]) > 0.9 * bytes("capacity"));
    status.store(201, Ordering::SeqCst);
    until("ready", || ready(&program).status == 200);
    assert_eq!(call(&program, "after"), 200);
    until("nothing waits", || waiting(&program, "atna") == 0.0);
    let ids = taken(&server.got());
    assert_eq!(ids.len(), answered + 1, "those that were answered and no other");
    assert_eq!(ids.last().unwrap(), "after");
    let (_, log, _) = program.end();
    assert!(log.contains("audit records not written"), "{log}");
}

/// A receiver of syslog over TLS that asks for a certificate.
struct Receiver {
    address: SocketAddr,
    /// While it is away it resets every connection.
    away: Arc<AtomicBool>,
    got: Arc<Mutex<Vec<u8>>>,
    /// Settings of a service that trusts it and is trusted.
    settings: String,
}

fn receiver() -> Receiver {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let issued = |name: &str, usage| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        (params.signed_by(&key, &issuer).unwrap(), key)
    };
    let (cert, key) = issued("localhost", ExtendedKeyUsagePurpose::ServerAuth);
    let (own_cert, own_key) = issued("pnet-cds", ExtendedKeyUsagePurpose::ClientAuth);
    let written = |name: &str, text: String| {
        let file = place(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = format!(
        "audit.syslog.address = \"localhost:{}\"\naudit.ca_file = \"{}\"\naudit.tls.cert = \"{}\"\naudit.tls.key = \"{}\"\n",
        address.port(),
        written("ca.pem", ca.pem()),
        written("own.pem", own_cert.pem()),
        written("own-key.pem", own_key.serialize_pem()),
    );
    let provider = Arc::new(default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).unwrap();
    let asking = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(asking.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from(cert.der().to_vec())],
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
        );
    let (config, away) = (Arc::new(config.unwrap()), Arc::new(AtomicBool::new(false)));
    let got: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (kept, is_away) = (Arc::clone(&got), Arc::clone(&away));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            if !is_away.load(Ordering::SeqCst) {
                receive(stream, &config, &kept);
            }
            // Else what came is never read, which resets the connection.
        }
    });
    Receiver {
        address,
        away,
        got,
        settings,
    }
}

fn receive(stream: TcpStream, config: &Arc<ServerConfig>, kept: &Mutex<Vec<u8>>) {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut bytes = Vec::new();
    // Read to the end of TLS; a caller without a certificate ends in an error.
    if stream.read_to_end(&mut bytes).is_ok() {
        stream.conn.send_close_notify();
        let _ = stream.flush();
        kept.lock().unwrap().extend(bytes);
    }
}

/// The messages of a stream, by their lengths.
fn messages(mut stream: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    while !stream.is_empty() {
        let end = stream.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&stream[..end]).unwrap().parse().unwrap();
        let message = &stream[end + 1..end + 1 + length];
        messages.push(String::from_utf8(message.to_vec()).unwrap());
        stream = &stream[end + 1 + length..];
    }
    messages
}

#[test]
fn f5_syslog_over_tls_gets_each_record_over_an_outage_and_a_kill() {
    let receiver = receiver();
    receiver.away.store(true, Ordering::SeqCst);
    let spool = place("spool");
    let program = Program::start(&settings(&spool, &receiver.settings));
    for id in ["a", "b"] {
        assert_eq!(call(&program, id), 200);
    }
    until("they wait", || waiting(&program, "syslog") == 2.0);
    drop(program);
    let program = Program::start(&settings(&spool, &receiver.settings));
    assert_eq!(call(&program, "c"), 200);
    receiver.away.store(false, Ordering::SeqCst);
    until("nothing waits", || waiting(&program, "syslog") == 0.0);
    assert_eq!(call(&program, "d"), 200);
    // Ended in order it waits for its last record.
    let (_, log, _) = program.end();
    assert!(!log.contains(common::WITH_PNET), "{log}");
    let got = messages(&receiver.got.lock().unwrap());
    let mut ids = Vec::new();
    let mut records = Vec::new();
    for message in &got {
        let fields: Vec<&str> = message.splitn(8, ' ').collect();
        assert_eq!(
            (fields[0], fields[3], fields[5]),
            ("<85>1", "pnet-cds", "FHIR+AuditEvent")
        );
        ids.push(request_id(fields[7].as_bytes()));
        records.push(fields[7].as_bytes().to_vec());
    }
    ids.dedup();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    // The first process began a chain, and so did the second.
    assert!(is_whole(&records[..2]) && is_whole(&records[2..]));
    assert!(receiver.address.port() > 0);
}

#[test]
fn f6_a_receiver_whose_certificate_is_not_trusted_gets_nothing() {
    let (wanted, other) = (receiver(), receiver());
    let port = |receiver: &Receiver| format!("localhost:{}", receiver.address.port());
    let settings_of_both = wanted.settings.replace(&port(&wanted), &port(&other));
    let program = Program::start(&settings(&place("spool"), &settings_of_both));
    assert_eq!(call(&program, "a"), 200);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(waiting(&program, "syslog"), 1.0);
    let (_, log, _) = program.end();
    assert!(log.contains("audit records wait") && log.contains("tls"), "{log}");
    assert!(other.got.lock().unwrap().is_empty());
}

#[test]
fn f7_what_is_missing_or_wrong_is_said_before_a_start() {
    let check = |text: &str| {
        let file = place("settings.toml");
        std::fs::write(&file, text).unwrap();
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
            .args(["settings", "--check"])
            .arg(&file)
            .output()
            .unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap())
    };
    let wrong = [
        (
            "audit.atna.url = \"https://arr.example.org/fhir\"",
            "`audit.spool.dir` is missing",
        ),
        (
            "audit.syslog.address = \"siem:1\"",
            "`audit.spool.dir` is missing",
        ),
        (
            "audit.atna.url = \"http://arr.example.org/fhir\"",
            "expected `https`",
        ),
        ("audit.atna.url = \"https://169.254.169.254/\"", "audit.atna.url"),
        ("audit.syslog.address = \"a b\"", "expected a host and a port"),
        ("audit.spool.max = \"1 KiB\"", "at least \"1 MiB\""),
        ("audit.tls.cert = \"/x\"", "go together"),
        ("audit.spool.dir = \"/proc/none\"", "`audit.spool.dir`"),
        (
            "audit.spool.dir = \"/tmp\"\naudit.ca_file = \"/proc/none\"",
            "`audit.ca_file`",
        ),
    ];
    for (text, expected) in wrong {
        let (code, said) = check(text);
        assert_eq!(code, Some(2), "{text}: {said}");
        assert!(said.contains(expected), "{text}: {said}");
    }
}
