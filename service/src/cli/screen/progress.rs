//! What a person at a terminal sees while a population is read, and the faults, which everyone sees.

use crate::cli::style::shown;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(200);
const CLEAR: &str = "\r\x1b[K";

/// Counts what is read; shown on a terminal only.
#[derive(Debug)]
pub(super) struct Progress {
    terminal: bool,
    shown: Instant,
    read: u64,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            shown: Instant::now(),
            read: 0,
        }
    }

    /// One more value was read.
    pub(super) fn step(&mut self, doing: &str) {
        self.read += 1;
        if self.terminal && self.shown.elapsed() >= EVERY {
            self.shown = Instant::now();
            self.say(&format!("{CLEAR}{doing}: {} records", self.read));
        }
    }

    /// The next reading begins.
    pub(super) fn restart(&mut self) {
        self.read = 0;
    }

    /// A value that cannot be used.
    pub(super) fn fault(&self, place: &str, what: &str) {
        let clear = if self.terminal { CLEAR } else { "" };
        let (place, what) = (shown(place), shown(what));
        self.say(&format!("{clear}pnet-cds: {place}: {what}, skipped\n"));
    }

    /// The last line.
    pub(super) fn end(&self, summary: &str) {
        let clear = if self.terminal { CLEAR } else { "" };
        self.say(&format!("{clear}pnet-cds: {}\n", shown(summary)));
    }

    fn say(&self, text: &str) {
        // Nobody is left to tell that standard error cannot be written to.
        drop(std::io::stderr().write_all(text.as_bytes()));
    }
}
