//! The passes over a population: once to meet everyone, and then to the places of the records that matter.

use super::blocks::Blocks;
use super::found::{Found, Place, Wanted, look, one_line};
use super::notes::{Notes, written};
use super::ordered::ordered;
use super::population::Population;
use super::progress::Progress;
use super::source::{Opened, Source};
use crate::evaluator::Evaluator;
use fhir_profiles::chart::{opened, utf8_text};
use fhir_profiles::json::Budget;
use std::fs::File;
use std::io::{Error, Read, Result, sink};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

/// What could not be read of the sources, in the order in which they stand; faults are told as they come.
pub(super) type Lost = Vec<String>;

/// How a pass reads.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) sources: &'a [Source],
    pub(super) evaluator: &'a Evaluator,
    pub(super) jobs: usize,
    pub(super) progress: &'a Progress,
}

/// Begins to show how far the reading of these is.
pub(super) fn reading(sources: &[Source]) -> Progress {
    Progress::new("reading", sources.iter().map(Source::size).sum())
}

impl<'a> Pass<'a> {
    /// Reads these with so many threads, or as many as there are processors.
    pub(super) fn over(
        sources: &'a [Source],
        evaluator: &'a Evaluator,
        jobs: Option<NonZeroUsize>,
        progress: &'a Progress,
    ) -> Self {
        let all = || std::thread::available_parallelism().ok();
        Self {
            sources,
            evaluator,
            jobs: jobs.or_else(all).map_or(1, NonZeroUsize::get),
            progress,
        }
    }

    /// Meets everyone, and writes down where records stand.
    ///
    /// # Errors
    /// If the notes cannot be written.
    pub(super) fn meet(&self, all: &mut Population, notes: &mut Notes, spool: Option<&File>) -> Result<Lost> {
        let mut tally = self.tally();
        let mut starts = Vec::new();
        for index in 0..self.sources.len() {
            let mut start = Some((0, 1));
            notes.each(index, |mut found| {
                start = (!found.ended).then_some(found.next);
                self.tell(&mut tally, index, &mut found);
                all.meet(&mut found);
            })?;
            starts.push(start);
        }
        let spool = spool.map(File::try_clone).transpose()?;
        let mut blocks = Blocks::new(self.sources, self.progress)
            .from(starts)
            .spooled(spool);
        let mut failed = None;
        ordered(
            self.jobs,
            |block| blocks.next(block),
            |block, glances| {
                let name = self.name(block.source);
                let found = look(block, name, Wanted::Places, self.evaluator, glances);
                let line = written(&found);
                (found, line)
            },
            |block, (mut found, line)| {
                self.tell(&mut tally, block.source, &mut found);
                // What cannot be read further is not noted, and so is its end, so that it is tried again.
                let lost = tally.is_lost(block.source);
                let noted = match lost {
                    true => Ok(()),
                    false => line.and_then(|line| notes.add(block.source, &line)),
                };
                all.meet(&mut found);
                match noted {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            },
        );
        match failed {
            Some(error) => Err(error),
            None => Ok(tally.lost()),
        }
    }

    /// Meets everyone, and keeps what is theirs.
    pub(super) fn keep(&self, all: &mut Population) -> Lost {
        let mut tally = self.tally();
        let mut blocks = Blocks::new(self.sources, self.progress);
        ordered(
            self.jobs,
            |block| blocks.next(block),
            |block, glances| {
                let name = self.name(block.source);
                look(block, name, Wanted::Texts, self.evaluator, glances)
            },
            |block, mut found| {
                self.tell(&mut tally, block.source, &mut found);
                all.meet(&mut found);
                ControlFlow::Continue(())
            },
        );
        tally.lost()
    }

    /// What counts what comes of each source.
    pub(super) fn tally(&self) -> Tally {
        Tally::new(self.sources)
    }

    /// Counts what a block holds, and tells of its faults.
    pub(super) fn tell(&self, tally: &mut Tally, source: usize, found: &mut Found) {
        if let Some(about) = self.sources.get(source) {
            tally.add(source, about, found, self.progress);
        }
    }

    /// The name of a source.
    pub(super) fn name(&self, source: usize) -> &str {
        self.sources.get(source).map_or("", |source| &source.name)
    }

    /// Reads the records of those who may have a PNET, and the Medications that these refer to.
    ///
    /// # Errors
    /// If the notes, or what comes by standard input, cannot be read again.
    pub(super) fn fetch(&self, all: &mut Population, notes: &Notes, spool: Option<&File>) -> Result<Lost> {
        let mut lost = Lost::new();
        for (index, source) in self.sources.iter().enumerate() {
            let mut places = Vec::new();
            notes.each(index, |found| {
                for (patient, place) in found.records {
                    let seen = found.patients.get(patient as usize);
                    if let Some(seen) = seen.filter(|seen| all.is_suspect(&seen.subject)) {
                        places.push((place, seen.subject.clone()));
                    }
                }
            })?;
            let read = places_of(source, spool, places, |subject, text| all.keep(&subject, text));
            if let Err(error) = read {
                lost.push(format!("{}: {error}", source.name));
                all.skip();
            }
        }
        let referred = all.medications_referred_to();
        for (index, source) in self.sources.iter().enumerate() {
            let mut places = Vec::new();
            notes.each(index, |found| {
                for (reference, place) in found.medications {
                    if referred.contains(&reference) {
                        places.push((place, reference));
                    }
                }
            })?;
            let read = places_of(source, spool, places, |reference, text| {
                all.keep_medication(reference, text);
            });
            if let Err(error) = read {
                lost.push(format!("{}: {error}", source.name));
                all.skip();
            }
        }
        Ok(lost)
    }
}

/// Reads what stands at some places of a source.
fn places_of(
    source: &Source,
    spool: Option<&File>,
    places: Vec<(Place, String)>,
    mut take: impl FnMut(String, Box<str>),
) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let mut give = |whose: String, bytes: &[u8]| {
        let text = utf8_text(bytes);
        let document = opened(&*text, &Budget::FILE).map_err(|_| changed())?;
        take(whose, one_line(document.root().raw()).into());
        Ok::<(), Error>(())
    };
    let mut at = 0;
    let mut opened = match source.path {
        Some(_) => Some(source.open(|_| ())?),
        None => None,
    };
    let mut bytes = Vec::new();
    for (place, whose) in places {
        let (offset, length) = match place {
            Place::At(offset, length) => (offset, length),
            Place::Text(text) => {
                give(whose, text.as_bytes())?;
                continue;
            }
        };
        bytes.clear();
        match &mut opened {
            Some(Opened { plain: None, reader }) => {
                // Several records of one Bundle stand in it in their order, as the lines of a file do.
                let skipped = offset.checked_sub(at).ok_or_else(changed)?;
                std::io::copy(&mut reader.take(skipped), &mut sink())?;
                reader.take(length).read_to_end(&mut bytes)?;
                at = offset + length;
            }
            Some(Opened {
                plain: Some(file), ..
            }) => exactly(file, &mut bytes, offset, length)?,
            None => exactly(spool.ok_or_else(changed)?, &mut bytes, offset, length)?,
        }
        give(whose, &bytes)?;
    }
    Ok(())
}

