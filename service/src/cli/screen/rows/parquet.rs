//! Rows as Parquet: columns with types, and a group of rows at a time, so that memory does not grow with them.

use super::cells::{AFTER, BEFORE, Cell, VERSION, columns};
use jiff::civil::Date;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::Error;
use std::sync::Arc;

/// How many rows a group has, which are in memory until it is written.
const GROUP: usize = 1 << 13;
/// How many of them are encoded at once.
const AT_ONCE: usize = 1 << 10;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The levels of Parquet at which a value is there, or what holds it is.
const NOTHING: i16 = 0;
const TEXT: i16 = 1;
const EMPTY: i16 = 1;
const ELEMENT: i16 = 2;

/// What stands in a column of every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    TextOrNone,
    List,
    Number,
    Day,
}

/// A file that is being written.
pub(super) struct Table {
    kinds: Vec<Kind>,
    writer: SerializedFileWriter<Vec<u8>>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Begins one with the columns of rows with these options.
    ///
    /// # Errors
    /// If a column has no name.
    pub(super) fn begin(options: &[String]) -> std::io::Result<Self> {
        let kinds: Vec<Kind> = [Kind::Text; 2]
            .into_iter()
            .chain([Kind::List; BEFORE.len() - 2])
            .chain(options.iter().map(|_| Kind::TextOrNone))
            .chain([Kind::List, Kind::List, Kind::Number, Kind::Day])
            .chain([Kind::Text; AFTER.len() - 4])
            .collect();
        let columns = columns(options).zip(&kinds);
        let begun = columns
            .map(|(name, kind)| column(name, *kind))
            .collect::<Result<Vec<TypePtr>>>()
            .and_then(|columns| Type::group_type_builder("row").with_fields(columns).build())
            .and_then(|schema| {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_statistics_enabled(EnabledStatistics::Chunk)
                    .set_created_by(format!("pnet-cds version {}", VERSION))
                    .build();
                SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
            });
        Ok(Self {
            kinds,
            writer: begun.map_err(failed)?,
            rows: Vec::new(),
        })
    }

    /// Takes a row; what is to be written of the file.
    ///
    /// # Errors
    /// If there are not as many cells as columns, or a cell does not fit its column.
    pub(super) fn add(&mut self, row: Vec<Cell>) -> std::io::Result<Vec<u8>> {
        if row.len() != self.kinds.len() {
            return Err(Error::other("a row with other columns"));
        }
        self.rows.push(row);
        match self.rows.len() < GROUP {
            true => Ok(Vec::new()),
            false => self.group().map_err(failed),
        }
    }

    /// What is left to write.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(super) fn end(mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = self.group().map_err(failed)?;
        bytes.extend(self.writer.into_inner().map_err(failed)?);
        Ok(bytes)
    }

    fn group(&mut self) -> Result<Vec<u8>> {
        if !self.rows.is_empty() {
            let mut group = self.writer.next_row_group()?;
            for (place, kind) in self.kinds.iter().enumerate() {
                if let Some(mut column) = group.next_column()? {
                    for rows in self.rows.chunks(AT_ONCE) {
                        let cells = rows.iter().filter_map(|row| row.get(place));
                        write(&mut column, *kind, cells)?;
                    }
                    column.close()?;
                }
            }
            group.close()?;
            self.rows.clear();
        }
        self.writer.flush()?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }
}

fn failed(error: ParquetError) -> Error {
    Error::other(error.to_string())
}

fn column(name: &str, kind: Kind) -> Result<TypePtr> {
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .with_repetition(repetition)
            .build()
    };
    let number = |logical| {
        Type::primitive_type_builder(name, Physical::INT32)
            .with_logical_type(logical)
            .with_repetition(Repetition::REQUIRED)
            .build()
    };
    let made = match kind {
        Kind::Text => text(name, Repetition::REQUIRED),
        Kind::TextOrNone => text(name, Repetition::OPTIONAL),
        Kind::Number => number(None),
        Kind::Day => number(Some(LogicalType::Date)),
        Kind::List => {
            let element = text("element", Repetition::REQUIRED)?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![Arc::new(element)])
                .build()?;
            Type::group_type_builder(name)
                .with_logical_type(Some(LogicalType::List))
                .with_repetition(Repetition::OPTIONAL)
                .with_fields(vec![Arc::new(list)])
                .build()
        }
    };
    made.map(Arc::new)
}

