//! One agent or procedure with its records: from when to when it was given, and whether it is now.

use crate::date::PartialDate;
use crate::facts::{Evidence, Given, Says, TreatmentRecord};
use crate::recency::{days, evidence_order};
use crate::treatments::Treatment;
use jiff::ToSpan;
use jiff::civil::Date;

/// For how many days a dose of a depot form counts as given now, both days included. Interpretation I17: the usual 28 days
/// and two weeks of delay.
const DEPOT_DAYS: i32 = 42;

/// The days that something may be of; undated is oldest, a date that cannot be read is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Days {
    pub(super) fn of(date: Option<PartialDate>, unread: bool) -> Self {
        let (first, last) = days(date, unread);
        Self { first, last }
    }

    /// Whether they are known to be the later ones.
    pub(super) fn newer_than(self, other: Self) -> bool {
        self.first > other.last
    }
}

impl TreatmentRecord {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.says, Says::Running | Says::DoseRunning)
    }

    pub(super) fn is_dose(&self) -> bool {
        matches!(self.says, Says::Dose | Says::DoseRunning)
    }

    /// Whether it says that the treatment was given on some day.
    pub(super) fn gave(&self) -> bool {
        self.says != Says::NotGiven
    }

    /// Whether it says that the treatment is not given any more, whatever gave it.
    pub(super) fn is_stop(&self) -> bool {
        matches!(self.says, Says::Stopped | Says::NotGiven)
    }

    /// Dates the record by its last day, or by its first where it goes on beyond the day of evaluation.
    pub(super) fn date_by(mut self, as_of: Date) -> Self {
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

    pub(super) fn date(&self) -> Option<PartialDate> {
        self.evidence.effective
    }

    pub(super) fn days(&self) -> Days {
        Days::of(self.date(), self.evidence.date_unread)
    }

    /// The first day on which it gives the treatment.
    pub(super) fn first(&self) -> Days {
        Days::of(self.from.or(self.date()), self.evidence.date_unread)
    }

    /// The end of its own period, if it has come.
    pub(super) fn own_end(&self, as_of: Date) -> Option<PartialDate> {
        self.until.filter(|end| end.latest() < as_of)
    }

    /// Whether it is a dose of a depot form that still counts as given; a partial date counts only if its first
    /// possible day does.
    pub(super) fn is_current_depot(&self, as_of: Date) -> bool {
        let since = as_of.checked_sub(DEPOT_DAYS.days()).unwrap_or(Date::MIN);
        let is_recent = |day: PartialDate| (since..=as_of).contains(&day.earliest());
        self.is_dose() && self.depot && self.date().is_some_and(is_recent)
    }

    /// The record as something shown, with why it decides nothing.
    pub(super) fn noted(&self, note: impl Into<String>) -> Evidence {
        let mut evidence = self.evidence.clone();
        evidence.notes.push(note.into());
        evidence
    }
}

/// The days of records that end others, sorted.
pub(super) struct Ends(Vec<(Days, PartialDate)>);

impl Ends {
    pub(super) fn of(records: &[&TreatmentRecord], ends: impl Fn(&TreatmentRecord) -> bool) -> Self {
        let ending = records.iter().filter(|record| ends(record));
        let dated = ending.filter_map(|record| Some((record.days(), record.date()?)));
        let mut days: Vec<(Days, PartialDate)> = dated.collect();
        days.sort();
        Self(days)
    }

    /// The first of them that is known to be newer.
    pub(super) fn after(&self, days: Days) -> Option<PartialDate> {
        let at = self.0.partition_point(|(end, _)| !end.newer_than(days));
        self.0.get(at).map(|(_, date)| *date)
    }
}

/// One agent or procedure with its records, newest first.
pub(super) struct Agent<'r> {
    pub(super) treatment: Treatment,
    pub(super) records: Vec<&'r TreatmentRecord>,
    /// Those by which it is given now.
    pub(super) now: Vec<&'r TreatmentRecord>,
    /// Whether one of them runs.
    pub(super) runs: bool,
    /// What ends a record that runs.
    pub(super) ends: Ends,
}

impl<'r> Agent<'r> {
    pub(super) fn new(treatment: Treatment, mut records: Vec<&'r TreatmentRecord>, as_of: Date) -> Self {
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

    pub(super) fn gave(&self) -> impl Iterator<Item = &'r TreatmentRecord> {
        self.records.iter().copied().filter(|record| record.gave())
    }

    /// The last day that a record speaks of: what ended it, its own end, or its day.
    pub(super) fn last(&self, record: &TreatmentRecord, as_of: Date) -> Option<PartialDate> {
        let end = || self.ends.after(record.first()).or(record.own_end(as_of));
        record.is_running().then(end).flatten().or(record.date())
    }

    /// Nothing where no record says that it was given.
    pub(super) fn given(&self, as_of: Date) -> Option<Given> {
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
