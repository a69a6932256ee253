//! The ways into the facts: what is read, what is shown beside, and what was not read.

use super::record::{Owner, Record};
use super::standing::Standing;
use super::value::Unread;
use crate::catalogue::FactId;
use crate::facts::{Aside, Evidence, FactsBuilder, NotRead, NotReadWhy, Problem, Reading, Source, Value};

/// Shows a record whose status is not understood, and says that it was not read.
pub(super) fn not_understood(
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    recorded: &str,
    note: &str,
) {
    let mut evidence = record.noted(recorded, note);
    evidence.aside = Aside::StatusNotUnderstood;
    facts.shown(fact, evidence);
    not_read(facts, record, fact, NotReadWhy::StatusNotUnderstood);
}

/// Says that a record about a fact was not read.
pub(super) fn not_read(facts: &mut FactsBuilder, record: &Record<'_>, fact: FactId, why: NotReadWhy) {
    facts.not_read(NotRead {
        reference: record.place.clone(),
        what: fact.info().label.clone(),
        date: record.effective,
        why,
    });
}

pub(super) fn problem(facts: &mut FactsBuilder, place: String, what: &str) {
    facts.problem(Problem {
        place,
        what: what.to_owned(),
    });
}

/// Adds a reading of a word of the fact's list.
pub(super) fn add(facts: &mut FactsBuilder, fact: FactId, word: &str, source: Source, evidence: Evidence) {
    if let Some(word) = fact.word(word) {
        facts.reading(fact, Reading::new(Value::Word(word), source, evidence));
    }
}

pub(super) fn unread(
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    recorded: String,
    why: Unread,
) {
    match why {
        Unread::Nothing(note) => _ = facts.shown(fact, record.noted(recorded, note)),
        Unread::Unreadable(note) => put_unreadable(facts, record, fact, record.noted(recorded, note)),
    }
}

pub(super) fn show(
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    recorded: &str,
    standing: Standing,
) {
    let note = match standing {
        Standing::Now => "no evidence either way",
        Standing::Past(note) | Standing::Disputed(note) | Standing::Unsure(note) => note,
        Standing::NotUnderstood(note) => return not_understood(facts, fact, record, recorded, note),
        Standing::Refuted => "refuted",
    };
    facts.shown(fact, record.noted(recorded, note));
}

/// Adds a reading to its fact, if it is of this tumour.
pub(super) fn put(facts: &mut FactsBuilder, record: &Record<'_>, fact: FactId, mut reading: Reading) {
    match record.owner {
        Owner::Unlinked => _ = facts.unlinked(fact, reading),
        Owner::Unclear(note) => {
            for evidence in &mut reading.evidence {
                evidence.notes.push(note.into());
            }
            if fact.is_of_one_tumour() {
                facts.unowned(fact, reading);
            } else {
                let shown = reading.evidence.into_iter();
                shown.for_each(|evidence| _ = facts.shown(fact, evidence));
            }
        }
        Owner::Another(_) | Owner::Elsewhere(_) => {
            for evidence in reading.evidence {
                set_aside(facts, record, fact, evidence);
            }
        }
        Owner::This => _ = facts.reading(fact, reading),
    }
}

/// Adds a presence to its fact, if it is of this tumour.
pub(super) fn put_present(
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    fact: FactId,
    source: Source,
    evidence: Evidence,
) {
    if let Some(word) = fact.word("present") {
        put(
            facts,
            record,
            fact,
            Reading::new(Value::Word(word), source, evidence),
        );
    }
}

/// Adds a record that cannot be read to its fact, if it is of this tumour.
pub(super) fn put_unreadable(
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    fact: FactId,
    evidence: Evidence,
) {
    match record.owner {
        Owner::Unlinked | Owner::Unclear(_) => _ = facts.unlinked_unreadable(fact, evidence),
        Owner::Another(_) | Owner::Elsewhere(_) => set_aside(facts, record, fact, evidence),
        Owner::This => _ = facts.unreadable(fact, evidence),
    }
}

/// Shows what is not of this tumour, or not what the fact is of.
pub(super) fn set_aside(facts: &mut FactsBuilder, record: &Record<'_>, fact: FactId, mut evidence: Evidence) {
    if let Owner::Another(note) | Owner::Elsewhere(note) = record.owner {
        evidence.notes.push(note.into());
    }
    evidence.aside = Aside::SetAside;
    facts.shown(fact, evidence);
    if matches!(record.owner, Owner::Another(_)) {
        not_read(facts, record, fact, NotReadWhy::OtherTumour);
    }
}
