//! The clock of trust: what time it is for tokens, and how long ago something was fetched.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock, so that tests can set it.
pub trait Clock: Debug + Send + Sync {
    /// Seconds since 1970, which the times of a token are compared with.
    fn seconds(&self) -> u64;

    /// Time since some moment, never going back: a wall clock that is set must not keep old keys alive.
    fn elapsed(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn seconds(&self) -> u64 {
        // Before 1970 every token was issued in the future, and is refused.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
