//! The review's own words behind a rule, corrections and notes, as the pages show them.

use cds_cards::Knowledge;
use cds_cards::assessment::Cited;
use cds_cards::knowledge::{Correction, SinceNote};
use serde::Serialize;

/// A statement of the review.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Quote {
    id: String,
    section: String,
    quote: String,
    strength: String,
}

/// A sentence of ours with the statements it rests on.
#[derive(Debug, Serialize)]
pub(super) struct Sentence {
    text: String,
    quotes: Vec<Quote>,
}

/// A figure of the review that its own source contradicts.
#[derive(Debug, Serialize)]
pub(super) struct CorrectionView {
    id: String,
    review_says: String,
    source_says: String,
    usage: String,
}

/// What has changed since the review.
#[derive(Debug, Serialize)]
pub(super) struct NoteView {
    id: String,
    topic: String,
    text: String,
    source: String,
    confidence: String,
    when: String,
}

/// The statements with these ids.
pub(super) fn quotes<'a>(knowledge: &Knowledge, ids: impl IntoIterator<Item = &'a String>) -> Vec<Quote> {
    let known = ids.into_iter().filter_map(|id| {
        let statement = knowledge.statements.get(id)?;
        Some(Quote {
            id: id.clone(),
            section: statement.section.clone(),
            quote: statement.quote.clone(),
            strength: statement.strength.clone(),
        })
    });
    known.collect()
}

pub(super) fn sentence(knowledge: &Knowledge, cited: &Cited) -> Sentence {
    titled(knowledge, &cited.text, &cited.statements)
}

pub(super) fn titled(knowledge: &Knowledge, text: &str, statements: &[String]) -> Sentence {
    Sentence {
        text: text.to_owned(),
        quotes: quotes(knowledge, statements),
    }
}

pub(super) fn correction(id: &str, correction: &Correction) -> CorrectionView {
    CorrectionView {
        id: id.to_owned(),
        review_says: correction.review_says.clone(),
        source_says: correction.source_says.clone(),
        usage: correction.usage.clone(),
    }
}

pub(super) fn note(id: &str, note: &SinceNote) -> NoteView {
    NoteView {
        id: id.to_owned(),
        topic: note.topic.clone(),
        text: note.text.clone(),
        source: note.source.clone(),
        confidence: note.confidence.clone(),
        when: note.when.clone(),
    }
}