fn write<'c>(
    column: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    cells: impl Iterator<Item = &'c Cell>,
) -> Result<()> {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let (mut levels, mut repeated) = (Vec::new(), Vec::new());
    for cell in cells {
        match cell {
            Cell::Text(text) => {
                levels.push(if text.is_some() { TEXT } else { NOTHING });
                texts.extend(text.as_deref().map(ByteArray::from));
            }
            Cell::List(list) => {
                let several = list.as_deref().unwrap_or_default();
                if several.is_empty() {
                    levels.push(if list.is_some() { EMPTY } else { NOTHING });
                    repeated.push(0);
                }
                for (place, text) in several.iter().enumerate() {
                    levels.push(ELEMENT);
                    repeated.push(i16::from(place > 0));
                    texts.push(ByteArray::from(text.as_str()));
                }
            }
            Cell::Number(number) => numbers.push(i32::try_from(*number).unwrap_or(i32::MAX)),
            Cell::Day(day) => numbers.push(days(day)?),
        }
    }
    match kind {
        Kind::Text => column.typed::<ByteArrayType>().write_batch(&texts, None, None),
        Kind::TextOrNone => column
            .typed::<ByteArrayType>()
            .write_batch(&texts, Some(&levels), None),
        Kind::List => column
            .typed::<ByteArrayType>()
            .write_batch(&texts, Some(&levels), Some(&repeated)),
        Kind::Number | Kind::Day => column.typed::<Int32Type>().write_batch(&numbers, None, None),
    }
    .map(drop)
}

/// Days since 1970.
fn days(day: &str) -> Result<i32> {
    let wrong = |error: jiff::Error| ParquetError::General(error.to_string());
    let day: Date = day.parse().map_err(wrong)?;
    Ok(EPOCH.until(day).map_err(wrong)?.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    use std::io::Write;

    #[test]
    fn rows_leave_memory_a_group_at_a_time_and_keep_their_order() {
        let options = vec!["prrt".to_owned()];
        let row = |number: usize| {
            let list = |many: usize| Cell::List((many > 0).then(|| vec!["G1".to_owned(); many - 1]));
            let text = || Cell::Text(Some("x".into()));
            let option = Cell::Text(number.is_multiple_of(2).then(|| "supported".into()));
            vec![
                Cell::Text(Some(format!("Patient/{number}").into())),
                text(),
                list(number % 4),
                list(0),
                list(1),
                option,
                list(3),
                list(2),
                Cell::Number(7),
                Cell::Day("2026-11-23".to_owned()),
                text(),
                text(),
            ]
        };
        let all = 2 * GROUP + 5;
        let mut table = Table::begin(&options).unwrap();
        let mut bytes = Vec::new();
        for number in 0..all {
            let written = table.add(row(number)).unwrap();
            assert_eq!(written.is_empty(), (number + 1) % GROUP > 0, "{number}");
            assert!(table.rows.len() < GROUP);
            bytes.extend(written);
        }
        bytes.extend(table.end().unwrap());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let groups = reader.metadata().row_groups().iter();
        let groups: Vec<i64> = groups.map(|group| group.num_rows()).collect();
        assert_eq!(groups, [GROUP as i64, GROUP as i64, 5]);
        let mut read = 0;
        for (number, row) in reader.get_row_iter(None).unwrap().enumerate() {
            let row = row.unwrap();
            assert_eq!(row.get_string(0).unwrap(), &format!("Patient/{number}"));
            let grades = row.get_list(2).map_or(0, |list| list.len() + 1);
            assert_eq!(grades, number % 4);
            assert_eq!(row.get_string(5).is_ok(), number % 2 == 0);
            read += 1;
        }
        assert_eq!(read, all);
    }

    #[test]
    fn a_row_that_does_not_fit_its_columns_is_an_error() {
        let options: [String; 0] = [];
        let mut table = Table::begin(&options).unwrap();
        assert!(table.add(vec![Cell::Number(1)]).is_err());
        assert!(days("yesterday").is_err());
        assert_eq!(days("1969-12-31").unwrap(), -1);
    }
}
