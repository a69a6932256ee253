//! The connection to the database: made, watched and made anew without a restart, every use of it inside a time limit.

use super::fault::{Fault, Operation, Unavailable};
use super::migrations;
use crate::settings::{DatabaseKind, StoreUrl};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Connection, Row, Transaction};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Mutex as Turn, Notify, OwnedMutexGuard, watch};
use tokio::time::timeout;

/// For reaching the database and for looking whether it is there.
const CONNECT: Duration = Duration::from_secs(2);
/// For bringing its tables to a newer version, which a large store takes time for.
const MIGRATE: Duration = Duration::from_secs(600);
/// Between two looks at a database that is there.
const WATCH: Duration = Duration::from_secs(5);
/// By how much clocks may differ, in milliseconds: what is allowed to the times of tokens.
const CLOCKS: i64 = 30_000;
/// Between two tries to reach one that is not.
const RETRY: Duration = Duration::from_millis(500);

/// The greatest time that a use of the store may take. A caller waits for the first two; a card for the first only.
fn limit(operation: Operation) -> Duration {
    Duration::from_millis(match operation {
        Operation::Jti => 1000,
        Operation::Feedback => 3000,
        Operation::Connect | Operation::Keys => 2000,
        Operation::Questions => 300,
        Operation::Issue => 5000,
        Operation::Retention | Operation::Report => 30_000,
    })
}

/// `($3, $4)`: a list of so many parameters of a statement, from this one.
pub(super) fn places(first: usize, many: usize) -> String {
    let places: Vec<String> = (first..first + many).map(|place| format!("${place}")).collect();
    format!("({})", places.join(", "))
}

/// The database of the store.
#[derive(Debug)]
pub(super) struct Database {
    url: StoreUrl,
    open: RwLock<Option<Open>>,
    up: AtomicBool,
    /// Whether it was there once, since this process has begun.
    seen: AtomicBool,
    /// Whether something could not be written, so that a look has to write.
    doubtful: AtomicBool,
    /// How far its clock is ahead of this machine's, in milliseconds.
    ahead: AtomicI64,
    /// What this process writes to see whether it can: a row of its own.
    process: String,
    /// Woken when something failed, to look at once.
    suspect: Notify,
    /// SQLite has one writer at a time, so ours wait for their turn here rather than for a lock of the file.
    turn: Arc<Turn<()>>,
    failures: [AtomicU64; Operation::ALL.len()],
    last: Mutex<String>,
}

/// An open database.
#[derive(Debug, Clone)]
struct Open {
    pool: AnyPool,
    files: Files,
}

/// The files of a SQLite database, as they were when it was opened.
#[derive(Debug, Clone, Default)]
struct Files(Vec<(PathBuf, Option<(u64, u64)>)>);

impl Files {
    fn of(path: Option<&Path>) -> Self {
        let Some(path) = path else { return Self::default() };
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let files = [path.to_path_buf(), PathBuf::from(log)];
        Self(
            files
                .into_iter()
                .map(|file| (file.clone(), identity(&file)))
                .collect(),
        )
    }

    /// Whether they are still those: SQLite goes on writing into a file that was deleted.
    fn check(&self) -> Result<(), Fault> {
        let same = |(file, was): &(PathBuf, Option<(u64, u64)>)| was.is_some() && identity(file) == *was;
        if self.0.iter().all(same) {
            Ok(())
        } else {
            Err(Fault::Replaced)
        }
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    let about = std::fs::metadata(file).ok()?;
    Some((about.dev(), about.ino()))
}

/// A transaction that writes.
pub(super) struct Writing {
    pub(super) transaction: Transaction<'static, Any>,
    files: Files,
    sqlite: bool,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Writing {
    /// The second of the database's clock.
    pub(super) async fn now(&mut self) -> Result<i64, Fault> {
        seconds(&mut self.transaction, self.sqlite).await
    }

    /// Commits; what is committed is on disk, in the files that a restart will open.
    pub(super) async fn commit(self) -> Result<(), Fault> {
        self.transaction.commit().await?;
        self.files.check()
    }
}

impl Database {
    pub(super) fn new(url: StoreUrl) -> Self {
        Self {
            url,
            open: RwLock::default(),
            up: AtomicBool::new(false),
            seen: AtomicBool::new(false),
            doubtful: AtomicBool::new(false),
            ahead: AtomicI64::new(0),
            process: process(),
            suspect: Notify::new(),
            turn: Arc::default(),
            failures: Default::default(),
            last: Mutex::default(),
        }
    }

