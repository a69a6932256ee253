//! Measures a hook call as its caller pays for it: CPU time of the whole process over 16 connections, answers and store
//! included, as a ratio to a bare actix-web handler that parses the same body to `serde_json::Value`.
//!
//! Run by hand: `cargo run --release -p pnet-cds --example bench_hook`. Both servers are processes of their own, driven
//! in turns; nothing here passes or fails. `bench_hook quick` runs shorter rounds. Allocations and instructions are
//! counted where valgrind is installed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement run by hand"
)]

mod bare;
mod bodies;
mod process;
mod pull;
#[expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the tests' own server, of which this uses a part"
)]
#[path = "../../../tests/src/scripted_fhir/mod.rs"]
mod scripted_fhir;
mod stages;

use bodies::{SIZES, STORIES, Story};
use process::{Connection, Server};
use stages::{Counts, HOOK, Stages};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 16;
/// Within which the store writes what it has got.
const SETTLED: Duration = Duration::from_millis(300);

/// How many rounds each server gets, and how long one is.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    round: Duration,
}

const FULL: Effort = Effort {
    rounds: 5,
    round: Duration::from_millis(1200),
};
const QUICK: Effort = Effort {
    rounds: 3,
    round: Duration::from_millis(500),
};

/// What calls of one kind cost, round by round.
#[derive(Default)]
struct Measured {
    /// Microseconds of CPU a call, by round.
    cpu: Vec<f64>,
    /// Microseconds from sending to the last byte.
    latency: Vec<f64>,
    answer: usize,
}

impl Measured {
    fn round(&mut self, server: &Server, path: &str, body: &str, round: Duration) {
        self.answer = Connection::open(server.address).post(path, body);
        std::thread::sleep(SETTLED);
        let before = server.cpu();
        let calling: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (address, path, body) = (server.address, path.to_owned(), body.to_owned());
                std::thread::spawn(move || calls(address, &path, &body, round))
            })
            .collect();
        let times: Vec<f64> = calling
            .into_iter()
            .flat_map(|calls| calls.join().unwrap())
            .collect();
        std::thread::sleep(SETTLED);
        self.cpu.push((server.cpu() - before) * 1e6 / times.len() as f64);
        self.latency.extend(times);
    }

    fn median_cpu(&self) -> f64 {
        at(&self.cpu, 0.5)
    }
}

/// Calls over one connection for a while.
fn calls(address: SocketAddr, path: &str, body: &str, round: Duration) -> Vec<f64> {
    let mut connection = Connection::open(address);
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < round {
        let sent = Instant::now();
        connection.post(path, body);
        times.push(sent.elapsed().as_secs_f64() * 1e6);
    }
    times
}

/// A quantile.
fn at(numbers: &[f64], part: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

/// The settings of the measured service: as an operator has them, with a store on disk.
fn settings(dir: &Path, name: &str, more: &str) -> String {
    let file = dir.join(format!("{name}.toml"));
    let store = dir.join(format!("{name}.sqlite"));
    let text = format!(
        "auth.mode = \"open\"\nserver.listen = \"127.0.0.1:0\"\nserver.management_listen = \"127.0.0.1:0\"\n\
         store.url = \"sqlite:{}\"\n{more}",
        store.display()
    );
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn row(story: &Story, size: usize, goal: f64, servers: (&Server, &Server), effort: Effort, dir: &Path) {
    let body = story.body(size);
    let (mut ours, mut value, mut chart) = (Measured::default(), Measured::default(), Measured::default());
    let (service, bare) = servers;
    for _ in 0..effort.rounds {
        ours.round(service, HOOK, &body, effort.round);
        value.round(bare, bare::AS_VALUE, &body, effort.round);
        chart.round(bare, bare::AS_CHART, &body, effort.round);
    }
    let (whole, unit) = (ours.median_cpu(), value.median_cpu());
    println!(
        "{:<15}{:>9}{:>7.2}{:>7.2}{:>7.2}{:>11.0}{:>10.0}{:>10.0}{:>9.1}{:>9.1}{:>9}",
        story.name,
        body.len(),
        whole / unit,
        goal,
        chart.median_cpu() / unit,
        whole,
        unit,
        chart.median_cpu(),
        at(&ours.latency, 0.5) / 1e3,
        at(&ours.latency, 0.99) / 1e3,
        ours.answer,
    );
    println!("    {}", Stages::of(&stages::evaluator(), &body).line(whole));
    let file = dir.join("call.json");
    std::fs::write(&file, &body).unwrap();
    if let Some(counts) = Counts::of(&file.display().to_string()) {
        println!(
            "    {} allocations, {} instructions a call",
            counts.allocations, counts.instructions
        );
    }
}

/// What is measured once: the start, the memory, and a pulled call.
fn beside(dir: &Path) {
    let starts: Vec<f64> = (0..9)
        .map(|_| {
            let server = Server::start(&["serve", "--config", &settings(dir, "start", "")]);
            server.started_in.as_secs_f64() * 1e3
        })
        .collect();
    let fresh = Server::start(&["serve", "--config", &settings(dir, "rss", "")]);
    let pnet = &STORIES[STORIES.len() - 1];
    Connection::open(fresh.address).post(HOOK, &pnet.body(SIZES[0]));
    let pulled = pull::beyond_the_waves(|base| {
        let client = format!(
            "[[clients]]\nissuer = \"https://ehr.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\n\
             fhir_servers = [\"{base}\"]\n"
        );
        settings(dir, "pull", &client)
    });
    println!(
        "\ncold start to the first answer {:.0} ms (goal 30); RSS after the first PNET call {:.1} MiB (goal 20); \
         a pulled call {:.1} ms beyond its two waves (goal 10)",
        at(&starts, 0.5),
        fresh.rss() as f64 / 1024.0,
        pulled.as_secs_f64() * 1e3
    );
}

fn measure(effort: Effort) {
    let dir: PathBuf = std::env::temp_dir().join(format!("bench-hook-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let ours = Server::start(&["serve", "--config", &settings(&dir, "bench", "")]);
    let bare = Server::start(&["bare"]);
    println!(
        "CPU of the whole process a call, {CONNECTIONS} connections, as a ratio to parsing the body to a Value; \
         the floor parses it typed and borrowed"
    );
    println!(
        "{:<15}{:>9}{:>7}{:>7}{:>7}{:>11}{:>10}{:>10}{:>9}{:>9}{:>9}",
        "chart",
        "bytes",
        "ratio",
        "goal",
        "floor",
        "call µs",
        "Value µs",
        "floor µs",
        "p50 ms",
        "p99 ms",
        "answer"
    );
    for story in &STORIES {
        for (size, goal) in SIZES.into_iter().zip(story.goals) {
            row(story, size, goal, (&ours, &bare), effort, &dir);
        }
    }
    drop((ours, bare));
    beside(&dir);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve", ..] => return pnet_cds::cli::run(),
        ["bare"] => bare::serve(),
        ["call", file, times] => stages::call(file, times.parse().unwrap()),
        ["quick"] => measure(QUICK),
        _ => measure(FULL),
    }
    ExitCode::SUCCESS
}
