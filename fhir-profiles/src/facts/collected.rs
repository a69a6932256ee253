//! What was collected about a fact before anybody has worked out what counts.

use super::evidence::Evidence;
use super::fact::Reading;
use crate::catalogue::id::FactId;
use std::collections::{BTreeMap, BTreeSet};

/// What was collected about one fact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Raw {
    pub(crate) readings: Vec<Reading>,
    pub(crate) unread: Vec<Evidence>,
    pub(crate) unowned: Vec<Reading>,
    /// Readings that nothing links to a tumour, and records so that cannot be read.
    pub(crate) unlinked: Vec<Reading>,
    pub(crate) unlinked_unread: Vec<Evidence>,
    pub(crate) general: Vec<Reading>,
    pub(crate) shown: Vec<Evidence>,
    /// Whether a record was entered in error: it says nothing, and is a record all the same.
    pub(crate) in_error: bool,
}

/// What may be assumed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ClosedWorld {
    /// The facts that the site declares and of which nothing is on record or could not be had.
    pub(crate) facts: BTreeSet<FactId>,
}

/// What the facts on metastases are worked out from; kept, so that a question of the kind "what if" works them out again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spread {
    pub(crate) raw: BTreeMap<FactId, Raw>,
    pub(crate) closed_world: ClosedWorld,
    /// Facts that are supposed to be as their readings say, whatever else does.
    pub(crate) supposed: BTreeSet<FactId>,
}

impl Spread {
    /// The facts that are worked out together.
    pub(crate) const FACTS: [FactId; 5] = [
        FactId::M,
        FactId::LiverMetastases,
        FactId::ExtrahepaticMetastases,
        FactId::DistantLymphNodeMetastases,
        FactId::DiffusePeritonealMetastases,
    ];
}
