//! No patient data leaves: the requests of the whole suite, with a mark in every text, and none of it anywhere but in answers
//! to authenticated callers and in the audit.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../tests/src/corpus.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "of another crate, and the charts only: what is read from them is for the reader's tests"
)]
mod corpus;
#[path = "../trust_support/issuer.rs"]
#[expect(dead_code, reason = "shared with the tests of trust, which use all of it")]
mod issuer;
mod mark;
#[path = "../outside/mod.rs"]
mod outside;
mod suite;
mod world;

use mark::{MARK, Seen};
use outside::{Program, Server, collector, place, send};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use suite::{HOOK, Request, Requests, feedback, of_data, recorded};
use world::{check_lines, fhir, files_beside};

/// Names a collector from outside, whose own test it is to look at what it got.
const COLLECTOR: &str = "CANARY_COLLECTOR";
/// Each carries all the marks that a header can.
const HEADERS: &str = "Content-Type: application/json\r\nbaggage: patient=PHI-CANARY\r\ntracestate: x=PHI-CANARY\r\n\
    User-Agent: PHI-CANARY\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: not PHI-CANARY\r\n";
/// At once; the service gives each thread of its own its turn.
const SENDERS: usize = 6;
/// The suites that send requests over HTTP; one that is missing has not run.
const SUITES: [&str; 16] = [
    "audit.common",
    "cli.common",
    "conformance.server",
    "export.common",
    "fhir_pull.setup",
    "hook.common",
    "http.common",
    "management.common",
    "operating.common",
    "orders.common",
    "overload.common",
    "pages_knowledge.common",
    "pages_patients.common",
    "probe.common",
    "questions.common",
    "store.common",
];

/// The service as it is looked at, with what is around it.
struct Bed {
    collector: Option<Server>,
    endpoint: String,
    fhir: Server,
    fhir_server: String,
    store: PathBuf,
    audit: PathBuf,
    keys: PathBuf,
    seen: Seen,
}

impl Bed {
    fn new() -> Self {
        let own = std::env::var(COLLECTOR).is_err().then(collector);
        let fhir = Server::start(fhir);
        let keys = place("keys.json");
        std::fs::write(&keys, json!({"keys": [issuer::EC384.jwk()]}).to_string()).unwrap();
        Self {
            endpoint: match &own {
                Some(own) => format!("http://{}", own.address),
                None => std::env::var(COLLECTOR).unwrap(),
            },
            collector: own,
            fhir_server: format!("http://{}/fhir", fhir.address),
            fhir,
            store: place("store.sqlite"),
            audit: place("audit.ndjson"),
            keys,
            seen: Seen::default(),
        }
    }

    /// The program at trace level, whatever the environment wants besides.
    fn start(&self, more: &str) -> Program {
        let settings = format!(
            "demo.enabled = true\nfhir.deadline = \"5 s\"\nserver.request_deadline = \"30 s\"\n\
             telemetry.log = \"json\"\ntelemetry.log_level = \"trace\"\ntelemetry.otlp_endpoint = \"{}\"\n\
             store.url = \"sqlite:{}\"\naudit.sink = \"file:{}\"\naudit.mode = \"best-effort\"\n{more}\n\
             [[clients]]\nissuer = \"https://ehr.example.org\"\njwks_file = {:?}\nfhir_servers = [\"{}\"]\n",
            self.endpoint,
            self.store.display(),
            self.audit.display(),
            self.keys,
            self.fhir_server,
        );
        let loud = [
            ("RUST_LOG", "trace"),
            ("OTEL_LOG_LEVEL", "trace"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
            // To be found by whoever looks at what the collector got.
            ("OTEL_RESOURCE_ATTRIBUTES", "canary.control=SEEN-CANARY"),
        ];
        Program::start_with(&settings, &loud)
    }

    /// Ends it, and keeps what it printed.
    fn end(&mut self, program: Program) -> String {
        self.seen.add("metrics", program.metrics());
        let (out, log, _) = program.end();
        check_lines(&out);
        check_lines(&log);
        self.seen.add("stdout", out);
        self.seen.add("stderr", log.clone());
        log
    }
}

/// What became of requests: how often each status came, and all cards.
#[derive(Default)]
struct Tally {
    statuses: BTreeMap<u16, usize>,
    with_cards: BTreeMap<String, usize>,
    marked_cards: usize,
}

/// Sends them all, several at once.
fn send_all(program: &Program, requests: &Requests, seen: &mut Seen) -> Tally {
    let all: Vec<(&String, &Request)> = requests
        .0
        .iter()
        .flat_map(|(from, requests)| requests.iter().map(move |request| (from, request)))
        .collect();
    let (next, kept) = (
        AtomicUsize::new(0),
        Mutex::new((Seen::default(), Tally::default())),
    );
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while let Some((from, request)) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let answer = send(
                        program.address,
                        &request.method,
                        &request.target,
                        HEADERS,
                        &request.body,
                    );
                    let mut kept = kept.lock().unwrap();
                    kept.0.note(
                        &format!("{from} {}", request.target.split('?').next().unwrap()),
                        &answer,
                    );
                    *kept.1.statuses.entry(answer.status).or_default() += 1;
                    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                    let cards = json["cards"].as_array().cloned().unwrap_or_default();
                    if !cards.is_empty() {
                        *kept.1.with_cards.entry((*from).clone()).or_default() += 1;
                    }
                    kept.1.marked_cards += usize::from(!cards.is_empty() && answer.body.contains(MARK));
                }
            });
        }
    });
    let (found, tally) = kept.into_inner().unwrap();
    seen.0.extend(found.0);
    tally
}

