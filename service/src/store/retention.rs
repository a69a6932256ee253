//! Deleting what is older than `store.retention`, a little at a time.

use super::database::Database;
use super::fault::{Fault, Operation};
use super::questions;
use std::time::Duration;

/// Between two looks at what is old.
const EVERY: Duration = Duration::from_secs(3600);
/// Between two tries while the store is not there.
const RETRY: Duration = Duration::from_secs(10);
/// Cards deleted in one commit, so that no other use waits long.
const TOGETHER: i64 = 500;

/// Deletes what is old, for ever.
pub(super) async fn keep_short(database: &Database, retention: Duration, pause: Duration, now: fn() -> i64) {
    loop {
        let deleted = delete_all(database, ago(now(), retention), ago(now(), pause)).await;
        tokio::time::sleep(if deleted { EVERY } else { RETRY }).await;
    }
}

/// So long before a second of time: before that no card is kept, and what was put aside is asked again.
pub(super) fn ago(now: i64, span: Duration) -> i64 {
    now.saturating_sub(i64::try_from(span.as_secs()).unwrap_or(i64::MAX))
}

async fn delete_all(database: &Database, oldest: i64, asked_again: i64) -> bool {
    // What is not there cannot be old, and at the start it need not be there yet.
    if !database.is_up() {
        return false;
    }
    loop {
        match database
            .run(Operation::Retention, delete(database, oldest, asked_again))
            .await
        {
            Ok(0) => return true,
            Ok(cards) => tracing::info!(cards, "cards older than store.retention deleted"),
            Err(_) => return false,
        }
    }
}

async fn delete(database: &Database, oldest: i64, asked_again: i64) -> Result<u64, Fault> {
    let mut writing = database.begin().await?;
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
