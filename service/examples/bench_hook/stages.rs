//! Where the time of a call goes, in this process: CPU time by stage, and what valgrind counts of a whole call.

use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::header::ContentType};
use fhir_profiles::chart::{json_text, opened};
use fhir_profiles::json::Budget;
use fhir_profiles::{ChartBuilder, ReadPolicy, read};
use pnet_cds::app::Application;
use pnet_cds::evaluator::{Evaluator, Occasion};
use pnet_cds::hooks::request::HookRequest;
use pnet_cds::http::boundary;
use pnet_cds::settings::{Input, Settings, load};
use pnet_cds::site;
use std::collections::BTreeSet;
use std::process::Command;

/// Where the service is called.
pub(crate) const HOOK: &str = "/cds-services/pnet-liver-metastases";
/// How often a stage is run for its mean.
const TIMES: u32 = 60;

fn settings() -> Settings {
    let source = Input {
        file: Some(("bench".into(), String::new())),
        ..Input::default()
    };
    load(&source).unwrap()
}

/// CPU time of this thread so far, in microseconds.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e3
}

fn timed(work: &mut dyn FnMut()) -> f64 {
    (0..TIMES / 10).for_each(|_| work());
    let before = cpu();
    (0..TIMES).for_each(|_| work());
    (cpu() - before) / f64::from(TIMES)
}

/// The parts of a call that can be run by themselves, with the microseconds of each.
pub(crate) struct Stages(Vec<(&'static str, f64)>);

/// The evaluator that the stages are measured with.
pub(crate) fn evaluator() -> Evaluator {
    site::load(&settings()).unwrap()
}

impl Stages {
    /// Measures the stages of a call that goes on to cards, or as far as one goes without a PNET.
    pub(crate) fn of(evaluator: &Evaluator, body: &str) -> Self {
        let document = opened(body, &Budget::CALL).unwrap();
        let request = HookRequest::parse(&document).unwrap();
        let chart = || {
            let mut builder = ChartBuilder::new(Some(request.patient_id));
            for (_, value) in &request.prefetch {
                builder.add(*value);
            }
            builder.finish().unwrap()
        };
        let made = chart();
        let mut stages = vec![
            (
                "request",
                timed(&mut || {
                    let document = opened(json_text(body.as_bytes()), &Budget::CALL).unwrap();
                    HookRequest::parse(&document).unwrap();
                }),
            ),
            ("chart", timed(&mut || drop(chart()))),
        ];
        if !made.may_have_pnet(&evaluator.codes) {
            return Self(stages);
        }
        let policy = ReadPolicy {
            as_of: jiff::civil::date(2026, 11, 23),
            codes: &evaluator.codes,
            closed_world: &BTreeSet::new(),
        };
        let facts = read(&made, &policy);
        let whole = evaluator.assess(&made, policy.as_of);
        let cards = evaluator.render(&whole, &Occasion::of(request.instance));
        stages.extend([
            ("facts", timed(&mut || drop(read(&made, &policy)))),
            (
                "assess, settles",
                timed(&mut || drop(cds_cards::assess(&evaluator.knowledge, &facts))),
            ),
            (
                "cards",
                timed(&mut || drop(evaluator.render(&whole, &Occasion::of(request.instance)))),
            ),
            ("write", timed(&mut || drop(serde_json::to_vec(&cards).unwrap()))),
        ]);
        Self(stages)
    }

    /// One line: the share of each of a whole call of so many microseconds; the rest is that of the edge.
    pub(crate) fn line(&self, whole: f64) -> String {
        let known: f64 = self.0.iter().map(|(_, micros)| micros).sum();
        let edge = ("edge, store, log", (whole - known).max(0.0));
        let all = std::iter::once(&edge).chain(&self.0);
        let parts = all.map(|(name, micros)| format!("{name} {:.0} %", 100.0 * micros / whole));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Answers the call in a file so many times, through every route and layer but the socket.
pub(crate) fn call(file: &str, times: usize) {
    let body = std::fs::read_to_string(file).unwrap();
    let application = Application::new(&settings(), evaluator(), "http://bench", || {
        jiff::civil::date(2026, 11, 23)
    });
    let application = application.unwrap();
    System::new().block_on(async {
        let app = App::new()
            .wrap(from_fn(boundary))
            .configure(|config| application.configure(config));
        let app = init_service(app).await;
        for _ in 0..times {
            let request = TestRequest::post()
                .uri(HOOK)
                .insert_header(("Host", "localhost"))
                .insert_header(ContentType::json());
            let answer = call_service(&app, request.set_payload(body.clone()).to_request()).await;
            assert!(answer.status().is_success());
            read_body(answer).await;
        }
    });
}

/// Allocations and instructions of one call, where valgrind is there.
pub(crate) struct Counts {
    pub(crate) allocations: u64,
    pub(crate) instructions: u64,
}

impl Counts {
    /// What two calls more cost than one, halved: what is made once is not counted.
    pub(crate) fn of(file: &str) -> Option<Self> {
        let per_call = |tool, after: &str| {
            let count = |times| valgrind(tool, file, times, after);
            Some(count("3")?.saturating_sub(count("1")?) / 2)
        };
        Some(Self {
            allocations: per_call(
                &["--tool=memcheck", "--undef-value-errors=no"],
                "total heap usage: ",
            )?,
            instructions: per_call(
                &["--tool=callgrind", "--callgrind-out-file=/dev/null"],
                "Collected : ",
            )?,
        })
    }
}

fn valgrind(tool: &[&str], file: &str, times: &str, after: &str) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command.args(tool).arg(std::env::current_exe().ok()?);
    let output = command.args(["call", file, times]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let (_, rest) = said.split_once(after)?;
    rest.split_whitespace().next()?.replace(',', "").parse().ok()
}
