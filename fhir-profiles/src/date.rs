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
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a date-time that begins so, also with a blank for the `T` or in the
    /// compact form of HL7 v2 (`YYYYMMDD`, `YYYYMMDDhhmmss`); `None` for anything else, impossible days included.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(date) = Self::compact(text) {
            return Some(date);
        }
        let date_part = text.split(['T', ' ']).next()?;
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

    /// Only of this and the last century, so that no `DDMMYYYY` is taken for one.
    fn compact(text: &str) -> Option<Self> {
        let (day, time) = text.split_at_checked(8)?;
        let is_time = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
        let digits = day.bytes().all(|byte| byte.is_ascii_digit());
        let whole = time.is_empty() || (time.len() >= 4 && time.chars().all(is_time));
        if !digits || !whole || !(day.starts_with("19") || day.starts_with("20")) {
            return None;
        }
        Self::parse(&format!("{}-{}-{}", day.get(..4)?, day.get(4..6)?, day.get(6..)?))
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

    /// This date, or the other if its last possible day is later.
    #[must_use]
    pub fn max_by_latest(self, other: Self) -> Self {
        if other.latest() > self.latest() {
            other
        } else {
            self
        }
    }

    /// The earliest of some dates by the first day that each can mean, then by the last.
    pub fn first_of(dates: impl IntoIterator<Item = Self>) -> Option<Self> {
        dates
            .into_iter()
            .min_by_key(|date| (date.earliest(), date.latest()))
    }

    /// The latest of some dates by the last day that each can mean, then by the first.
    pub fn last_of(dates: impl IntoIterator<Item = Self>) -> Option<Self> {
        dates
            .into_iter()
            .max_by_key(|date| (date.latest(), date.earliest()))
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
        for text in [
            "2026-05-01T23:30:00-05:00",
            "2026-05-01 10:00:00",
            "20260501",
            "202605011030",
            "20260501103000.0000+0200",
        ] {
            assert_eq!(
                PartialDate::parse(text).unwrap().to_string(),
                "2026-05-01",
                "{text}"
            );
        }
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
            "2025-01 10:00",
            "20251301",
            "2025010",
            "202501011",
            "01052026",
            "01.05.2026",
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
