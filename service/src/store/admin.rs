//! What an operator does with the store from outside: look at its version, change it, copy it, count.

use super::database::{make_private, one_connection, seconds};
use super::fault::Fault;
use super::migrations::{newest, to, version};
use super::report::{Report, count};
use crate::settings::StoreUrl;
use sqlx::Connection;
use std::path::Path;

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The version of its tables; 0 if there are none yet.
    pub version: i64,
    /// Cards that were sent, feedback on them, and used tokens; unknown if its version is not that of this program.
    pub rows: Option<Rows>,
}

/// Rows of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Cards that were sent.
    pub cards: i64,
    /// Those with feedback.
    pub answered: i64,
    /// Tokens that are remembered.
    pub tokens: i64,
    /// The second up to which tokens may be refused since a clock was ahead; nothing if none was.
    pub refused_until: Option<i64>,
}

/// Looks at a store, and leaves what is in it as it is.
///
/// # Errors
/// [`Fault`] if it cannot be reached.
pub async fn status(url: &StoreUrl) -> Result<Status, Fault> {
    let mut connection = one_connection(url).await?;
    let version = version(&mut connection).await?;
    let rows = if version >= newest() {
        let mut count = async |statement: &'static str| -> Result<i64, sqlx::Error> {
            sqlx::query_scalar(statement).fetch_one(&mut connection).await
        };
        let forgotten = count("SELECT COALESCE(MAX(last), 0) FROM forgotten_ranges").await?;
        Some(Rows {
            cards: count("SELECT COUNT(*) FROM issued_cards").await?,
            answered: count("SELECT COUNT(*) FROM issued_cards WHERE outcome IS NOT NULL").await?,
            tokens: count("SELECT COUNT(*) FROM used_tokens").await?,
            refused_until: (forgotten > super::now()).then_some(forgotten),
        })
    } else {
        None
    };
    connection.close().await?;
    Ok(Status { version, rows })
}

/// Forgets the times at which forgotten tokens ended, so that no token is refused for its time any more; how many ranges
/// there were. Tokens that are remembered one by one stay used.
///
/// # Errors
/// [`Fault`] if it cannot be reached or changed.
pub async fn reset_tokens(url: &StoreUrl) -> Result<u64, Fault> {
    let mut connection = one_connection(url).await?;
    // Both or neither: half of it would refuse tokens for a reason that nothing tells any more.
    let mut writing = connection.begin().await?;
    let ranges = sqlx::query("DELETE FROM forgotten_ranges")
        .execute(&mut *writing)
        .await?
        .rows_affected();
    sqlx::query("UPDATE forgotten_tokens SET until = 0")
        .execute(&mut *writing)
        .await?;
    writing.commit().await?;
    connection.close().await?;
    Ok(ranges)
}

/// Deletes the cards that were sent more than so many seconds ago, by the clock of the database, however many they are.
///
/// # Errors
/// [`Fault`] if it cannot be reached or changed.
pub async fn prune(url: &StoreUrl, retention: i64) -> Result<u64, Fault> {
    let mut connection = one_connection(url).await?;
    let now = seconds(&mut connection, url.is_sqlite()).await?;
    let deleted = sqlx::query("DELETE FROM issued_cards WHERE issued < $1")
        .bind(now.saturating_sub(retention))
        .execute(&mut connection)
        .await?
        .rows_affected();
    connection.close().await?;
    Ok(deleted)
}

/// Brings a store to a version, and says from which.
///
/// # Errors
/// [`Fault`] if it cannot be reached or changed.
pub async fn migrate(url: &StoreUrl, target: i64) -> Result<i64, Fault> {
    let mut connection = one_connection(url).await?;
    let before = version(&mut connection).await?;
    to(&mut connection, target).await?;
    connection.close().await?;
    Ok(before)
}

/// Copies a SQLite store into a new file, while the service may be running.
///
/// # Errors
/// [`Fault`] if it cannot be reached, or the file is there already or cannot be written.
pub async fn backup(url: &StoreUrl, file: &Path) -> Result<(), Fault> {
    let mut connection = one_connection(url).await?;
    let failed = |error| Fault::Sql(sqlx::Error::Io(error));
    // Made here, and only if it was not there: SQLite would take over one that is empty.
    let made = make_private(file).map_err(failed)?;
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(file.display().to_string())
        .execute(&mut connection)
        .await;
    // What a backup command calls done is on disk.
    let done = copied
        .map_err(Fault::Sql)
        .and_then(|_| made.sync_all().map_err(failed));
    if done.is_err() {
        // A part of a copy is no copy, and would be in the way of the next.
        let _ = std::fs::remove_file(file);
    }
    connection.close().await?;
    done
}

/// Counts the cards that were sent since a second of time (0: all), and leaves the store as it is.
///
/// # Errors
/// [`Fault`] if it cannot be reached or is of an older version.
pub async fn report(url: &StoreUrl, since: i64) -> Result<Report, Fault> {
    let mut connection = one_connection(url).await?;
    let version = version(&mut connection).await?;
    if version < newest() {
        return Err(Fault::Version {
            found: version,
            newest: newest(),
        });
    }
    let report = count(&mut connection, since).await?;
    connection.close().await?;
    Ok(report)
}
