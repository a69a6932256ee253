//! What was done for a call, whatever became of it: where its records came from and what was asked of whom.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where the records under a prefetch key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSource {
    /// The request brought them.
    Prefetch,
    /// They were fetched, in full or in part.
    Fetch,
    /// They are not there.
    Missing,
}

impl DataSource {
    /// The word in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prefetch => "prefetch",
            Self::Fetch => "fetch",
            Self::Missing => "missing",
        }
    }
}

/// A query to a FHIR server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Its prefetch key.
    pub key: String,
    /// The registered address.
    pub server: String,
    /// What was asked, relative to that address; it names the patient, so it is for the audit alone.
    pub query: String,
    /// How it ended; nothing if the call was over first.
    pub end: Option<FetchEnd>,
}

/// The word of a query of which everything was got.
pub const COMPLETE: &str = "complete";

/// How a query ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchEnd {
    /// `complete`, or the word for why something is missing.
    pub word: &'static str,
    /// Whether nothing at all was got.
    pub failed: bool,
    /// Pages that were got.
    pub pages: usize,
    /// From the start of the fetch.
    pub elapsed: Duration,
}

/// What was done for a call. It fills while the call goes on, so that a call that is cut off leaves what it has done.
#[derive(Debug, Default)]
pub struct Trail(Mutex<Steps>);

/// The steps of a [`Trail`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Prefetch keys that were needed, and where their records came from.
    pub data: Vec<(String, DataSource)>,
    /// What FHIR servers were asked.
    pub fetches: Vec<Fetch>,
    /// How long their answers were waited for.
    pub waited: Duration,
}

impl Trail {
    /// Everything so far.
    pub fn steps(&self) -> Steps {
        self.filling().clone()
    }

    fn filling(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn data(&self, key: &str, source: DataSource) {
        self.filling().data.push((key.to_owned(), source));
    }

    /// FHIR servers are waited for until this is dropped, also where nobody waits for the call any longer.
    pub(super) fn waiting(&self) -> Waiting<'_> {
        Waiting {
            trail: self,
            since: Instant::now(),
        }
    }

    /// A query is about to be sent.
    pub(super) fn ask(&self, key: &str, server: String, query: String) {
        self.filling().fetches.push(Fetch {
            key: key.to_owned(),
            server,
            query,
            end: None,
        });
    }

    /// The first query of this key that was open has ended.
    pub(super) fn got(&self, key: &str, end: FetchEnd) {
        let mut steps = self.filling();
        let mut open = steps.fetches.iter_mut().filter(|fetch| fetch.end.is_none());
        if let Some(fetch) = open.find(|fetch| fetch.key == key) {
            fetch.end = Some(end);
        }
    }
}

/// A time that counts as waited.
pub(super) struct Waiting<'a> {
    trail: &'a Trail,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.trail.filling().waited += self.since.elapsed();
    }
}