/// Everything that is said without a chart: feedback on cards of the moment, and wrong paths.
fn send_the_rest(bed: &mut Bed, open: &Program) -> usize {
    let mut ids = vec![MARK.to_owned(), common::INSTANCE.to_owned()];
    for number in 0..8 {
        let mut call = common::prefetched(common::WITH_PNET);
        call["hookInstance"] = format!("{number}1577c69-dfbe-44ad-ba6d-3e05e953b2ea").into();
        let answer: Value = serde_json::from_str(&open.post(HOOK, &call.to_string()).body).unwrap();
        let cards = answer["cards"].as_array().unwrap().iter();
        ids.extend(cards.map(|card| card["uuid"].as_str().unwrap().to_owned()));
    }
    let mut kept = 0;
    for body in ids.iter().flat_map(|card| feedback(card)) {
        let answer = open.post(&format!("{HOOK}/feedback"), &body.to_string());
        kept += usize::from(answer.status == 200);
        bed.seen.note("feedback", &answer);
    }
    for path in [
        format!("/cds-services/{MARK}"),
        format!("/{MARK}"),
        format!("/sandbox/fhir/Patient/{MARK}"),
        format!("/sandbox/fhir/Condition?patient={MARK}"),
        format!("/health/live?{MARK}"),
    ] {
        for method in ["GET", "POST"] {
            let answer = open.send(method, &path, "Content-Type: application/json\r\n", b"{}");
            bed.seen.note("a path", &answer);
        }
    }
    kept
}

/// Callers that have to show a token: marks in tokens that are refused, and in one that is accepted.
fn send_tokens(bed: &mut Bed) {
    let program = bed.start("auth.mode = \"required\"");
    let claims = json!({"iss": "https://ehr.example.org", "sub": MARK, "jti": MARK, "aud": MARK, "exp": 1, "iat": 1, "tenant": MARK});
    let header = json!({"alg": "ES384", "typ": "JWT", "kid": MARK, "jku": format!("https://{MARK}/")});
    let forged = issuer::encode(header.to_string(), claims.to_string(), |_| MARK.into());
    let late = issuer::EC384.token(&claims);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let right = json!({
        "iss": "https://ehr.example.org", "aud": format!("http://{}{HOOK}", program.address), "exp": now + 300, "iat": now,
        "jti": MARK, "sub": MARK, "name": MARK,
    });
    let call = mark::marked(
        &common::prefetched(common::WITH_PNET),
        "",
        mark::Marking::Readable,
    )
    .to_string();
    for (token, status) in [
        (MARK.to_owned(), 401),
        (forged, 401),
        (late, 401),
        (issuer::EC384.token(&right), 200),
        // Used before.
        (issuer::EC384.token(&right), 401),
    ] {
        let headers = format!("{HEADERS}Authorization: Bearer {token}\r\n");
        let answer = program.send("POST", HOOK, &headers, call.as_bytes());
        assert_eq!(answer.status, status, "{}", answer.body);
        bed.seen.note("a caller with a token", &answer);
    }
    bed.end(program);
}

