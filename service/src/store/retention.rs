//! Deleting what is older than `store.retention`, a little at a time.

use super::database::Database;
use super::fault::{Fault, Operation};
use super::questions;
use sqlx::Row;
use std::time::Duration;

/// Between two looks at what is old.
const EVERY: Duration = Duration::from_secs(3600);
/// Between two tries while the store is not there.
const RETRY: Duration = Duration::from_secs(10);
/// Cards deleted in one commit, so that no other use waits long.
const TOGETHER: i64 = 500;
/// Commits of one run.
const COMMITS: usize = 100;
/// Of more old cards than this a part of all is refused.
const LEAST: i64 = 10_000;
/// That part: one in so many.
const SHARE: i64 = 5;

/// Deletes what is old, for ever.
pub(super) async fn keep_short(database: &Database, retention: Duration, pause: Duration) {
    loop {
        let deleted = delete_some(database, retention, pause).await;
        tokio::time::sleep(if deleted { EVERY } else { RETRY }).await;
    }
}

/// So long before a second of time: before that no card is kept, and what was put aside is asked again.
pub(super) fn ago(now: i64, span: Duration) -> i64 {
    now.saturating_sub(i64::try_from(span.as_secs()).unwrap_or(i64::MAX))
}

/// Deletes by the clock of the database, so many at most, and nothing where that would be much of everything: then a clock
/// is wrong, or `store.retention` has become shorter, which a person confirms (`pnet-cds store prune`).
async fn delete_some(database: &Database, retention: Duration, pause: Duration) -> bool {
    // What is not there cannot be old, and at the start it need not be there yet.
    if !database.is_up() {
        return false;
    }
    match database
        .run(Operation::Retention, share(database, retention))
        .await
    {
        Ok((old, all)) if old > LEAST && old > all / SHARE => {
            tracing::error!(
                old,
                all,
                "cards not deleted: too many are older than store.retention; is a clock ahead? `pnet-cds store prune` deletes them"
            );
            return true;
        }
        Ok(_) => {}
        Err(_) => return false,
    }
    for _ in 0..COMMITS {
        match database
            .run(Operation::Retention, delete(database, retention, pause))
            .await
        {
            Ok(0) => break,
            Ok(cards) => tracing::info!(cards, "cards older than store.retention deleted"),
            Err(_) => return false,
        }
    }
    true
}

/// How many cards are too old, of how many.
async fn share(database: &Database, retention: Duration) -> Result<(i64, i64), Fault> {
    let mut connection = database.reading().await?;
    let oldest = ago(database.seconds(&mut connection).await?, retention);
    let row = sqlx::query(
        "SELECT COALESCE(SUM(CASE WHEN issued < $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM issued_cards",
    )
    .bind(oldest)
    .fetch_one(&mut *connection)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

async fn delete(database: &Database, retention: Duration, pause: Duration) -> Result<u64, Fault> {
    let mut writing = database.begin().await?;
    let now = writing.now().await?;
    let (oldest, asked_again) = (ago(now, retention), ago(now, pause));
    let deleted = sqlx::query(
        "DELETE FROM issued_cards WHERE (issuer, tenant, service, card) IN \
         (SELECT issuer, tenant, service, card FROM issued_cards WHERE issued < $1 LIMIT $2)",
    )
    .bind(oldest)
    .bind(TOGETHER)
    .execute(&mut *writing.transaction)
    .await?;
    questions::forget(&mut writing.transaction, asked_again).await?;
    writing.commit().await?;
    Ok(deleted.rows_affected())
}
