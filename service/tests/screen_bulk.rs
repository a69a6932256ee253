//! `pnet-cds screen --from`: an export fetched from a server that does as a script says, with a token got by a key.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]
#![expect(clippy::panic, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;
#[path = "common/export.rs"]
mod export;
#[path = "common/exported.rs"]
mod exported;

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use binary::{pnet_cds, printed};
use export::export;
use exported::{folder, records};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

/// One request, as it came.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is answered: status, headers, body, and how much of the body is sent before the connection ends.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    sent: usize,
}

fn answer(status: u16, headers: Vec<(&'static str, String)>, body: impl Into<Vec<u8>>) -> Answer {
    let body = body.into();
    Answer {
        status,
        headers,
        sent: body.len(),
        body,
    }
}

/// A server of this machine, whose requests are kept.
struct Server {
    base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    fn start(script: impl Fn(&str, &Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/fhir", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, own, script) = (asked.clone(), base.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, own, script) = (kept.clone(), own.clone(), script.clone());
                thread::spawn(move || serve(stream.unwrap(), &own, &kept, &*script));
            }
        });
        Self { base, asked }
    }

    /// The requests, as method and path.
    fn log(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|one| format!("{} {}", one.method, one.path))
            .collect()
    }
}

fn serve(
    mut stream: TcpStream,
    base: &str,
    kept: &Mutex<Vec<Asked>>,
    script: &dyn Fn(&str, &Asked, usize) -> Answer,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut first = line.split(' ');
    let (method, path) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let asked = Asked {
        method,
        path,
        headers,
        body: String::from_utf8(body).unwrap(),
    };
    let before = {
        let mut kept = kept.lock().unwrap();
        let same = |one: &&Asked| one.method == asked.method && one.path == asked.path;
        let before = kept.iter().filter(same).count();
        kept.push(asked.clone());
        before
    };
    let answer = script(base, &asked, before);
    let mut head = format!(
        "HTTP/1.1 {} -\r\nConnection: close\r\nContent-Length: {}\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    drop(stream.write_all(head.as_bytes()));
    drop(stream.write_all(&answer.body[..answer.sent]));
}

/// The files of the export, and their text.
fn files() -> BTreeMap<String, String> {
    let named = records()
        .into_iter()
        .map(|(kind, lines)| (kind, lines.join("\n") + "\n"));
    named.collect()
}

/// Whether the assertion is one of this key, for this address.
fn is_signed(form: &str, key: &Value, aud: &str) -> bool {
    let field = |name: &str| {
        let mut fields = form.split('&').filter_map(|field| field.split_once('='));
        fields
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    let assertion = field("client_assertion").unwrap();
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let claims: Value = serde_json::from_slice(&decoded(message.split('.').nth(1).unwrap())).unwrap();
    let mut point = vec![4];
    point.extend(decoded(key["x"].as_str().unwrap()));
    point.extend(decoded(key["y"].as_str().unwrap()));
    let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point);
    field("grant_type").as_deref() == Some("client_credentials")
        && field("scope").as_deref() == Some("system%2F%2A.rs")
        && field("client_assertion_type").as_deref()
            == Some("urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer")
        && claims["iss"] == "screen"
        && claims["sub"] == "screen"
        && claims["aud"] == aud
        && claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap() <= 300
        && claims["jti"].as_str().is_some_and(|id| id.len() > 20)
        && public.verify(message.as_bytes(), &decoded(signature)).is_ok()
}

/// A server with the bundled patients, which is slow, breaks off and has too much to do, as servers are.
fn exporting(key: Value, broken: &'static str) -> Server {
    let files = files();
    Server::start(move |base, asked, before| {
        let root = base.trim_end_matches("/fhir");
        let path = asked.path.split('?').next().unwrap();
        let bearer = asked.header("authorization") == "Bearer of-the-export";
        match (asked.method.as_str(), path) {
            ("GET", "/fhir/.well-known/smart-configuration") => {
                let said = json!({ "token_endpoint": format!("{root}/token") });
                answer(
                    200,
                    vec![("Content-Type", "application/json".to_owned())],
                    said.to_string(),
                )
            }
            ("POST", "/token") => {
                assert!(
                    is_signed(&asked.body, &key, &format!("{root}/token")),
                    "{}",
                    asked.body
                );
                let said =
                    json!({ "access_token": "of-the-export", "token_type": "bearer", "expires_in": 300 });
                answer(
                    200,
                    vec![("Content-Type", "application/json".to_owned())],
                    said.to_string(),
                )
            }
            _ if !bearer => answer(401, Vec::new(), ""),
            ("GET", "/fhir/Group/7/$export") => {
                assert_eq!(asked.header("prefer"), "respond-async");
                assert_eq!(asked.header("accept"), "application/fhir+json");
                assert!(
                    asked
                        .path
                        .contains("_outputFormat=application%2Ffhir%2Bndjson&_type=Patient,Condition,")
                );
                assert!(
                    asked.path.ends_with("&_since=2020-01-01T00%3A00%3A00Z"),
                    "{}",
                    asked.path
                );
                answer(202, vec![("Content-Location", format!("{root}/jobs/1?u=2"))], "")
            }
            ("GET", "/jobs/1") if before == 0 => {
                let headers = vec![("Retry-After", "0".to_owned()), ("X-Progress", "half".to_owned())];
                answer(202, headers, "")
            }
            ("GET", "/jobs/1") if before == 1 => answer(429, vec![("Retry-After", "0".to_owned())], ""),
            ("GET", "/jobs/1") => {
                let output: Vec<Value> = files
                    .iter()
                    .map(|(kind, text)| {
                        let url = format!("{root}/files/{kind}?sig=1");
                        json!({ "type": kind, "url": url, "count": text.lines().count() })
                    })
                    .collect();
                let said = json!({
                    "transactionTime": "2026-11-23T00:00:00Z", "requiresAccessToken": true, "output": output, "error": []
                });
                answer(
                    200,
                    vec![("Content-Type", "application/json".to_owned())],
                    said.to_string(),
                )
            }
            ("DELETE", "/jobs/1") => answer(202, Vec::new(), ""),
            ("GET", path) => {
                let kind = path.strip_prefix("/files/").unwrap();
                let text = files[kind].as_bytes();
                let range = asked.header("range");
                match (kind, before, range) {
                    (kind, _, _) if kind == broken => answer(500, Vec::new(), ""),
                    ("Patient", 0, _) => answer(503, vec![("Retry-After", "0".to_owned())], ""),
                    // It breaks off in the middle, once before and once after it goes on.
                    ("Observation", 0, "") => Answer {
                        sent: text.len() / 2,
                        ..answer(200, Vec::new(), text)
                    },
                    (_, _, range) if !range.is_empty() => {
                        let from = range
                            .strip_prefix("bytes=")
                            .unwrap()
                            .trim_end_matches('-')
                            .parse::<usize>()
                            .unwrap();
                        let said = format!("bytes {from}-{}/{}", text.len() - 1, text.len());
                        let rest = &text[from..];
                        let sent = if before == 1 { rest.len() / 2 } else { rest.len() };
                        Answer {
                            sent,
                            ..answer(206, vec![("Content-Range", said)], rest)
                        }
                    }
                    _ => answer(200, Vec::new(), text),
                }
            }
            other => panic!("{other:?}"),
        }
    })
}

fn key_in(dir: &Path) -> Value {
    let key = dir.join("key.pem");
    let made = pnet_cds()
        .args(["call", "--new-key", key.to_str().unwrap(), "--issuer", "screen"])
        .output();
    assert_eq!(printed(made.unwrap()).0, 0);
    let set = fs::read_to_string(dir.join("key.pem.jwks.json")).unwrap();
    serde_json::from_str::<Value>(&set).unwrap()["keys"][0].clone()
}

fn screened(server: &Server, dir: &Path) -> (i32, String, String) {
    let (key, download) = (dir.join("key.pem"), dir.join("export"));
    let arguments = [
        "screen",
        "--as-of",
        "2026-11-23",
        "--from",
        &server.base,
        "--download",
        download.to_str().unwrap(),
        "--client-id",
        "screen",
        "--key",
        key.to_str().unwrap(),
        "--group",
        "7",
        "--since",
        "2020-01-01T00:00:00Z",
    ];
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn expected(name: &str) -> String {
    let dir = export(name);
    let plain = pnet_cds()
        .args(["screen", "--as-of", "2026-11-23", dir.to_str().unwrap()])
        .output();
    printed(plain.unwrap()).1
}

#[test]
fn an_export_is_fetched_with_a_key_to_its_end_and_deleted() {
    let dir = folder("screen-bulk");
    let server = exporting(key_in(&dir), "");
    let (code, out, told) = screened(&server, &dir);
    assert_eq!((code, &out), (0, &expected("screen-bulk-plain")), "{told}");
    let log = server.log();
    let count = |what: &str| log.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        (count("POST /token"), count("$export"), count("GET /jobs/1?u=2")),
        (1, 1, 3),
        "{log:?}"
    );
    assert_eq!(
        (count("/files/Observation"), count("/files/Patient")),
        (3, 2),
        "{log:?}"
    );
    assert_eq!(log.last().unwrap(), "DELETE /jobs/1?u=2");
    assert!(
        !told.contains("of-the-export") && !told.contains("sig=1"),
        "{told}"
    );
    // What is there can be read again without the server.
    let manifest = dir.join("export/output.json");
    let again = pnet_cds()
        .args([
            "screen",
            "--as-of",
            "2026-11-23",
            "--manifest",
            manifest.to_str().unwrap(),
        ])
        .output();
    assert_eq!(printed(again.unwrap()).1, out);
}

#[test]
fn what_could_not_be_fetched_is_named_and_fetched_by_the_next_run_alone() {
    let dir = folder("screen-bulk-again");
    let key = key_in(&dir);
    let server = exporting(key.clone(), "Condition");
    let (code, out, told) = screened(&server, &dir);
    assert_eq!((code, out.as_str()), (1, ""), "{told}");
    assert!(told.contains("/files/Condition: status 500"), "{told}");
    assert!(
        !server.log().iter().any(|line| line.starts_with("DELETE")),
        "it is still needed"
    );

    // The same export at a server that works again.
    let server = exporting(key, "");
    let state = dir.join("export/export.state");
    let status = format!("{}/jobs/1?u=2", server.base.trim_end_matches("/fhir"));
    fs::write(&state, json!({ "status": status }).to_string()).unwrap();
    let (code, out, told) = screened(&server, &dir);
    assert_eq!((code, &out), (0, &expected("screen-bulk-again-plain")), "{told}");
    let log = server.log();
    let fetched: Vec<&String> = log.iter().filter(|line| line.contains("/files/")).collect();
    assert_eq!(fetched, ["GET /files/Condition?sig=1"], "{log:?}");
    assert!(!log.iter().any(|line| line.contains("$export")), "{log:?}");
    assert!(!state.exists());
}

#[test]
fn a_server_that_cannot_export_and_a_file_elsewhere_are_told() {
    let dir = folder("screen-bulk-wrong");
    let plain = |server: &Server, name: &str| {
        let download = dir.join(name);
        let token = dir.join("token");
        fs::write(&token, "secret-token").unwrap();
        let arguments = [
            "screen",
            "--from",
            &server.base,
            "--download",
            download.to_str().unwrap(),
            "--token-file",
            token.to_str().unwrap(),
        ];
        printed(pnet_cds().args(arguments).output().unwrap())
    };
    let server = Server::start(|_, _, _| answer(501, Vec::new(), ""));
    let (code, _, told) = plain(&server, "none");
    assert!(code == 1 && told.contains("$export: status 501"), "{told}");

    // The manifest leads to another server: the token is not shown there.
    let other = Server::start(|_, _, _| answer(200, Vec::new(), ""));
    let elsewhere = other.base.clone();
    let server = Server::start(
        move |base, asked, _| match asked.path.starts_with("/fhir/$export") {
            true => answer(202, vec![("Content-Location", format!("{base}/job"))], ""),
            false => {
                let output = json!([{ "type": "Patient", "url": format!("{elsewhere}/Patient") }]);
                let said = json!({ "requiresAccessToken": true, "output": output });
                answer(
                    200,
                    vec![("Content-Type", "application/json".to_owned())],
                    said.to_string(),
                )
            }
        },
    );
    let (code, _, told) = plain(&server, "elsewhere");
    assert!(code == 1 && told.contains("/Patient: "), "{told}");
    assert!(other.log().is_empty() && !told.contains("secret-token"), "{told}");
}
