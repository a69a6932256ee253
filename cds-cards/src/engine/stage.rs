//! T category and stage in both systems as sets of what is still possible (specification, section 3).

use super::view::View;
use super::words::gap_among;
use crate::assessment::Stage;
use crate::knowledge::{Knowledge, StagingTable, TRow};
use fhir_profiles::facts::{Gap, Reading, System, Value};
use fhir_profiles::{FactId, Interval};
use std::collections::BTreeSet;

/// The two systems that are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staging {
    Enets,
    Ajcc7,
}

impl Staging {
    pub(crate) const ALL: [Staging; 2] = [Staging::Enets, Staging::Ajcc7];

    pub(crate) fn table(self, knowledge: &Knowledge) -> &StagingTable {
        match self {
            Self::Enets => &knowledge.enets,
            Self::Ajcc7 => &knowledge.ajcc7,
        }
    }

    pub(crate) fn system(self) -> System {
        match self {
            Self::Enets => System::Enets,
            Self::Ajcc7 => System::Ajcc7,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enets => "ENETS",
            Self::Ajcc7 => "AJCC 7",
        }
    }
}

/// What is read for staging, with one reading possibly put in place of a fact's own.
#[derive(Clone, Copy)]
pub(crate) struct StagingFacts<'a> {
    facts: View<'a>,
    replaced: Option<(FactId, &'a Reading)>,
}

impl<'a> StagingFacts<'a> {
    /// Every fact that a stage is worked out from.
    pub(crate) const ALL: [FactId; 7] = [
        FactId::T,
        FactId::N,
        FactId::M,
        FactId::TumourSize,
        FactId::TumourExtension,
        FactId::LiverMetastases,
        FactId::ExtrahepaticMetastases,
    ];

    pub(crate) fn new(facts: View<'a>) -> Self {
        Self {
            facts,
            replaced: None,
        }
    }

    /// The same with an older reading of one fact in place of its own.
    pub(crate) fn with(self, fact: FactId, reading: &'a Reading) -> Self {
        Self {
            replaced: Some((fact, reading)),
            ..self
        }
    }

    fn readings(self, id: FactId) -> &'a [Reading] {
        match self.replaced {
            Some((fact, reading)) if fact == id => std::slice::from_ref(reading),
            _ => self.facts.readings(id).unwrap_or_default(),
        }
    }

    /// Recorded T categories of this system only.
    pub(crate) fn recorded_t(self, staging: Staging, table: &StagingTable) -> BTreeSet<String> {
        let of_system = self
            .readings(FactId::T)
            .iter()
            .filter(|r| r.system == Some(staging.system()));
        let known = table.t.iter().map(|row| row.t.as_str()).collect::<BTreeSet<_>>();
        words(of_system)
            .into_iter()
            .filter(|t| known.contains(t.as_str()))
            .collect()
    }

    /// T categories that size and extension allow; Tis only while neither is known.
    pub(crate) fn derived_t(self, table: &StagingTable) -> BTreeSet<String> {
        let sizes: Vec<Interval> = self
            .readings(FactId::TumourSize)
            .iter()
            .filter_map(|r| match r.value {
                Value::Number(interval) => Some(interval),
                _ => None,
            })
            .collect();
        let extensions = self.readings(FactId::TumourExtension);
        if extensions.is_empty() {
            let nothing_known = sizes.is_empty();
            let all = table
                .t
                .iter()
                .filter(|row| row.extension.is_some() || nothing_known);
            let extensions: BTreeSet<Option<&str>> = all.map(|row| row.extension.as_deref()).collect();
            return extensions
                .into_iter()
                .flat_map(|extension| of_extension(table, extension, &sizes))
                .collect();
        }
        let highest_of = |reading: &Reading| -> BTreeSet<String> {
            words(std::iter::once(reading))
                .iter()
                .map(|extension| of_extension(table, Some(extension), &sizes))
                .reduce(|a, b| higher(table, &a, &b))
                .unwrap_or_default()
        };
        extensions.iter().flat_map(highest_of).collect()
    }

    /// Why a component that nothing is known of may be on record all the same.
    fn gap(self) -> Option<Gap> {
        gap_among(self.facts, &Self::ALL)
    }

    fn n(self) -> BTreeSet<String> {
        let recorded = words(self.readings(FactId::N).iter());
        if recorded.is_empty() {
            set(&["N0", "N1"])
        } else {
            recorded
        }
    }

    /// Metastases on record are M1, also against a recorded M0; so are those of another day, since the stage is that of the
    /// diagnosis.
    fn m(self) -> BTreeSet<String> {
        if !self.facts.metastatic_at_diagnosis().is_empty() {
            return set(&["M1"]);
        }
        let presence = [FactId::LiverMetastases, FactId::ExtrahepaticMetastases].map(|id| self.readings(id));
        let disputed = presence
            .iter()
            .any(|found| found.iter().any(|r| r.says("present")));
        let recorded: BTreeSet<String> = words(self.readings(FactId::M).iter())
            .into_iter()
            .map(|m| if m.starts_with("M1") { "M1".to_owned() } else { m })
            .collect();
        if recorded.is_empty() || disputed {
            set(&["M0", "M1"])
        } else {
            recorded
        }
    }
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn words<'a>(readings: impl Iterator<Item = &'a Reading>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for reading in readings {
        match &reading.value {
            Value::Word(word) => {
                found.insert(word.as_str().to_owned());
            }
            Value::Words(several) => found.extend(several.iter().map(|w| w.as_str().to_owned())),
            Value::Number(_) => {}
        }
    }
    found
}

