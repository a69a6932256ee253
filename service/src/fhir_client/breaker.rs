//! The circuit breaker of one server: after some failed fetches in a row it is left alone, then tried once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a fetch says about the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered.
    Alive,
    /// It failed.
    Faulty,
    /// Nothing: it was not asked.
    Silent,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    opened: Option<Instant>,
    probing: bool,
}

/// The circuit breaker of one server.
#[derive(Debug)]
pub(super) struct Breaker {
    limit: u32,
    open_for: Duration,
    state: Mutex<State>,
}

/// Leave to ask the server; given back when dropped without a sign.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(super) fn new(limit: u32, open_for: Duration) -> Self {
        Self {
            limit: limit.max(1),
            open_for,
            state: Mutex::default(),
        }
    }

    /// Leave to ask, unless the server is left alone or another fetch is trying it.
    pub(super) fn admit(&self, now: Instant) -> Option<Permit<'_>> {
        let mut state = self.lock();
        let probe = match state.opened {
            None => false,
            Some(opened) if state.probing || now.duration_since(opened) < self.open_for => return None,
            Some(_) => true,
        };
        state.probing |= probe;
        Some(Permit { breaker: self, probe })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Notes what came of it.
    pub(super) fn settle(self, sign: Sign, now: Instant) {
        let mut state = self.breaker.lock();
        match sign {
            Sign::Silent => {}
            Sign::Alive => {
                state.failures = 0;
                // An answer to a fetch from before the circuit opened is not the trial.
                if self.probe {
                    state.opened = None;
                }
            }
            Sign::Faulty => {
                state.failures = state.failures.saturating_add(1);
                if self.probe || (state.opened.is_none() && state.failures >= self.breaker.limit) {
                    state.opened = Some(now);
                }
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Duration = Duration::from_secs(10);

    fn fail(breaker: &Breaker, now: Instant) {
        breaker.admit(now).unwrap().settle(Sign::Faulty, now);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let breaker = Breaker::new(3, OPEN);
        let now = Instant::now();
        fail(&breaker, now);
        fail(&breaker, now);
        breaker.admit(now).unwrap().settle(Sign::Alive, now);
        fail(&breaker, now);
        fail(&breaker, now);
        breaker.admit(now).unwrap().settle(Sign::Silent, now);
        assert!(breaker.admit(now).is_some());
        fail(&breaker, now);
        assert!(breaker.admit(now).is_none());
    }

    #[test]
    fn one_fetch_tries_a_server_that_was_left_alone() {
        let breaker = Breaker::new(1, OPEN);
        let start = Instant::now();
        fail(&breaker, start);
        assert!(breaker.admit(start + OPEN / 2).is_none());
        let later = start + OPEN;
        let probe = breaker.admit(later).unwrap();
        assert!(breaker.admit(later).is_none(), "only one may try");
        probe.settle(Sign::Faulty, later);
        assert!(breaker.admit(later + OPEN / 2).is_none(), "it failed again");
        let probe = breaker.admit(later + OPEN).unwrap();
        probe.settle(Sign::Alive, later + OPEN);
        assert!(breaker.admit(later + OPEN).is_some());
        assert!(breaker.admit(later + OPEN).is_some());
    }

    #[test]
    fn a_trial_that_is_given_up_leaves_the_next_one_free() {
        let breaker = Breaker::new(1, OPEN);
        let start = Instant::now();
        fail(&breaker, start);
        drop(breaker.admit(start + OPEN).unwrap());
        assert!(breaker.admit(start + OPEN).is_some());
    }
}
