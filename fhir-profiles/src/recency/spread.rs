//! Metastases: what M categories, recorded parts and resolved diagnoses say of liver and extrahepatic disease.

use super::dates::{newest_first, span};
use super::rule::Rule;
use super::settle::settle;
use crate::catalogue::{FactId, Word};
use crate::facts::{Basis, ClosedWorld, Evidence, Fact, Facts, Raw, Reading, Source, Spread, System, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// [`Spread::liver`].
pub(super) const LIVER_AGAINST_M: Rule = Rule {
    id: "liver-against-m",
    case: "recorded liver metastasis (Condition, or Observation with its site) against an M category that says elsewhere only or M0",
    counts: "present, discrepancy m-recorded",
    shown: "the category",
};

/// [`Spread::elsewhere`].
pub(super) const PART_AGAINST_WHOLE: Rule = Rule {
    id: "part-against-whole",
    case: "recorded part (bone, distant nodes, ..., or M1b, M1c) against a statement about all extrahepatic disease, M1a or M0",
    counts: "the part",
    shown: "the statement",
};

/// [`Spread::liver`] and [`Spread::elsewhere`]; the date is read with the Condition.
pub(super) const RESOLVED: Rule = Rule {
    id: "resolved-metastasis",
    case: "resolved Condition of a metastasis",
    counts: "absent, dated by its abatement, else its recorded date; M1a or M1c never opens the gate against it; resolved extrahepatic metastases leave extrahepatic disease unknown, also against M0 or M1a",
    shown: "the category",
};

/// What the M category says of the liver, and of everything else.
#[derive(Default)]
struct ByCategory {
    liver: Vec<Reading>,
    elsewhere: Vec<Reading>,
}

impl Spread {
    const PARTS: [FactId; 2] = [
        FactId::DistantLymphNodeMetastases,
        FactId::DiffusePeritonealMetastases,
    ];

    pub(super) fn new(raw: BTreeMap<FactId, Raw>, closed_world: ClosedWorld) -> Self {
        Self {
            raw,
            closed_world,
            supposed: BTreeSet::new(),
        }
    }

    fn supposing(&self, id: FactId, readings: Vec<Reading>) -> Self {
        let mut other = self.clone();
        let raw = Raw {
            readings,
            ..Raw::default()
        };
        other.raw.insert(id, raw);
        other.supposed.insert(id);
        other
    }

    fn raw(&self, id: FactId) -> Raw {
        self.raw.get(&id).cloned().unwrap_or_default()
    }

    pub(super) fn settle(&self) -> BTreeMap<FactId, Fact> {
        let mut facts: BTreeMap<FactId, Fact> = BTreeMap::new();
        let m = self.one(FactId::M, |raw| settle(FactId::M, raw));
        for part in Self::PARTS {
            facts.insert(part, self.one(part, |raw| settle(part, raw)));
        }
        let category = by_category(&m);
        let liver = FactId::LiverMetastases;
        facts.insert(
            liver,
            self.one(liver, |raw| of_the_liver(raw, category.liver, &m)),
        );
        let elsewhere = FactId::ExtrahepaticMetastases;
        let fact = self.one(elsewhere, |raw| {
            self.elsewhere(raw, category.elsewhere, &m, &facts)
        });
        facts.insert(elsewhere, fact);
        facts.insert(FactId::M, m);
        for (id, fact) in &mut facts {
            if !self.supposed.contains(id) {
                self.closed_world.assume(*id, fact);
            }
        }
        facts
    }

    fn one(&self, id: FactId, work_out: impl FnOnce(Raw) -> Fact) -> Fact {
        let raw = self.raw(id);
        if self.supposed.contains(&id) {
            return Fact {
                current: raw.readings,
                ..Fact::default()
            };
        }
        work_out(raw)
    }

    /// A statement about all extrahepatic disease is the fact's own code, M1a or M0; a recorded part wins over it, and
    /// former metastases are neither there nor stated to be gone by it, unless it is not older than they.
    fn elsewhere(
        &self,
        mut raw: Raw,
        category: Vec<Reading>,
        m: &Fact,
        known: &BTreeMap<FactId, Fact>,
    ) -> Fact {
        let id = FactId::ExtrahepaticMetastases;
        let is_former = |r: &Reading| r.source == Source::Former;
        let mut former: Vec<Reading> = raw.readings.extract_if(.., |r| is_former(r)).collect();
        for part in Self::PARTS {
            let Some(fact) = known.get(&part) else { continue };
            let of_part = fact.readings().unwrap_or_default().iter();
            for reading in of_part.filter(|r| r.says("present")) {
                let mut part_of_whole = implied(id, "present", reading, part.info().label.as_str());
                part_of_whole.iter_mut().for_each(|r| r.source = Source::Part);
                raw.readings.extend(part_of_whole);
            }
            former.extend(self.raw(part).readings.into_iter().filter(is_former));
        }
        let absent = |r: &Reading| r.says("absent");
        let mut behind: Vec<Reading> = Vec::new();
        if let Some(newest) = former.iter().map(|r| span(r).1).max() {
            behind.extend(raw.readings.extract_if(.., |r| absent(r) && span(r).0 < newest));
        }
        let recorded = settle(id, raw.clone()).is("present") || known.values().any(|fact| fact.is("present"));
        for reading in category {
            if !absent(&reading) {
                raw.readings.push(reading);
            } else if !former.is_empty() {
                behind.push(reading);
            } else if !(recorded && of_m0(m, &reading)) {
                raw.readings.push(reading);
            }
        }
        raw.shown.extend(former.into_iter().flat_map(|r| r.evidence));
        let mut fact = settle(id, raw);
        fact.older.extend(behind);
        fact.older.sort_by(newest_first);
        unowned_category(id, &mut fact, m);
        fact
    }

    /// The readings by which the tumour was metastatic on some day.
    fn on_some_day<'f>(&'f self, get: impl Fn(FactId) -> &'f Fact) -> Vec<(FactId, &'f Reading)> {
        let mut found = Vec::new();
        for id in Self::FACTS.into_iter().filter(|id| *id != FactId::M) {
            let fact = get(id);
            if fact.is("present") {
                found.extend(fact.current.iter().map(|reading| (id, reading)));
            }
            let recorded = self.raw.get(&id).map(|raw| raw.readings.as_slice());
            let former = recorded.unwrap_or_default().iter();
            found.extend(former.filter(|r| r.source == Source::Former).map(|r| (id, r)));
        }
        let m = get(FactId::M);
        let categories: Vec<&Reading> = m.current.iter().chain(&m.older).collect();
        let disputed = |one: &Reading| {
            categories.iter().any(|none| {
                none.says("M0") && is_pathological(none) == is_pathological(one) && meet(none, one)
            })
        };
        let stated = categories.iter().filter(|r| is_m1(r) && !disputed(r));
        found.extend(stated.map(|reading| (FactId::M, *reading)));
        found
    }
}

