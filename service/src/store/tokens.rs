//! Each token once, for all replicas of one database and across restarts: the primary key decides.

use super::database::{Database, Writing};
use super::fault::{Fault, Operation};
use super::fill::Fill;
use super::forgotten::{Forgotten, LONGEST, Which, forget};
use crate::trust::{Once, Refused};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{HashMap, HashSet};
use tokio::sync::{mpsc, oneshot};

/// Uses that are committed together; more wait for the next commit.
const TOGETHER: usize = 128;
/// Uses that may wait.
pub(super) const WAITING: usize = 2048;
/// Seconds for which an expired token is kept in any case, so that replicas may differ in time.
const KEPT: i64 = 600;
/// Seconds for which it is kept while there is room, so that a clock that was ahead by less has led to nothing.
const KEPT_WITH_ROOM: i64 = 7 * 24 * 3600;
/// Seconds between two deletions of what has expired.
const DELETE_EVERY: i64 = 60;

/// A use of a token that waits to be remembered.
#[derive(Debug)]
pub(super) struct Use {
    id: String,
    issuer: String,
    expires: i64,
    now: i64,
    answer: oneshot::Sender<Result<(), Refused>>,
}

impl Use {
    /// The use, and where its answer will come.
    pub(super) fn new(once: &Once<'_>) -> (Self, oneshot::Receiver<Result<(), Refused>>) {
        let (answer, answered) = oneshot::channel();
        let used = Self {
            id: identity(once.issuer, once.jti),
            issuer: once.issuer.to_owned(),
            expires: seconds(once.expires),
            now: seconds(once.now),
            answer,
        };
        (used, answered)
    }
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// Issuer and `jti` as one text of one length: what a caller sends can be long and hold anything.
pub(super) fn identity(issuer: &str, jti: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(issuer.len().to_be_bytes());
    hash.update(issuer);
    hash.update(jti);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Room for the tokens of each issuer.
struct Room<'a> {
    capacity: i64,
    fill: &'a Fill,
    issuers: HashMap<String, Left>,
    deleted: i64,
}

/// What is left for an issuer until its tokens are counted again.
#[derive(Default)]
struct Left {
    uses: i64,
    full_at: Option<i64>,
}

/// Remembers what comes, all that waits in one commit.
pub(super) async fn remember(database: &Database, mut uses: mpsc::Receiver<Use>, fill: &Fill) {
    let mut room = Room {
        capacity: fill.capacity(),
        fill,
        issuers: HashMap::new(),
        deleted: 0,
    };
    while let Some(first) = uses.recv().await {
        let mut batch = vec![first];
        while batch.len() < TOGETHER {
            let Ok(next) = uses.try_recv() else { break };
            batch.push(next);
        }
        let decided = database.run(Operation::Jti, room.decide(database, &batch)).await;
        let mut decided = decided.ok().map(Vec::into_iter);
        for used in batch {
            let answer = decided.as_mut().and_then(Iterator::next);
            // A caller that went away needs no answer; its token stays used.
            let _ = used.answer.send(answer.unwrap_or(Err(Refused::Down)));
        }
    }
}

impl Room<'_> {
    /// What becomes of each use.
    async fn decide(
        &mut self,
        database: &Database,
        batch: &[Use],
    ) -> Result<Vec<Result<(), Refused>>, Fault> {
        let mut writing = database.begin().await?;
        let now = batch.iter().map(|used| used.now).max().unwrap_or(0);
        self.delete_expired(&mut writing, now).await?;
        let forgotten = Forgotten::load(&mut writing).await?;
        let mut decided = Vec::with_capacity(batch.len());
        let mut asked = HashSet::new();
        for used in batch {
            // Should the clock be set back, what was deleted as expired stays used.
            let decision = if forgotten.holds(used.expires, used.now) {
                tracing::warn!(
                    "token refused: tokens of its time were forgotten, so a clock was ahead or is behind"
                );
                Err(Refused::Replayed)
            } else if asked.contains(used.id.as_str()) {
                Err(Refused::Replayed)
            } else if self.takes_room(&mut writing, used).await? {
                asked.insert(used.id.as_str());
                Ok(())
            } else {
                Err(Refused::Full)
            };
            decided.push(decision);
        }
        let wanted = batch
            .iter()
            .zip(&decided)
            .filter(|(_, decision)| decision.is_ok());
        let mut wanted: Vec<&Use> = wanted.map(|(used, _)| used).collect();
        // In one order, so that replicas do not wait for each other in a circle.
        wanted.sort_by(|one, other| one.id.cmp(&other.id));
        let new = insert(&mut writing, &wanted).await?;
        writing.commit().await?;
        for (used, decision) in batch.iter().zip(&mut decided) {
            if decision.is_ok() && !new.contains(&used.id) {
                *decision = Err(Refused::Replayed);
                self.issuers.entry(used.issuer.clone()).or_default().uses += 1;
            } else if decision.is_ok() {
                self.fill.one_more(&used.issuer, used.now);
            }
        }
        Ok(decided)
    }

