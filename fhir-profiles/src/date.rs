//! Dates of year, month or day precision, as charts write them; no time-zone arithmetic.

use jiff::civil::Date;
use std::fmt;

/// A FHIR `date`, `dateTime` or `instant` cut to the calendar day as written (specification section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a date-time that begins so; `None` for anything else,
    /// impossible days included.
    pub fn parse(text: &str) -> Option<Self> {
        let date_part = text.split('T').next()?;
        if date_part.len() != text.len() && date_part.len() != 10 {
            return None;
        }
        let mut parts = date_part.split('-');
        let number = |part: &str, width: usize| -> Option<i16> {
            (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
        };
        let year = number(parts.next()?, 4)?;
        let mut small = || -> Option<Option<i8>> {
            match parts.next() {
                None => Some(None),
                Some(part) => Some(Some(i8::try_from(number(part, 2)?).ok()?)),
            }
        };
        let month = small()?;
        let day = small()?;
        if parts.next().is_some() {
            return None;
        }
        Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        Some(Self { year, month, day })
    }

    /// A full date.
    pub fn from_date(date: Date) -> Self {
        Self {
            year: date.year(),
            month: Some(date.month()),
            day: Some(date.day()),
        }
    }

    /// The first day it can mean.
    pub fn earliest(&self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::MIN)
    }

    /// The last day it can mean.
    pub fn latest(&self) -> Date {
        let first =
            Date::new(self.year, self.month.unwrap_or(12), self.day.unwrap_or(1)).unwrap_or(Date::MAX);
        if self.day.is_some() {
            first
        } else {
            first.last_of_month()
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_precision_is_read_and_written_back() {
        for text in ["2024", "2024-05", "2024-02-29"] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_date_time_keeps_the_day_as_written() {
        let day = PartialDate::parse("2026-05-01T23:30:00-05:00").unwrap();
        assert_eq!(day.to_string(), "2026-05-01");
    }

    #[test]
    fn impossible_dates_are_not_read() {
        for text in [
            "",
            "20",
            "2025-13",
            "2025-02-30",
            "2025-1-1",
            "2025-01-01-01",
            "2025-01T10:00",
            "abcd",
        ] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_partial_date_spans_its_days() {
        let month = PartialDate::parse("2024-02").unwrap();
        assert_eq!(month.earliest().to_string(), "2024-02-01");
        assert_eq!(month.latest().to_string(), "2024-02-29");
        let year = PartialDate::parse("2024").unwrap();
        assert_eq!(year.latest().to_string(), "2024-12-31");
    }
}
