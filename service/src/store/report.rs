//! What became of the cards: counts by kind of card and by option, of everything since a day.

use super::fault::Fault;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};
use std::collections::BTreeMap;

/// Counts of cards and of what was done with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Cards that were sent.
    pub issued: u64,
    /// Those that feedback came for.
    pub answered: u64,
    /// Those of which a suggestion was taken.
    pub accepted: u64,
    /// Those that were put aside.
    pub overridden: u64,
    /// Why they were, by `system|code`; a card can have several reasons or none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
}

/// What became of the cards of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindReport {
    /// All cards of the kind.
    #[serde(flatten)]
    pub all: Tally,
    /// The same by option and verdict that the card named; a card that names several counts for each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, BTreeMap<String, Tally>>,
}

/// What became of the cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// By kind of card.
    pub kinds: BTreeMap<String, KindReport>,
}

impl Tally {
    fn add(&mut self, cards: u64, outcome: Option<&str>, reasons: &str) {
        self.issued += cards;
        match outcome {
            Some("accepted") => self.accepted += cards,
            Some("overridden") => self.overridden += cards,
            _ => return,
        }
        self.answered += cards;
        for reason in reasons
            .split(super::answers::BETWEEN)
            .filter(|reason| !reason.is_empty())
        {
            *self.reasons.entry(reason.to_owned()).or_default() += cards;
        }
    }
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Named {
    id: String,
    verdict: String,
}

objects_only!(Named);

/// Counts the cards that were sent since a second of time.
pub(super) async fn count(connection: &mut AnyConnection, since: i64) -> Result<Report, Fault> {
    let mut report = Report::default();
    // Equal cards come as one row, so that a year of them is read in little memory.
    let mut rows = sqlx::query(
        "SELECT kind, options, outcome, reasons, COUNT(*) FROM issued_cards WHERE issued >= $1 \
         GROUP BY kind, options, outcome, reasons",
    )
    .bind(since)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let kind: String = row.try_get(0)?;
        let options: String = row.try_get(1)?;
        let outcome: Option<String> = row.try_get(2)?;
        let reasons: Option<String> = row.try_get(3)?;
        let cards = u64::try_from(row.try_get::<i64, _>(4)?).unwrap_or(0);
        let (outcome, reasons) = (outcome.as_deref(), reasons.as_deref().unwrap_or_default());
        let of_kind = report.kinds.entry(kind).or_default();
        of_kind.all.add(cards, outcome, reasons);
        let named: Vec<Named> = serde_json::from_str(&options).unwrap_or_default();
        for option in named {
            let verdicts = of_kind.options.entry(option.id).or_default();
            verdicts
                .entry(option.verdict)
                .or_default()
                .add(cards, outcome, reasons);
        }
    }
    Ok(report)
}
