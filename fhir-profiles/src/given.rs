//! Which treatments are given now, which were given before, and whether a somatostatin analogue is among them
//! (specification, section 2, `given` and `on-ssa`).

mod agent;
mod analogue;

use crate::catalogue::FactId;
use crate::date::PartialDate;
use crate::facts::{
    Course, Evidence, Fact, FactsBuilder, Given, Raw, Reading, Source, TreatmentRecord, Value,
};
use crate::recency::evidence_order;
use crate::treatments::{Class, Treatment};
use agent::Agent;
use std::collections::{BTreeMap, BTreeSet};

/// What the records of treatments come to.
pub(crate) struct Treated {
    pub(crate) given: Vec<Given>,
    pub(crate) course: Course,
}

impl FactsBuilder {
    /// Works out what is given, and what follows from it for the facts. A record of a later day is shown.
    pub(crate) fn treated(&mut self, facts: &mut BTreeMap<FactId, Fact>) -> Treated {
        let as_of = self.as_of;
        let records = std::mem::take(&mut self.treatments).into_iter();
        let is_later = |record: &TreatmentRecord| record.first().first > as_of || record.days().first > as_of;
        let (later, records) = records
            .map(|record| record.date_by(as_of))
            .partition::<Vec<_>, _>(|record| is_later(record));
        for record in &later {
            self.show(record, "after the day of evaluation");
        }
        let mut by_treatment: BTreeMap<Treatment, Vec<&TreatmentRecord>> = BTreeMap::new();
        for record in &records {
            for treatment in &record.treatments {
                by_treatment.entry(*treatment).or_default().push(record);
            }
        }
        let agents = by_treatment.into_iter();
        let agents: Vec<Agent<'_>> = agents
            .map(|(treatment, records)| Agent::new(treatment, records, as_of))
            .collect();
        let given: Vec<Given> = agents.iter().filter_map(|agent| agent.given(as_of)).collect();
        for agent in agents.iter().filter(|agent| agent.gave().next().is_none()) {
            for record in agent.records.iter().filter(|_| is_systemic(agent.treatment)) {
                let note = "not given: no evidence that it ever was";
                let shown = &mut self.raw.entry(FactId::PriorSystemicTherapy).or_default().shown;
                shown.push(record.noted(note));
            }
        }
        self.systemic(&given);
        let own = self.raw.remove(&FactId::OnSsa);
        let analogues: Vec<&Agent<'_>> = agents.iter().filter(|a| a.treatment.is_analogue()).collect();
        if own.is_some() || !analogues.is_empty() {
            let on_ssa = analogue::on_ssa(own.unwrap_or_default(), &analogues, as_of);
            facts.insert(FactId::OnSsa, on_ssa);
        }
        Treated {
            given,
            course: course(self.raw.get(&FactId::DiseaseStatus)),
        }
    }

    /// Any systemic treatment is a prior one.
    fn systemic(&mut self, given: &[Given]) {
        let id = FactId::PriorSystemicTherapy;
        let systemic = || given.iter().filter(|given| is_systemic(given.treatment));
        let (Some(present), Some(_)) = (id.word("present"), systemic().next()) else {
            return;
        };
        let names: Vec<&str> = systemic().map(|given| given.treatment.as_str()).collect();
        let mut reading = Reading::new(Value::Word(present), Source::Medication, Evidence::default());
        reading.detail = Some(names.join(", "));
        reading.evidence = systemic().flat_map(|given| given.evidence.clone()).collect();
        reading.evidence.sort_by(evidence_order);
        reading.evidence.dedup();
        self.raw.entry(id).or_default().readings.push(reading);
    }

    /// Shows a record of a treatment beside the facts that it would have decided.
    fn show(&mut self, record: &TreatmentRecord, note: &str) {
        let is = |wanted: fn(Treatment) -> bool| record.treatments.iter().copied().any(wanted);
        for (fact, concerned) in [
            (FactId::PriorSystemicTherapy, is(is_systemic)),
            (FactId::OnSsa, is(Treatment::is_analogue)),
        ] {
            if concerned {
                self.raw.entry(fact).or_default().shown.push(record.noted(note));
            }
        }
    }
}

fn is_systemic(treatment: Treatment) -> bool {
    treatment.class() == Class::Systemic
}

/// The days of every reading of the course, whether it counts or is older.
fn course(raw: Option<&Raw>) -> Course {
    let says = |word: &str| {
        let readings = raw.iter().flat_map(|raw| &raw.readings);
        let said = readings.filter(|reading| reading.says(word));
        let days: BTreeSet<PartialDate> = said.filter_map(Reading::effective).collect();
        days.into_iter().collect()
    };
    Course {
        progressive: says("progressive"),
        stable: says("stable"),
    }
}