fn exactly(file: &File, bytes: &mut Vec<u8>, offset: u64, length: u64) -> Result<()> {
    bytes.resize(usize::try_from(length).map_err(|_| changed())?, 0);
    file.read_exact_at(bytes, offset)
}

fn changed() -> Error {
    Error::other("it was changed while it was read")
}

/// Counts what comes of each source, and collects what cannot be read.
pub(super) struct Tally {
    units: Vec<u64>,
    lost: Vec<Option<String>>,
}

impl Tally {
    fn new(sources: &[Source]) -> Self {
        Self {
            units: vec![0; sources.len()],
            lost: vec![None; sources.len()],
        }
    }

    fn add(&mut self, index: usize, source: &Source, found: &mut Found, progress: &Progress) {
        progress.step(found.units);
        for (place, what) in &found.faults {
            progress.fault(place, what);
        }
        let (Some(units), Some(lost)) = (self.units.get_mut(index), self.lost.get_mut(index)) else {
            return;
        };
        *units += found.units;
        if let Some(expected) = source
            .expected
            .filter(|expected| found.ended && *units < *expected)
            && lost.is_none()
        {
            found.lost = Some(format!(
                "holds {units} of the {expected} resources that the manifest says"
            ));
        }
        if let Some(what) = &found.lost {
            *lost = Some(format!("{}: {what}", source.name));
        }
    }

    fn is_lost(&self, index: usize) -> bool {
        self.lost.get(index).is_some_and(Option::is_some)
    }

    /// What could not be read.
    pub(super) fn lost(self) -> Lost {
        self.lost.into_iter().flatten().collect()
    }
}
