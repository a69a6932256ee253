//! Key sets of callers as they were fetched last, so that a pod starts while a key server is down. They are public.

use super::database::Database;
use super::fault::Fault;
use crate::trust::KeptKeys;
use sqlx::Row;
use std::time::Duration;

/// Keeps what a key server has answered.
pub(super) async fn keep(database: &Database, url: &str, json: &str) -> Result<(), Fault> {
    let mut writing = database.begin().await?;
    let now = writing.now().await?;
    sqlx::query(
        "INSERT INTO key_sets (url, keys, fetched) VALUES ($1, $2, $3) \
         ON CONFLICT (url) DO UPDATE SET keys = excluded.keys, fetched = excluded.fetched",
    )
    .bind(url)
    .bind(json)
    .bind(now)
    .execute(&mut *writing.transaction)
    .await?;
    writing.commit().await
}

/// What a key server answered last, with its age by the clock of the database.
pub(super) async fn kept(database: &Database, url: &str) -> Result<Option<KeptKeys>, Fault> {
    let mut connection = database.reading().await?;
    let now = database.seconds(&mut connection).await?;
    let row = sqlx::query("SELECT keys, fetched FROM key_sets WHERE url = $1")
        .bind(url)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let fetched: i64 = row.try_get(1)?;
    let age = u64::try_from(now.saturating_sub(fetched)).unwrap_or(0);
    Ok(Some(KeptKeys {
        json: row.try_get(0)?,
        age: Duration::from_secs(age),
    }))
}
