//! How full the room for used tokens is, for the metrics: counted once a minute, and by what was used since.

use super::forgotten::LONGEST;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The tokens of each issuer that are remembered because they are still valid.
#[derive(Debug)]
pub(super) struct Fill {
    capacity: i64,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    at: i64,
    tokens: HashMap<String, i64>,
}

impl Fill {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: i64::try_from(capacity).unwrap_or(i64::MAX),
            counted: Mutex::default(),
        }
    }

    /// The room of each issuer.
    pub(super) fn capacity(&self) -> i64 {
        self.capacity
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These were counted at this second.
    pub(super) fn count(&self, at: i64, tokens: HashMap<String, i64>) {
        *self.counted() = Counted { at, tokens };
    }

    /// One more of this issuer.
    pub(super) fn one_more(&self, issuer: &str, at: i64) {
        let mut counted = self.counted();
        counted.at = counted.at.max(at);
        match counted.tokens.get_mut(issuer) {
            Some(tokens) => *tokens += 1,
            None => {
                counted.tokens.insert(issuer.to_owned(), 1);
            }
        }
    }

    /// What there is at this second: nothing that was counted longer ago than a token is valid.
    pub(super) fn tokens(&self, now: i64) -> BTreeMap<String, i64> {
        let counted = self.counted();
        match now.saturating_sub(counted.at) > LONGEST {
            true => BTreeMap::new(),
            false => counted
                .tokens
                .iter()
                .map(|(issuer, tokens)| (issuer.clone(), *tokens))
                .collect(),
        }
    }
}
