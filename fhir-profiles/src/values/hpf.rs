//! Mitotic counts in the unit of their fact, per 10 high-power fields.

use super::found::{InFactUnit, Why};
use super::mitoses::{Per, per};
use super::units::not_this;
use crate::interval::Interval;
use rust_decimal::Decimal;

/// Brings a count to 10 high-power fields, which are 2 mm². Only the denominators that the specification names are
/// converted: others cannot be compared blindly.
pub(super) fn per_10_hpf(interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    let recorded = match unit {
        None => Per::Nothing,
        Some(text) => per(text).ok_or_else(|| not_this(text))?,
    };
    let written = unit.unwrap_or_default();
    let (factor, note) = match recorded {
        Per::Fields(10) => (Decimal::ONE, None),
        Per::Nothing => (
            Decimal::ONE,
            Some("no denominator recorded: read as per 10 HPF".to_owned()),
        ),
        Per::SquareMillimetres(2) => (
            Decimal::ONE,
            Some("recorded per 2 mm²: counts the same as per 10 HPF".to_owned()),
        ),
        Per::SquareMillimetres(1) => (Decimal::TWO, Some(converted(&interval, written))),
        Per::Fields(50) => (Decimal::new(2, 1), Some(converted(&interval, written))),
        Per::Fields(_) | Per::SquareMillimetres(_) => return Err(Why::UnknownUnit),
    };
    Ok(InFactUnit {
        interval: interval.scaled(factor).ok_or(Why::OutOfRange)?,
        unit: Some("/10 HPF".to_owned()),
        notes: note.into_iter().collect(),
    })
}

fn converted(interval: &Interval, unit: &str) -> String {
    format!("converted from {interval} {unit}")
}
