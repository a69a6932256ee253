//! What is known of used tokens that are no longer remembered one by one: the times at which they expired.
//!
//! A clock that was ahead for a while leaves a range of times to come, and nothing before it is refused for it; a clock
//! that is set back finds the range of what was forgotten before, and revives nothing.

use super::database::Writing;
use super::fault::Fault;
use sqlx::Row;

/// The longest that a token can be valid from its use on, in seconds: an hour, and what clocks may differ.
pub(super) const LONGEST: i64 = 3660;
/// Seconds between two ranges that are kept as one.
const GAP: i64 = 600;
/// Ranges that are kept; beyond them the two that are nearest to each other become one.
const MOST: usize = 32;
/// Tokens forgotten in one commit, so that no caller waits long for it.
pub(super) const TOGETHER: i64 = 1000;

/// The times of expiry of which tokens were forgotten.
pub(super) struct Forgotten {
    ranges: Vec<(i64, i64)>,
    /// What the release before kept instead: everything up to here. Replicas of it may run beside this one.
    until: i64,
}

impl Forgotten {
    pub(super) async fn load(writing: &mut Writing) -> Result<Self, Fault> {
        let until = sqlx::query_scalar("SELECT until FROM forgotten_tokens")
            .fetch_one(&mut *writing.transaction)
            .await?;
        Ok(Self {
            ranges: ranges(writing).await?,
            until,
        })
    }

    /// Whether a token that expires then may have been used and forgotten. The mark of the release before counts only
    /// where this clock could have set it: one that is further ahead is of a clock that was.
    pub(super) fn holds(&self, expires: i64, now: i64) -> bool {
        let marked = expires <= self.until && self.until <= now.saturating_add(LONGEST);
        marked
            || self
                .ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&expires))
    }
}

async fn ranges(writing: &mut Writing) -> Result<Vec<(i64, i64)>, Fault> {
    let rows = sqlx::query("SELECT first, last FROM forgotten_ranges ORDER BY first, last")
        .fetch_all(&mut *writing.transaction)
        .await?;
    let read = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    Ok(read.collect::<Result<_, sqlx::Error>>()?)
}

/// Which tokens are forgotten.
pub(super) enum Which<'a> {
    /// Those that expired before a time.
    Expired(i64),
    /// So many of an issuer, of those that expired before a time or are valid only after another, the oldest first.
    Surplus(&'a str, i64, i64, i64),
}

/// Forgets some tokens; whether there may be more.
pub(super) async fn forget(writing: &mut Writing, which: &Which<'_>) -> Result<bool, Fault> {
    let query = match which {
        Which::Expired(before) => sqlx::query(
            "DELETE FROM used_tokens WHERE id IN \
             (SELECT id FROM used_tokens WHERE expires <= $1 ORDER BY expires LIMIT $2) RETURNING expires",
        )
        .bind(*before)
        .bind(TOGETHER),
        Which::Surplus(issuer, before, after, surplus) => sqlx::query(
            "DELETE FROM used_tokens WHERE id IN (SELECT id FROM used_tokens \
             WHERE issuer = $1 AND (expires <= $2 OR expires > $3) ORDER BY expires LIMIT $4) RETURNING expires",
        )
        .bind(*issuer)
        .bind(*before)
        .bind(*after)
        .bind(TOGETHER.min(*surplus)),
    };
    let rows = query.fetch_all(&mut *writing.transaction).await?;
    let expired = rows.iter().map(|row| row.try_get(0));
    let mut expired: Vec<i64> = expired.collect::<Result<_, sqlx::Error>>()?;
    expired.sort_unstable();
    let full = i64::try_from(expired.len()).is_ok_and(|forgotten| forgotten >= TOGETHER);
    // A gap in between is time of which nothing was forgotten.
    for range in expired.chunk_by(|one, next| next - one <= GAP) {
        if let (Some(first), Some(last)) = (range.first(), range.last()) {
            remember(writing, *first, *last).await?;
        }
    }
    Ok(full)
}

/// Adds a range. Replicas may do so at the same time, so ranges grow in place and none is written from memory.
async fn remember(writing: &mut Writing, first: i64, last: i64) -> Result<(), Fault> {
    let grown = sqlx::query(
        "UPDATE forgotten_ranges SET first = CASE WHEN first < $1 THEN first ELSE $1 END, \
         last = CASE WHEN last > $2 THEN last ELSE $2 END WHERE first <= $3 AND last >= $4",
    )
    .bind(first)
    .bind(last)
    .bind(last.saturating_add(GAP))
    .bind(first.saturating_sub(GAP))
    .execute(&mut *writing.transaction)
    .await?;
    if grown.rows_affected() == 0 {
        add(writing, first, last).await?;
        join_nearest(writing).await?;
    }
    Ok(())
}

async fn add(writing: &mut Writing, first: i64, last: i64) -> Result<(), Fault> {
    sqlx::query("INSERT INTO forgotten_ranges (first, last) VALUES ($1, $2)")
        .bind(first)
        .bind(last)
        .execute(&mut *writing.transaction)
        .await?;
    Ok(())
}

/// Keeps the ranges few.
async fn join_nearest(writing: &mut Writing) -> Result<(), Fault> {
    let ranges = ranges(writing).await?;
    let pairs = ranges.iter().zip(ranges.iter().skip(1));
    let nearest = pairs.min_by_key(|(one, next)| next.0.saturating_sub(one.1));
    let Some((one, next)) = nearest.filter(|_| ranges.len() > MOST) else {
        return Ok(());
    };
    add(writing, one.0, one.1.max(next.1)).await?;
    for (first, last) in [one, next] {
        sqlx::query("DELETE FROM forgotten_ranges WHERE first = $1 AND last = $2")
            .bind(*first)
            .bind(*last)
            .execute(&mut *writing.transaction)
            .await?;
    }
    Ok(())
}