impl Facts {
    /// The same facts, with one as if these readings alone were on record; none: as if nothing were. For questions of
    /// the kind "what if": what M categories and recorded parts say about other facts is worked out again.
    #[must_use]
    pub fn supposing(mut self, id: FactId, readings: Vec<Reading>) -> Self {
        if Spread::FACTS.contains(&id) {
            let spread = self.spread.supposing(id, readings);
            for (id, mut fact) in spread.settle() {
                if !spread.supposed.contains(&id) {
                    let known = self.get(id);
                    (fact.gap, fact.mentioned) = (known.gap, known.mentioned);
                }
                self.facts.insert(id, Arc::new(fact));
            }
            self.spread = Arc::new(spread);
        } else {
            let fact = Fact {
                current: readings,
                ..Fact::default()
            };
            self.facts.insert(id, Arc::new(fact));
        }
        self
    }

    /// The readings by which the tumour was metastatic on some day, so that its stage stays (specification, section 3):
    /// recorded metastases; Conditions of them, resolved or in remission too; an M1 of any date that no M0 of the same
    /// day and standing contradicts. Not an Observation that a newer one corrects. None: nothing says so.
    pub fn metastatic_at_diagnosis(&self) -> Vec<(FactId, &Reading)> {
        self.spread.on_some_day(|id| self.get(id))
    }
}

fn is_pathological(reading: &Reading) -> bool {
    reading.basis == Basis::Pathological
}

fn is_m1(reading: &Reading) -> bool {
    matches!(&reading.value, Value::Word(word) if word.as_str().starts_with("M1"))
}

/// Whether two readings may be of one day.
fn meet(a: &Reading, b: &Reading) -> bool {
    let (a, b) = (span(a), span(b));
    a.0 <= b.1 && b.0 <= a.1
}

