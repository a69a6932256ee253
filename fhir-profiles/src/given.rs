//! Which treatments are given now, which were given before, and whether a somatostatin analogue is among them
//! (specification, section 2, `given` and `on-ssa`).

mod analogue;

use crate::catalogue::FactId;
use crate::date::PartialDate;
use crate::facts::{
    Course, Evidence, Fact, FactsBuilder, Given, Raw, Reading, Says, Source, TreatmentRecord, Value,
};
use crate::recency::{days, evidence_order};
use crate::treatments::{Class, Treatment};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// For how many days a dose of a depot form counts as given now, both days included. Interpretation I17: the usual 28 days
/// and two weeks of delay.
const DEPOT_DAYS: i32 = 42;

/// The days that something may be of; undated is oldest, a date that cannot be read is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Days {
    first: Date,
    last: Date,
}

impl Days {
    fn of(date: Option<PartialDate>, unread: bool) -> Self {
        let (first, last) = days(date, unread);
        Self { first, last }
    }

    /// Whether they are known to be the later ones.
    fn newer_than(self, other: Self) -> bool {
        self.first > other.last
    }
}

impl TreatmentRecord {
    fn is_running(&self) -> bool {
        matches!(self.says, Says::Running | Says::DoseRunning)
    }

    fn is_dose(&self) -> bool {
        matches!(self.says, Says::Dose | Says::DoseRunning)
    }

    /// Whether it says that the treatment was given on some day.
    fn gave(&self) -> bool {
        self.says != Says::NotGiven
    }

    /// Whether it says that the treatment is not given any more, whatever gave it.
    fn is_stop(&self) -> bool {
        matches!(self.says, Says::Stopped | Says::NotGiven)
    }

    /// Dates the record by its last day, or by its first where it goes on beyond the day of evaluation.
    fn date_by(mut self, as_of: Date) -> Self {
        let goes_on = match self.says {
            Says::Dose | Says::Done | Says::Dispensed => false,
            _ => self.date().is_some_and(|date| date.earliest() > as_of),
        };
        if goes_on {
            let until = self
                .evidence
                .effective
                .take()
                .filter(|date| Some(*date) != self.until);
            self.evidence.effective = self.from.or(until);
        } else {
            self.evidence.effective = self.date().or(self.from);
        }
        self
    }

    fn date(&self) -> Option<PartialDate> {
        self.evidence.effective
    }

    fn days(&self) -> Days {
        Days::of(self.date(), self.evidence.date_unread)
    }

    /// The first day on which it gives the treatment.
    fn first(&self) -> Days {
        Days::of(self.from.or(self.date()), self.evidence.date_unread)
    }

    /// The end of its own period, if it has come.
    fn own_end(&self, as_of: Date) -> Option<PartialDate> {
        self.until.filter(|end| end.latest() < as_of)
    }

    /// Whether it is a dose of a depot form that still counts as given; a partial date counts only if its first
    /// possible day does.
    fn is_current_depot(&self, as_of: Date) -> bool {
        let since = as_of.checked_sub(DEPOT_DAYS.days()).unwrap_or(Date::MIN);
        let is_recent = |day: PartialDate| (since..=as_of).contains(&day.earliest());
        self.is_dose() && self.depot && self.date().is_some_and(is_recent)
    }

    /// The record as something shown, with why it decides nothing.
    fn noted(&self, note: impl Into<String>) -> Evidence {
        let mut evidence = self.evidence.clone();
        evidence.notes.push(note.into());
        evidence
    }
}

/// The days of records that end others, sorted.
struct Ends(Vec<(Days, PartialDate)>);

impl Ends {
    fn of(records: &[&TreatmentRecord], ends: impl Fn(&TreatmentRecord) -> bool) -> Self {
        let ending = records.iter().filter(|record| ends(record));
        let dated = ending.filter_map(|record| Some((record.days(), record.date()?)));
        let mut days: Vec<(Days, PartialDate)> = dated.collect();
        days.sort();
        Self(days)
    }

    /// The first of them that is known to be newer.
    fn after(&self, days: Days) -> Option<PartialDate> {
        let at = self.0.partition_point(|(end, _)| !end.newer_than(days));
        self.0.get(at).map(|(_, date)| *date)
    }
}

/// One agent or procedure with its records, newest first.
struct Agent<'r> {
    treatment: Treatment,
    records: Vec<&'r TreatmentRecord>,
    /// Those by which it is given now.
    now: Vec<&'r TreatmentRecord>,
    /// Whether one of them runs.
    runs: bool,
    /// What ends a record that runs.
    ends: Ends,
}

impl<'r> Agent<'r> {
    fn new(treatment: Treatment, mut records: Vec<&'r TreatmentRecord>, as_of: Date) -> Self {
        records.sort_by(|a, b| evidence_order(&a.evidence, &b.evidence));
        let ends = Ends::of(&records, |record| {
            record.is_stop() || record.says == Says::Completed
        });
        let stops = Ends::of(&records, TreatmentRecord::is_stop);
        let runs = |record: &TreatmentRecord| {
            record.is_running() && record.own_end(as_of).is_none() && ends.after(record.first()).is_none()
        };
        let lasts =
            |record: &TreatmentRecord| record.is_current_depot(as_of) && stops.after(record.days()).is_none();
        let all = records.iter().copied();
        Self {
            treatment,
            now: all.filter(|record| runs(record) || lasts(record)).collect(),
            runs: records.iter().any(|record| runs(record)),
            records,
            ends,
        }
    }

    fn gave(&self) -> impl Iterator<Item = &'r TreatmentRecord> {
        self.records.iter().copied().filter(|record| record.gave())
    }

    /// The last day that a record speaks of: what ended it, its own end, or its day.
    fn last(&self, record: &TreatmentRecord, as_of: Date) -> Option<PartialDate> {
        let end = || self.ends.after(record.first()).or(record.own_end(as_of));
        record.is_running().then(end).flatten().or(record.date())
    }

    /// Nothing where no record says that it was given.
    fn given(&self, as_of: Date) -> Option<Given> {
        self.gave().next()?;
        let now = !self.now.is_empty();
        let from = self.gave().filter_map(|record| record.from.or(record.date()));
        let until = self.gave().filter_map(|record| self.last(record, as_of));
        let until = PartialDate::last_of(until);
        let doses = self
            .gave()
            .filter(|record| record.is_dose() || record.says == Says::Done);
        let mut evidence: Vec<Evidence> = self
            .records
            .iter()
            .map(|record| record.evidence.clone())
            .collect();
        evidence.dedup();
        Some(Given {
            treatment: self.treatment,
            now,
            by_depot: now && !self.runs,
            from: PartialDate::first_of(from),
            until: until.filter(|_| !now),
            days: doses.filter_map(TreatmentRecord::date).collect(),
            reason: self.records.iter().find_map(|record| record.reason.clone()),
            evidence,
        })
    }
}

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
