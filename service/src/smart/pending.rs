//! Launches that wait for their answer: each bound to one browser, answered once, and soon.

use super::app::App;
use super::name::{Hashed, hashed};
use super::server::AuthorizationServer;
use crate::address::AllowedBase;
use oauth2::PkceCodeVerifier;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long an answer is waited for: a person may have to log in.
pub(super) const LIFE: Duration = Duration::from_secs(600);
/// Launches that wait at the same time; the oldest gives way to a new one.
const MOST: usize = 4096;

/// A launch that has begun.
pub(super) struct Pending {
    pub(super) app: Arc<App>,
    pub(super) base: AllowedBase,
    /// The server as the launch named it.
    pub(super) iss: String,
    pub(super) server: Arc<AuthorizationServer>,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) nonce: String,
    pub(super) asked: Vec<String>,
    /// What the browser has in its cookie.
    pub(super) browser: Hashed,
    pub(super) since: Duration,
}

/// The launches, by their `state`.
#[derive(Default)]
pub(super) struct Launches(Mutex<HashMap<Hashed, Pending>>);

impl Launches {
    pub(super) fn begin(&self, state: &str, pending: Pending) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = pending.since;
        waiting.retain(|_, known| now.saturating_sub(known.since) < LIFE);
        if waiting.len() >= MOST {
            let oldest = waiting
                .iter()
                .min_by_key(|(_, known)| known.since)
                .map(|(state, _)| *state);
            oldest.and_then(|oldest| waiting.remove(&oldest));
        }
        waiting.insert(hashed(state), pending);
    }

    /// The launch of this `state`, for this browser: it is over with that, whatever comes of it. A browser that did not
    /// begin it does not end it either.
    pub(super) fn answered(&self, state: &str, browser: &str, now: Duration) -> Option<Pending> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = hashed(state);
        let ours = waiting
            .get(&key)
            .is_some_and(|known| known.browser == hashed(browser));
        let pending = if ours { waiting.remove(&key) } else { None }?;
        (now.saturating_sub(pending.since) < LIFE).then_some(pending)
    }
}