    /// Takes room for one more token of the issuer. Replicas take up to an eighth of it at a time, so that together they
    /// may go over it by as much.
    async fn takes_room(&mut self, writing: &mut Writing, used: &Use) -> Result<bool, Fault> {
        let left = self.issuers.entry(used.issuer.clone()).or_default();
        if left.uses > 0 {
            left.uses -= 1;
            return Ok(true);
        }
        // An issuer that is full does not have its tokens counted at every call.
        if left.full_at == Some(used.now) {
            return Ok(false);
        }
        // One that is valid for longer is of a clock that was ahead, and takes nobody's room.
        let counted: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM used_tokens WHERE issuer = $1 AND expires > $2 AND expires <= $3",
        )
        .bind(&used.issuer)
        .bind(used.now)
        .bind(used.now.saturating_add(LONGEST))
        .fetch_one(&mut *writing.transaction)
        .await?;
        let room = self.capacity.saturating_sub(counted);
        left.full_at = (room <= 0).then_some(used.now);
        left.uses = room.min((self.capacity / 8).max(1)) - 1;
        Ok(room > 0)
    }

    /// Forgets what is too old, and of each issuer what there is no room for, a little at a time.
    async fn delete_expired(&mut self, writing: &mut Writing, now: i64) -> Result<(), Fault> {
        if (now - self.deleted).abs() < DELETE_EVERY {
            return Ok(());
        }
        // A clock that is ahead deletes nothing before its time.
        let by_both = now.min(writing.now().await?);
        let (expired, ahead) = (by_both.saturating_sub(KEPT), now.saturating_add(LONGEST));
        let counts = sqlx::query(
            "SELECT issuer, COUNT(*) FROM used_tokens WHERE expires <= $1 OR expires > $2 GROUP BY issuer",
        )
        .bind(expired)
        .bind(ahead)
        .fetch_all(&mut *writing.transaction)
        .await?;
        let mut more = forget(writing, &Which::Expired(by_both.saturating_sub(KEPT_WITH_ROOM))).await?;
        for row in counts {
            let (issuer, count): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            let surplus = count.saturating_sub(self.capacity);
            if surplus > 0 {
                more |= forget(writing, &Which::Surplus(&issuer, expired, ahead, surplus)).await?;
            }
        }
        if !more {
            self.deleted = now;
            self.fill.count(now, valid(writing, now).await?);
        }
        Ok(())
    }
}

/// The tokens of each issuer that are valid at this second.
async fn valid(writing: &mut Writing, now: i64) -> Result<HashMap<String, i64>, Fault> {
    let rows = sqlx::query(
        "SELECT issuer, COUNT(*) FROM used_tokens WHERE expires > $1 AND expires <= $2 GROUP BY issuer",
    )
    .bind(now)
    .bind(now.saturating_add(LONGEST))
    .fetch_all(&mut *writing.transaction)
    .await?;
    let counts = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    Ok(counts.collect::<Result<_, sqlx::Error>>()?)
}

/// Inserts what is new, and says what that was.
async fn insert(writing: &mut Writing, uses: &[&Use]) -> Result<HashSet<String>, Fault> {
    if uses.is_empty() {
        return Ok(HashSet::new());
    }
    let places: Vec<String> = (0..uses.len())
        .map(|row| format!("(${}, ${}, ${})", row * 3 + 1, row * 3 + 2, row * 3 + 3))
        .collect();
    let statement = format!(
        "INSERT INTO used_tokens (id, issuer, expires) VALUES {} ON CONFLICT (id) DO NOTHING RETURNING id",
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(statement)).persistent(false);
    for used in uses {
        query = query.bind(&used.id).bind(&used.issuer).bind(used.expires);
    }
    let rows = query.fetch_all(&mut *writing.transaction).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, sqlx::Error>>()?)
}
