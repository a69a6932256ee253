//! A report as tables in text.

use super::count::{Report, Table};
use super::mask::Cell;
use crate::cli::style::shown;
use std::fmt::Write as _;

/// How a count is shown, with its share of the whole.
pub(super) fn share(cell: Cell, of: Cell) -> String {
    match (cell, of) {
        (Cell::Masked, _) => HIDDEN.to_owned(),
        (Cell::Count(count), Cell::Count(all)) if all > 0 => {
            let percent = (count * 100 + all / 2) / all;
            format!("{count} ({percent} %)")
        }
        (Cell::Count(count), _) => count.to_string(),
    }
}

/// What stands for a count that is not shown. Whether that is few, or all but few, is not said.
const HIDDEN: &str = "hidden";

/// A count by itself.
pub(super) fn whole(cell: Cell) -> String {
    share(cell, Cell::Masked)
}

/// How many patients there are, as a sentence begins.
pub(super) fn patients(report: &Report) -> String {
    match report.tables.first().map(|table| table.of) {
        Some(Cell::Count(count)) => format!("{count} patients"),
        _ => "A hidden number of patients".to_owned(),
    }
}

/// The tables.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "{}, evaluated on {}, knowledge {}\n",
        patients(report),
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
        write(&mut text, table);
    }
    for (fact, patients) in &report.named {
        let _ = writeln!(text, "\nRecording \"{fact}\" could settle an option of");
        for patient in patients {
            let _ = writeln!(text, "  {}", shown(patient));
        }
    }
    text
}

fn write(text: &mut String, table: &Table) {
    let of = whole(table.of);
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
            .map(|cell| format!("{:>14}", share(*cell, table.of)));
        let _ = writeln!(text, "  {:widest$}{}", line.label, cells.collect::<String>());
    }
    if table.rows.is_empty() {
        let _ = writeln!(text, "  none");
    }
}
