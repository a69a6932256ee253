//! What is known of a patient: every fact with its readings, their evidence, and why one is unknown.

mod mentioned;
mod not_read;

use crate::catalogue::{FactId, Word};
use crate::date::PartialDate;
use crate::interval::Interval;
use crate::recency::Spread;
use crate::treatments::Treatment;
use jiff::civil::Date;
pub use mentioned::Mentioned;
pub use not_read::{NotRead, NotReadWhy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One value as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A word of the fact's closed list.
    Word(Word),
    /// Several words that hold together.
    Words(BTreeSet<Word>),
    /// A number or an interval, in the fact's unit (markers: in the reading's own unit).
    Number(Interval),
}

impl Value {
    /// The word, where it is a single one.
    pub fn only_word(&self) -> Option<Word> {
        match self {
            Self::Word(word) => Some(*word),
            Self::Words(words) => words.first().copied().filter(|_| words.len() == 1),
            Self::Number(_) => None,
        }
    }
}

/// A staging or grading system that a reading names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// ENETS.
    Enets,
    /// AJCC, 7th edition.
    Ajcc7,
    /// AJCC, 8th edition.
    Ajcc8,
    /// AJCC, version 9.
    Ajcc9,
    /// UICC.
    Uicc,
    /// WHO, ENETS or NET grading, for `grade-recorded`.
    Who,
}

impl System {
    /// The code in `{base}/CodeSystem/fact-values`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enets => "enets",
            Self::Ajcc7 => "ajcc-7",
            Self::Ajcc8 => "ajcc-8",
            Self::Ajcc9 => "ajcc-9",
            Self::Uicc => "uicc",
            Self::Who => "who",
        }
    }

    /// The system with that code, or `None`.
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Enets,
            Self::Ajcc7,
            Self::Ajcc8,
            Self::Ajcc9,
            Self::Uicc,
            Self::Who,
        ]
        .into_iter()
        .find(|system| system.as_str() == code)
    }
}

/// How a reading came about, where that ranks it among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// Nothing special.
    #[default]
    Plain,
    /// A pathological T, N, M or stage: counts before a clinical one whatever the date.
    Pathological,
    /// A clinical T, N, M or stage.
    Clinical,
    /// ECOG converted from Karnofsky: gives way to an ECOG of the same day.
    Karnofsky,
    /// What an M category says of metastases.
    Category,
    /// The size of one lesion at its body site: of several the largest counts.
    BySite,
}

/// The specimen of a histology reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Specimen {
    /// The primary tumour.
    Primary,
    /// A metastasis.
    Metastasis,
}

/// The laboratory's own verdict on a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Below the reference range.
    Low,
    /// Inside the reference range.
    Normal,
    /// Above the reference range.
    High,
}

impl Flag {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// Which kind of record a reading stands in; it decides what a newer record can overrule (section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// A dated statement: the newest counts.
    #[default]
    Observation,
    /// A problem-list entry: one active entry is enough for presence.
    Condition,
    /// A problem-list entry that is no longer active: absent now, and it was there.
    Former,
    /// A completed procedure: it stays done.
    Procedure,
    /// A medication record: one active record is enough for presence.
    Medication,
    /// A recorded part of a whole, such as a bone metastasis: it wins over a stated absence of the whole.
    Part,
    /// The patient's own record.
    Patient,
    /// A site's declaration that no record means absent.
    SitePolicy,
}

/// Where a reading comes from and how it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// `Type/id` of the resource; chart data, never logged.
    pub reference: String,
    /// The value as recorded; chart data, escaped wherever it is shown.
    pub recorded: String,
    /// The effective date as written, cut to the day.
    pub effective: Option<PartialDate>,
    /// Whether a date is written that cannot be read: it may be any day, so that it neither counts as newest nor gives
    /// way to others.
    pub date_unread: bool,
    /// What was done to it, in our own words: `preliminary`, `converted from 12 /50 HPF`.
    pub notes: Vec<String>,
    /// Why it does not count, where it is shown without counting.
    pub aside: Aside,
}

/// Why a record is shown and does not count (specification, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Aside {
    /// It is no evidence either way, or something else that its notes say.
    #[default]
    NoEvidence,
    /// It names the fact in a text only.
    InText,
    /// It was set aside: another tumour's, or one that must not be used.
    SetAside,
    /// Its status, or its verification status, is not understood.
    StatusNotUnderstood,
}

