//! Whether two readings of a patient come to the same facts.

use super::standing::standing;
use cds_cards::Knowledge;
use fhir_profiles::catalogue::Kind;
use fhir_profiles::facts::{Flag, Given, Reading, Specimen, System, Unknown, Value};
use fhir_profiles::{FactId, Facts, Interval, PartialDate, Treatment};
use std::collections::BTreeSet;

/// What differs, one a line; nothing for the same facts.
///
/// Compared is what counts and everything from which something follows. Not compared are the records behind it and what is
/// shown beside it: older readings, the drug of a reading, and texts, which clean facts do not carry on.
pub fn differences(one: &Facts, other: &Facts, knowledge: &Knowledge) -> Vec<String> {
    let mut all = Vec::new();
    for id in knowledge.catalogue.facts() {
        let (a, b) = (known(one, id), known(other, id));
        if a != b {
            all.push(format!("{id}: {a:?} is not {b:?}"));
        }
        if matches!(id, FactId::Ki67 | FactId::Mitoses) && unowned(one, id) != unowned(other, id) {
            all.push(format!("{id}: not the same readings of an unknown tumour"));
        }
    }
    let (a, b) = (given(one), given(other));
    if a != b {
        all.push(format!("given: {a:?} is not {b:?}"));
    }
    let metastatic = |facts: &Facts| !facts.metastatic_at_diagnosis().is_empty();
    if metastatic(one) != metastatic(other) {
        all.push("not metastatic at diagnosis in both".to_owned());
    }
    if one.person().deceased != other.person().deceased {
        all.push("not deceased in both".to_owned());
    }
    all
}

/// What a reading says.
#[derive(Debug, PartialEq)]
struct Said {
    value: Value,
    system: Option<System>,
    specimen: Option<Specimen>,
    since: Option<PartialDate>,
    day: Option<PartialDate>,
    unit: Option<String>,
    syndrome: Option<String>,
    flag: Option<Flag>,
    range: Option<Interval>,
}

/// A fact, or why it is unknown.
type Known = Result<Vec<Said>, (Unknown, Option<&'static str>)>;

fn known(facts: &Facts, id: FactId) -> Known {
    let fact = facts.get(id);
    let gap = || fact.records_missing_by().map(|gap| gap.as_str());
    let readings = fact.readings().map_err(|unknown| (unknown, gap()))?;
    let mut all: Vec<Said> = Vec::new();
    for (reading, day) in standing(id, readings) {
        let said = said(id, reading, day);
        if !all.contains(&said) {
            all.push(said);
        }
    }
    all.sort_by_cached_key(|said| format!("{said:?}"));
    Ok(all)
}

fn said(id: FactId, reading: &Reading, day: Option<PartialDate>) -> Said {
    let is_measure = matches!(id, FactId::Ki67 | FactId::Mitoses);
    Said {
        value: reading.value.clone(),
        system: reading.system.filter(|_| is_of_a_system(id)),
        specimen: reading.specimen.filter(|_| is_measure),
        since: reading.since.filter(|_| id == FactId::DiseaseStatus),
        // An age is that of the day of evaluation.
        day: day.filter(|_| id != FactId::Age),
        // Of any other number the unit is the fact's.
        unit: reading.unit.clone().filter(|_| id.info().kind == Kind::Marker),
        syndrome: reading.detail.clone().filter(|_| id == FactId::Functioning),
        flag: reading.flag,
        range: reading.reference_range,
    }
}

fn is_of_a_system(id: FactId) -> bool {
    matches!(
        id,
        FactId::T | FactId::M | FactId::StageRecorded | FactId::GradeRecorded
    )
}

fn unowned(facts: &Facts, id: FactId) -> Vec<String> {
    let fact = facts.get(id);
    let readings = fact.unowned.iter().filter(|_| fact.readings().is_err());
    let mut all: Vec<String> = readings
        .map(|reading| format!("{:?} {:?}", reading.value, reading.specimen))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// A treatment, whether it is given now, its first and last day, the progression after it, and its days.
type Treated = (
    Treatment,
    bool,
    Option<PartialDate>,
    Option<PartialDate>,
    Option<PartialDate>,
    BTreeSet<PartialDate>,
);

fn given(facts: &Facts) -> Vec<Treated> {
    let one = |given: &Given| {
        let since = facts.progression_since(given.from);
        (
            given.treatment,
            given.now,
            given.from,
            given.until,
            since,
            given.days.clone(),
        )
    };
    facts.given().iter().map(one).collect()
}
