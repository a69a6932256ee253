//! All facts of one patient on one day.

use super::collected::Spread;
use super::fact::{Fact, NO_FACT};
use super::given::{Course, Given};
use super::mentioned::Mentioned;
use super::not_read::NotRead;
use super::person::{Person, Problem};
use crate::catalogue::id::FactId;
use crate::date::PartialDate;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All facts of one patient on one day: the only thing the clinical logic sees. Made by [`FactsBuilder`](super::FactsBuilder).
///
/// A clone shares every fact and record with the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub(crate) as_of: Date,
    pub(crate) facts: BTreeMap<FactId, Arc<Fact>>,
    pub(crate) spread: Arc<Spread>,
    pub(crate) record: Arc<Record>,
}

/// What is known of a patient besides the facts, and stays when one of them is supposed to be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) subject: Option<String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) given: Vec<Given>,
    pub(crate) course: Course,
    pub(crate) not_read: Vec<NotRead>,
    pub(crate) mentions: Vec<Mentioned>,
    pub(crate) person: Person,
}

impl Facts {
    /// What the patient's own record says of itself.
    pub fn person(&self) -> &Person {
        &self.record.person
    }

    /// The day of evaluation.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// `Patient/id`, if the record names the patient.
    pub fn subject(&self) -> Option<&str> {
        self.record.subject.as_deref()
    }

    /// One fact; a fact never mentioned is missing.
    pub fn get(&self, id: FactId) -> &Fact {
        self.facts.get(&id).map_or(&NO_FACT, Arc::as_ref)
    }

    /// Whether it is worked out together with others, so that supposing it otherwise may change them too (section 2,
    /// metastases).
    pub fn are_spread_from(id: FactId) -> bool {
        Spread::FACTS.contains(&id)
    }

    /// Records that could not be used at all.
    pub fn problems(&self) -> &[Problem] {
        &self.record.problems
    }

    /// Every treatment on record, now or before, one entry an agent or procedure, sorted by its code.
    pub fn given(&self) -> &[Given] {
        &self.record.given
    }

    /// The first progressive reading of the disease dated after the first day of a treatment (section 2, `given`).
    pub fn progression_since(&self, first: Option<PartialDate>) -> Option<PartialDate> {
        self.record.course.progression_since(first?)
    }

    /// What of the record was not read, sorted by reference.
    pub fn not_read(&self) -> &[NotRead] {
        &self.record.not_read
    }

    /// What texts mention of facts that are missing, unreadable or older than the text: the newest text first.
    pub fn mentions(&self) -> &[Mentioned] {
        &self.record.mentions
    }

    /// The same facts, with what was found in texts and what could not be searched: a fact that is missing and that a
    /// text states has the gap `in-text`, and nothing else differs.
    #[must_use]
    pub fn with_mentions(mut self, mentions: Vec<Mentioned>, not_read: Vec<NotRead>) -> Self {
        for mentioned in &mentions {
            Arc::make_mut(self.facts.entry(mentioned.fact).or_default()).mentioned = true;
        }
        if !mentions.is_empty() || !not_read.is_empty() {
            let record = Arc::make_mut(&mut self.record);
            record.mentions = mentions;
            record.not_read.extend(not_read);
            record.not_read.sort();
            record.not_read.dedup();
        }
        self
    }
}