impl Aside {
    /// The kind of gap that such a record leaves where nothing else is known.
    pub fn gap(self) -> Option<Gap> {
        match self {
            Self::NoEvidence => None,
            Self::InText => Some(Gap::InText),
            Self::SetAside => Some(Gap::SetAside),
            Self::StatusNotUnderstood => Some(Gap::StatusNotUnderstood),
        }
    }
}

/// One reading of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The value, in the fact's unit.
    pub value: Value,
    /// The staging or grading system, for `t`, `n`, `m`, `stage-recorded` and `grade-recorded`.
    pub system: Option<System>,
    /// How it came about.
    pub basis: Basis,
    /// The specimen, for histology.
    pub specimen: Option<Specimen>,
    /// Since when, for `disease-status`: the start of the recorded period, or worked out from an unbroken run.
    pub since: Option<PartialDate>,
    /// The syndrome of `functioning`, or the drug of `prior-systemic-therapy`: a word of ours, not chart text.
    pub detail: Option<String>,
    /// The unit of a marker.
    pub unit: Option<String>,
    /// The codes of a marker's test, `system|code`: values of different tests are not compared.
    pub codes: Vec<String>,
    /// The laboratory's verdict on a marker.
    pub flag: Option<Flag>,
    /// The laboratory's reference range of a marker.
    pub reference_range: Option<Interval>,
    /// The kind of record.
    pub source: Source,
    /// Where it stands; more than one where readings of a day were united.
    pub evidence: Vec<Evidence>,
}

impl Reading {
    /// A plain reading of a value.
    pub fn new(value: Value, source: Source, evidence: Evidence) -> Self {
        Self {
            value,
            system: None,
            basis: Basis::Plain,
            specimen: None,
            since: None,
            detail: None,
            unit: None,
            codes: Vec::new(),
            flag: None,
            reference_range: None,
            source,
            evidence: vec![evidence],
        }
    }

    /// The date of the reading: the newest of its evidence.
    pub fn effective(&self) -> Option<PartialDate> {
        self.evidence
            .iter()
            .filter_map(|e| e.effective)
            .max_by_key(PartialDate::latest)
    }

    /// Whether the value is this word.
    pub fn says(&self, word: &str) -> bool {
        matches!(&self.value, Value::Word(w) if w.as_str() == word)
    }
}

/// Why nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing is recorded.
    Missing,
    /// Something is recorded, but the value or unit could not be read.
    Unreadable,
}

/// Why the records in which a fact could stand are not all there, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// One states it, in a text only.
    InText,
    /// One was set aside: another tumour's, or one that must not be used.
    SetAside,
    /// The status of one is not understood.
    StatusNotUnderstood,
    /// Nobody supplied them, nor could they be fetched.
    NotSupplied,
    /// Some of them are missing.
    Partial,
    /// They were searched for, and the search failed.
    Failed,
}

impl Gap {
    /// What a clinician reads in the place of "not recorded".
    pub fn text(self) -> &'static str {
        match self {
            Self::InText => "only in a text",
            Self::SetAside => "recorded, set aside",
            Self::StatusNotUnderstood => "recorded, status not understood",
            Self::NotSupplied => "not supplied",
            Self::Partial => "not in the part that was supplied",
            Self::Failed => "could not be fetched",
        }
    }
}

/// Everything on record about one fact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    pub(crate) current: Vec<Reading>,
    pub(crate) unreadable: bool,
    /// Readings that do not count, newest first, also where the newest record is unreadable: shown, not used. How each
    /// stands behind those that count says [`Fact::behind`].
    pub older: Vec<Reading>,
    /// Statements of absence that a recorded presence overrides: shown as conflicting, not used.
    pub overruled: Vec<Reading>,
    /// Records that could not be read.
    pub unread: Vec<Evidence>,
    /// Readings of which nobody knows whose tumour they are: unreadable, and still candidates of a grade (section 3).
    pub unowned: Vec<Reading>,
    /// Differentiations by a general grading (ICD-O sixth digit, registry grading 1-4) on a tumour that is well
    /// differentiated by name: shown, not used; `differentiation-and-grade` where one says poor (section 2).
    pub general: Vec<Reading>,
    /// Records that are no evidence either way (unconfirmed, not yet effective, no system named): shown, not used.
    pub shown: Vec<Evidence>,
    /// Why records that could state it are not all there.
    pub gap: Option<Gap>,
    /// Whether a text mentions it: shown, not used.
    pub mentioned: bool,
}

