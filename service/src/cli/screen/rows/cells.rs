//! The columns of a patient's row, and what stands in them.

use std::borrow::Cow;

/// Several values of one cell, where it is a text.
const BETWEEN: &str = " ";
/// The columns on both sides of those of the options.
pub(super) const BEFORE: [&str; 5] = ["patient", "gate", "grade", "enets", "ajcc7"];
pub(super) const AFTER: [&str; 6] = [
    "discrepancies",
    "missing",
    "problems",
    "as_of",
    "knowledge_version",
    "program_version",
];
/// What made a row.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What stands in one column of a patient's row.
pub(in super::super) enum Cell {
    /// A word, or none where it was not looked at.
    Text(Option<Cow<'static, str>>),
    /// Several, or none where it was not looked at.
    List(Option<Vec<String>>),
    Number(u32),
    /// A day, YYYY-MM-DD.
    Day(String),
}

/// The names of the columns, in order.
pub(super) fn columns(options: &[String]) -> impl Iterator<Item = &str> {
    let options = options.iter().map(String::as_str);
    BEFORE.into_iter().chain(options).chain(AFTER)
}

impl Cell {
    /// As a table of texts has it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_deref().unwrap_or_default().into(),
            Self::List(list) => list.as_deref().unwrap_or_default().join(BETWEEN).into(),
            Self::Number(number) => number.to_string().into(),
            Self::Day(day) => day.as_str().into(),
        }
    }
}
