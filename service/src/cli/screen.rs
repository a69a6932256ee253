//! `pnet-cds screen`: a population, one row a patient.

mod named;
mod population;
mod progress;
mod rows;
mod units;

use super::args::ScreenArgs;
use super::ended::Ended;
use super::settings;
use super::style::Terminal;
use crate::clock;
use crate::evaluator::Evaluator;
use population::Population;
use progress::Progress;
use rows::Rows;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use units::files;

/// Reads every file twice: first to see whose each record is and which patients may have a PNET, then to keep the
/// records of these few. So memory holds the ids of the population, and the charts only of those that matter.
pub(super) fn run(args: &ScreenArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = Evaluator::load(&settings).map_err(Ended::wrong)?;
    let files = files(&args.paths).map_err(Ended::wrong)?;
    let out = output(args.out.as_deref())?;
    let mut progress = Progress::new();
    let population = Population::read(&files, &evaluator, &mut progress);
    let as_of = args.as_of.unwrap_or_else(clock::today);
    let mut rows = Rows::new(out, args.format, &evaluator.knowledge);
    let written = population
        .assessments(&evaluator, as_of)
        .try_for_each(|assessment| rows.write(&assessment))
        .and_then(|()| rows.finish());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let place = args.out.as_deref().unwrap_or(Path::new("standard output"));
            Err(Ended::failed(format!("{}: {error}", place.display())))
        }
        _ => {
            progress.end(&population.summary());
            match population.is_whole() {
                true => Ok(()),
                false => Err(Ended::wrong(["not everything could be screened"])),
            }
        }
    }
}

fn output(path: Option<&Path>) -> Result<Box<dyn Write>, Ended> {
    Ok(match path {
        Some(path) => {
            let file =
                File::create(path).map_err(|error| Ended::wrong([format!("{}: {error}", path.display())]))?;
            Box::new(BufWriter::new(file))
        }
        None if std::io::stdout().is_terminal() => Box::new(Terminal::new(std::io::stdout().lock())),
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    })
}
