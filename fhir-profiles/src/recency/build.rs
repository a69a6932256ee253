//! From what was collected to the facts.

use super::dates::set_future_aside;
use super::settle::{settle, settle_beside, sort};
use super::sizes;
use crate::catalogue::FactId;
use crate::facts::{ClosedWorld, Evidence, Facts, FactsBuilder, Record, Spread};
use std::collections::BTreeMap;
use std::sync::Arc;

impl FactsBuilder {
    /// Works out the facts: what follows from M categories and recorded parts, which reading is newest,
    /// which are of one day, and what a site's closed world adds. The order of collection changes nothing.
    pub fn build(mut self) -> Facts {
        let as_of = self.as_of;
        self.resolve_owners();
        for raw in self.raw.values_mut() {
            set_future_aside(raw, as_of);
            sort(raw);
        }
        let treated = sizes::treatments_of_the_liver(&self.treatments);
        let mut facts = BTreeMap::new();
        let treatments = self.treated(&mut facts);
        let closed_world = ClosedWorld::of(&self);
        let raw = Spread::FACTS
            .into_iter()
            .filter_map(|id| self.raw.remove_entry(&id));
        let spread = Spread::new(raw.collect(), closed_world.clone());
        facts.extend(spread.settle());
        for (id, raw) in std::mem::take(&mut self.raw) {
            facts.insert(id, settle_beside(id, raw, &treated));
        }
        for id in &closed_world.facts {
            closed_world.assume(*id, facts.entry(*id).or_default());
        }
        for (id, gap) in &self.gaps {
            facts.entry(*id).or_default().gap = Some(*gap);
        }
        let mut not_read = self.not_read;
        not_read.sort();
        not_read.dedup();
        let mut problems = self.problems;
        problems.sort_by(|a, b| (&a.place, &a.what).cmp(&(&b.place, &b.what)));
        problems.dedup();
        Facts {
            as_of,
            facts: facts.into_iter().map(|(id, fact)| (id, Arc::new(fact))).collect(),
            spread: Arc::new(spread),
            record: Arc::new(Record {
                subject: self.subject,
                problems,
                given: treatments.given,
                course: treatments.course,
                person: self.person,
                not_read,
                mentions: Vec::new(),
            }),
        }
    }
}

impl FactsBuilder {
    /// What nothing links to a tumour is this one's, unless another malignancy is present: then nobody knows whose it
    /// is, and it says nothing of other facts (specification, section 2, "Whose tumour").
    fn resolve_owners(&mut self) {
        let mut other = self
            .raw
            .get(&FactId::OtherMalignancy)
            .cloned()
            .unwrap_or_default();
        set_future_aside(&mut other, self.as_of);
        let other = settle(FactId::OtherMalignancy, other);
        let is_present = other.current.iter().any(|reading| reading.says("present"));
        for (id, raw) in &mut self.raw {
            let unlinked = std::mem::take(&mut raw.unlinked);
            let unread = std::mem::take(&mut raw.unlinked_unread);
            let note = |evidence: &mut Evidence| evidence.notes.push(NOBODYS.to_owned());
            if !is_present {
                raw.readings.extend(unlinked);
                raw.unread.extend(unread);
                continue;
            }
            for mut reading in unlinked {
                reading.evidence.iter_mut().for_each(note);
                if id.is_of_one_tumour() {
                    raw.unowned.push(reading);
                } else {
                    raw.shown.extend(reading.evidence);
                }
            }
            // It must not take the place of one that is linked.
            let place = if raw.readings.is_empty() {
                &mut raw.unread
            } else {
                &mut raw.shown
            };
            place.extend(unread.into_iter().map(|mut evidence| {
                note(&mut evidence);
                evidence
            }));
        }
    }
}

/// The note of a reading that nothing links to a tumour, where there are two.
const NOBODYS: &str = "whose tumour is not recorded";
