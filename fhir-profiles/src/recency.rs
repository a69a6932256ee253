//! Which reading counts: newest by date, readings of one day, presence against absence, M categories,
//! runs of disease status and a site's closed world (specification, section 2).

mod behind;
mod closed_world;
mod dates;
mod presence;
mod rules;
mod runs;
mod same_day;
mod sizes;
mod spread;

use crate::catalogue::{Counts, FactId};
use crate::facts::{Evidence, Fact, Facts, FactsBuilder, Raw, Reading, Record, System};
pub use behind::Behind;
use closed_world::ClosedWorld;
pub(crate) use dates::{days, evidence_order};
use dates::{newest_first, set_future_aside, span, span_of};
pub use rules::{RULES, Rule};
pub(crate) use spread::Spread;
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

fn sort(raw: &mut Raw) {
    raw.readings.sort_by(newest_first);
    raw.unowned.sort_by(newest_first);
    raw.general.sort_by(newest_first);
    raw.unread.sort_by(evidence_order);
    raw.shown.sort_by(evidence_order);
    raw.shown.dedup();
}

/// Works out which readings of one fact count.
pub(crate) fn settle(id: FactId, raw: Raw) -> Fact {
    settle_beside(id, raw, &[])
}

fn settle_beside(id: FactId, mut raw: Raw, treated: &[sizes::Treated]) -> Fact {
    sort(&mut raw);
    let Raw {
        mut readings,
        unread,
        unowned,
        shown,
        general,
        ..
    } = raw;
    let mut fact = Fact {
        unread,
        unowned,
        shown,
        general,
        ..Fact::default()
    };
    if let Some(presence) = presence::one_is_enough(&mut readings, &mut fact) {
        fact.current = vec![presence];
        return fact;
    }
    if id == FactId::PortalVein {
        presence::thrombosis_stands(&mut readings, &mut fact);
    }
    behind::no_pathological_m0(id, &mut readings);
    for slot in slots(id, readings) {
        settle_slot(id, slot, treated, &mut fact);
    }
    let newest_read = fact.current.iter().map(|r| span(r).0).max();
    fact.unreadable = match newest_read {
        None => !fact.unread.is_empty() || !fact.unowned.is_empty(),
        Some(newest) => fact.unread.iter().any(|e| span_of(e).1 >= newest),
    };
    if fact.unreadable {
        fact.set_aside();
    }
    fact.older.sort_by(newest_first);
    fact
}

impl Fact {
    /// Nothing of it counts: what did stands first among what does not.
    fn set_aside(&mut self) {
        let readable = std::mem::take(&mut self.current);
        self.older.splice(0..0, readable);
    }
}

fn slots(id: FactId, readings: Vec<Reading>) -> Vec<Vec<Reading>> {
    if id.info().counts != Counts::NewestOfSystem {
        return vec![readings];
    }
    let mut by_system: BTreeMap<Option<System>, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        by_system.entry(reading.system).or_default().push(reading);
    }
    by_system.into_values().collect()
}

fn settle_slot(id: FactId, mut readings: Vec<Reading>, treated: &[sizes::Treated], fact: &mut Fact) {
    let clinical = behind::clinical_aside(&mut readings);
    let since = (id == FactId::DiseaseStatus)
        .then(|| runs::start_of_run(&readings))
        .flatten();
    let (mut current, mut older) = if id == FactId::LargestLiverLesion {
        sizes::comparable(readings, treated)
    } else if id.info().counts == Counts::Every {
        // Whoever has one genetic syndrome has it for life, and another beside it.
        (readings, Vec::new())
    } else {
        let newest = readings.iter().map(|r| span(r).0).max();
        readings
            .into_iter()
            .partition(|r| newest.is_some_and(|newest| span(r).1 >= newest))
    };
    let converted = same_day::converted_aside(&mut current);
    match id {
        FactId::LiverReserve => {
            let poorer = presence::poorer_condition(&current, &mut older);
            current.extend(poorer);
        }
        FactId::PortalVein => current.extend(presence::standing_thrombosis(&current, &mut older)),
        _ => {}
    }
    let mut united = same_day::unite(id, current);
    if let [only] = united.as_mut_slice() {
        only.since = only.since.or(since);
    }
    fact.current.extend(united);
    fact.older.extend(clinical);
    fact.older.extend(converted);
    fact.older.extend(older);
}

fn unite_evidence(readings: &[Reading]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = readings.iter().flat_map(|r| r.evidence.iter().cloned()).collect();
    evidence.sort_by(evidence_order);
    evidence.dedup();
    evidence
}
