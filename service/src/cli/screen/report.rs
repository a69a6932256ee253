//! `pnet-cds screen report`: what the rows of a population come to, without anybody in it.

mod count;
mod mask;
pub(in crate::cli) mod measure;
mod page;
mod rows;
mod table;

use super::args::{ReportArgs, ReportForm};
use super::out::Out;
use crate::cli::ended::Ended;
use crate::evaluator::Evaluator;
use count::Counts;
use rows::{Row, read};

/// Reads rows and reports on them.
///
/// # Errors
/// If a row cannot be read, or stands there twice.
pub(super) fn run(args: &ReportArgs, evaluator: &Evaluator) -> Result<(), Ended> {
    let mut counts = Counts::new(&evaluator.knowledge, args.name_patients);
    read(&args.rows, |row: &Row| counts.add(row)).map_err(Ended::wrong)?;
    let report = counts.report(args.smallest);
    let mut out = Out::open(args.out.as_deref())?;
    let text = match args.format {
        ReportForm::Table => table::text(&report),
        ReportForm::Html => page::html(&report).map_err(Ended::failed)?,
        ReportForm::Measure => measure::json(&report),
    };
    let written = out.write(text.as_bytes());
    out.end(written)
}
