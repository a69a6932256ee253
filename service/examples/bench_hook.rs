//! Measures the hook beside a bare actix-web handler that parses the same body to `serde_json::Value`.
//!
//! Run by hand: `cargo run --release -p pnet-cds --example bench_hook`. Both servers have one worker and run in this
//! process, and the client in a thread of its own drives them in turns over one keep-alive connection; CPU time is that
//! of the server's worker thread alone, from `/proc`, so that neither the client nor the other server counts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement run by hand"
)]

use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::web::{Bytes, Data, PayloadConfig, post};
use actix_web::{App, HttpResponse, HttpServer};
use fhir_profiles::{ChartBuilder, ReadPolicy, read};
use pnet_cds::evaluator::Evaluator;
use pnet_cds::hooks::request::HookRequest;
use pnet_cds::http::{State, boundary, routes};
use pnet_cds::input;
use pnet_cds::settings::{Source, load};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const ORDINARY: &str = "ordinary";
const PATH: &str = "/cds-services/pnet-liver-metastases";
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(700);

async fn bare(body: Bytes) -> HttpResponse {
    match serde_json::from_slice::<Value>(&body) {
        Ok(value) if value["hook"] == "patient-view" => HttpResponse::Ok()
            .content_type("application/json")
            .body(r#"{"cards":[]}"#),
        _ => HttpResponse::BadRequest().finish(),
    }
}

/// A server and the thread that does its work.
struct Target {
    address: SocketAddr,
    thread: String,
}

/// Threads of this process by id.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks
        .map(|task| task.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// CPU time of a thread in nanoseconds.
fn cpu(thread: &str) -> f64 {
    let path = format!("/proc/self/task/{thread}/schedstat");
    let text = std::fs::read_to_string(path).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Starts a server and finds its worker: the new thread whose CPU time grows with requests.
fn start(run: impl FnOnce(TcpListener) + Send + 'static, body: &str) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let before = threads();
    std::thread::spawn(move || run(listener));
    std::thread::sleep(Duration::from_millis(300));
    let new: Vec<String> = threads()
        .into_iter()
        .filter(|thread| !before.contains(thread))
        .collect();
    let idle: Vec<f64> = new.iter().map(|thread| cpu(thread)).collect();
    let mut client = Client::connect(address);
    for _ in 0..200 {
        client.call(body);
    }
    let busiest = (0..new.len()).max_by(|a, b| {
        let grown = |index: usize| cpu(&new[index]) - idle[index];
        grown(*a).total_cmp(&grown(*b))
    });
    Target {
        address,
        thread: new[busiest.unwrap()].clone(),
    }
}

struct Client(TcpStream, Vec<u8>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream, vec![0; 1 << 20])
    }

    /// One call; the number of bytes of the answer.
    fn call(&mut self, body: &str) -> usize {
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.0
            .write_all(&[head.as_bytes(), body.as_bytes()].concat())
            .unwrap();
        let mut filled = 0;
        loop {
            filled += self.0.read(&mut self.1[filled..]).unwrap();
            let text = &self.1[..filled];
            let Some(end) = text.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let length: usize = head
                .split("content-length: ")
                .nth(1)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .parse()
                .unwrap();
            if filled >= end + 4 + length {
                return length;
            }
        }
    }
}

#[derive(Default)]
struct Measured {
    micros: Vec<f64>,
    seconds: f64,
    cpu: f64,
    answer: usize,
}

impl Measured {
    fn round(&mut self, target: &Target, body: &str) {
        let mut client = Client::connect(target.address);
        self.answer = client.call(body);
        let (started, before) = (Instant::now(), cpu(&target.thread));
        while started.elapsed() < ROUND {
            let sent = Instant::now();
            client.call(body);
            self.micros.push(sent.elapsed().as_secs_f64() * 1e6);
        }
        self.seconds += started.elapsed().as_secs_f64();
        self.cpu += (cpu(&target.thread) - before) / 1e3;
    }

    fn cpu_per_request(&self) -> f64 {
        self.cpu / self.micros.len() as f64
    }

    fn show(&mut self, name: &str) {
        self.micros.sort_by(f64::total_cmp);
        let at = |part: f64| self.micros[(self.micros.len() as f64 * part) as usize];
        println!(
            "  {name:<8} {:>7.0} requests/s   p50 {:>6.0} µs   p99 {:>6.0} µs   CPU {:>6.0} µs a request   answer {} bytes",
            self.micros.len() as f64 / self.seconds,
            at(0.5),
            at(0.99),
            self.cpu_per_request(),
            self.answer
        );
    }
}

/// Somebody with high blood pressure and diabetes.
fn ordinary() -> Value {
    let condition = |id: &str, code: &str, display: &str| {
        json!({"resource": {"resourceType": "Condition", "id": id, "subject": {"reference": "Patient/ordinary"},
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code, "display": display}]}}})
    };
    json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "ordinary", "birthDate": "1960-01-01"}},
        condition("c1", "I10", "Essential (primary) hypertension"),
        condition("c2", "E11.9", "Type 2 diabetes mellitus without complications"),
    ]})
}

