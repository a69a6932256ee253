//! The cards that were sent, recorded beside the answer and never before it, so that feedback can be told from invention.

use super::database::{Database, places};
use super::fault::{Fault, Operation};
use super::owner::Owner;
use super::questions::Key;
use cds_cards::render::{About, Card};
use fhir_profiles::FactId;
use sqlx::AssertSqlSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Answers that may wait to be recorded.
pub(super) const WAITING: usize = 4096;
/// Answers that are committed together.
const TOGETHER: usize = 256;
/// How long answers are gathered for one commit, from the first of them: the store is woken once for all of them.
const GATHER: Duration = Duration::from_millis(20);
/// Between two tries while the store is not there.
const PAUSE: Duration = Duration::from_millis(500);
/// Tries with a store that is there.
const REFUSALS: u32 = 20;

/// A card that was sent: no patient, no user, no text. It is written out by the thread of the store.
#[derive(Debug, Clone)]
struct Sent {
    card: Uuid,
    about: About,
    suggestions: Vec<Uuid>,
    /// The fact that it asks for.
    asks: Option<FactId>,
}

/// A card as it is recorded.
struct Row<'a> {
    issued: &'a Issued,
    card: String,
    about: &'a About,
    /// JSON.
    options: String,
    /// The ids of its suggestions, as a JSON list.
    suggestions: String,
    /// What a question is kept under.
    question: Option<String>,
}

/// The cards of one answer.
#[derive(Debug)]
pub(super) struct Issued {
    owner: Owner,
    /// Whom they are about: for the hash of a question, and never kept.
    patient: String,
    cards: Vec<Sent>,
    seconds: i64,
}

impl Issued {
    pub(super) fn new(owner: Owner, patient: &str, cards: &[Card], seconds: i64) -> Self {
        let cards = cards.iter().map(|card| Sent {
            card: card.uuid(),
            about: card.about().clone(),
            suggestions: card.suggestions().iter().map(|one| one.uuid()).collect(),
            asks: card.asks(),
        });
        Self {
            owner,
            patient: patient.to_owned(),
            cards: cards.collect(),
            seconds,
        }
    }

    async fn rows(&self, database: &Database, key: &Key) -> Result<Vec<Row<'_>>, Fault> {
        let mut rows = Vec::new();
        for sent in &self.cards {
            let suggestions: Vec<String> = sent.suggestions.iter().map(Uuid::to_string).collect();
            let question = match sent.asks {
                Some(fact) => Some(key.of(database, &self.owner, &self.patient, fact).await?),
                None => None,
            };
            rows.push(Row {
                issued: self,
                card: sent.card.to_string(),
                about: &sent.about,
                options: serde_json::to_string(&sent.about.options).unwrap_or_default(),
                suggestions: serde_json::to_string(&suggestions).unwrap_or_default(),
                question,
            });
        }
        Ok(rows)
    }
}

/// What waits for its turn.
#[derive(Debug)]
pub(super) enum Message {
    /// Cards to record.
    Cards(Issued),
    /// Says that everything before it is recorded.
    Barrier(oneshot::Sender<()>),
}

/// How many answers are in which state.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Those whose cards are not recorded yet.
    pub(super) waiting: AtomicU64,
    /// Those whose cards never will be.
    pub(super) dropped: AtomicU64,
}

impl Counts {
    /// Counts and says that cards are not recorded: of the first answer, and then of every hundredth.
    pub(super) fn dropped(&self, answers: u64) {
        let before = self.dropped.fetch_add(answers, Ordering::Relaxed);
        let dropped = before.saturating_add(answers);
        if before == 0 || before / 100 != dropped / 100 {
            tracing::error!(
                operation = Operation::Issue.word(),
                dropped,
                "cards not recorded; feedback on them will be refused"
            );
        }
    }
}

