//! The values of a fact that can make a difference, by the limits and words of the rules that read it.

use super::model::{Knowledge, Test};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::facts::{Evidence, Reading, Source, System, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A reading of today for each value that can make a difference: each word, each whole number of a score, a number in each
/// band of the rules that read the fact, a status that has lasted and one that has not.
pub(crate) fn values(knowledge: &Knowledge, fact: FactId, as_of: Date) -> Vec<Reading> {
    let today = PartialDate::from_date(as_of);
    let of_status = |words: &[Value]| -> Vec<Reading> {
        let spans = spans(knowledge, as_of);
        let each = words
            .iter()
            .flat_map(|word| spans.iter().map(move |since| (word, since)));
        each.map(|(word, since)| Reading {
            since: Some(*since),
            ..reading(fact, word.clone(), Some(today))
        })
        .collect()
    };
    let values = values_of(knowledge, fact);
    match fact {
        FactId::DiseaseStatus => of_status(&values),
        _ => values
            .into_iter()
            .map(|value| reading(fact, value, Some(today)))
            .collect(),
    }
}

/// The same without a date, for a fact of which no rule asks how old a reading is.
pub(crate) fn undated_values(knowledge: &Knowledge, fact: FactId) -> Vec<Reading> {
    let values = values_of(knowledge, fact).into_iter();
    values.map(|value| reading(fact, value, None)).collect()
}

fn reading(fact: FactId, value: Value, effective: Option<PartialDate>) -> Reading {
    let evidence = Evidence {
        effective,
        ..Evidence::default()
    };
    let mut reading = Reading::new(value, Source::Observation, evidence);
    reading.system = (fact == FactId::GradeRecorded).then_some(System::Who);
    reading
}

fn values_of(knowledge: &Knowledge, fact: FactId) -> Vec<Value> {
    let info = fact.info();
    let words = info.words.iter().filter_map(|word| fact.word(word));
    match info.kind {
        Kind::Several => words.map(|word| Value::Words([word].into())).collect(),
        Kind::Presence | Kind::Words => words.map(Value::Word).collect(),
        Kind::Score => {
            let ends = info.min.zip(info.max);
            let whole = ends.into_iter().flat_map(|(min, max)| {
                std::iter::successors(Some(min), |n| Some(n + Decimal::ONE)).take_while(move |n| *n <= max)
            });
            let numbers = whole.map(|n| Value::Number(Interval::exactly(n)));
            numbers.chain(words.map(Value::Word)).collect()
        }
        Kind::Number | Kind::Marker => points(&limits(knowledge, fact), info.min, info.max)
            .into_iter()
            .map(|n| Value::Number(Interval::exactly(n)))
            .collect(),
    }
}

/// Since today, and since as long ago as a rule asks a status to have lasted.
fn spans(knowledge: &Knowledge, as_of: Date) -> BTreeSet<PartialDate> {
    let asked = knowledge
        .criteria
        .values()
        .filter_map(|criterion| match criterion.test {
            Test::Lasting { months, .. } => as_of.checked_sub(jiff::Span::new().months(months)).ok(),
            _ => None,
        });
    asked.chain([as_of]).map(PartialDate::from_date).collect()
}

/// Every limit of a rule on the fact.
fn limits(knowledge: &Knowledge, fact: FactId) -> BTreeSet<Decimal> {
    let tested = knowledge
        .criteria
        .values()
        .filter_map(|criterion| match &criterion.test {
            Test::Range {
                fact: read, bands, ..
            } if *read == fact => Some(bands),
            _ => None,
        })
        .flatten()
        .map(|band| band.interval);
    let graded = knowledge.grade.rows.iter().filter_map(|row| match fact {
        FactId::Ki67 => Some(row.ki67),
        FactId::Mitoses => Some(row.mitoses),
        _ => None,
    });
    tested
        .chain(graded)
        .flat_map(|interval| [interval.low(), interval.high()])
        .flatten()
        .map(|bound| bound.value)
        .collect()
}

/// Each limit, and a number on either side of it, inside what can occur.
fn points(limits: &BTreeSet<Decimal>, min: Option<Decimal>, max: Option<Decimal>) -> Vec<Decimal> {
    let (Some(first), Some(last)) = (limits.first(), limits.last()) else {
        return Vec::new();
    };
    let low = min.unwrap_or(first - Decimal::ONE);
    let high = max.unwrap_or(last + Decimal::ONE);
    let ends: Vec<Decimal> = std::iter::once(low)
        .chain(limits.iter().copied())
        .chain([high])
        .collect();
    let between = ends.windows(2).filter_map(|pair| match pair {
        [a, b] if a < b => Some((a + b) / Decimal::TWO),
        _ => None,
    });
    between.chain(limits.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Subject;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_stands_in_every_band() {
        let limits: BTreeSet<Decimal> = [d("3"), d("20")].into();
        assert_eq!(
            points(&limits, Some(d("0")), Some(d("100"))),
            [d("1.5"), d("11.5"), d("60"), d("3"), d("20")]
        );
        assert_eq!(
            points(&[d("1000")].into(), Some(d("0")), None),
            [d("500"), d("1000.5"), d("1000")]
        );
        assert!(points(&BTreeSet::new(), None, None).is_empty());
    }

    #[test]
    fn every_fact_that_a_criterion_can_lack_has_values() {
        let knowledge = Knowledge::embedded().unwrap();
        let as_of = jiff::civil::date(2026, 11, 23);
        for criterion in knowledge.criteria.values() {
            let (Test::Words {
                subject: Subject::Fact(fact),
                ..
            }
            | Test::Range { fact, .. }
            | Test::Lasting { fact, .. }) = &criterion.test
            else {
                continue;
            };
            assert!(values(&knowledge, *fact, as_of).len() > 1, "{fact}");
        }
        assert_eq!(values(&knowledge, FactId::Ecog, as_of).len(), 6);
        assert_eq!(values(&knowledge, FactId::SstrUptake, as_of).len(), 8);
        assert_eq!(values(&knowledge, FactId::DiseaseStatus, as_of).len(), 6);
    }
}
