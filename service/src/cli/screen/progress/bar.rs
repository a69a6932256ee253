//! The bar on a terminal, with rate and remaining time.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

const BAR: &str = "{prefix} [{bar:30}] {percent} % {msg}, {binary_bytes_per_sec}, {eta} left";
/// Where it is not known how much there is.
const COUNT: &str = "{prefix} {spinner} {msg}, {binary_bytes} {binary_bytes_per_sec}";

/// A bar, seen on a terminal only.
#[derive(Debug, Clone)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar of so many bytes; 0 where that is not known.
    pub(super) fn new(doing: &'static str, bytes: u64) -> Self {
        let all = Some(bytes).filter(|all| *all > 0);
        let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(all.map_or(COUNT, |_| BAR)) {
            bar.set_style(style);
        }
        bar.set_prefix(doing);
        Self(bar)
    }

    pub(super) fn is_seen(&self) -> bool {
        !self.0.is_hidden()
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.position()
    }

    pub(super) fn message(&self, what: String) {
        self.0.set_message(what);
    }

    /// Does something that writes lines, with the bar out of the way.
    pub(super) fn beside(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A number as people read it.
pub(super) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}
