//! The rows of a population, in the order of the patients' ids.

use super::args::Output;
use super::ordered::ordered;
use super::out::Out;
use super::pass::Pass;
use super::population::Population;
use super::rows::Rows;
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
    let row = |subject: &str| -> Result<Vec<u8>> {
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
        found.map_or(Ok(Vec::new()), |found| rows.row(subject, &found))
    };
    let mut written = rows.header().and_then(|header| out.write(&header));
    let mut next = (0..subjects.len()).step_by(AT_ONCE);
    if written.is_ok() {
        ordered(
            pass.jobs,
            |_: Range<usize>| next.next().map(|begin| begin..begin + AT_ONCE),
            |range, (): &mut ()| {
                let end = range.end.min(subjects.len());
                let subjects = subjects.get(range.start..end).unwrap_or_default();
                subjects
                    .iter()
                    .map(|subject| row(subject))
                    .collect::<Result<Vec<_>>>()
            },
            |_, lines| {
                written = lines.and_then(|lines| lines.iter().try_for_each(|line| out.write(line)));
                match written {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            },
        );
    }
    out.end(written)
}
