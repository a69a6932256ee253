//! What a person sees while a population is read, and the faults, which everyone sees: a bar with rate and remaining time
//! on a terminal, a line now and then elsewhere.

#[cfg(feature = "progress")]
mod bar;
#[cfg(not(feature = "progress"))]
#[path = "progress/no_bar.rs"]
mod bar;

use crate::cli::style::shown;
use bar::{Bar, count};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a line says how far it is, where nobody looks at a terminal.
const EVERY: Duration = Duration::from_secs(30);

/// Counts what is read.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Bar,
    records: AtomicU64,
    begun: Instant,
    /// How many times a line was due, elsewhere than on a terminal.
    lines: AtomicU64,
    all: u64,
    /// What was last said beside it.
    last: Mutex<String>,
}

impl Progress {
    /// Begins to read so many bytes; 0 where that is not known.
    pub(super) fn new(doing: &'static str, bytes: u64) -> Self {
        let bar = Bar::new(doing, bytes);
        Self {
            bar,
            records: AtomicU64::new(0),
            begun: Instant::now(),
            lines: AtomicU64::new(0),
            all: bytes,
            last: Mutex::default(),
        }
    }

    /// What is told how many bytes more were read.
    pub(super) fn bytes(&self) -> impl Fn(u64) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |bytes| bar.add(bytes)
    }

    /// So many records more were read.
    pub(super) fn step(&self, records: u64) {
        let all = self.records.fetch_add(records, Ordering::Relaxed) + records;
        let passed = self.begun.elapsed();
        let rate = (all as f64 / passed.as_secs_f64().max(0.001)) as u64;
        if self.bar.is_seen() {
            self.bar
                .message(format!("{} records, {}/s", count(all), count(rate)));
            return;
        }
        let due = passed.as_secs() / EVERY.as_secs();
        if self.lines.swap(due, Ordering::Relaxed) != due {
            let share = (self.bar.bytes() * 100).checked_div(self.all);
            let share = share.map_or(String::new(), |share| format!(", {share} %"));
            let (all, rate) = (count(all), count(rate));
            self.say(&format!("pnet-cds: {all} records{share}, {rate}/s\n"));
        }
    }

    /// What else there is to say: beside the bar on a terminal, nothing elsewhere but what differs from the last.
    pub(super) fn note(&self, what: &str) {
        let what = shown(what);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != what {
            match self.bar.is_seen() {
                true => self.bar.message(what.clone()),
                false => self.say(&format!("pnet-cds: {what}\n")),
            }
            *last = what;
        }
    }

    /// What cannot be used.
    pub(super) fn fault(&self, place: &str, what: &str) {
        let (place, what) = (shown(place), shown(what));
        self.say(&format!("pnet-cds: {place}: {what}, skipped\n"));
    }

    /// The last line.
    pub(super) fn end(&self, summary: &str) {
        self.bar.end();
        self.say(&format!("pnet-cds: {}\n", shown(summary)));
    }

    fn say(&self, text: &str) {
        // Nobody is left to tell that standard error cannot be written to.
        self.bar
            .beside(|| drop(std::io::stderr().write_all(text.as_bytes())));
    }
}
