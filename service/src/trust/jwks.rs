//! Where keys come from, and how long they are kept: fetched by one at a time and not too often, or read from a file.

use super::clock::Clock;
use super::fetch;
use super::jti::JtiStore;
use super::keys::{KeySet, MAX_BYTES};
use crate::files;
use crate::stamp::{Stamp, stamp};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The shortest time between two fetches of keys that are there already.
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);
/// The shortest time between two fetches while there are no keys.
const BETWEEN_FIRST_FETCHES: Duration = Duration::from_secs(5);

/// Keys fetched from one registered address.
#[derive(Debug)]
pub(super) struct Remote {
    url: String,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// Keeps the answer for the next process.
    kept: Arc<dyn JtiStore>,
    refresh: Duration,
    max_age: Duration,
    cached: Mutex<Cached>,
    /// Held while fetching.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Cached {
    keys: Option<Fetched>,
    tried: Option<Duration>,
    failed: bool,
}

/// Keys, and how old they were at some moment.
#[derive(Debug, Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    at: Duration,
    /// How old they were then: those of another process can be older than this one.
    age: Duration,
}

/// Whether keys have to be fetched, and whether the request has to wait for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    InTheBackground,
    Now,
}

impl Remote {
    pub(super) fn new(
        url: String,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        kept: Arc<dyn JtiStore>,
        refresh: Duration,
        max_age: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            url,
            http,
            clock,
            kept,
            refresh,
            max_age,
            cached: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The keys to look for this `kid` in, after a fetch if that may bring it.
    pub(super) async fn keys(self: &Arc<Self>, kid: &str) -> Option<Arc<KeySet>> {
        match self.need(kid) {
            Need::Nothing => {}
            Need::InTheBackground => drop(self.fetch()),
            // A task of its own, so that a caller that goes away does not end the fetch for all.
            Need::Now => drop(self.fetch().await),
        }
        self.usable()
    }

    /// Whether there are keys; begins to fetch them if not.
    pub(super) fn ready(self: &Arc<Self>) -> bool {
        let ready = self.usable().is_some();
        if !ready && self.may_fetch(&self.cached()) {
            drop(self.fetch());
        }
        ready
    }

    /// How long ago the keys were fetched; none where they are not there, or too old to be used.
    pub(super) fn age_of_keys(&self) -> Option<Duration> {
        let fetched = self.cached().keys?;
        Some(self.age_of(&fetched)).filter(|age| *age <= self.max_age)
    }

    fn usable(&self) -> Option<Arc<KeySet>> {
        let fetched = self.cached().keys?;
        (self.age_of(&fetched) <= self.max_age).then_some(fetched.keys)
    }

    fn need(&self, kid: &str) -> Need {
        let cached = self.cached();
        let under_way = self.flight.try_lock().is_err();
        let possible = under_way || self.may_fetch(&cached);
        let Some((keys, age)) = cached
            .keys
            .map(|fetched| (Arc::clone(&fetched.keys), self.age_of(&fetched)))
        else {
            return if possible { Need::Now } else { Need::Nothing };
        };
        // While the endpoint is down nobody waits for it in vain.
        let overdue = age >= self.refresh.saturating_mul(2) && !cached.failed;
        if possible && (age > self.max_age || !keys.knows(kid) || overdue) {
            Need::Now
        } else if age >= self.refresh && possible && !under_way {
            Need::InTheBackground
        } else {
            Need::Nothing
        }
    }

    fn may_fetch(&self, cached: &Cached) -> bool {
        let between = match cached.keys {
            Some(_) => BETWEEN_FETCHES,
            None => BETWEEN_FIRST_FETCHES,
        };
        cached.tried.is_none_or(|tried| self.age(tried) >= between)
    }

    fn fetch(self: &Arc<Self>) -> tokio::task::JoinHandle<()> {
        let remote = Arc::clone(self);
        tokio::spawn(async move {
            let _flight = remote.flight.lock().await;
            // Another one may have fetched while this one waited.
            if !remote.may_fetch(&remote.cached()) {
                return;
            }
            remote.change(|cached| cached.tried = Some(remote.clock.elapsed()));
            let fetched = fetch::key_set(&remote.http, &remote.url).await;
            match &fetched {
                Ok((keys, _)) => tracing::info!(url = remote.url, keys = keys.len(), "key set fetched"),
                Err(fault) => {
                    let (reason, status) = (fault.word(), fault.status());
                    tracing::warn!(url = remote.url, reason, status, "key set not fetched");
                }
            }
            let known = match fetched {
                Ok((keys, json)) => {
                    remote.kept.keep_keys(&remote.url, &json);
                    remote.change(|cached| cached.failed = false);
                    Some((keys, Duration::ZERO))
                }
                Err(_) => {
                    remote.change(|cached| cached.failed = true);
                    remote.kept_keys().await
                }
            };
            if let Some((keys, age)) = known {
                remote.change(|cached| {
                    cached.keys = Some(Fetched {
                        keys: Arc::new(keys),
                        at: remote.clock.elapsed(),
                        age,
                    });
                });
            }
        })
    }

    /// Those that another process has fetched, while this one has never had any.
    async fn kept_keys(&self) -> Option<(KeySet, Duration)> {
        if self.cached().keys.is_some() {
            return None;
        }
        let kept = self.kept.kept_keys(&self.url).await?;
        let keys = KeySet::parse(kept.json.as_bytes()).ok()?;
        let (url, age) = (&self.url, kept.age.as_secs());
        tracing::warn!(
            url,
            age,
            "keys of the store used, since the key server does not give them"
        );
        Some((keys, kept.age)).filter(|(_, age)| *age <= self.max_age)
    }

    fn age_of(&self, fetched: &Fetched) -> Duration {
        self.age(fetched.at).saturating_add(fetched.age)
    }

    fn age(&self, since: Duration) -> Duration {
        self.clock.elapsed().saturating_sub(since)
    }

    fn cached(&self) -> Cached {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Cached)) {
        change(&mut self.cached.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Keys of a file.
#[derive(Debug)]
pub(super) struct Local {
    path: PathBuf,
    read: Mutex<(Stamp, Arc<KeySet>)>,
}

impl Local {
    /// Reads the file.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let stamp = stamp(path);
        let keys = read(path)?;
        if keys.len() == 0 {
            return Err("it holds no key that could verify a token".to_owned());
        }
        Ok(Self {
            path: path.to_owned(),
            read: Mutex::new((stamp, Arc::new(keys))),
        })
    }

    /// The keys, read again if the file changed; the old ones if it cannot be read.
    pub(super) fn keys(&self) -> Arc<KeySet> {
        let mut read_before = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.path);
        if read_before.0 != stamp {
            read_before.0 = stamp;
            match read(&self.path) {
                Ok(keys) => {
                    tracing::info!(file = %self.path.display(), keys = keys.len(), "key file read");
                    read_before.1 = Arc::new(keys);
                }
                Err(reason) => {
                    tracing::warn!(file = %self.path.display(), reason, "key file not read, old keys kept");
                }
            }
        }
        Arc::clone(&read_before.1)
    }
}

fn read(path: &Path) -> Result<KeySet, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    files::regular(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    KeySet::parse(&bytes).map_err(|invalid| invalid.word().to_owned())
}
