//! What a person sees while a population is read, and the faults, which everyone sees: a bar with rate and remaining time
//! on a terminal, a line now and then elsewhere.

use crate::cli::style::shown;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often a line says how far it is, where nobody looks at a terminal.
const EVERY: Duration = Duration::from_secs(30);
const BAR: &str = "{prefix} [{bar:30}] {percent} % {msg}, {binary_bytes_per_sec}, {eta} left";
/// Where it is not known how much there is.
const COUNT: &str = "{prefix} {spinner} {msg}, {binary_bytes} {binary_bytes_per_sec}";

/// Counts what is read.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    records: AtomicU64,
    begun: Instant,
    /// How many times a line was due, elsewhere than on a terminal.
    lines: AtomicU64,
    all: u64,
}

impl Progress {
    /// Begins to read so many bytes; 0 where that is not known.
    pub(super) fn new(doing: &'static str, bytes: u64) -> Self {
        let all = Some(bytes).filter(|all| *all > 0);
        let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(all.map_or(COUNT, |_| BAR));
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_prefix(doing);
        Self {
            bar,
            records: AtomicU64::new(0),
            begun: Instant::now(),
            lines: AtomicU64::new(0),
            all: bytes,
        }
    }

    /// What is told how many bytes more were read.
    pub(super) fn bytes(&self) -> impl Fn(u64) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |bytes| bar.inc(bytes)
    }

    /// So many records more were read.
    pub(super) fn step(&self, records: u64) {
        let all = self.records.fetch_add(records, Ordering::Relaxed) + records;
        let passed = self.begun.elapsed();
        let rate = (all as f64 / passed.as_secs_f64().max(0.001)) as u64;
        if !self.bar.is_hidden() {
            self.bar
                .set_message(format!("{} records, {}/s", HumanCount(all), HumanCount(rate)));
            return;
        }
        let due = passed.as_secs() / EVERY.as_secs();
        if self.lines.swap(due, Ordering::Relaxed) != due && !std::io::stderr().is_terminal() {
            let share = (self.bar.position() * 100).checked_div(self.all);
            let share = share.map_or(String::new(), |share| format!(", {share} %"));
            let (all, rate) = (HumanCount(all), HumanCount(rate));
            self.say(&format!("pnet-cds: {all} records{share}, {rate}/s\n"));
        }
    }

    /// What else there is to say: beside the bar on a terminal, nothing elsewhere but what differs from the last.
    pub(super) fn note(&self, what: &str) {
        let what = shown(what);
        if self.bar.message() != what {
            self.bar.set_message(what.clone());
            if self.bar.is_hidden() {
                self.say(&format!("pnet-cds: {what}\n"));
            }
        }
    }

    /// What cannot be used.
    pub(super) fn fault(&self, place: &str, what: &str) {
        let (place, what) = (shown(place), shown(what));
        self.say(&format!("pnet-cds: {place}: {what}, skipped\n"));
    }

    /// The last line.
    pub(super) fn end(&self, summary: &str) {
        self.bar.finish_and_clear();
        self.say(&format!("pnet-cds: {}\n", shown(summary)));
    }

    fn say(&self, text: &str) {
        // Nobody is left to tell that standard error cannot be written to.
        self.bar
            .suspend(|| drop(std::io::stderr().write_all(text.as_bytes())));
    }
}
