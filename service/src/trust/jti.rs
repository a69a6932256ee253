//! Each token once: where the `jti` of accepted tokens are remembered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Why a token is not accepted although everything about it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was accepted before.
    Replayed,
    /// No more tokens of this issuer can be remembered.
    Full,
    /// Where they are remembered does not answer.
    Down,
}

/// One use of a token.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Its `iss`; a `jti` is unique for each issuer only.
    pub issuer: &'a str,
    /// Its `jti`.
    pub jti: &'a str,
    /// The second from which on the token is refused as expired, so that its `jti` need not be kept.
    pub expires: u64,
    /// The second of its use.
    pub now: u64,
}

/// The answer of a [`JtiStore`], to come.
pub type OnceFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send + 'a>>;

/// Remembers tokens, so that each is accepted once. Several replicas need a store that they share.
pub trait JtiStore: Debug + Send + Sync {
    /// Remembers a token; of any number of calls with the same issuer and `jti`, exactly one succeeds.
    fn accept<'a>(&'a self, once: Once<'a>) -> OnceFuture<'a>;
}

/// Remembers tokens in this process only.
#[derive(Debug)]
pub struct MemoryJtiStore {
    capacity: usize,
    /// Each issuer has its own room, so that one cannot fill that of another.
    issuers: Mutex<HashMap<Box<str>, Remembered>>,
}

#[derive(Debug, Default)]
struct Remembered {
    used: HashSet<Arc<str>>,
    by_expiry: BTreeMap<u64, Vec<Arc<str>>>,
    /// Tokens that expire until here are forgotten; should the clock be set back, they stay refused.
    forgotten: u64,
}

impl MemoryJtiStore {
    /// A store with room for this many tokens of each issuer.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            issuers: Mutex::default(),
        }
    }

    fn remember(&self, once: Once<'_>) -> Result<(), Refused> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if !issuers.contains_key(once.issuer) {
            issuers.insert(once.issuer.into(), Remembered::default());
        }
        let Some(remembered) = issuers.get_mut(once.issuer) else {
            return Err(Refused::Down);
        };
        remembered.forget(once.now);
        if once.expires <= remembered.forgotten || remembered.used.contains(once.jti) {
            return Err(Refused::Replayed);
        }
        if remembered.used.len() >= self.capacity {
            return Err(Refused::Full);
        }
        let jti: Arc<str> = once.jti.into();
        remembered
            .by_expiry
            .entry(once.expires)
            .or_default()
            .push(Arc::clone(&jti));
        remembered.used.insert(jti);
        Ok(())
    }
}

impl Remembered {
    fn forget(&mut self, now: u64) {
        while let Some(first) = self.by_expiry.first_entry() {
            if *first.key() > now {
                break;
            }
            self.forgotten = *first.key();
            for jti in first.remove() {
                self.used.remove(&jti);
            }
        }
    }
}

impl JtiStore for MemoryJtiStore {
    fn accept<'a>(&'a self, once: Once<'a>) -> OnceFuture<'a> {
        Box::pin(ready(self.remember(once)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(
        store: &MemoryJtiStore,
        issuer: &str,
        jti: &str,
        expires: u64,
        now: u64,
    ) -> Result<(), Refused> {
        store.remember(Once {
            issuer,
            jti,
            expires,
            now,
        })
    }

    #[test]
    fn a_token_is_accepted_once_for_each_issuer() {
        let store = MemoryJtiStore::new(10);
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        assert_eq!(accept(&store, "a", "1", 100, 99), Err(Refused::Replayed));
        assert_eq!(accept(&store, "a", "1", 500, 99), Err(Refused::Replayed));
        assert_eq!(accept(&store, "b", "1", 100, 0), Ok(()));
    }

    #[test]
    fn an_issuer_that_fills_its_room_is_refused_alone_and_until_its_tokens_expire() {
        let store = MemoryJtiStore::new(2);
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        assert_eq!(accept(&store, "a", "2", 200, 0), Ok(()));
        assert_eq!(accept(&store, "a", "3", 200, 99), Err(Refused::Full));
        assert_eq!(accept(&store, "b", "3", 200, 99), Ok(()));
        assert_eq!(accept(&store, "a", "3", 200, 100), Ok(()));
        assert_eq!(accept(&store, "a", "4", 200, 100), Err(Refused::Full));
    }

    #[test]
    fn setting_the_clock_back_does_not_bring_a_forgotten_token_to_life() {
        let store = MemoryJtiStore::new(10);
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        assert_eq!(accept(&store, "a", "2", 300, 200), Ok(()));
        assert_eq!(accept(&store, "a", "1", 100, 50), Err(Refused::Replayed));
        assert_eq!(accept(&store, "a", "3", 101, 50), Ok(()));
    }
}
