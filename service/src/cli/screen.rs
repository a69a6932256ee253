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

use super::ended::Ended;
use super::settings;
use crate::evaluator::Evaluator;
use crate::settings::Settings;
use crate::site;
use args::Filter;
use assess::assess;
use fhir_profiles::Facts;
use jiff::civil::Date;
use notes::{Notes, looked_with};
use out::Out;
use pass::Pass;
use population::Population;
use progress::Progress;
use sources::{Wanted, sources};
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
    let out = Out::open(args.output.out.as_deref())?;
    let no_notes = |error: std::io::Error| {
        let place = match &args.work {
            Some(dir) => dir.display().to_string(),
            None => format!("{} (name another by --work)", std::env::temp_dir().display()),
        };
        Ended::failed(format!("{place}: {error}"))
    };
    let under = looked_with(&evaluator, &settings);
    let mut notes = Notes::begin(args.work.as_deref(), &sources, &under).map_err(no_notes)?;
    let spool = sources
        .iter()
        .any(|source| source.path.is_none())
        .then(|| notes.spool());
    let spool = spool.transpose().map_err(no_notes)?;
    let progress = Progress::new("reading", sources.iter().map(source::Source::size).sum());
    let pass = Pass {
        sources: &sources,
        evaluator: &evaluator,
        jobs: filters::jobs(args.input.jobs),
        progress: &progress,
    };
    let mut all = Population::new(args.output.part, args.suspects);
    let mut lost = pass
        .meet(&mut all, &mut notes, spool.as_ref())
        .map_err(no_notes)?;
    let again = pass.fetch(&mut all, &notes, spool.as_ref()).map_err(no_notes)?;
    lost.extend(again);
    all.settle();
    assess(&all, &pass, &args.output, out)?;
    progress.end(&all.summary());
    filters::ended(lost, all.is_whole())
}

/// Meets a population as [`run`] does, and hands over the facts of each patient who may have a PNET, in the order of their ids.
///
/// # Errors
/// What of the population could not be used, once everything else was handed over; or what the taker says.
pub(super) fn facts_of_suspects(
    paths: &[PathBuf],
    (evaluator, settings): (&Evaluator, &Settings),
    as_of: Date,
    mut take: impl FnMut(&str, &Facts) -> Result<(), Ended>,
) -> Result<(), Ended> {
    let sources = sources(Wanted {
        paths,
        manifest: None,
        share: None,
    })
    .map_err(Ended::wrong)?;
    let no_notes =
        |error: std::io::Error| Ended::failed(format!("{}: {error}", std::env::temp_dir().display()));
    let under = looked_with(evaluator, settings);
    let mut notes = Notes::begin(None, &sources, &under).map_err(no_notes)?;
    let is_stream = sources.iter().any(|source| source.path.is_none());
    let spool = is_stream.then(|| notes.spool()).transpose().map_err(no_notes)?;
    let progress = Progress::new("reading", sources.iter().map(source::Source::size).sum());
    let pass = Pass {
        sources: &sources,
        evaluator,
        jobs: filters::jobs(None),
        progress: &progress,
    };
    let mut all = Population::new(None, true);
    let mut lost = pass
        .meet(&mut all, &mut notes, spool.as_ref())
        .map_err(no_notes)?;
    lost.extend(pass.fetch(&mut all, &notes, spool.as_ref()).map_err(no_notes)?);
    all.settle();
    for subject in all.subjects() {
        if let Some(facts) = all.facts(subject, evaluator, as_of) {
            take(subject, &facts)?;
        }
    }
    progress.end(&all.summary());
    filters::ended(lost, all.is_whole())
}
