//! Examples on both sides of every limit, worked out by the engine itself, so that a page cannot say otherwise than a card.

use super::rules::unit;
use cds_cards::assessment::{Assessment, Outcome};
use cds_cards::knowledge::{Subject, Test};
use cds_cards::render::words;
use cds_cards::{Knowledge, assess};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::facts::{Evidence, Facts, Reading, Source, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeSet;

/// A day for charts whose only dates are distances from it.
const DAY: Date = date(2018, 5, 31);

/// A value near a limit, and what it comes to.
#[derive(Debug, Serialize)]
pub(super) struct Example {
    given: String,
    outcome: &'static str,
    word: String,
    borderline: bool,
}

/// The examples of a criterion in an option, for a chart that records nothing else but the tumour and its liver metastases.
pub(super) fn of_criterion(knowledge: &Knowledge, option: &str, criterion: &str) -> Vec<Example> {
    let mut found = Vec::new();
    collect(knowledge, criterion, &mut found);
    found
        .into_iter()
        .filter_map(|(given, fact, reading)| {
            let assessment = chart(knowledge, [(fact, reading)]);
            let of_option = assessment.option(option)?;
            let report = of_option.criteria.iter().find(|report| report.id == criterion)?;
            let (outcome, word) = match report.outcome {
                Outcome::Met => ("met", "met".to_owned()),
                Outcome::NotMet => ("not-met", "not met".to_owned()),
                Outcome::Unknown => (
                    "unknown",
                    report.reason.map_or("unknown", words::reason).to_owned(),
                ),
            };
            Some(Example {
                given,
                outcome,
                word,
                borderline: report.borderline,
            })
        })
        .collect()
}

/// The grade on both sides of each limit of Ki-67 and mitoses.
pub(super) fn of_grade(knowledge: &Knowledge) -> Vec<(String, String)> {
    let rows = &knowledge.grade.rows;
    let ki67 = near(FactId::Ki67, rows.iter().map(|row| &row.ki67));
    let mitoses = near(FactId::Mitoses, rows.iter().map(|row| &row.mitoses));
    let all = ki67
        .into_iter()
        .map(|value| (FactId::Ki67, value))
        .chain(mitoses.into_iter().map(|value| (FactId::Mitoses, value)));
    all.map(|(fact, value)| {
        let assessment = chart(knowledge, [(fact, number(value))]);
        (named(fact, value), words::grade(&assessment))
    })
    .collect()
}

/// The T category of each system on both sides of each size, for a tumour limited to the pancreas.
pub(super) fn of_size(knowledge: &Knowledge) -> Vec<(String, String, String)> {
    let rows = knowledge.enets.t.iter().chain(&knowledge.ajcc7.t);
    let sizes = near(FactId::TumourSize, rows.filter_map(|row| row.size.as_ref()));
    let limited = FactId::TumourExtension.word("pancreas").map(Value::Word);
    sizes
        .into_iter()
        .filter_map(|value| {
            let extension = Reading::new(limited.clone()?, Source::Observation, Evidence::default());
            let assessment = chart(
                knowledge,
                [
                    (FactId::TumourSize, number(value)),
                    (FactId::TumourExtension, extension),
                ],
            );
            Some((
                named(FactId::TumourSize, value),
                words::any_of(&assessment.stage.enets.t),
                words::any_of(&assessment.stage.ajcc7.t),
            ))
        })
        .collect()
}

fn collect(knowledge: &Knowledge, criterion: &str, found: &mut Vec<(String, FactId, Reading)>) {
    let Some(known) = knowledge.criteria.get(criterion) else {
        return;
    };
    match &known.test {
        Test::Range { fact, bands, .. } => {
            let values = near(*fact, bands.iter().map(|band| &band.interval));
            found.extend(
                values
                    .into_iter()
                    .map(|value| (named(*fact, value), *fact, number(value))),
            );
        }
        Test::Words {
            subject: Subject::Grade,
            ..
        } => {
            let values = near(FactId::Ki67, knowledge.grade.rows.iter().map(|row| &row.ki67));
            found.extend(
                values
                    .into_iter()
                    .map(|value| (named(FactId::Ki67, value), FactId::Ki67, number(value))),
            );
        }
        Test::Lasting {
            fact, months, longer, ..
        } => {
            let limit = DAY.saturating_sub((*months).months());
            for word in longer.keys() {
                let ends = [
                    (format!("{word} for {months} months"), limit),
                    (
                        format!("{word} for {months} months less a day"),
                        limit.saturating_add(1.days()),
                    ),
                ];
                for (given, since) in ends {
                    if let Some(word) = fact.word(word) {
                        let mut reading =
                            Reading::new(Value::Word(word), Source::Observation, Evidence::default());
                        reading.since = Some(PartialDate::from_date(since));
                        found.push((given, *fact, reading));
                    }
                }
            }
        }
        compound => {
            for part in compound.parts() {
                collect(knowledge, part, found);
            }
        }
    }
}

/// Every end of the intervals with a value just below and just above it, as far as the fact can have them.
fn near<'a>(fact: FactId, intervals: impl Iterator<Item = &'a Interval>) -> Vec<Decimal> {
    let info = fact.info();
    let whole = info.kind == Kind::Score || matches!(info.unit.as_deref(), Some("a" | "{#}"));
    let step = if whole { Decimal::ONE } else { Decimal::new(1, 1) };
    let ends: BTreeSet<Decimal> = intervals
        .flat_map(|interval| [interval.low(), interval.high()])
        .flatten()
        .map(|end| end.value)
        .collect();
    let inside = |value: &Decimal| {
        info.min.is_none_or(|min| *value >= min) && info.max.is_none_or(|max| *value <= max)
    };
    let values: BTreeSet<Decimal> = ends
        .into_iter()
        .flat_map(|end| [end - step, end, end + step])
        .filter(inside)
        .collect();
    values.into_iter().collect()
}

fn number(value: Decimal) -> Reading {
    Reading::new(
        Value::Number(Interval::exactly(value)),
        Source::Observation,
        Evidence::default(),
    )
}

fn named(fact: FactId, value: Decimal) -> String {
    format!("{} {}{}", fact.info().label, value.normalize(), unit(fact))
}

fn chart<const N: usize>(knowledge: &Knowledge, readings: [(FactId, Reading); N]) -> Assessment {
    let mut facts = Facts::builder(DAY);
    for fact in [FactId::Pnet, FactId::LiverMetastases] {
        if let Some(present) = fact.word("present") {
            let reading = Reading::new(Value::Word(present), Source::Observation, Evidence::default());
            facts.reading(fact, reading);
        }
    }
    for (fact, reading) in readings {
        facts.reading(fact, reading);
    }
    assess(knowledge, &facts.build())
}
