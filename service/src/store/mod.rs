//! What outlives a request: used tokens, issued cards and feedback, in SQLite or PostgreSQL.
//!
//! The store has a thread and a runtime of its own. Whoever uses it waits for an answer within a time limit, and a
//! database that hangs holds up nothing else. Every commit is on disk before it is answered. What is down comes back
//! without a restart. No patient, no user and no text of a chart is in
//! it; a question that was put aside is kept by a keyed hash.

mod admin;
mod answers;
mod bridge;
mod database;
mod fault;
mod fill;
mod forgotten;
mod issued;
mod keys;
mod migrations;
mod outcome;
mod owner;
mod questions;
mod report;
mod retention;
mod tokens;

pub use admin::{Rows, Status, backup, migrate, prune, report, reset_tokens, status};
pub use answers::{CardAnswer, Kept};
pub use fault::{Fault, Operation, Unavailable};
pub use migrations::newest as newest_version;
pub use outcome::Outcome;
pub use owner::Owner;
pub use report::{KindReport, Report, Tally};

use crate::settings::{StoreSettings, StoreUrl};
use crate::trust::{JtiStore, KeptKeysFuture, Once, OnceFuture, Refused};
use bridge::Bridge;
use cds_cards::render::Card;
use database::Database;
use fhir_profiles::FactId;
use fill::Fill;
use issued::{Counts, Issued, Message};
use questions::Key;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokens::Use;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

/// The longest that a caller waits for its token to be remembered, its turn included.
const TOKEN: Duration = Duration::from_millis(1500);
/// The longest that feedback waits for cards to be recorded that were sent just before it.
const RECORDED: Duration = Duration::from_secs(2);
/// The longest that a start waits for the database, and a stop for what is not recorded yet.
const PATIENCE: Duration = Duration::from_secs(3);

/// Used tokens, issued cards and feedback.
#[derive(Debug)]
pub struct Store {
    database: Arc<Database>,
    runtime: Handle,
    uses: mpsc::Sender<Use>,
    messages: mpsc::Sender<Message>,
    counts: Arc<Counts>,
    comments: bool,
    question_pause: Duration,
    key: Arc<Key>,
    fill: Arc<Fill>,
    bridge: Bridge,
    /// Ends the thread of the store when it is dropped.
    _alive: Mutex<oneshot::Sender<()>>,
}

