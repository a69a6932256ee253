//! A limit of a criterion: the number, with the name by which bands and texts mean it.

use super::super::words::with_unit;
use rust_decimal::Decimal;

/// The unit of how long something lasts.
pub(in super::super) const MONTHS: &str = "months";

/// A limit of a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// `limit`, or its name among several (`low`, `high`).
    pub name: String,
    /// The number, in the unit of what the criterion reads.
    pub value: Decimal,
    /// That unit, where it has one.
    pub unit: Option<String>,
}

impl Limit {
    /// The number with its unit, as every text has it ("75 %").
    pub fn shown(&self) -> String {
        let unit = match self.unit.as_deref() {
            Some(MONTHS) if self.value == Decimal::ONE => Some("month"),
            unit => unit,
        };
        with_unit(self.value.normalize().to_string(), unit)
    }
}
