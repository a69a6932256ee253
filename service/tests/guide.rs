//! The commands of the integration guide, in its order, as somebody types them who follows it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod common;

use common::Service;
use common::binary::{pnet_cds, printed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const GUIDE: &str = include_str!("../docs/INTEGRATION.md");
/// The addresses of the guide: of the demo, and of the service that has settings.
const DEMO: &str = "127.0.0.1:8080";
const SERVICE: &str = "127.0.0.1:8081";
const MANAGEMENT: &str = "127.0.0.1:9091";

/// The blocks of the guide: the language of each, and its text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut parts = GUIDE.split("\n```");
    let mut found = Vec::new();
    parts.next();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        found.push(block.split_once('\n').unwrap());
    }
    found
}

/// The words of a line as a shell takes them, of which the guide uses single quotes only.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            '$' | '`' | '|' | '<' | '"' | '\\' if !quoted => panic!("not a plain command: {line}"),
            other => words.last_mut().unwrap().push(other),
        }
    }
    assert!(!quoted, "{line}");
    words
}

fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A program that serves until it is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Somebody at a terminal.
struct Reader {
    folder: PathBuf,
    addresses: BTreeMap<&'static str, String>,
    serving: Vec<Serving>,
    done: Vec<String>,
}

impl Reader {
    fn new() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("guide-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_MANIFEST_DIR"), folder.join("service")).unwrap();
        let addresses = [DEMO, SERVICE, MANAGEMENT].map(|address| (address, free()));
        Self {
            folder,
            addresses: addresses.into(),
            serving: Vec::new(),
            done: Vec::new(),
        }
    }

    /// A text of the guide with the addresses of this run.
    fn here(&self, text: &str) -> String {
        let addresses = self.addresses.iter();
        addresses.fold(text.to_owned(), |text, (told, real)| text.replace(told, real))
    }

    fn run(&mut self, line: &str) {
        let line = self.here(line);
        let words = words(&line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (words, into) = match words.as_slice() {
            [words @ .., way @ (">" | ">>"), file] => (words, Some((*way, *file))),
            words => (words, None),
        };
        let printed = match words {
            ["pnet-cds"] => self.serve(
                &[],
                &[("PNET_CDS_SERVER__LISTEN", &self.addresses[DEMO].clone())],
                DEMO,
            ),
            ["pnet-cds", "serve", rest @ ..] => self.serve(&[&["serve"], rest].concat(), &[], SERVICE),
            ["pnet-cds", rest @ ..] => self.command(rest),
            ["curl", rest @ ..] => self.curl(rest),
            ["printf", text] => text.replace("\\n", "\n"),
            ["echo", text] => format!("{text}\n"),
            _ => panic!("not a command of the guide: {line}"),
        };
        if let Some((way, file)) = into {
            let path = self.folder.join(file);
            let before = match way {
                ">>" => std::fs::read_to_string(&path).unwrap(),
                _ => String::new(),
            };
            std::fs::write(path, before + &printed).unwrap();
        }
        self.done.push(line);
    }

    fn serve(&mut self, arguments: &[&str], environment: &[(&str, &str)], at: &str) -> String {
        let mut program = pnet_cds();
        program
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(&self.folder);
        program.env("PNET_CDS_SERVER__MANAGEMENT_LISTEN", free());
        program.stdout(Stdio::null()).stderr(Stdio::null());
        self.serving.push(Serving(program.spawn().unwrap()));
        let address: std::net::SocketAddr = self.addresses[at].parse().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "{arguments:?} does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        String::new()
    }

    fn command(&self, arguments: &[&str]) -> String {
        let mut program = pnet_cds();
        program.args(arguments).current_dir(&self.folder);
        // `--replay` goes to the address that the program assumes, which is the guide's.
        if arguments.contains(&"--replay") && !arguments.contains(&"--to") {
            program.args(["--to", &format!("http://{}", self.addresses[DEMO])]);
        }
        let (code, out, told) = printed(program.output().unwrap());
        assert_eq!(code, 0, "{arguments:?}: {out}{told}");
        out
    }

    fn curl(&self, arguments: &[&str]) -> String {
        let (mut headers, mut body, mut url) = (Vec::new(), None, None);
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match *word {
                "-s" | "-i" => {}
                "-H" => headers.push(*rest.next().unwrap()),
                "-d" => body = Some(*rest.next().unwrap()),
                word if word.starts_with("http://") => url = Some(word),
                word => panic!("curl {word}"),
            }
        }
        let (address, path) = url.unwrap()["http://".len()..].split_once('/').unwrap();
        let service = Service {
            address: address.parse().unwrap(),
        };
        let body = match body.map(|body| (body, body.strip_prefix('@'))) {
            Some((_, Some(file))) => {
                let sample = std::fs::read_to_string(self.folder.join(file)).unwrap();
                self.here(&sample).into_bytes()
            }
            Some((text, None)) => text.as_bytes().to_vec(),
            None => Vec::new(),
        };
        let method = if body.is_empty() { "GET" } else { "POST" };
        let answer = service.request(method, &format!("/{path}"), &headers, &body);
        let refused = [
            ("401", address == self.addresses[SERVICE]),
            ("412", is_of_patient_alone(&body)),
        ];
        let expected = refused
            .iter()
            .find(|(_, is)| *is)
            .map_or("200", |(status, _)| status);
        assert_eq!(
            answer.status.to_string(),
            expected,
            "{arguments:?}: {}",
            answer.body
        );
        answer.body
    }
}

/// Whether a request brings the patient's own record and nothing else, which the guide shows being refused.
fn is_of_patient_alone(body: &[u8]) -> bool {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    request["prefetch"]
        .as_object()
        .is_some_and(|prefetch| prefetch.len() == 1)
}

#[test]
fn whoever_follows_the_guide_sees_what_it_says() {
    let mut reader = Reader::new();
    let blocks = blocks().into_iter().filter(|(language, _)| *language == "sh");
    blocks
        .flat_map(|(_, block)| block.lines())
        .for_each(|line| reader.run(line));
    for part in [
        "call --new-key",
        "call --replay",
        "settings --check",
        "serve",
        "probe",
        "selfcheck",
        "feedback report",
    ] {
        let typed = reader
            .done
            .iter()
            .any(|line| line.starts_with(&format!("pnet-cds {part}")));
        assert!(typed, "{part}: {:#?}", reader.done);
    }
    assert!(reader.folder.join("call.json").exists());
    drop(reader.serving);
    std::fs::remove_dir_all(&reader.folder).unwrap();
}
