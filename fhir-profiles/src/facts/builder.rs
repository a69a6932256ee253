//! The collector of readings, from which the facts are worked out.

use super::collected::Raw;
use super::evidence::{Evidence, Gap};
use super::fact::Reading;
use super::given::TreatmentRecord;
use super::not_read::NotRead;
use super::patient::Facts;
use super::person::{Person, Problem};
use crate::catalogue::id::FactId;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Collects readings in any order and works out which count (specification, section 2).
#[derive(Debug, Clone)]
pub struct FactsBuilder {
    pub(crate) as_of: Date,
    pub(crate) subject: Option<String>,
    pub(crate) closed_world: BTreeSet<FactId>,
    pub(crate) raw: BTreeMap<FactId, Raw>,
    pub(crate) gaps: BTreeMap<FactId, Gap>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) treatments: Vec<TreatmentRecord>,
    pub(crate) not_read: Vec<NotRead>,
    pub(crate) person: Person,
}

impl FactsBuilder {
    /// Names the patient (`Patient/id`).
    pub fn subject(&mut self, reference: impl Into<String>) -> &mut Self {
        self.subject = Some(reference.into());
        self
    }

    /// Declares facts for which a site says that no record means absent. Facts without the word `absent` are left out,
    /// and nothing is assumed of a record with problems: what is missing in it may be what could not be had.
    pub fn closed_world(&mut self, facts: impl IntoIterator<Item = FactId>) -> &mut Self {
        self.closed_world.extend(facts);
        self
    }

    /// Adds a reading.
    pub fn reading(&mut self, id: FactId, reading: Reading) -> &mut Self {
        self.raw.entry(id).or_default().readings.push(reading);
        self
    }

    /// Adds a record whose value could not be read.
    pub fn unreadable(&mut self, id: FactId, evidence: Evidence) -> &mut Self {
        self.raw.entry(id).or_default().unread.push(evidence);
        self
    }

    /// Adds a reading of which nobody knows whose tumour it is: unreadable, and still a candidate of a grade.
    pub fn unowned(&mut self, id: FactId, reading: Reading) -> &mut Self {
        self.raw.entry(id).or_default().unowned.push(reading);
        self
    }

    /// Adds a reading that nothing links to a tumour: it counts unless another malignancy is present.
    pub fn unlinked(&mut self, id: FactId, reading: Reading) -> &mut Self {
        self.raw.entry(id).or_default().unlinked.push(reading);
        self
    }

    /// Adds a record that nothing links to a tumour and whose value could not be read.
    pub fn unlinked_unreadable(&mut self, id: FactId, evidence: Evidence) -> &mut Self {
        self.raw.entry(id).or_default().unlinked_unread.push(evidence);
        self
    }

    /// Adds a differentiation by a general grading, on a tumour that is well differentiated by name: shown, not used.
    pub fn general_grading(&mut self, reading: Reading) -> &mut Self {
        self.raw
            .entry(FactId::Differentiation)
            .or_default()
            .general
            .push(reading);
        self
    }

    /// Adds a record of a treatment.
    pub fn treatment(&mut self, record: TreatmentRecord) -> &mut Self {
        self.treatments.push(record);
        self
    }

    /// Adds something that was not read and may matter.
    pub fn not_read(&mut self, what: NotRead) -> &mut Self {
        self.not_read.push(what);
        self
    }

    /// Adds a record that is no evidence either way.
    pub fn shown(&mut self, id: FactId, evidence: Evidence) -> &mut Self {
        self.raw.entry(id).or_default().shown.push(evidence);
        self
    }

    /// Says that a record on the fact was entered in error.
    pub fn in_error(&mut self, id: FactId) -> &mut Self {
        self.raw.entry(id).or_default().in_error = true;
        self
    }

    /// Says that records which could state a fact are not all there; the worst of several counts.
    pub fn gap(&mut self, id: FactId, gap: Gap) -> &mut Self {
        let known = self.gaps.entry(id).or_insert(gap);
        *known = gap.max(*known);
        self
    }

    /// Adds a record that could not be used at all.
    pub fn problem(&mut self, problem: Problem) -> &mut Self {
        self.problems.push(problem);
        self
    }
}

impl Facts {
    /// A collector of readings for an evaluation on the day `as_of`.
    pub fn builder(as_of: Date) -> FactsBuilder {
        FactsBuilder {
            as_of,
            subject: None,
            closed_world: BTreeSet::new(),
            raw: BTreeMap::new(),
            gaps: BTreeMap::new(),
            problems: Vec::new(),
            treatments: Vec::new(),
            not_read: Vec::new(),
            person: Person::default(),
        }
    }
}
