//! `pnet-cds screen`: a population, one row a patient; and its steps as filters of streams.

mod args;
mod assess;
mod blocks;
mod bulk;
mod filters;
mod found;
mod manifest;
mod notes;
mod ordered;
pub(super) mod out;
mod owner;
mod part;
mod pass;
mod population;
mod progress;
mod report;
mod rows;
mod source;
mod sources;

pub(super) use args::ScreenArgs;
pub(super) use report::measure;

use super::ended::Ended;
use super::settings;
use crate::evaluator::Evaluator;
use crate::settings::Settings;
use crate::site;
use args::Filter;
use assess::{assess, place};
use fhir_profiles::Facts;
use jiff::civil::Date;
use notes::{Notes, looked_with};
use pass::{Lost, Pass, reading};
use population::Population;
use source::Source;
use sources::{Wanted, sources};
use std::fs::File;
use std::io::Error;
use std::path::{Path, PathBuf};

/// Reads every line once: it meets everyone, and notes where each record stands; then it fetches the records of the few who
/// may have a PNET. So memory holds the ids of the population, and the charts only of those that matter.
pub(super) fn run(args: &ScreenArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = site::load(&settings).map_err(Ended::wrong)?;
    match &args.filter {
        Some(Filter::Gate(args)) => return filters::gate(args, &evaluator),
        Some(Filter::Keep(args)) => return filters::keep(args, &evaluator),
        Some(Filter::Report(args)) => return report::run(args, &evaluator),
        Some(Filter::Assess(args)) => return filters::assessed(args, &evaluator),
        None => {}
    }
    let fetched = match args.from.from {
        Some(_) => Some(bulk::fetched(&args.from, &settings)?),
        None => None,
    };
    let manifest = fetched.as_deref().or(args.input.manifest.as_deref());
    let sources = sources(Wanted {
        paths: &args.input.paths,
        manifest,
        share: None,
    })
    .map_err(Ended::wrong)?;
    let out = place(&args.output)?;
    let notes = match &args.work {
        Some(dir) => dir.display().to_string(),
        None => format!("{} (name another by --work)", std::env::temp_dir().display()),
    };
    let under = looked_with(&evaluator, &settings);
    let noted = Noted::begin(args.work.as_deref(), notes, &sources, &under)?;
    let progress = reading(&sources);
    let pass = Pass::over(&sources, &evaluator, args.input.jobs, &progress);
    let mut all = Population::new(args.output.part, args.suspects);
    let lost = noted.meet(&pass, &mut all)?;
    assess(&all, &pass, &args.output, out)?;
    progress.end(&all.summary());
    filters::ended(lost, all.is_whole())
}

/// Where a run notes what it met, and keeps what it can read only once.
struct Noted {
    notes: Notes,
    /// What came in on standard input, where something did.
    spool: Option<File>,
    /// As a person knows the folder of both.
    place: String,
}

impl Noted {
    /// # Errors
    /// If nothing can be written there.
    fn begin(work: Option<&Path>, place: String, sources: &[Source], under: &str) -> Result<Self, Ended> {
        let begun = || -> std::io::Result<(Notes, Option<File>)> {
            let notes = Notes::begin(work, sources, under)?;
            let is_stream = sources.iter().any(|source| source.path.is_none());
            let spool = is_stream.then(|| notes.spool()).transpose()?;
            Ok((notes, spool))
        };
        match begun() {
            Ok((notes, spool)) => Ok(Self { notes, spool, place }),
            Err(error) => Err(unwritten(&place, &error)),
        }
    }

    /// Meets everyone, then fetches the records of those who matter; what could not be read.
    ///
    /// # Errors
    /// If nothing can be written or read there any more.
    fn meet(mut self, pass: &Pass<'_>, all: &mut Population) -> Result<Lost, Ended> {
        let spool = self.spool.as_ref();
        let failed = |error: Error| unwritten(&self.place, &error);
        let mut lost = pass.meet(all, &mut self.notes, spool).map_err(failed)?;
        lost.extend(pass.fetch(all, &self.notes, spool).map_err(failed)?);
        all.settle();
        Ok(lost)
    }
}

fn unwritten(place: &str, error: &Error) -> Ended {
    Ended::failed(format!("{place}: {error}"))
}

/// Meets a population as [`run`] does, and hands over the facts of each patient who may have a PNET, in the order of their ids.
///
/// # Errors
/// What of the population could not be used, once everything else was handed over.
pub(super) fn facts_of_suspects(
    paths: &[PathBuf],
    (evaluator, settings): (&Evaluator, &Settings),
    as_of: Date,
    mut take: impl FnMut(&str, &Facts),
) -> Result<(), Ended> {
    let sources = sources(Wanted {
        paths,
        manifest: None,
        share: None,
    })
    .map_err(Ended::wrong)?;
    let place = std::env::temp_dir().display().to_string();
    let under = looked_with(evaluator, settings);
    let noted = Noted::begin(None, place, &sources, &under)?;
    let progress = reading(&sources);
    let pass = Pass::over(&sources, evaluator, None, &progress);
    let mut all = Population::new(None, true);
    let lost = noted.meet(&pass, &mut all)?;
    for subject in all.subjects() {
        if let Some(facts) = all.facts(subject, evaluator, as_of) {
            take(subject, &facts);
        }
    }
    progress.end(&all.summary());
    filters::ended(lost, all.is_whole())
}
