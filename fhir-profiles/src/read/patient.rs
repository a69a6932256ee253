//! The age from the birth date at the day of evaluation.

use super::Reader;
use super::record::Record;
use crate::catalogue::FactId;
use crate::date::PartialDate;
use crate::facts::{Reading, Source, Value};
use crate::interval::Interval;
use jiff::civil::Date;
use rust_decimal::Decimal;

impl Reader<'_> {
    pub(super) fn patient(&mut self, record: &Record<'_>) {
        let Some(written) = record.node.text("birthDate") else {
            return;
        };
        let age = PartialDate::parse(written.trim()).and_then(|birth| {
            let youngest = years(birth.latest().min(self.as_of), self.as_of)?;
            let oldest = years(birth.earliest(), self.as_of)?;
            let possible = FactId::Age.info().max.is_none_or(|max| oldest <= max);
            Interval::between(youngest, oldest).filter(|_| possible)
        });
        match age {
            Some(age) => {
                let evidence = record.evidence(written);
                let reading = Reading::new(Value::Number(age), Source::Patient, evidence);
                self.facts.reading(FactId::Age, reading);
            }
            None => {
                let evidence = record.noted(written, "the birth date cannot be read");
                self.facts.unreadable(FactId::Age, evidence);
            }
        }
    }
}

/// Completed years between two days; `None` if the first is later.
fn years(birth: Date, day: Date) -> Option<Decimal> {
    let passed = (day.month(), day.day()) >= (birth.month(), birth.day());
    let years = day.year() - birth.year() - i16::from(!passed);
    (years >= 0).then(|| Decimal::from(years))
}
