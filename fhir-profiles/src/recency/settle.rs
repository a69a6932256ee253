//! Which readings of one fact count.

use super::dates::{evidence_order, newest_first, span, span_of};
use super::sizes::Treated;
use super::{behind, presence, runs, same_day, sizes};
use crate::catalogue::{Counts, FactId};
use crate::facts::{Fact, Raw, Reading, System};
use std::collections::BTreeMap;

pub(super) fn sort(raw: &mut Raw) {
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

pub(super) fn settle_beside(id: FactId, mut raw: Raw, treated: &[Treated]) -> Fact {
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
    pub(super) fn set_aside(&mut self) {
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

fn settle_slot(id: FactId, mut readings: Vec<Reading>, treated: &[Treated], fact: &mut Fact) {
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