/// What one M category says of the liver and of everything else. AJCC 8 and 9: M1a liver only, M1b elsewhere only, M1c
/// both. M0 states that there is nothing outside the liver.
fn says(reading: &Reading) -> (Option<&'static str>, Option<&'static str>) {
    let subdivided = matches!(reading.system, Some(System::Ajcc8 | System::Ajcc9));
    let Value::Word(category) = reading.value else {
        return (None, None);
    };
    match category.as_str() {
        "M1a" if subdivided => (Some("present"), Some("absent")),
        "M1b" if subdivided => (Some("absent"), Some("present")),
        "M1c" if subdivided => (Some("present"), Some("present")),
        "M0" => (None, Some("absent")),
        _ => (None, None),
    }
}

/// What the readings of the M category that count say. Where an M0 stands beside an M1 of the same day, it denies what the
/// other affirms, and nothing else.
fn by_category(m: &Fact) -> ByCategory {
    let readings = m.readings().unwrap_or_default();
    let contradictory = readings.iter().any(is_m1);
    let affirmed =
        |part: fn(&Reading) -> Option<&'static str>| readings.iter().any(|r| part(r) == Some("present"));
    let (in_liver, outside) = (affirmed(|r| says(r).0), affirmed(|r| says(r).1));
    let mut found = ByCategory::default();
    for reading in readings {
        let (mut liver, mut elsewhere) = says(reading);
        if reading.says("M0") && contradictory {
            liver = in_liver.then_some("absent");
            elsewhere = outside.then_some("absent");
        }
        let of_category = |id: FactId, word: Option<&str>| {
            let mut reading = implied(id, word?, reading, "from the M category")?;
            reading.basis = Basis::Category;
            Some(reading)
        };
        found.liver.extend(of_category(FactId::LiverMetastases, liver));
        found
            .elsewhere
            .extend(of_category(FactId::ExtrahepaticMetastases, elsewhere));
    }
    if found.elsewhere.iter().all(|r| r.says("present")) {
        for part in &mut found.elsewhere {
            part.source = Source::Part;
        }
    }
    found
}

/// M1a and M1c open no gate against a resolved diagnosis, and M1b closes none against a recorded metastasis.
fn of_the_liver(mut raw: Raw, category: Vec<Reading>, m: &Fact) -> Fact {
    let id = FactId::LiverMetastases;
    let present = settle(id, raw.clone()).is("present");
    let resolved = !present && raw.readings.iter().any(|r| r.source == Source::Former);
    let mut fact = Fact::default();
    for reading in category {
        if reading.says("present") && resolved {
            fact.older.push(reading);
        } else if reading.says("absent") && present {
            fact.overruled.push(reading);
        } else {
            raw.readings.push(reading);
        }
    }
    let Fact { older, overruled, .. } = fact;
    let mut fact = settle(id, raw);
    fact.overruled.extend(overruled);
    fact.older.extend(older);
    fact.older.sort_by(newest_first);
    unowned_category(id, &mut fact, m);
    fact
}

/// Whether what a category says comes from an M0.
fn of_m0(m: &Fact, said: &Reading) -> bool {
    let place = |r: &Reading| r.evidence.first().map(|e| e.reference.clone());
    let m0 = m.readings().unwrap_or_default().iter().filter(|r| r.says("M0"));
    m0.into_iter().any(|none| place(none) == place(said))
}

/// An M of which nobody knows whose tumour it is passes no gate, and leaves a stated absence unknown that it contradicts.
fn unowned_category(id: FactId, fact: &mut Fact, m: &Fact) {
    if m.readings().is_ok() {
        return;
    }
    for reading in m.unowned.iter().filter(|r| is_m1(r)) {
        let said = match says(reading) {
            (liver, _) if id == FactId::LiverMetastases => liver,
            (_, elsewhere) => elsewhere,
        };
        let may_contradict = id == FactId::ExtrahepaticMetastases && said != Some("absent");
        let mut evidence: Vec<Evidence> = reading.evidence.clone();
        for one in &mut evidence {
            one.notes
                .push("from an M category that may be of another tumour".into());
        }
        if may_contradict && fact.is("absent") {
            fact.set_aside();
            fact.unreadable = true;
            fact.unread.extend(evidence);
        } else if said == Some("present") && fact.current.is_empty() {
            fact.unreadable = true;
            fact.unread.extend(evidence);
        }
    }
}

fn implied(id: FactId, word: &str, from: &Reading, note: &str) -> Option<Reading> {
    let word: Word = id.word(word)?;
    let mut evidence = from.evidence.clone();
    for e in &mut evidence {
        e.notes.push(note.to_owned());
    }
    let mut reading = Reading::new(Value::Word(word), Source::Observation, Evidence::default());
    reading.evidence = evidence;
    Some(reading)
}