/// Records what comes, all that has come within a moment in one commit; while the store is not there it waits with what it has.
pub(super) async fn record(
    database: &Database,
    mut messages: mpsc::Receiver<Message>,
    counts: &Counts,
    key: &Key,
) {
    while let Some(first) = messages.recv().await {
        let mut batch = Vec::new();
        let mut barriers = Vec::new();
        // Nobody is in a hurry who sends cards; who wants them recorded has sent a barrier behind them.
        if matches!(first, Message::Cards(_)) {
            tokio::time::sleep(GATHER).await;
        }
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Cards(issued) => batch.push(issued),
                Message::Barrier(barrier) => barriers.push(barrier),
            }
            next = if batch.len() < TOGETHER {
                messages.try_recv().ok()
            } else {
                None
            };
        }
        if !batch.is_empty() {
            if !recorded(database, &batch, key).await {
                counts.dropped(batch.len() as u64);
            }
            counts.waiting.fetch_sub(batch.len() as u64, Ordering::Release);
        }
        for barrier in barriers {
            let _ = barrier.send(());
        }
    }
}

/// Whether answers could be recorded. Waits as long as the store is not there; what a store that is there refuses again
/// and again is given up, so that it does not hold up what comes after it.
async fn recorded(database: &Database, batch: &[Issued], key: &Key) -> bool {
    let mut refused = 0;
    while refused < REFUSALS {
        refused += u32::from(database.is_up());
        if database
            .run(Operation::Issue, write(database, batch, key))
            .await
            .is_ok()
        {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

/// Columns of a row, each a parameter.
const COLUMNS: usize = 11;
/// Rows of one statement, the greatest number first: a statement for each is prepared once for a connection. PostgreSQL
/// takes 65,535 parameters, SQLite 32,766.
const ROWS: [usize; 4] = [256, 32, 4, 1];

/// The statements that insert as many rows as [`ROWS`] has.
static INSERTS: LazyLock<[Arc<str>; ROWS.len()]> = LazyLock::new(|| ROWS.map(|rows| insert(rows).into()));

/// A call that is repeated has the same cards, and they stay as they were issued first.
fn insert(rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| places(row * COLUMNS + 1, COLUMNS)).collect();
    format!(
        "INSERT INTO issued_cards (issuer, tenant, service, card, kind, option_group, options, knowledge, issued, suggestions, question) \
         VALUES {} ON CONFLICT (issuer, tenant, service, card) DO NOTHING",
        rows.join(", ")
    )
}

/// The statement for the first of so many rows, and how many it inserts.
fn next_insert(left: usize) -> (usize, Option<Arc<str>>) {
    let fitting = ROWS.iter().zip(INSERTS.iter()).find(|(rows, _)| **rows <= left);
    fitting.map_or((left, None), |(rows, statement)| {
        (*rows, Some(Arc::clone(statement)))
    })
}

async fn write(database: &Database, batch: &[Issued], key: &Key) -> Result<(), Fault> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for issued in batch {
        rows.extend(issued.rows(database, key).await?);
    }
    // In one order, so that replicas do not wait for each other in a circle.
    rows.sort_by(|one, other| one.card.cmp(&other.card));
    let mut writing = database.begin().await?;
    let mut rest = rows.as_slice();
    while let (inserted, Some(statement)) = next_insert(rest.len()) {
        let (rows, left) = rest.split_at(inserted);
        rest = left;
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for row in rows {
            let owner = &row.issued.owner;
            query = query
                .bind(&owner.issuer)
                .bind(&owner.tenant)
                .bind(&owner.service)
                .bind(&row.card)
                .bind(row.about.kind.as_str())
                .bind(row.about.group.map_or("", |group| group.as_str()))
                .bind(&row.options)
                .bind(&row.about.knowledge)
                .bind(row.issued.seconds)
                .bind(&row.suggestions)
                .bind(row.question.as_deref());
        }
        query.execute(&mut *writing.transaction).await?;
    }
    writing.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_is_inserted_by_few_statements_that_stay_the_same() {
        for rows in [0, 1, 3, 4, 31, 32, 255, 256, 300, 1279] {
            let (mut left, mut statements) = (rows, 0);
            while let (inserted, Some(statement)) = next_insert(left) {
                assert_eq!(statement.matches('(').count(), inserted + 2);
                assert!(statement.contains(&format!("${})", inserted * COLUMNS)));
                left -= inserted;
                statements += 1;
            }
            assert_eq!(left, 0);
            assert!(statements <= rows / 256 + 7 + 7 + 3, "{rows}: {statements}");
        }
    }
}
