//! Reading CSV files by column name, with lines.

use super::fault::Faults;
use super::section::At;

/// A CSV file whose header is exactly the expected one.
pub(super) struct Rows<'a> {
    /// Path relative to the knowledge directory.
    pub(super) file: &'a str,
    header: &'static [&'static str],
    rows: Vec<At<csv::StringRecord>>,
}

impl<'a> Rows<'a> {
    /// Reads the file; `None` if its header is another or a row cannot be read (reported).
    pub(super) fn read(
        file: &'a str,
        text: &str,
        header: &'static [&'static str],
        faults: &Faults,
    ) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        let mut sound = true;
        for record in reader.records() {
            match record {
                Ok(record) => rows.push(At {
                    line: record.position().map_or(1, |position| line(text, position)),
                    value: record,
                }),
                Err(error) => {
                    let line = error.position().map_or(1, |position| line(text, position));
                    faults.at(
                        file,
                        line,
                        "the row has another number of columns than the header, or is not text",
                    );
                    sound = false;
                }
            }
        }
        if rows.is_empty() || rows.remove(0).value != *header {
            faults.at(file, 1, format!("the header must be `{}`", header.join(",")));
            sound = false;
        }
        sound.then_some(Self { file, header, rows })
    }

    /// The rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|row| Row {
            header: self.header,
            record: &row.value,
            line: row.line,
        })
    }
}

/// Where a record starts. After a row that ends in a quoted text the reader still stands before the line break.
fn line(text: &str, position: &csv::Position) -> usize {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let breaks = |c: &char| matches!(c, '\r' | '\n');
    let skipped = text.get(start..).unwrap_or("").chars().take_while(breaks).count();
    let before = text.get(..start.saturating_add(skipped)).unwrap_or(text);
    1 + before.matches('\n').count()
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    header: &'static [&'static str],
    record: &'r csv::StringRecord,
    /// Its line, counted from 1.
    pub(super) line: usize,
}

impl<'r> Row<'r> {
    /// The trimmed text of a column; empty where nothing stands.
    pub(super) fn get(&self, column: &str) -> &'r str {
        self.header
            .iter()
            .position(|name| *name == column)
            .and_then(|position| self.record.get(position))
            .unwrap_or("")
            .trim()
    }
}
