//! The rules by position: every reference between criteria, options and the pathway resolved once, at load, and for every
//! fact what has to be worked out again when it changes.

use crate::assessment::Role;
use fhir_profiles::FactId;
use fhir_profiles::facts::Reading;
use std::collections::{BTreeMap, BTreeSet};

/// What the engine works with instead of ids. Positions are those of `Knowledge::criteria` in the order of their ids, and
/// of `Knowledge::options`.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    /// What each criterion refers to.
    pub(crate) criteria: Vec<Refers>,
    /// What each option refers to.
    pub(crate) options: Vec<OptionRule>,
    /// What each phrase of the situation asks for.
    pub(crate) situations: Vec<SituationRule>,
    /// The criteria that say whether nothing calls for a change.
    pub(crate) no_trigger: Option<NoTriggerRule>,
    /// By fact, what reads it; nothing does where a fact is not there.
    pub(super) readers: BTreeMap<FactId, Readers>,
    /// By fact, readings without a date for each value that can make a difference; only where the date makes none.
    pub(crate) tried: BTreeMap<FactId, Vec<Reading>>,
    /// By fact, the criteria that read it directly and that some option's verdict rests on.
    pub(crate) deciding: BTreeMap<FactId, Vec<usize>>,
}

/// What a criterion refers to, by position.
#[derive(Debug, Default)]
pub(crate) struct Refers {
    /// The parts of a compound.
    pub(crate) parts: Vec<usize>,
    /// The option whose value it takes.
    pub(crate) option: Option<usize>,
    /// The option that must fail for its call where nothing is recorded.
    pub(crate) where_missing: Option<usize>,
}

/// What an option refers to, by position.
#[derive(Debug)]
pub(crate) struct OptionRule {
    pub(crate) criteria: Vec<(usize, Role)>,
    pub(crate) variants: Vec<Vec<usize>>,
    pub(crate) favours: Vec<Vec<usize>>,
    pub(crate) cautions: Vec<Vec<usize>>,
    /// Of its trigger.
    pub(crate) when: Vec<usize>,
    pub(crate) unless_met: Vec<usize>,
    pub(crate) unless_judged: Vec<usize>,
}

/// What a phrase of the situation asks for, by position.
#[derive(Debug)]
pub(crate) struct SituationRule {
    pub(crate) met: Vec<usize>,
    pub(crate) not_met: Vec<usize>,
}

/// When nothing calls for a change, by position.
#[derive(Debug)]
pub(crate) struct NoTriggerRule {
    pub(crate) failing: usize,
    /// The fact that the failing criterion reads.
    pub(crate) fact: Option<FactId>,
    pub(crate) none_met: Vec<usize>,
}

/// What has to be worked out again when a fact changes, by position.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Readers {
    pub(crate) criteria: BTreeSet<usize>,
    pub(crate) options: BTreeSet<usize>,
}

impl Compiled {
    /// What reads a fact.
    pub(crate) fn readers_of(&self, fact: FactId) -> Option<&Readers> {
        self.readers.get(&fact)
    }
}
