//! Facts as the assessment shows them, and which of them have readings that disagree.

use super::criteria::Evaluation;
use super::grade::{Measure, by_measure, by_record};
use super::stage::{Staging, StagingFacts};
use super::truth::why;
use super::words::{aside, doubted_absence, said_of, unit_of, unowned, value_text};
use crate::assessment::{
    Earlier, EvidenceReport, FactReport, FactValue, MentionReport, Range, Reason, Status,
};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::facts::{Evidence, Fact, Mentioned, Reading, Source, Unknown, Value};
use fhir_profiles::{FactId, Facts};
use std::collections::{BTreeMap, BTreeSet};

/// Facts whose readings of equal standing lead to different outcomes: for the grade, a stage, or a criterion of an
/// option. Where nothing reads the fact, words that differ are in conflict and numbers stand as their union.
pub(super) fn conflicting(evaluation: &mut Evaluation<'_>) -> BTreeSet<FactId> {
    let several = |id: &FactId| {
        evaluation
            .facts
            .readings(*id)
            .is_ok_and(|readings| readings.len() > 1)
    };
    let several: Vec<FactId> = evaluation.knowledge.catalogue.facts().filter(several).collect();
    several
        .into_iter()
        .filter(|id| disagree(evaluation, *id))
        .collect()
}

fn disagree(evaluation: &mut Evaluation<'_>, id: FactId) -> bool {
    let (knowledge, facts) = (evaluation.knowledge, evaluation.facts);
    let readings = facts.readings(id).unwrap_or_default();
    let differ =
        |values: Vec<BTreeSet<String>>| values.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
    let conflict = |several: Option<Reason>| several == Some(Reason::Conflicting);
    match id {
        FactId::Ki67 => conflict(by_measure(knowledge, Measure::Ki67, readings).several),
        FactId::Mitoses => conflict(by_measure(knowledge, Measure::Mitoses, readings).several),
        FactId::GradeRecorded => by_record(knowledge, readings, false).is_some_and(|p| conflict(p.several)),
        FactId::T | FactId::StageRecorded => {
            let mut by_system = BTreeMap::new();
            let differs = |reading: &'_ Reading| {
                by_system
                    .entry(reading.system)
                    .or_insert_with(|| reading.value.clone())
                    != &reading.value
            };
            readings.iter().any(differs)
        }
        FactId::TumourSize | FactId::TumourExtension => Staging::ALL.into_iter().any(|staging| {
            let table = staging.table(knowledge);
            let with = |reading| StagingFacts::new(facts).with(id, reading).derived_t(table);
            differ(readings.iter().map(with).collect())
        }),
        FactId::Functioning => readings
            .iter()
            .any(|reading| Some(&reading.value) != readings.first().map(|first| &first.value)),
        _ => {
            let words_differ = readings.iter().any(|r| !matches!(r.value, Value::Number(_)));
            let Some(readers) = knowledge.compiled.deciding.get(&id) else {
                return words_differ;
            };
            let conflict = Some(Reason::Conflicting);
            readers
                .iter()
                .any(|reader| evaluation.criterion(*reader).truth.reason() == conflict)
        }
    }
}

/// Every fact of the catalogue.
pub(super) fn facts(
    evaluation: &Evaluation<'_>,
    conflicting: &BTreeSet<FactId>,
) -> BTreeMap<FactId, FactReport> {
    let catalogue = &evaluation.knowledge.catalogue;
    catalogue
        .facts()
        .map(|id| {
            let mut report = one(id, evaluation.facts.get(id), conflicting.contains(&id));
            if id == FactId::Functioning {
                functional(evaluation, &mut report);
            }
            (id, report)
        })
        .collect()
}

fn one(id: FactId, fact: &Fact, conflicting: bool) -> FactReport {
    let mut report = FactReport {
        older: fact
            .older
            .iter()
            .flat_map(|r| r.evidence.iter().map(evidence))
            .collect(),
        overruled: fact
            .overruled
            .iter()
            .flat_map(|r| r.evidence.iter().map(evidence))
            .collect(),
        unread: fact
            .unread
            .iter()
            .chain(fact.unowned.iter().flat_map(|r| &r.evidence))
            .map(evidence)
            .collect(),
        shown: fact.shown.iter().map(evidence).collect(),
        ..FactReport::default()
    };
    let readings = match fact.readings() {
        Err(unknown) => {
            report.reason = Some(why(unknown));
            report.gap = fact.missing_by();
            report.aside = match unknown {
                Unknown::Missing => aside(fact),
                Unknown::Unreadable => unowned(fact),
            };
            return report;
        }
        Ok(readings) => readings,
    };
    report.evidence = readings
        .iter()
        .flat_map(|r| r.evidence.iter().map(evidence))
        .collect();
    if let [only] = readings {
        report.system = only.system.map(|s| s.as_str());
        report.since = only.since.map(|date| date.to_string());
        report.flag = only.flag.map(|f| f.as_str());
        report.reference_range = only.reference_range.as_ref().map(Range::from);
        report.earlier = earlier(only, fact);
    } else {
        report.candidates = candidates(id, readings);
    }
    report.detail = readings.iter().find_map(|r| r.detail.clone());
    if conflicting {
        report.reason = Some(Reason::Conflicting);
        return report;
    }
    report.status = Status::Known;
    report.aside = doubted_absence(fact, readings);
    // Numbers in units that differ have no union: they stand side by side as candidates.
    let units: BTreeSet<Option<String>> = readings.iter().map(|r| shown_unit(id, r)).collect();
    if units.len() == 1 {
        report.unit = units.into_iter().next().flatten();
        (report.value, report.range) = united(readings);
    }
    report
}

