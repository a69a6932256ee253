//! One reading of a fact, and everything on record about one.

use super::evidence::{Evidence, Gap, Source};
use super::value::{Basis, Flag, Specimen, System, Value};
use crate::date::PartialDate;
use crate::interval::Interval;

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

pub(super) static NO_FACT: Fact = Fact {
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
