//! TLS in the process: versions, and a certificate that is replaced while the service runs.

use crate::calls::DISCOVERY;
use crate::server::{Service, file};
use acceptance::scripted_fhir::Authority;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The files of a certificate for this machine.
fn identity(authority: &Authority) -> (PathBuf, PathBuf) {
    let (cert, key) = authority.identity(&["localhost", "127.0.0.1"]).unwrap();
    (file("tls.crt", &cert), file("tls.key", &key))
}

fn start(cert: &PathBuf, key: &PathBuf) -> Service {
    Service::start(&format!("[server.tls]\ncert = {cert:?}\nkey = {key:?}\n"))
}

fn connect(service: &Service) -> TcpStream {
    let stream = TcpStream::connect(service.base.trim_start_matches("https://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// The answer of discovery over TLS, or why there is none.
fn discover(
    service: &Service,
    trusted: &Authority,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted.pem().as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, connect(service));
    let request = format!("GET {DISCOVERY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    // A server may close without taking leave, once it has answered.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    if answer.is_empty() {
        return Err("no answer".to_owned());
    }
    Ok(answer)
}

/// A greeting of TLS 1.1, which offers nothing newer.
fn old_greeting() -> Vec<u8> {
    let suites = [0xc0, 0x13, 0x00, 0x2f];
    let mut hello = vec![0x03, 0x02];
    hello.extend([7; 32]);
    hello.extend([0, 0, u8::try_from(suites.len()).unwrap()]);
    hello.extend(suites);
    hello.extend([1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 0x03, 0x01, 0x00, length + 4, 0x01, 0x00, 0x00, length];
    record.extend(hello);
    record
}

#[test]
fn i01_tls_1_2_and_1_3_are_spoken_and_nothing_older() {
    let authority = Authority::new().unwrap();
    let (cert, key) = identity(&authority);
    let service = start(&cert, &key);
    assert!(service.base.starts_with("https://"), "{}", service.base);
    for version in [&TLS12, &TLS13] {
        let answer = discover(&service, &authority, &[version]).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("\"services\""), "{answer}");
    }
    let mut old = connect(&service);
    old.write_all(&old_greeting()).unwrap();
    let mut answer = Vec::new();
    let _ = old.read_to_end(&mut answer);
    // A fatal alert, and no greeting of the server.
    assert_eq!(
        (answer.first(), answer.get(5)),
        (Some(&0x15), Some(&2)),
        "{answer:x?}"
    );
}

#[test]
fn r01_with_a_certificate_nothing_is_answered_without_tls() {
    let authority = Authority::new().unwrap();
    let (cert, key) = identity(&authority);
    let service = start(&cert, &key);
    let mut plain = connect(&service);
    plain
        .write_all(format!("GET {DISCOVERY} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(
        !String::from_utf8_lossy(&answer).contains("HTTP/1.1"),
        "{answer:x?}"
    );
    let stranger = Authority::new().unwrap();
    assert!(discover(&service, &stranger, &[&TLS13]).is_err());
}

#[test]
fn r01_a_certificate_is_read_again_when_it_changes_and_kept_while_it_is_broken() {
    let (first, second) = (Authority::new().unwrap(), Authority::new().unwrap());
    let (cert, key) = identity(&first);
    let service = start(&cert, &key);
    let by = |authority: &Authority| discover(&service, authority, &[&TLS13]);
    assert!(by(&first).is_ok() && by(&second).is_err());
    std::fs::write(&cert, "no certificate").unwrap();
    assert!(by(&first).is_ok(), "a broken file changes nothing");
    assert!(service.logs("certificate not read"), "{}", service.logged());
    let (new_cert, new_key) = second.identity(&["localhost"]).unwrap();
    std::fs::write(&cert, new_cert).unwrap();
    assert!(by(&first).is_ok(), "half a pair changes nothing");
    std::fs::write(&key, &new_key).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while by(&second).is_err() {
        assert!(Instant::now() < until, "{}", service.logged());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(by(&first).is_err());
    let secret = new_key.lines().nth(1).unwrap();
    assert!(!service.logged().contains(secret));
}
