//! The cards that were sent, recorded beside the answer and never before it, so that feedback can be told from invention.

use super::database::Database;
use super::fault::{Fault, Operation};
use cds_cards::render::Card;
use sqlx::AssertSqlSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Answers that may wait to be recorded.
pub(super) const WAITING: usize = 4096;
/// Answers that are committed together.
const TOGETHER: usize = 100;
/// Between two tries while the store is not there.
const PAUSE: Duration = Duration::from_millis(500);
/// Tries with a store that is there.
const REFUSALS: u32 = 20;

/// Whose cards they are: what one caller was sent, no other can answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// `iss`; empty in open mode.
    pub issuer: String,
    /// `tenant`; empty where the issuer has none.
    pub tenant: String,
    /// The id of the service that was called.
    pub service: String,
}

/// A card that was sent: no patient, no user, no text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    card: String,
    kind: &'static str,
    group: &'static str,
    options: String,
    knowledge: String,
    /// The ids of its suggestions, as a JSON list.
    suggestions: String,
}

/// The cards of one answer.
#[derive(Debug)]
pub(super) struct Issued {
    owner: Owner,
    rows: Vec<Row>,
    seconds: i64,
}

impl Issued {
    pub(super) fn new(owner: Owner, cards: &[Card], seconds: i64) -> Self {
        let rows = cards.iter().map(|card| {
            let about = card.about();
            Row {
                card: card.uuid().to_string(),
                kind: about.kind.as_str(),
                group: about.group.map_or("", |group| group.as_str()),
                options: serde_json::to_string(&about.options).unwrap_or_default(),
                knowledge: about.knowledge.clone(),
                suggestions: ids(card),
            }
        });
        Self {
            owner,
            rows: rows.collect(),
            seconds,
        }
    }
}

fn ids(card: &Card) -> String {
    let ids: Vec<String> = card
        .suggestions()
        .iter()
        .map(|one| one.uuid().to_string())
        .collect();
    serde_json::to_string(&ids).unwrap_or_default()
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

/// Records what comes, all that waits in one commit; while the store is not there it waits with what it has.
pub(super) async fn record(database: &Database, mut messages: mpsc::Receiver<Message>, counts: &Counts) {
    while let Some(first) = messages.recv().await {
        let mut batch = Vec::new();
        let mut barriers = Vec::new();
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
            if !recorded(database, &batch).await {
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
async fn recorded(database: &Database, batch: &[Issued]) -> bool {
    let mut refused = 0;
    while refused < REFUSALS {
        refused += u32::from(database.is_up());
        if database
            .run(Operation::Issue, write(database, batch))
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
const COLUMNS: usize = 10;
/// Rows of one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766.
const ROWS: usize = 500;

async fn write(database: &Database, batch: &[Issued]) -> Result<(), Fault> {
    let mut rows: Vec<(&Issued, &Row)> = batch
        .iter()
        .flat_map(|issued| issued.rows.iter().map(move |row| (issued, row)))
        .collect();
    // In one order, so that replicas do not wait for each other in a circle.
    rows.sort_by(|(_, one), (_, other)| one.card.cmp(&other.card));
    let mut writing = database.begin().await?;
    for rows in rows.chunks(ROWS) {
        let places: Vec<String> = (0..rows.len())
            .map(|row| {
                let columns: Vec<String> = (1..=COLUMNS)
                    .map(|column| format!("${}", row * COLUMNS + column))
                    .collect();
                format!("({})", columns.join(", "))
            })
            .collect();
        // A call that is repeated has the same cards, and they stay as they were issued first.
        let statement = format!(
            "INSERT INTO issued_cards (issuer, tenant, service, card, kind, option_group, options, knowledge, issued, suggestions) \
             VALUES {} ON CONFLICT (issuer, tenant, service, card) DO NOTHING",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).persistent(false);
        for (issued, row) in rows {
            query = query
                .bind(&issued.owner.issuer)
                .bind(&issued.owner.tenant)
                .bind(&issued.owner.service)
                .bind(&row.card)
                .bind(row.kind)
                .bind(row.group)
                .bind(&row.options)
                .bind(&row.knowledge)
                .bind(issued.seconds)
                .bind(&row.suggestions);
        }
        query.execute(&mut *writing.transaction).await?;
    }
    writing.commit().await
}
