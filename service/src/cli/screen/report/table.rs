//! A report as tables in text.

use super::count::{Report, Table};
use super::mask::Cell;
use crate::cli::style::shown;
use std::fmt::Write as _;

/// How a count is shown, with its share of the whole.
pub(super) fn share(cell: Cell, of: Cell, least: u64) -> String {
    match (cell, of) {
        (Cell::Masked, _) => few(least),
        (Cell::Count(count), Cell::Count(all)) if all > 0 => {
            let percent = (count * 100 + all / 2) / all;
            format!("{count} ({percent} %)")
        }
        (Cell::Count(count), _) => count.to_string(),
    }
}

/// What stands for a count that is not shown: it, or what follows from it, is less than this.
pub(super) fn few(least: u64) -> String {
    format!("hidden (<{least})")
}

/// The tables.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "{} patients, evaluated on {}, knowledge {}\n",
        match report.tables.first().map(|table| table.of) {
            Some(Cell::Count(count)) => count.to_string(),
            _ => few(report.least),
        },
        report.days.join(", "),
        report.versions.join(", "),
    );
    if report.least > 1 {
        let _ = writeln!(
            text,
            "Counts from 1 to {} are hidden, and those from which they would follow.",
            report.least - 1
        );
    }
    for table in &report.tables {
        write(&mut text, table, report.least);
    }
    for (fact, patients) in &report.named {
        let _ = writeln!(text, "\nRecording \"{fact}\" could settle an option of");
        for patient in patients {
            let _ = writeln!(text, "  {}", shown(patient));
        }
    }
    text
}

fn write(text: &mut String, table: &Table, least: u64) {
    let of = match table.of {
        Cell::Count(count) => count.to_string(),
        Cell::Masked => few(least),
    };
    let _ = writeln!(text, "\n{} ({of})\n{}", table.title, table.note);
    let widest = table.rows.iter().map(|line| line.label.chars().count()).max();
    let widest = widest.unwrap_or_default();
    let many = table.columns.len() > 1;
    if many {
        for (number, column) in table.columns.iter().enumerate() {
            let _ = writeln!(text, "  [{}] {column}", number + 1);
        }
        let heads = (1..=table.columns.len()).map(|number| format!("{:>14}", format!("[{number}]")));
        let _ = writeln!(text, "  {:widest$}{}", "", heads.collect::<String>());
    }
    for line in &table.rows {
        let cells = line
            .cells
            .iter()
            .map(|cell| format!("{:>14}", share(*cell, table.of, least)));
        let _ = writeln!(text, "  {:widest$}{}", line.label, cells.collect::<String>());
    }
    if table.rows.is_empty() {
        let _ = writeln!(text, "  none");
    }
}