impl Store {
    /// Starts the store, and waits for the database for a moment. If it is not there by then, the store is down until
    /// it is.
    ///
    /// # Errors
    /// If the thread of the store cannot be started.
    pub fn open(settings: &StoreSettings, token_capacity: usize) -> std::io::Result<Arc<Self>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, ended) = oneshot::channel();
        let (uses, used) = mpsc::channel(tokens::WAITING);
        let (messages, received) = mpsc::channel(issued::WAITING);
        let (tell, mut told) = watch::channel(None);
        let database = Arc::new(Database::new(settings.url.clone()));
        let counts = Arc::new(Counts::default());
        let (retention, question_pause) = (settings.retention, settings.question_pause);
        let key = Arc::new(Key::default());
        let fill = Arc::new(Fill::new(token_capacity));
        let of_room = Arc::clone(&fill);
        let of_hashes = Arc::clone(&key);
        let (of_watch, of_tokens, of_cards, of_retention) = (
            Arc::clone(&database),
            Arc::clone(&database),
            Arc::clone(&database),
            Arc::clone(&database),
        );
        let counted = Arc::clone(&counts);
        handle.spawn(async move { of_watch.watch(&tell).await });
        handle.spawn(async move { tokens::remember(&of_tokens, used, &of_room).await });
        handle.spawn(async move { issued::record(&of_cards, received, &counted, &of_hashes).await });
        handle.spawn(async move { retention::keep_short(&of_retention, retention, question_pause).await });
        let (first, looked) = std::sync::mpsc::channel();
        handle.spawn(async move {
            let _ = first.send(told.wait_for(Option::is_some).await.is_ok());
        });
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                // Ends when the store is dropped, which is an error of the channel.
                let _ = runtime.block_on(ended);
                // Work of the database library that hangs must not hold up the end of the process.
                runtime.shutdown_background();
            })?;
        let _ = looked.recv_timeout(PATIENCE);
        Ok(Arc::new(Self {
            database,
            runtime: handle,
            uses,
            messages,
            counts,
            comments: settings.comments,
            question_pause,
            key,
            fill,
            bridge: Bridge::new(settings.bridge, token_capacity),
            _alive: Mutex::new(alive),
        }))
    }

    /// A store in memory that keeps everything, for as long as the process lives.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn in_memory(token_capacity: usize) -> std::io::Result<Arc<Self>> {
        let settings = StoreSettings {
            url: StoreUrl::memory(),
            retention: Duration::MAX,
            comments: false,
            question_pause: Duration::MAX,
            bridge: Duration::ZERO,
        };
        Self::open(&settings, token_capacity)
    }

    /// How many tokens of each issuer are remembered because they are still valid, as counted within the last minute.
    pub(crate) fn tokens(&self) -> BTreeMap<String, i64> {
        self.fill.tokens(now())
    }

    /// How many tokens of an issuer can be.
    pub(crate) fn token_capacity(&self) -> i64 {
        self.fill.capacity()
    }

    /// Whether the database is there, as far as is known.
    pub fn is_up(&self) -> bool {
        self.database.is_up()
    }

    /// Whether the database was there once, since this process has begun.
    pub fn was_reached(&self) -> bool {
        self.database.was_seen()
    }

    /// Whether tokens are accepted by what this process alone remembers, since the database is away.
    pub fn is_bridged(&self) -> bool {
        self.bridge.bears()
    }

    /// How far the clock of the database is ahead of this machine's, in seconds.
    pub fn clock_ahead(&self) -> f64 {
        self.database.ahead() as f64 / 1000.0
    }

    /// Whether the two clocks differ by more than the times of tokens may.
    pub fn clock_differs(&self) -> bool {
        database::differ(self.database.ahead())
    }

    /// How often an operation has failed since the start.
    pub fn failures(&self, operation: Operation) -> u64 {
        self.database.failures(operation)
    }

    /// Answers whose cards could not be recorded since the start, so that feedback on them is refused.
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }

    /// What was wrong with the database last, for an operator; empty while nothing is.
    pub fn last_fault(&self) -> String {
        self.database.last_fault()
    }

    /// Records cards that were sent on a patient, who is not recorded. Returns at once; without room for them they are
    /// dropped, and counted.
    pub fn issue(&self, owner: Owner, patient: &str, cards: &[Card]) {
        if cards.is_empty() {
            return;
        }
        self.counts.waiting.fetch_add(1, Ordering::AcqRel);
        let issued = Issued::new(owner, patient, cards, now());
        if self.messages.try_send(Message::Cards(issued)).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::AcqRel);
            self.counts.dropped(1);
        }
    }

    /// Waits until the cards that were sent before are recorded.
    async fn recorded(&self) {
        let (barrier, passed) = oneshot::channel();
        if self.messages.send(Message::Barrier(barrier)).await.is_ok() {
            let _ = passed.await;
        }
    }

    /// Keeps feedback. What this says is kept is on disk.
    ///
    /// # Errors
    /// [`Unavailable`] if the store is down; nothing of it may be taken as kept then.
    pub async fn keep(&self, owner: Owner, mut answers: Vec<CardAnswer>) -> Result<Kept, Unavailable> {
        if !self.comments {
            answers.iter_mut().for_each(|answer| answer.comment = None);
        }
        let answers = Arc::new(answers);
        // Looked at before the cards are: what is recorded in between would be missed by both looks otherwise.
        let all_recorded = self.counts.waiting.load(Ordering::Acquire) == 0;
        let kept = self.keep_known(owner.clone(), Arc::clone(&answers)).await?;
        if kept.unknown == 0 || all_recorded {
            return Ok(kept);
        }
        // Feedback can overtake the record of its card, which is no reason to call that unknown.
        let recorded = timeout(RECORDED, self.recorded()).await;
        recorded.map_err(|_| Unavailable)?;
        self.keep_known(owner, answers).await
    }

    async fn keep_known(&self, owner: Owner, answers: Arc<Vec<CardAnswer>>) -> Result<Kept, Unavailable> {
        let database = Arc::clone(&self.database);
        self.on_its_runtime(async move {
            let keeping = answers::keep(&database, &owner, &answers, now_ms());
            database.run(Operation::Feedback, keeping).await
        })
        .await
    }

    /// Those of the facts whose question was put aside for this patient, and is not to be asked again yet.
    ///
    /// # Errors
    /// [`Unavailable`] if the store is down.
    pub async fn paused(
        &self,
        owner: Owner,
        patient: &str,
        facts: &[FactId],
    ) -> Result<Vec<FactId>, Unavailable> {
        let (database, key) = (Arc::clone(&self.database), Arc::clone(&self.key));
        let (patient, facts) = (patient.to_owned(), facts.to_vec());
        let since = retention::ago(now(), self.question_pause);
        self.on_its_runtime(async move {
            let looking = questions::paused(&database, &key, &owner, &patient, &facts, since);
            database.run(Operation::Questions, looking).await
        })
        .await
    }

    /// What became of the cards that were sent since a second of time (0: all).
    ///
    /// # Errors
    /// [`Unavailable`] if the store is down.
    pub async fn report(&self, since: i64) -> Result<Report, Unavailable> {
        let database = Arc::clone(&self.database);
        self.on_its_runtime(async move {
            let counting = async {
                let mut connection = database.reading().await?;
                report::count(&mut connection, since).await
            };
            database.run(Operation::Report, counting).await
        })
        .await
    }

    /// Work on the thread of the store: it goes on if the request that asked for it is given up.
    async fn on_its_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Unavailable>> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.runtime.spawn(work).await.unwrap_or(Err(Unavailable))
    }

    /// What the database says of a token.
    async fn remembered(&self, once: &Once<'_>) -> Result<(), Refused> {
        let (used, answered) = Use::new(once);
        self.uses.try_send(used).map_err(|_| Refused::Down)?;
        match timeout(TOKEN, answered).await {
            Ok(Ok(decided)) => decided,
            _ => Err(Refused::Down),
        }
    }

    /// Records what still waits, for a moment at most, and closes the database.
    pub async fn close(&self) {
        let flushed = timeout(PATIENCE, self.recorded()).await.is_ok();
        if !flushed {
            let answers = self.counts.waiting.load(Ordering::Relaxed);
            tracing::error!(
                operation = Operation::Issue.word(),
                answers,
                "ended before the cards of these answers were recorded"
            );
        }
        let database = Arc::clone(&self.database);
        let closing = self.runtime.spawn(async move { database.close().await });
        let _ = timeout(PATIENCE, closing).await;
    }
}