impl Fact {
    /// The readings that count, all of equal standing, or why there are none.
    ///
    /// One reading is the rule. Several are readings of one day that differ, a T or stage per staging
    /// system, or a Ki-67 per specimen; each is to be evaluated.
    ///
    /// # Errors
    /// [`Unknown`] if no reading counts.
    pub fn readings(&self) -> Result<&[Reading], Unknown> {
        if self.unreadable {
            Err(Unknown::Unreadable)
        } else if self.current.is_empty() {
            Err(Unknown::Missing)
        } else {
            Ok(&self.current)
        }
    }

    /// What kind of gap leaves it missing: the worst of what was not to be had and of what stands aside; none for a fact
    /// that is known or unreadable.
    pub fn missing_by(&self) -> Option<Gap> {
        let mentioned = self.mentioned && self.readings() == Err(Unknown::Missing);
        self.records_missing_by().max(mentioned.then_some(Gap::InText))
    }

    /// The same as far as it decides something: a mention in a text changes no verdict (specification, section 7.1).
    pub fn records_missing_by(&self) -> Option<Gap> {
        if self.readings() != Err(Unknown::Missing) {
            return None;
        }
        let asides = self.shown.iter().filter_map(|evidence| evidence.aside.gap());
        asides.chain(self.gap).max()
    }

    /// Whether every counting reading is this word.
    pub fn is(&self, word: &str) -> bool {
        self.readings()
            .is_ok_and(|readings| readings.iter().all(|r| r.says(word)))
    }
}

/// A record that could not be used at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `Type/id`, or the position in the Bundle (`entry 3`) where there is none; chart data, never logged.
    pub place: String,
    /// What is wrong, in our own words and without chart text.
    pub what: String,
}

/// All facts of one patient on one day: the only thing the clinical logic sees. Made by [`FactsBuilder`].
///
/// A clone shares every fact and record with the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub(crate) as_of: Date,
    pub(crate) facts: BTreeMap<FactId, Arc<Fact>>,
    pub(crate) spread: Arc<Spread>,
    pub(crate) record: Arc<Record>,
}

/// What is known of a patient besides the facts, and stays when one of them is supposed to be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) subject: Option<String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) given: Vec<Given>,
    pub(crate) course: Course,
    pub(crate) not_read: Vec<NotRead>,
    pub(crate) mentions: Vec<Mentioned>,
    pub(crate) person: Person,
}

/// What the patient's own record says of itself; decides nothing and is shown first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Whether the patient is recorded as deceased by the day of evaluation.
    pub deceased: bool,
    /// When, as written, where that is recorded.
    pub deceased_on: Option<PartialDate>,
    /// Whether the record was replaced by another (`Patient.link`), as after a merge.
    pub replaced: bool,
}

static NO_FACT: Fact = Fact {
    current: Vec::new(),
    unreadable: false,
    older: Vec::new(),
    overruled: Vec::new(),
    unread: Vec::new(),
    unowned: Vec::new(),
    general: Vec::new(),
    shown: Vec::new(),
    gap: None,
    mentioned: false,
};

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

    /// What the patient's own record says of itself.
    pub fn person(&self) -> &Person {
        &self.record.person
    }

    /// The day of evaluation.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// `Patient/id`, if the record names the patient.
    pub fn subject(&self) -> Option<&str> {
        self.record.subject.as_deref()
    }

    /// One fact; a fact never mentioned is missing.
    pub fn get(&self, id: FactId) -> &Fact {
        self.facts.get(&id).map_or(&NO_FACT, Arc::as_ref)
    }

    /// Whether it is worked out together with others, so that supposing it otherwise may change them too (section 2,
    /// metastases).
    pub fn are_spread_from(id: FactId) -> bool {
        Spread::FACTS.contains(&id)
    }

    /// Records that could not be used at all.
    pub fn problems(&self) -> &[Problem] {
        &self.record.problems
    }

    /// Every treatment on record, now or before, one entry an agent or procedure, sorted by its code.
    pub fn given(&self) -> &[Given] {
        &self.record.given
    }

    /// The first progressive reading of the disease dated after the first day of a treatment (section 2, `given`).
    pub fn progression_since(&self, first: Option<PartialDate>) -> Option<PartialDate> {
        self.record.course.progression_since(first?)
    }

    /// What of the record was not read, sorted by reference.
    pub fn not_read(&self) -> &[NotRead] {
        &self.record.not_read
    }
}

/// The days on which the course of the disease was read, up to the day of evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Course {
    pub(crate) progressive: Vec<PartialDate>,
    pub(crate) stable: Vec<PartialDate>,
}

impl Course {
    /// None where either day is not known to be the later one, nor by a day that says stable as well.
    fn progression_since(&self, first: PartialDate) -> Option<PartialDate> {
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
