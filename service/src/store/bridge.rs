//! Used tokens of this process alone, for a bounded time in which the database is away (`store.bridge`).
//!
//! Meanwhile a token counts once for each process, not once for all. What was accepted is handed to the database when it
//! is there again.

use super::tokens::{Use, identity};
use crate::trust::{Once, Refused};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The tokens that this process has accepted.
#[derive(Debug)]
pub(super) struct Bridge {
    longest: Duration,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Since when the database is away.
    since: Option<Instant>,
    /// By what they are kept under, with the second in which they end.
    seen: HashMap<String, u64>,
    /// Those that the database does not know of yet.
    owed: Vec<Use>,
}

impl Bridge {
    pub(super) fn new(longest: Duration, capacity: usize) -> Self {
        Self {
            longest,
            capacity,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_on(&self) -> bool {
        !self.longest.is_zero()
    }

    /// Whether tokens are accepted without the database now.
    pub(super) fn bears(&self) -> bool {
        self.is_on()
            && self
                .state()
                .since
                .is_some_and(|since| since.elapsed() <= self.longest)
    }

    /// The database has accepted a token, so it is there; what it does not know of yet.
    pub(super) fn accepted(&self, once: &Once<'_>) -> Vec<Use> {
        if !self.is_on() {
            return Vec::new();
        }
        let mut state = self.state();
        state.since = None;
        remember(&mut state, once, self.capacity);
        std::mem::take(&mut state.owed)
    }

    /// The database is away: whether this process has seen the token.
    pub(super) fn decide(&self, once: &Once<'_>) -> Result<(), Refused> {
        if !self.is_on() {
            return Err(Refused::Down);
        }
        let mut state = self.state();
        let since = *state.since.get_or_insert_with(Instant::now);
        if since.elapsed() > self.longest {
            return Err(Refused::Down);
        }
        if state.seen.contains_key(&identity(once.issuer, once.jti)) {
            return Err(Refused::Replayed);
        }
        if !remember(&mut state, once, self.capacity) {
            return Err(Refused::Full);
        }
        state.owed.push(Use::new(once).0);
        Ok(())
    }
}

/// Keeps a token, if there is room for it once those that have ended are gone.
fn remember(state: &mut State, once: &Once<'_>, capacity: usize) -> bool {
    if state.seen.len() >= capacity {
        state.seen.retain(|_, expires| *expires > once.now);
    }
    let room = state.seen.len() < capacity;
    if room {
        state.seen.insert(identity(once.issuer, once.jti), once.expires);
    }
    room
}