/// Sends these and looks everywhere.
fn nothing_leaves(bed: &mut Bed, requests: &Requests) -> Tally {
    let open = bed.start("auth.mode = \"open\"");
    let tally = send_all(&open, requests, &mut bed.seen);
    let feedback_kept = send_the_rest(bed, &open);
    let log = bed.end(open);
    send_tokens(bed);
    for got in bed.collector.iter().flat_map(Server::got) {
        bed.seen.add(&got.target, got.body);
    }
    for (path, bytes) in files_beside(&bed.store) {
        bed.seen.add(&path, bytes);
    }
    assert_eq!(bed.seen.marked(), Vec::<String>::new());

    // The check can fail: everything that it looks at is there, and the mark went through the service.
    let all: Vec<u8> = bed
        .collector
        .iter()
        .flat_map(Server::got)
        .flat_map(|got| got.body)
        .collect();
    let all = String::from_utf8_lossy(&all);
    for name in [
        "POST /cds-services/{id}",
        "cds.hook",
        "cds.assess",
        "cds.render",
        "cds.store",
        "fhir.query",
        "cds.verdicts",
        "answered",
        "SEEN-CANARY",
    ] {
        assert!(bed.collector.is_none() || all.contains(name), "{name}");
    }
    assert!(
        log.contains("\"trace_id\":\"") && log.contains("FHIR query") && log.contains("\"level\":\"DEBUG\"")
    );
    let stored = bed.seen.0.iter().find(|(place, _)| place.ends_with(".sqlite"));
    assert!(stored.is_some_and(|(_, bytes)| bytes.len() > 10_000));
    assert!(
        feedback_kept >= 70,
        "{feedback_kept} items of feedback were taken"
    );
    let audit = std::fs::read_to_string(&bed.audit).unwrap();
    assert!(audit.contains(&format!("Patient/{MARK}-{}", common::WITH_PNET)));
    bed.seen.add("a leak", format!("x {MARK} y"));
    assert_eq!(bed.seen.marked(), ["a leak: x PHI-CANARY y"]);

    // A FHIR server gets the ids of the trace, and nothing that a caller put beside them.
    let asked = bed.fhir.got();
    assert!(asked.len() > 5);
    for got in asked {
        assert!(got.head.contains("\ntraceparent: 00-"), "{}", got.head);
        assert!(
            !got.head.contains("baggage") && !got.head.contains("tracestate"),
            "{}",
            got.head
        );
        assert!(
            !got.head.contains("0af7651916cd43dd8448eb211c80319c"),
            "a trace that is not trusted goes on: {}",
            got.head
        );
    }
    tally
}

#[test]
fn l1_no_patient_data_leaves_but_in_answers_and_audit() {
    let mut bed = Bed::new();
    let requests = of_data(&bed.fhir_server);
    for (from, least) in [
        ("corpus", 1000),
        ("vignettes", 500),
        ("examples", 100),
        ("patients", 200),
        ("order forms", 350),
        ("orders of every option", 60),
        ("pulled", 3),
        ("malformed", 300),
    ] {
        assert!(requests.count(from) >= least, "{from}: {}", requests.count(from));
    }
    let tally = nothing_leaves(&mut bed, &requests);
    println!(
        "{:?} {:?}, {} with a mark",
        tally.statuses, tally.with_cards, tally.marked_cards
    );
    for (from, least) in [
        ("vignettes", 250),
        ("patients", 15),
        ("order forms", 50),
        ("orders of every option", 20),
        ("pulled", 1),
    ] {
        let with_cards = tally.with_cards.get(from).copied().unwrap_or_default();
        assert!(with_cards >= least, "{from}: cards for {with_cards}");
    }
    assert!(
        tally.marked_cards >= 200,
        "{} answers speak of a marked record",
        tally.marked_cards
    );
    for status in [200, 400, 412, 422] {
        assert!(tally.statuses.contains_key(&status), "{:?}", tally.statuses);
    }
}

/// What every other suite was seen to send when it ran last, once more.
#[test]
#[ignore = "after all other suites: run by `.ci/telemetry`"]
fn l1_the_requests_of_every_suite_leave_nothing_either() {
    let mut bed = Bed::new();
    let requests = recorded(&bed.fhir_server);
    let missing: Vec<&str> = SUITES
        .into_iter()
        .filter(|suite| requests.count(suite) == 0)
        .collect();
    assert!(
        missing.is_empty(),
        "{missing:?} did not run, of {:?}",
        requests.0.keys()
    );
    assert!(
        requests.count("conformance.server") >= 400,
        "{}",
        requests.count("conformance.server")
    );
    let counts: BTreeMap<&String, usize> = requests.0.iter().map(|(from, of)| (from, of.len())).collect();
    let tally = nothing_leaves(&mut bed, &requests);
    let sent: usize = counts.values().sum();
    println!(
        "{sent} requests, {counts:?}; {:?}, {} with a mark",
        tally.statuses, tally.marked_cards
    );
    assert!(
        sent >= 1000 && tally.marked_cards >= 100,
        "{sent}, {}",
        tally.marked_cards
    );
}