/// T categories of the rows for one extension; rows with sizes are chosen by every size on record.
fn of_extension(table: &StagingTable, extension: Option<&str>, sizes: &[Interval]) -> BTreeSet<String> {
    let rows: Vec<&TRow> = table
        .t
        .iter()
        .filter(|row| row.extension.as_deref() == extension)
        .collect();
    let mut found = BTreeSet::new();
    for (position, row) in rows.iter().enumerate() {
        let Some(band) = &row.size else {
            found.insert(row.t.clone());
            continue;
        };
        let gap_above = rows
            .get(position + 1)
            .and_then(|next| between(band, next.size.as_ref()?));
        let gap_below = position
            .checked_sub(1)
            .and_then(|i| rows.get(i))
            .and_then(|last| between(last.size.as_ref()?, band));
        let possible = sizes.is_empty()
            || sizes.iter().any(|size| {
                [Some(*band), gap_above, gap_below]
                    .iter()
                    .flatten()
                    .any(|part| part.intersection(size).is_some())
            });
        if possible {
            found.insert(row.t.clone());
        }
    }
    found
}

/// The sizes that the printed table leaves open between two neighbouring rows, such as exactly 2 cm in AJCC 7.
fn between(lower: &Interval, upper: &Interval) -> Option<Interval> {
    let (end, start) = (lower.high()?, upper.low()?);
    let flip = |bound: fhir_profiles::interval::Bound| fhir_profiles::interval::Bound {
        inclusive: !bound.inclusive,
        ..bound
    };
    Interval::new(Some(flip(end)), Some(flip(start)))
}

fn higher(table: &StagingTable, a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    let rank = |t: &String| table.t.iter().position(|row| row.t == *t);
    a.iter()
        .flat_map(|x| {
            b.iter()
                .map(move |y| if rank(x) >= rank(y) { x.clone() } else { y.clone() })
        })
        .collect()
}

/// The stage: every stage that the unknown components still allow.
pub(crate) fn stage(knowledge: &Knowledge, staging: Staging, facts: StagingFacts<'_>) -> Stage {
    let table = staging.table(knowledge);
    let recorded = facts.recorded_t(staging, table);
    let t = if recorded.is_empty() {
        facts.derived_t(table)
    } else {
        recorded
    };
    let (n, m) = (facts.n(), facts.m());
    let allows = |component: &Option<Vec<String>>, possible: &BTreeSet<String>| {
        component
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|value| possible.contains(value)))
    };
    let rows: Vec<_> = table
        .stages
        .iter()
        .filter(|row| allows(&row.t, &t) && allows(&row.n, &n) && row.m.iter().any(|value| m.contains(value)))
        .collect();
    let candidates = each_once(rows.iter().map(|row| &row.stage));
    let possible_t = table.t.iter().map(|row| &row.t).filter(|name| t.contains(*name));
    Stage {
        gap: if candidates.len() > 1 { facts.gap() } else { None },
        value: candidates.first().filter(|_| candidates.len() == 1).cloned(),
        candidates,
        t: each_once(possible_t),
        n: n.into_iter().collect(),
        m: m.into_iter().collect(),
        statements: rows.iter().map(|row| row.statement.clone()).collect(),
    }
}

/// Names in table order without repetition: a category or stage may have several rows.
fn each_once<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}