impl JtiStore for Store {
    fn accept<'a>(&'a self, once: Once<'a>) -> OnceFuture<'a> {
        Box::pin(async move {
            match self.remembered(&once).await {
                Err(Refused::Down) => self.bridge.decide(&once),
                Ok(()) => {
                    for owed in self.bridge.accepted(&once) {
                        // One that has no room is forgotten with the outage.
                        let _ = self.uses.try_send(owed);
                    }
                    Ok(())
                }
                refused => refused,
            }
        })
    }

    fn keep_keys(&self, url: &str, json: &str) {
        let (database, url, json) = (Arc::clone(&self.database), url.to_owned(), json.to_owned());
        self.runtime.spawn(async move {
            let keeping = keys::keep(&database, &url, &json);
            // Counted and logged where it fails.
            let _ = database.run(Operation::Keys, keeping).await;
        });
    }

    fn kept_keys<'a>(&'a self, url: &'a str) -> KeptKeysFuture<'a> {
        let (database, url) = (Arc::clone(&self.database), url.to_owned());
        Box::pin(async move {
            let kept = self.on_its_runtime(async move {
                let looking = keys::kept(&database, &url);
                database.run(Operation::Keys, looking).await
            });
            kept.await.ok().flatten()
        })
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    now_ms() / 1000
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
