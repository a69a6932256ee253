//! A marker over time as a drawing made on the server, from the same readings that stand in the table beside it.

use super::rules::unit;
use cds_cards::Knowledge;
use fhir_profiles::facts::{Facts, Reading, Value};
use fhir_profiles::{FactId, Interval};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use std::collections::BTreeSet;

/// The drawing's inner size, and the room around it for labels.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 84.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 8.0;
/// The most rows of a table beside a drawing.
const ROWS: usize = 6;

/// A marker with its drawing.
#[derive(Debug, Serialize)]
pub(super) struct Plot {
    label: String,
    unit: String,
    /// Newest first: date and value.
    rows: Vec<(String, String)>,
    /// How many older ones there are.
    more: usize,
    /// Readings in another unit, which are not in the drawing.
    other_units: usize,
    drawing: Option<Drawing>,
}

#[derive(Debug, Serialize)]
struct Drawing {
    /// What a screen reader says.
    alt: String,
    line: String,
    points: Vec<Point>,
    guides: Vec<Guide>,
    /// From and to, as written.
    days: (String, String),
    top: String,
}

#[derive(Debug, Serialize)]
struct Point {
    x: String,
    low: String,
    high: String,
    exact: bool,
    /// Whether it is the reading that counts.
    counts: bool,
}

#[derive(Debug, Serialize)]
struct Guide {
    y: String,
    text: String,
}

/// One reading that can be drawn.
struct Reached {
    day: Date,
    written: String,
    interval: Interval,
    counts: bool,
}

/// Chromogranin A, Ki-67 and the largest liver lesion over time.
pub(super) fn plots(knowledge: &Knowledge, facts: &Facts) -> Vec<Plot> {
    [FactId::ChromograninA, FactId::Ki67, FactId::LargestLiverLesion]
        .into_iter()
        .map(|fact| plot(knowledge, facts, fact))
        .collect()
}

fn plot(knowledge: &Knowledge, facts: &Facts, fact: FactId) -> Plot {
    let known = facts.get(fact);
    let current = known.readings().unwrap_or_default();
    let all: Vec<(&Reading, bool)> = current
        .iter()
        .map(|reading| (reading, true))
        .chain(known.older.iter().map(|reading| (reading, false)))
        .collect();
    let newest = all.first().map(|(reading, _)| unit_of(fact, reading));
    let unit = newest.unwrap_or_else(|| unit_of_fact(fact));
    let (same, other): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|(reading, _)| unit_of(fact, reading) == unit);
    let mut reached: Vec<Reached> = same
        .iter()
        .filter_map(|(reading, counts)| reach(reading, *counts))
        .collect();
    reached.sort_by_key(|one| one.day);
    let rows = all.iter().filter_map(|(reading, _)| row(fact, reading));
    let limits = match fact {
        FactId::Ki67 => knowledge.grade.rows.iter().map(|row| row.ki67).collect(),
        _ => current
            .iter()
            .filter_map(|reading| reading.reference_range)
            .take(1)
            .collect::<Vec<Interval>>(),
    };
    Plot {
        label: fact.info().label.clone(),
        rows: rows.take(ROWS).collect(),
        more: all.len().saturating_sub(ROWS),
        other_units: other.len(),
        drawing: drawing(&fact.info().label, &unit, &reached, &limits),
        unit,
    }
}

fn unit_of(fact: FactId, reading: &Reading) -> String {
    reading.unit.clone().unwrap_or_else(|| unit_of_fact(fact))
}

fn unit_of_fact(fact: FactId) -> String {
    unit(fact).trim().to_owned()
}

fn row(fact: FactId, reading: &Reading) -> Option<(String, String)> {
    let Value::Number(interval) = &reading.value else {
        return None;
    };
    let date = reading
        .effective()
        .map_or_else(|| "undated".to_owned(), |date| date.to_string());
    Some((
        date,
        format!("{interval} {}", unit_of(fact, reading)).trim().to_owned(),
    ))
}

/// A reading with a date and a number that has at least one end.
fn reach(reading: &Reading, counts: bool) -> Option<Reached> {
    let Value::Number(interval) = &reading.value else {
        return None;
    };
    let date = reading.effective()?;
    interval.low().or(interval.high())?;
    Some(Reached {
        day: date.earliest(),
        written: date.to_string(),
        interval: *interval,
        counts,
    })
}

fn drawing(label: &str, unit: &str, reached: &[Reached], limits: &[Interval]) -> Option<Drawing> {
    let (first, last) = (reached.first()?, reached.last()?);
    if reached.len() < 2 {
        return None;
    }
    let highest = reached
        .iter()
        .filter_map(|one| one.interval.high().or(one.interval.low()))
        .map(|end| end.value)
        .max()?;
    let lines: BTreeSet<Decimal> = limits
        .iter()
        .flat_map(|limit| [limit.low(), limit.high()])
        .flatten()
        .map(|end| end.value)
        .filter(|value| !value.is_zero())
        .collect();
    // A limit far above all readings would press them together.
    let lines: Vec<Decimal> = lines
        .into_iter()
        .filter(|line| *line <= highest * Decimal::TWO)
        .collect();
    let top = lines
        .iter()
        .copied()
        .max()
        .map_or(highest, |line| line.max(highest));
    let top = if top.is_zero() { Decimal::ONE } else { top };
    let span = f64::from(first.day.until(last.day).map_or(0, |span| span.get_days()).max(1));
    let x =
        |day: Date| LEFT + WIDTH * f64::from(first.day.until(day).map_or(0, |span| span.get_days())) / span;
    let y = |value: Decimal| TOP + HEIGHT * (1.0 - (value / top).to_f64().unwrap_or(0.0));
    let points: Vec<Point> = reached
        .iter()
        .map(|one| {
            let low = one.interval.low().map_or(Decimal::ZERO, |end| end.value);
            let high = one.interval.high().map_or(top, |end| end.value);
            Point {
                x: number(x(one.day)),
                low: number(y(low)),
                high: number(y(high)),
                exact: one.interval.as_exact().is_some(),
                counts: one.counts,
            }
        })
        .collect();
    let line: Vec<String> = reached
        .iter()
        .filter_map(|one| {
            Some(format!(
                "{},{}",
                number(x(one.day)),
                number(y(one.interval.as_exact()?))
            ))
        })
        .collect();
    Some(Drawing {
        alt: format!(
            "{label} from {} to {}: {} readings, {} {unit} to {} {unit}; all in the table",
            first.written,
            last.written,
            reached.len(),
            first.interval,
            last.interval
        ),
        line: line.join(" "),
        points,
        guides: lines
            .into_iter()
            .map(|line| Guide {
                y: number(y(line)),
                text: line.normalize().to_string(),
            })
            .collect(),
        days: (first.written.clone(), last.written.clone()),
        top: top.normalize().to_string(),
    })
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