/// What texts mention, in the shape of a fact's value.
pub(super) fn mentions(facts: &Facts) -> Vec<MentionReport> {
    let report = |mentioned: &Mentioned| {
        let id = mentioned.fact;
        let reading = Reading::new(mentioned.value.clone(), Source::default(), Evidence::default());
        let (value, range) = united(std::slice::from_ref(&reading));
        let recorded = facts.get(id).readings().unwrap_or_default();
        MentionReport {
            fact: id,
            value,
            range,
            unit: shown_unit(id, &reading),
            quote: mentioned.quote.clone(),
            reference: mentioned.reference.clone(),
            date: mentioned.date.map(|date| date.to_string()),
            read: mentioned.value.clone(),
            what: mentioned.what,
            said: value_text(id, &reading),
            notes: mentioned.notes.clone(),
            is_recorded: recorded.iter().any(|known| known.value == mentioned.value),
        }
    };
    facts.mentions().iter().map(report).collect()
}

/// The newest earlier reading of the same test in the same unit; the values of others are no course.
fn earlier(newest: &Reading, fact: &Fact) -> Option<Earlier> {
    let same_test = |older: &&Reading| {
        let shared = older.codes.iter().any(|code| newest.codes.contains(code));
        newest.unit == older.unit && (shared || newest.codes.is_empty() && older.codes.is_empty())
    };
    let earlier = fact
        .older
        .iter()
        .filter(|older| newest.unit.is_some() && same_test(older));
    earlier
        .filter_map(|older| match &older.value {
            Value::Number(interval) => Some((older.effective(), interval)),
            Value::Word(_) | Value::Words(_) => None,
        })
        .max_by_key(|(date, _)| date.map(|date| date.latest()))
        .map(|(date, interval)| Earlier {
            value: Range::from(interval),
            effective: date.map(|date| date.to_string()),
        })
}

/// The unit in JSON; scores and counts have none.
fn shown_unit(id: FactId, reading: &Reading) -> Option<String> {
    match (&reading.value, id.info().kind) {
        (Value::Number(_), Kind::Number) if id == FactId::Age => Some("a".into()),
        (Value::Number(_), _) => unit_of(id, reading).map(str::to_owned),
        _ => None,
    }
}

/// What each reading says; of a long list the first ones, and how many more there are.
fn candidates(id: FactId, readings: &[Reading]) -> Vec<String> {
    let shown = said_of(readings.len());
    let said = readings.iter().take(shown).map(|reading| candidate(id, reading));
    let more = readings.len() - shown;
    said.chain((more > 0).then(|| format!("{more} more"))).collect()
}

fn candidate(id: FactId, reading: &Reading) -> String {
    let text = value_text(id, reading);
    match (reading.system, reading.specimen) {
        (Some(system), _) => format!("{text} ({})", system.as_str()),
        (None, Some(fhir_profiles::facts::Specimen::Primary)) => format!("{text} (primary)"),
        (None, Some(fhir_profiles::facts::Specimen::Metastasis)) => format!("{text} (metastasis)"),
        (None, None) => text,
    }
}

/// The union of readings: one word, several words, an exact number or an interval.
fn united(readings: &[Reading]) -> (Option<FactValue>, Option<Range>) {
    let mut words: Vec<String> = Vec::new();
    let mut hull: Option<fhir_profiles::Interval> = None;
    let mut several = false;
    for reading in readings {
        match &reading.value {
            Value::Word(word) => words.push(word.as_str().to_owned()),
            Value::Words(more) => {
                several = true;
                words.extend(more.iter().map(|w| w.as_str().to_owned()));
            }
            Value::Number(interval) => hull = Some(hull.map_or(*interval, |h| h.hull(interval))),
        }
    }
    words.sort();
    words.dedup();
    match (hull, words.as_slice()) {
        (Some(interval), []) => match interval.as_exact() {
            Some(number) => (Some(FactValue::Number(number)), None),
            None => (None, Some(Range::from(&interval))),
        },
        (None, [only]) if !several => (Some(FactValue::Word(only.clone())), None),
        _ => (Some(FactValue::Words(words)), hull.as_ref().map(Range::from)),
    }
}

/// The functional status of section 4 stands in the place of what was recorded.
fn functional(evaluation: &Evaluation<'_>, report: &mut FactReport) {
    let functional = &evaluation.functional;
    report.detail = functional.syndrome.clone();
    report.reason = functional.unknown;
    if report.reason != Some(Reason::Missing) {
        report.gap = None;
        report.aside = None;
    }
    report.value = None;
    report.status = Status::Unknown;
    if functional.unknown.is_none() {
        report.status = Status::Known;
        report.candidates.clear();
        report.value = functional
            .statuses
            .first()
            .map(|s| FactValue::Word((*s).to_owned()));
    } else if functional.statuses.len() > 1 {
        report.candidates = functional.statuses.iter().map(|s| (*s).to_owned()).collect();
    }
    for fact in functional
        .facts
        .iter()
        .filter(|fact| **fact != FactId::Functioning)
    {
        let readings = evaluation.facts.readings(*fact).unwrap_or_default();
        report
            .evidence
            .extend(readings.iter().flat_map(|r| r.evidence.iter().map(evidence)));
    }
}

pub(super) fn evidence(evidence: &Evidence) -> EvidenceReport {
    EvidenceReport {
        reference: evidence.reference.clone(),
        recorded: evidence.recorded.clone(),
        effective: evidence.effective.map(|date| date.to_string()),
        notes: evidence.notes.clone(),
        aside: evidence.aside,
    }
}
