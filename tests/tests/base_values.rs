//! What vignettes inherit stands off every limit: a limit that moves a little moves none of them by a value that they never
//! meant to put beside it.

#![cfg(test)]

use acceptance::knowledge;
use cds_cards::Knowledge;
use cds_cards::knowledge::{StagingTable, Test};
use cds_cards::vignettes::{self, Vignette};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::{FactId, Interval, PartialDate};
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A limit of the fact, and the rule that has it.
type Limit = (FactId, Decimal, String);

/// Every limit of every criterion and table.
fn limits(knowledge: &Knowledge) -> Vec<Limit> {
    let mut found = Vec::new();
    for criterion in knowledge.criteria.values() {
        if let Test::Range { fact, .. } = criterion.test {
            let of_criterion = criterion.limits.iter();
            found.extend(of_criterion.map(|limit| (fact, limit.value, criterion.id.clone())));
        }
    }
    let ends = |interval: &Interval| -> Vec<Decimal> {
        let ends = [interval.low(), interval.high()].into_iter().flatten();
        ends.map(|end| end.value).collect()
    };
    for row in &knowledge.grade.rows {
        for (fact, interval) in [(FactId::Ki67, &row.ki67), (FactId::Mitoses, &row.mitoses)] {
            let of_row = ends(interval).into_iter();
            found.extend(of_row.map(|end| (fact, end, format!("grade {}", row.grade))));
        }
    }
    let systems: [(&str, &StagingTable); 2] = [("ENETS", &knowledge.enets), ("AJCC", &knowledge.ajcc7)];
    for (system, table) in systems {
        for row in &table.t {
            let of_row = row.size.iter().flat_map(ends);
            found.extend(of_row.map(|end| (FactId::TumourSize, end, format!("{system} {}", row.t))));
        }
    }
    found
}

/// The least difference between two values written so: a score is never between two numbers.
fn step(fact: FactId, value: Decimal) -> Decimal {
    match fact.info().kind {
        Kind::Score => Decimal::ZERO,
        _ => Decimal::new(1, value.scale()),
    }
}

fn is_near(fact: FactId, value: Decimal, limit: Decimal) -> bool {
    (value - limit).abs() <= step(fact, value)
}

/// The numbers of a base, by fact.
fn numbers(base: &Vignette) -> Vec<(FactId, Decimal)> {
    let plain = base.readings.iter().flat_map(|(fact, readings)| {
        let numbers = readings
            .iter()
            .filter_map(|written| Decimal::from_str_exact(&written.value).ok());
        numbers.map(|number| (*fact, number))
    });
    plain.collect()
}

/// The days since when a status has lasted, in a base.
fn since(base: &Vignette) -> Vec<(FactId, Date)> {
    let written = base.readings.iter().flat_map(|(fact, readings)| {
        let since = readings.iter().filter_map(|written| {
            let day = written.value.split_once(" since ")?.1;
            Some(PartialDate::parse(day)?.earliest())
        });
        since.map(|day| (*fact, day))
    });
    written.collect()
}

fn bases() -> Vec<Vignette> {
    let all = vignettes::embedded().unwrap();
    all.into_values()
        .filter(|one| one.name.starts_with("base/"))
        .collect()
}

#[test]
fn a_base_has_no_number_on_a_limit_nor_a_step_from_one() {
    let limits = limits(&knowledge().unwrap());
    let (mut compared, mut near) = (0, Vec::new());
    for base in bases() {
        for (fact, value) in numbers(&base) {
            for (_, limit, rule) in limits.iter().filter(|(of, ..)| *of == fact) {
                compared += 1;
                if is_near(fact, value, *limit) {
                    near.push(format!("{}: {fact} {value} at {limit} of {rule}", base.name));
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(near.is_empty(), "{}", near.join("\n"));
}

#[test]
fn a_base_has_no_status_that_has_lasted_as_long_as_a_limit() {
    let knowledge = knowledge().unwrap();
    let lasting: Vec<(FactId, i32)> = knowledge
        .criteria
        .values()
        .filter_map(|criterion| match criterion.test {
            Test::Lasting { fact, months, .. } => Some((fact, months)),
            _ => None,
        })
        .collect();
    let (mut compared, mut near) = (0, Vec::new());
    for base in bases() {
        let as_of = base.as_of.unwrap();
        for (fact, day) in since(&base) {
            for (_, months) in lasting.iter().filter(|(of, _)| *of == fact) {
                compared += 1;
                let limit = as_of.saturating_sub(months.months());
                if day >= limit.saturating_sub(1.days()) && day <= limit.saturating_add(1.days()) {
                    near.push(format!("{}: {fact} since {day} at {months} months", base.name));
                }
            }
        }
    }
    assert!(compared > 0);
    assert!(near.is_empty(), "{}", near.join("\n"));
}

#[test]
fn a_number_is_near_a_limit_by_how_exactly_it_is_written() {
    let near = |fact, value: &str, limit: &str| {
        is_near(
            fact,
            Decimal::from_str_exact(value).unwrap(),
            Decimal::from_str_exact(limit).unwrap(),
        )
    };
    assert!(near(FactId::TumourSize, "3", "4") && near(FactId::TumourSize, "4", "4"));
    assert!(!near(FactId::TumourSize, "3.0", "4") && near(FactId::TumourSize, "3.9", "4"));
    assert!(near(FactId::Ecog, "1", "1") && !near(FactId::Ecog, "0", "1"));
}
