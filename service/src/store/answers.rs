//! What clinicians did with cards: one answer a card, the newest; repeated and late feedback changes nothing.

use super::database::{Database, places};
use super::fault::Fault;
use super::outcome::Outcome;
use super::owner::Owner;
use super::questions;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// Feedback on one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardAnswer {
    /// The card.
    pub card: Uuid,
    /// What was done with it.
    pub outcome: Outcome,
    /// The ids of the suggestions that were taken, as the caller writes them.
    pub suggestions: Vec<String>,
    /// Why, as `system|code`.
    pub reasons: Vec<String>,
    /// Free text of the user; kept only if the settings say so.
    pub comment: Option<String>,
    /// When, in milliseconds since 1970, as the caller says.
    pub answered_ms: i64,
}

/// What became of feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// How many answers are on disk, those that were before included.
    pub known: usize,
    /// What they changed: the kind of the card, and what was done with it. An answer that is repeated changes nothing.
    pub new: Vec<(String, Outcome)>,
    /// How many name cards, or suggestions of them, that this caller was not sent by this service, or so long ago that they
    /// are deleted.
    pub unknown: usize,
}

/// What separates several reasons; no code holds it.
pub(super) const BETWEEN: char = '\n';

/// A card as it was sent.
struct Sent {
    kind: String,
    /// The ids of its suggestions, as a JSON list; not known of cards of the release before.
    suggestions: Option<String>,
    /// What is known to have been done with it.
    outcome: Option<String>,
    /// What a question is kept under.
    question: Option<String>,
}

impl Sent {
    /// Whether the card had all of these suggestions.
    fn has(&self, taken: &[String]) -> bool {
        let Some(list) = &self.suggestions else {
            return true;
        };
        let ids: Vec<String> = serde_json::from_str(list).unwrap_or_default();
        let is_of_it = |id: &String| Uuid::try_parse(id).is_ok_and(|id| ids.contains(&id.to_string()));
        taken.iter().all(is_of_it)
    }
}

/// Keeps answers, all in one commit.
pub(super) async fn keep(
    database: &Database,
    owner: &Owner,
    answers: &[CardAnswer],
    now_ms: i64,
) -> Result<Kept, Fault> {
    let mut writing = database.begin().await?;
    let cards: Vec<String> = answers.iter().map(|answer| answer.card.to_string()).collect();
    let statement = format!(
        "SELECT card, kind, suggestions, outcome, question FROM issued_cards WHERE issuer = $1 AND tenant = $2 AND service = $3 AND card IN {}",
        places(4, cards.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(statement))
        .persistent(false)
        .bind(&owner.issuer)
        .bind(&owner.tenant)
        .bind(&owner.service);
    for card in &cards {
        query = query.bind(card);
    }
    let rows = query.fetch_all(&mut *writing.transaction).await?;
    let mut issued: HashMap<String, Sent> = rows
        .iter()
        .map(|row| {
            let sent = Sent {
                kind: row.try_get(1)?,
                suggestions: row.try_get(2)?,
                outcome: row.try_get(3)?,
                question: row.try_get(4)?,
            };
            Ok((row.try_get(0)?, sent))
        })
        .collect::<Result<_, sqlx::Error>>()?;
    let mut known: Vec<(&CardAnswer, &String)> = answers
        .iter()
        .zip(&cards)
        .filter(|(answer, card)| {
            issued
                .get(*card)
                .is_some_and(|sent| sent.has(&answer.suggestions))
        })
        .collect();
    // In one order, so that replicas do not wait for each other in a circle.
    known.sort_by_key(|(_, card)| *card);
    let mut new = Vec::new();
    for (answer, card) in &known {
        // The newest answer counts; of two of the same moment the acceptance, in whichever order they come.
        let kept = sqlx::query(
            "UPDATE issued_cards SET outcome = $5, reasons = $6, comment = $7, answered_ms = $8, received_ms = $9 \
             WHERE issuer = $1 AND tenant = $2 AND service = $3 AND card = $4 AND (answered_ms IS NULL \
             OR answered_ms < $8 OR (answered_ms = $8 AND outcome = 'overridden' AND $5 = 'accepted'))",
        )
        .bind(&owner.issuer)
        .bind(&owner.tenant)
        .bind(&owner.service)
        .bind(*card)
        .bind(answer.outcome.as_str())
        .bind(answer.reasons.join(&BETWEEN.to_string()))
        .bind(answer.comment.as_deref())
        // A clock that is ahead must not outlast every later answer.
        .bind(answer.answered_ms.min(now_ms))
        .bind(now_ms)
        .execute(&mut *writing.transaction)
        .await?;
        let sent = issued.get_mut(*card).filter(|_| kept.rows_affected() > 0);
        if let Some(sent) = sent.filter(|sent| sent.outcome.as_deref() != Some(answer.outcome.as_str())) {
            sent.outcome = Some(answer.outcome.as_str().to_owned());
            new.push((sent.kind.clone(), answer.outcome));
            if let Some(question) = &sent.question {
                let seconds = answer.answered_ms.min(now_ms) / 1000;
                questions::answered(&mut writing.transaction, question, answer.outcome, seconds).await?;
            }
        }
    }
    writing.commit().await?;
    Ok(Kept {
        unknown: answers.len() - known.len(),
        known: known.len(),
        new,
    })
}
