//! A report as one page with its pictures, which needs nothing else.

use super::count::{Report, Table};
use super::mask::Cell;
use super::table::{patients, share, whole};
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

const TEMPLATE: &str = include_str!("page.html");
/// The length of a bar of all patients, in units of the drawing.
const LONGEST: u64 = 240;
/// The height of a line.
const LINE: usize = 26;
/// A letter of a label takes some seven units.
const LETTER: usize = 7;

/// What the page shows.
#[derive(Serialize)]
struct Page<'r> {
    patients: String,
    days: String,
    versions: String,
    least: u64,
    figures: Vec<Figure>,
    named: &'r [(String, Vec<String>)],
}

/// A picture with a table under it.
#[derive(Serialize)]
struct Figure {
    id: &'static str,
    title: String,
    note: &'static str,
    of: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    /// One column is drawn as bars, several as squares whose shade is the share.
    bars: bool,
    width: usize,
    height: usize,
    left: usize,
}

/// A line of it.
#[derive(Serialize)]
struct Row {
    label: String,
    cells: Vec<Drawn>,
    y: usize,
}

/// A count, drawn.
#[derive(Serialize)]
struct Drawn {
    text: String,
    /// Whether it is not shown.
    masked: bool,
    length: u64,
    percent: u64,
    x: usize,
}

/// The page.
///
/// # Errors
/// If the template has a slot without a value, which the tests exclude.
pub(super) fn html(report: &Report) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let added = environment.add_template("page.html", TEMPLATE);
    added.map_err(|error| error.to_string())?;
    let figures: Vec<Figure> = report.tables.iter().map(figure).collect();
    let values = Page {
        patients: patients(report),
        days: report.days.join(", "),
        versions: report.versions.join(", "),
        least: report.least,
        figures,
        named: &report.named,
    };
    let page = environment.get_template("page.html");
    let page = page.and_then(|page| page.render(Serde(values)));
    page.map_err(|error| error.to_string())
}

fn figure(table: &Table) -> Figure {
    let letters = table.rows.iter().map(|line| line.label.chars().count()).max();
    let left = letters.unwrap_or_default().min(60) * LETTER + 12;
    let bars = table.columns.len() == 1;
    let top = if bars { 4 } else { 28 };
    let rows: Vec<Row> = table
        .rows
        .iter()
        .enumerate()
        .map(|(place, line)| Row {
            label: line.label.clone(),
            y: top + place * LINE,
            cells: line
                .cells
                .iter()
                .enumerate()
                .map(|(column, cell)| drawn(*cell, table.of, left + column * 64))
                .collect(),
        })
        .collect();
    Figure {
        id: table.id,
        title: table.title.clone(),
        note: table.note,
        of: whole(table.of),
        columns: table.columns.clone(),
        width: left
            + if bars {
                LONGEST as usize + 110
            } else {
                table.columns.len() * 64
            },
        height: top + rows.len() * LINE + 4,
        rows,
        bars,
        left,
    }
}

fn drawn(cell: Cell, of: Cell, x: usize) -> Drawn {
    let part = match (cell, of) {
        (Cell::Count(count), Cell::Count(all)) if all > 0 => Some((count, all)),
        _ => None,
    };
    Drawn {
        text: share(cell, of),
        masked: cell == Cell::Masked,
        length: part.map_or(0, |(count, all)| count * LONGEST / all),
        percent: part.map_or(0, |(count, all)| (count * 100 + all / 2) / all),
        x,
    }
}
