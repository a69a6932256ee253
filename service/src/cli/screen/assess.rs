//! The rows of a population, in the order of the patients' ids.

use super::args::{Output, ScreenFormat};
use super::ordered::ordered;
use super::out::Out;
use super::pass::Pass;
use super::population::Population;
use super::rows::{Made, Rows, Sheet};
use crate::cli::ended::Ended;
use crate::clock;
use cds_cards::Assessment;
use std::collections::HashMap;
use std::io::Result;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, Mutex, PoisonError};

/// How many patients one thread gets at once.
const AT_ONCE: usize = 32;

/// The assessment of those of whom nothing is kept, by what they have in common.
type Alike = Mutex<HashMap<(bool, Vec<String>), Arc<Assessment>>>;

/// Where rows go.
///
/// # Errors
/// If the file cannot be made, or there is none for a form that is no text.
pub(super) fn place(output: &Output) -> std::result::Result<Out, Ended> {
    let is_text = matches!(output.format, ScreenFormat::Csv | ScreenFormat::Ndjson);
    match &output.out {
        None if !is_text => Err(Ended::wrong([
            "--format parquet: is no text; name a file with --out FILE",
        ])),
        path => Out::open(path.as_deref()),
    }
}

/// Assesses everyone and writes the rows.
///
/// # Errors
/// If they cannot be written.
pub(super) fn assess(
    all: &Population,
    pass: &Pass<'_>,
    output: &Output,
    mut out: Out,
) -> std::result::Result<(), Ended> {
    let as_of = output.as_of.unwrap_or_else(clock::today);
    let rows = Rows::new(output.format, &pass.evaluator.knowledge);
    let subjects = all.subjects();
    let alike = Alike::default();
    let row = |subject: &str| -> Result<Option<Made>> {
        let assessed = || all.assessment(subject, pass.evaluator, as_of).map(Arc::new);
        let found = match all.likeness(subject) {
            None => assessed(),
            Some(likeness) => {
                let mut alike = alike.lock().unwrap_or_else(PoisonError::into_inner);
                match alike.get(&likeness) {
                    Some(known) => Some(known.clone()),
                    None => assessed().inspect(|new| drop(alike.insert(likeness, new.clone()))),
                }
            }
        };
        found.map(|found| rows.row(subject, &found)).transpose()
    };
    let mut sheet = match Sheet::begin(&rows, &mut out) {
        Ok(sheet) => sheet,
        Err(error) => return out.end(Err(error)),
    };
    let mut written = Ok(());
    let mut next = (0..subjects.len()).step_by(AT_ONCE);
    ordered(
        pass.jobs,
        |_: Range<usize>| next.next().map(|begin| begin..begin + AT_ONCE),
        |range, (): &mut ()| {
            let end = range.end.min(subjects.len());
            let subjects = subjects.get(range.start..end).unwrap_or_default();
            let made = subjects.iter().filter_map(|subject| row(subject).transpose());
            made.collect::<Result<Vec<_>>>()
        },
        |_, made| {
            written = made.and_then(|made| made.into_iter().try_for_each(|row| sheet.add(row, &mut out)));
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        },
    );
    let written = written.and_then(|()| sheet.end(&mut out));
    out.end(written)
}
