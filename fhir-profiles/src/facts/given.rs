//! Treatments on record, and the days on which the course of the disease was read.

use super::evidence::Evidence;
use crate::date::PartialDate;
use crate::treatments::Treatment;
use std::collections::BTreeSet;

/// The days on which the course of the disease was read, up to the day of evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Course {
    pub(crate) progressive: Vec<PartialDate>,
    pub(crate) stable: Vec<PartialDate>,
}

impl Course {
    /// None where either day is not known to be the later one, nor by a day that says stable as well.
    pub(super) fn progression_since(&self, first: PartialDate) -> Option<PartialDate> {
        self.progressive
            .iter()
            .filter(|day| day.earliest() > first.latest() && !self.stable.contains(day))
            .min_by_key(|day| (day.latest(), day.earliest()))
            .copied()
    }
}

/// A treatment on record: one agent or one procedure, with every record of it united.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The agent or procedure.
    pub treatment: Treatment,
    /// Whether it is given now.
    pub now: bool,
    /// Whether what is given now is so by a depot dose alone.
    pub by_depot: bool,
    /// Its first day, as written.
    pub from: Option<PartialDate>,
    /// Where it is not given now: the end of the last record, or the day of what ended it.
    pub until: Option<PartialDate>,
    /// The days of completed procedures and of doses, also of those in part.
    pub days: BTreeSet<PartialDate>,
    /// The reason recorded for its end, or for it; chart data, escaped wherever it is shown.
    pub reason: Option<String>,
    /// The records, newest first.
    pub evidence: Vec<Evidence>,
}

/// One record of a treatment, as the reader found it (specification, section 2, the table by status).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentRecord {
    /// The agents or procedures that it names.
    pub treatments: BTreeSet<Treatment>,
    /// What it says of them.
    pub says: Says,
    /// Whether it is of a depot form.
    pub depot: bool,
    /// Its first day.
    pub from: Option<PartialDate>,
    /// Its last day, or the planned one.
    pub until: Option<PartialDate>,
    /// The reason recorded; chart data.
    pub reason: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// What a record says of a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// An active order, or a statement that it is taken: now, unless its period ends before the day of evaluation.
    Running,
    /// A completed order or statement: before; ends what runs.
    Completed,
    /// A statement that it was stopped: before; ends what runs, and what a depot dose makes current.
    Stopped,
    /// A stopped order, an order not to give it, a statement that it is not taken: ends the same, and is no evidence
    /// that it was ever given.
    NotGiven,
    /// A dose was given, whole or in part.
    Dose,
    /// A dose is being given.
    DoseRunning,
    /// It was dispensed: before, and no dose.
    Dispensed,
    /// A completed procedure.
    Done,
}
