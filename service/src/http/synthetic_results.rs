//! What the calls of the service to itself came to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the last call of each client came to, step by step.
#[derive(Debug, Default)]
pub(super) struct Results(Mutex<BTreeMap<(String, &'static str), bool>>);

impl Results {
    fn known(&self) -> MutexGuard<'_, BTreeMap<(String, &'static str), bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Client, step, and whether it went well.
    pub(super) fn all(&self) -> Vec<(String, &'static str, bool)> {
        let known = self.known();
        let one = |((client, step), well): (&(String, &'static str), &bool)| (client.clone(), *step, *well);
        known.iter().map(one).collect()
    }

    /// Whether some step of some client failed.
    pub(super) fn fail(&self) -> bool {
        self.known().values().any(|well| !well)
    }

    pub(super) fn put(&self, client: &str, step: &'static str, well: bool) {
        let before = self.known().insert((client.to_owned(), step), well);
        if !well && before != Some(false) {
            tracing::error!(client, step, "synthetic call fails");
        } else if well && before == Some(false) {
            tracing::info!(client, step, "synthetic call succeeds again");
        }
    }
}