/// Where the time of one evaluation goes, without HTTP; microseconds a call.
fn stages(evaluator: &Evaluator, body: &str) {
    let timed = |work: &mut dyn FnMut()| {
        (0..20).for_each(|_| work());
        let started = Instant::now();
        (0..200).for_each(|_| work());
        started.elapsed().as_secs_f64() * 1e6 / 200.0
    };
    let document = input::document(body).unwrap();
    let request = HookRequest::parse(&document).unwrap();
    let chart = || {
        let mut builder = ChartBuilder::new(Some(&request.patient_id));
        for (_, value) in &request.prefetch {
            builder.add(*value);
        }
        builder.finish().unwrap()
    };
    let policy = ReadPolicy {
        as_of: jiff::civil::date(2026, 11, 23),
        codes: &evaluator.codes,
        closed_world: &BTreeSet::new(),
    };
    let (made, whole) = (chart(), evaluator.assess(&chart(), policy.as_of));
    let facts = read(&made, &policy);
    let parse = timed(&mut || drop(HookRequest::parse(&input::document(body).unwrap()).unwrap()));
    let narrow = timed(&mut || drop(chart()));
    let gate = timed(&mut || assert!(made.may_have_pnet(&evaluator.codes) || whole.options.is_empty()));
    let reading = timed(&mut || drop(read(&made, &policy)));
    let assess = timed(&mut || drop(cds_cards::assess(&evaluator.knowledge, &facts)));
    let render = timed(&mut || drop(evaluator.render(&whole, request.instance)));
    println!(
        "  stages (µs): request {parse:.0}, chart {narrow:.0}, gate {gate:.0} ({}), facts {reading:.0}, assessment {assess:.0}, cards {render:.0}",
        if made.may_have_pnet(&evaluator.codes) {
            "goes on"
        } else {
            "ends here"
        }
    );
}

/// A hook body of about `size` bytes: the chart of a bundled patient, filled up with laboratory results.
fn body(patient: &str, size: usize) -> String {
    let chart = if patient == ORDINARY {
        ordinary()
    } else {
        let path = format!("{}/demo/patients/{patient}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let of = |kinds: &[&str]| -> Vec<Value> {
        let entries = chart["entry"].as_array().unwrap().iter();
        entries
            .filter(|entry| {
                kinds
                    .iter()
                    .any(|kind| entry["resource"]["resourceType"] == *kind)
            })
            .cloned()
            .collect()
    };
    let searchset = |entry: Vec<Value>| json!({"resourceType": "Bundle", "type": "searchset", "total": entry.len(), "entry": entry});
    let mut results = of(&["Observation"]);
    let mut body = String::new();
    for n in 0..10_000 {
        body = json!({
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "fhirServer": "https://fhir.example.org",
            "context": {"userId": "Practitioner/1", "patientId": patient},
            "prefetch": {
                "patient": of(&["Patient"])[0]["resource"],
                "conditions": searchset(of(&["Condition"])),
                "pathology": searchset(results.clone()),
                "staging": searchset(Vec::new()), "liver": searchset(Vec::new()),
                "markers": searchset(Vec::new()), "status": searchset(Vec::new()),
                "reports": searchset(Vec::new()),
                "procedures": searchset(of(&["Procedure"])),
                "medications": searchset(of(&["MedicationRequest"])),
                "medicationStatements": searchset(of(&["MedicationStatement"])),
                "medicationAdministrations": searchset(of(&["MedicationAdministration"])),
                "medicationDispenses": searchset(of(&["MedicationDispense"])),
            }
        })
        .to_string();
        if body.len() >= size {
            break;
        }
        results.push(json!({"fullUrl": format!("https://fhir.example.org/Observation/lab-{n}"), "resource": {
            "resourceType": "Observation", "id": format!("lab-{n}"), "meta": {"versionId": "1", "lastUpdated": "2026-10-01T08:00:00Z"},
            "status": "final",
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium [Moles/volume] in Serum or Plasma"}]},
            "subject": {"reference": format!("Patient/{patient}")},
            "effectiveDateTime": "2026-10-01T07:30:00Z",
            "valueQuantity": {"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
        }, "search": {"mode": "match"}}));
    }
    body
}

fn main() {
    let sink = std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(sink)
        .init();
    let settings = load(&Source {
        file: Some(("bench".into(), String::new())),
        ..Source::default()
    })
    .unwrap();
    let evaluator = Evaluator::load(&settings).unwrap();
    let state = State::new(&settings, evaluator, "http://bench", || {
        jiff::civil::date(2026, 11, 23)
    })
    .unwrap();
    let state = Data::new(state);
    let warm_up = body("insulinoma-debulking", 0);
    let ours = start(
        move |listener| {
            let app = move || {
                App::new()
                    .app_data(state.clone())
                    .wrap(from_fn(boundary))
                    .configure(routes)
            };
            System::new()
                .block_on(HttpServer::new(app).workers(1).listen(listener).unwrap().run())
                .unwrap();
        },
        &warm_up,
    );
    let baseline = start(
        |listener| {
            let app = || {
                App::new()
                    .app_data(PayloadConfig::new(4 << 20))
                    .route(PATH, post().to(bare))
            };
            System::new()
                .block_on(HttpServer::new(app).workers(1).listen(listener).unwrap().run())
                .unwrap();
        },
        &warm_up,
    );
    let evaluator = Evaluator::load(&settings).unwrap();
    for (patient, story) in [
        (ORDINARY, "no PNET, an ordinary chart"),
        (
            "pancreatic-adenocarcinoma",
            "no PNET, an adenocarcinoma of the pancreas",
        ),
        ("insulinoma-debulking", "PNET"),
    ] {
        for size in [32_000, 150_000] {
            let body = body(patient, size);
            let (mut hook, mut value) = (Measured::default(), Measured::default());
            for _ in 0..ROUNDS {
                hook.round(&ours, &body);
                value.round(&baseline, &body);
            }
            println!("{story}, {} bytes", body.len());
            hook.show("pnet-cds");
            value.show("Value");
            println!(
                "  CPU ratio {:.2}",
                hook.cpu_per_request() / value.cpu_per_request()
            );
            stages(&evaluator, &body);
        }
    }
}