    /// Whether it is there, as far as is known.
    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::Acquire)
    }

    /// Whether it was there once, since this process has begun.
    pub(super) fn was_seen(&self) -> bool {
        self.seen.load(Ordering::Acquire)
    }

    /// How far its clock is ahead of this machine's, in milliseconds; 0 where both are one.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// The second of its clock.
    pub(super) async fn seconds(&self, connection: &mut AnyConnection) -> Result<i64, Fault> {
        seconds(connection, self.url.is_sqlite()).await
    }

    /// How often an operation has failed.
    pub(super) fn failures(&self, operation: Operation) -> u64 {
        self.failures
            .get(operation as usize)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// What was wrong last.
    pub(super) fn last_fault(&self) -> String {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does something with the database, inside the time limit of the operation.
    pub(super) async fn run<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Unavailable> {
        let done = match self.is_up() {
            true => timeout(limit(operation), work).await.unwrap_or(Err(Fault::Slow)),
            false => Err(Fault::Down),
        };
        done.map_err(|fault| {
            self.failed(operation, &fault);
            // That it is down is known, and looked at again in its time.
            if !matches!(fault, Fault::Down) {
                self.suspect.notify_one();
            }
            Unavailable
        })
    }

    /// The one place where a failure of the store is counted and logged.
    fn failed(&self, operation: Operation, fault: &Fault) {
        if let Some(count) = self.failures.get(operation as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(fault, Fault::Down) {
            return;
        }
        if operation != Operation::Connect {
            self.doubtful.store(true, Ordering::Release);
        }
        self.up.store(false, Ordering::Release);
        let text = fault.to_string();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Once for each fault, not for each call that meets it.
        if operation != Operation::Connect || *last != text {
            tracing::error!(operation = operation.word(), fault = text, "store failed");
        }
        *last = text;
    }

    fn opened(&self) -> Result<Open, Fault> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or(Fault::Down)
    }

    /// Begins to write.
    pub(super) async fn begin(&self) -> Result<Writing, Fault> {
        let open = self.opened()?;
        let turn = match self.url.is_sqlite() {
            true => Some(Arc::clone(&self.turn).lock_owned().await),
            false => None,
        };
        Ok(Writing {
            transaction: self.transaction(&open.pool).await?,
            files: open.files,
            sqlite: self.url.is_sqlite(),
            _turn: turn,
        })
    }

    async fn transaction(&self, pool: &AnyPool) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.url.is_sqlite() {
            // Locked at once: one that has read before it writes cannot wait for the lock.
            true => pool.begin_with("BEGIN IMMEDIATE").await,
            false => pool.begin().await,
        }
    }

    /// A connection to read with.
    pub(super) async fn reading(&self) -> Result<sqlx::pool::PoolConnection<Any>, Fault> {
        Ok(self.opened()?.pool.acquire().await?)
    }

    /// Keeps the database open as long as the store lives, and tells when it is there or not.
    pub(super) async fn watch(&self, tell: &watch::Sender<Option<bool>>) {
        loop {
            let healthy = self.look().await;
            tell.send_replace(Some(healthy));
            let pause = if healthy { WATCH } else { RETRY };
            // Woken or not: look again.
            let _ = timeout(pause, self.suspect.notified()).await;
        }
    }

    /// Looks whether the database is there, and opens it anew if not.
    async fn look(&self) -> bool {
        if let Ok(open) = self.opened() {
            match in_time(CONNECT, self.probe(&open)).await {
                Ok(()) => return self.is_there(),
                Err(fault) => self.failed(Operation::Connect, &fault),
            }
            if self.url.kind() == DatabaseKind::Memory {
                return false;
            }
            self.open.write().unwrap_or_else(PoisonError::into_inner).take();
            // A hung database would not let itself be closed, so nobody waits for it.
            tokio::spawn(async move { open.pool.close().await });
        }
        match self.connect().await {
            Ok(open) => {
                *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(open);
                self.is_there()
            }
            Err(fault) => {
                self.failed(Operation::Connect, &fault);
                false
            }
        }
    }

    fn is_there(&self) -> bool {
        self.seen.store(true, Ordering::Release);
        if !self.up.swap(true, Ordering::AcqRel) {
            self.last.lock().unwrap_or_else(PoisonError::into_inner).clear();
            tracing::info!(store = %self.url, "store is there");
        }
        true
    }

    async fn connect(&self) -> Result<Open, Fault> {
        if self.url.kind() != DatabaseKind::Memory {
            self.bring_up().await?;
        }
        in_time(CONNECT, self.open_pool()).await
    }

    /// Reaches it and brings its tables to the newest version, with one connection: the pool would say of whatever is
    /// wrong only that it took too long.
    async fn bring_up(&self) -> Result<(), Fault> {
        if let Some(path) = self.url.path() {
            // SQLite gives its log the same rights. What is wrong with the place is told when the file is opened.
            let _ = make_private(path);
        }
        let sqlite = self.url.is_sqlite();
        let mut first = in_time(CONNECT, async {
            let mut first = options(&self.url, true)?.connect().await?;
            prepare(&mut first, sqlite).await?;
            Ok(first)
        })
        .await?;
        let current = in_time(CONNECT, migrations::is_current(&mut first)).await;
        if current.is_ok_and(|current| current) {
            return in_time(CONNECT, async { Ok(first.close().await?) }).await;
        }
        in_time(MIGRATE, async {
            if !sqlite {
                sqlx::raw_sql("SET statement_timeout = '10min'")
                    .execute(&mut first)
                    .await?;
            }
            migrations::up(&mut first).await?;
            Ok(first.close().await?)
        })
        .await
    }

    async fn open_pool(&self) -> Result<Open, Fault> {
        let (sqlite, in_memory) = (self.url.is_sqlite(), self.url.kind() == DatabaseKind::Memory);
        let pool = AnyPoolOptions::new()
            .max_connections(match self.url.kind() {
                // Each connection would be a database of its own.
                DatabaseKind::Memory => 1,
                DatabaseKind::File => 4,
                DatabaseKind::Postgres => 8,
            })
            .acquire_timeout(CONNECT)
            .idle_timeout(None)
            .max_lifetime((!sqlite).then_some(Duration::from_secs(1800)))
            .after_connect(move |connection, _| Box::pin(prepare(connection, sqlite)))
            // A full disk ends a transaction without the library's knowledge. Another connection in memory would be empty.
            .before_acquire(move |connection, _| {
                Box::pin(async move { Ok(in_memory || !connection.is_in_transaction()) })
            })
            .connect_with(options(&self.url, true)?)
            .await?;
        if in_memory {
            migrations::up(&mut *pool.acquire().await?).await?;
        }
        self.write_probe(&pool).await?;
        let files = Files::of(self.url.path());
        let open = Open { pool, files };
        open.files.check()?;
        Ok(open)
    }

    /// A look at an open database reads its clock, and whether it takes anything. After something could not be written it
    /// writes: of a disk that is full it can still be read.
    async fn probe(&self, open: &Open) -> Result<(), Fault> {
        if self.doubtful.load(Ordering::Acquire) {
            self.write_probe(&open.pool).await?;
        }
        if !self.url.is_sqlite() {
            self.compare_clocks(&open.pool).await?;
        }
        open.files.check()
    }

    async fn compare_clocks(&self, pool: &AnyPool) -> Result<(), Fault> {
        let asked = SystemTime::now();
        let row = sqlx::query(
            "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT), \
             CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' THEN 1 ELSE 0 END",
        )
        .fetch_one(pool)
        .await?;
        let (there, closed): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        // In the middle between question and answer.
        let middle = asked + asked.elapsed().unwrap_or_default() / 2;
        let here = middle.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let ahead = there.saturating_sub(i64::try_from(here).unwrap_or(i64::MAX));
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        if differ(ahead) && !differ(before) {
            let seconds = ahead / 1000;
            tracing::error!(
                seconds,
                "the clock of the database is ahead of this machine's (behind, if negative)"
            );
        }
        match closed {
            0 => Ok(()),
            _ => Err(Fault::ReadOnly),
        }
    }

    async fn write_probe(&self, pool: &AnyPool) -> Result<(), Fault> {
        let _turn = self.turn.lock().await;
        let mut transaction = self.transaction(pool).await?;
        for statement in [
            "INSERT INTO probes (process) VALUES ($1) ON CONFLICT (process) DO NOTHING",
            "DELETE FROM probes WHERE process = $1",
        ] {
            sqlx::query(statement)
                .bind(&self.process)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.doubtful.store(false, Ordering::Release);
        Ok(())
    }

    /// Closes what is open, which brings the log of SQLite into its file.
    pub(super) async fn close(&self) {
        self.up.store(false, Ordering::Release);
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(open) = open {
            let _ = timeout(CONNECT, open.pool.close()).await;
        }
    }
}

/// A name that no other process has, nor another store of this one.
fn process() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", std::process::id(), now.as_nanos())
}

/// Whether clocks differ by more than tokens may.
pub(super) fn differ(milliseconds: i64) -> bool {
    milliseconds.abs() > CLOCKS
}

/// The second of a database's clock.
pub(super) async fn seconds(connection: &mut AnyConnection, sqlite: bool) -> Result<i64, Fault> {
    let statement = match sqlite {
        true => "SELECT CAST(strftime('%s', 'now') AS INTEGER)",
        false => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
    };
    Ok(sqlx::query_scalar(statement).fetch_one(connection).await?)
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    timeout(limit, work).await.unwrap_or(Err(Fault::Slow))
}

/// Makes a file that is not there yet, for its owner only.
pub(super) fn make_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// One connection, outside any pool, without bringing the tables to a version; a file must be there already.
pub(super) async fn one_connection(url: &StoreUrl) -> Result<AnyConnection, Fault> {
    let connecting = async {
        let mut connection = options(url, false)?.connect().await?;
        prepare(&mut connection, url.is_sqlite()).await?;
        Ok(connection)
    };
    in_time(CONNECT * 3, connecting).await
}

fn options(url: &StoreUrl, create: bool) -> Result<AnyConnectOptions, sqlx::Error> {
    install_default_drivers();
    Ok(AnyConnectOptions::from_str(&url.connect_string(create))?.disable_statement_logging())
}

/// What holds for every connection.
async fn prepare(connection: &mut AnyConnection, sqlite: bool) -> Result<(), sqlx::Error> {
    let statements: &[&'static str] = if sqlite {
        &[
            // First, since the others may have to wait.
            "PRAGMA busy_timeout = 800",
            "PRAGMA journal_mode = WAL",
            // A commit is on disk: what was answered with 2xx survives a power failure.
            "PRAGMA synchronous = FULL",
        ]
    } else {
        &[
            // That a table is there already is no news for the log.
            "SET client_min_messages = warning",
            "SET statement_timeout = '30s'",
            "SET lock_timeout = '2s'",
            "SET idle_in_transaction_session_timeout = '10s'",
            // A server may be set to answer before a commit is on disk.
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        ]
    };
    for statement in statements {
        sqlx::raw_sql(*statement).execute(&mut *connection).await?;
    }
    Ok(())
}
