//! The steps of `screen` as filters of streams: who may have a PNET, whose records these are, and what comes of them.

use super::args::{AssessArgs, GateArgs, KeepArgs, Stream};
use super::assess::{assess, place};
use super::blocks::{Block, Blocks};
use super::found::{Found, Take, Wanted, Where, each, look, one_line};
use super::ordered::ordered;
use super::out::Out;
use super::owner::{Owner, entries, medications, owner};
use super::part::Part;
use super::pass::{Lost, Pass, reading};
use super::population::Population;
use super::source::Source;
use super::sources::{self, sources};
use crate::cli::ended::Ended;
use crate::evaluator::Evaluator;
use fhir_profiles::chart::Glances;
use fhir_profiles::json::Json;
use serde_json::json;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// How a run ends of which this was lost.
pub(super) fn ended(lost: Lost, is_whole: bool) -> Result<(), Ended> {
    match (lost.is_empty(), is_whole) {
        (true, true) => Ok(()),
        (true, false) => Err(Ended::wrong(["not everything could be screened"])),
        (false, _) => {
            let mut messages = vec!["these could not be read, or not to their ends:".to_owned()];
            messages.extend(lost);
            Err(Ended { code: 1, messages })
        }
    }
}

fn named(input: &Stream) -> Result<Vec<Source>, Ended> {
    let wanted = sources::Wanted {
        paths: &input.paths,
        manifest: input.manifest.as_deref(),
        share: input.share,
    };
    sources(wanted).map_err(Ended::wrong)
}

/// Names the patients that may have a PNET.
///
/// # Errors
/// If something cannot be read or written.
pub(super) fn gate(args: &GateArgs, evaluator: &Evaluator) -> Result<(), Ended> {
    let sources = named(&args.input)?;
    let mut out = Out::open(args.out.as_deref())?;
    let progress = reading(&sources);
    let pass = Pass::over(&sources, evaluator, args.input.jobs, &progress);
    let mut blocks = Blocks::new(&sources, &progress);
    let mut suspects = BTreeSet::new();
    let mut tally = pass.tally();
    let mut skipped = 0;
    ordered(
        pass.jobs,
        |block| blocks.next(block),
        |block, glances| {
            look(
                block,
                pass.name(block.source),
                Wanted::Patients,
                evaluator,
                glances,
            )
        },
        |block, mut found| {
            pass.tell(&mut tally, block.source, &mut found);
            skipped += found.faults.len();
            let met = found.patients.into_iter().filter(|seen| seen.suspect);
            suspects.extend(met.map(|seen| seen.subject));
            ControlFlow::Continue(())
        },
    );
    let written = suspects
        .iter()
        .try_for_each(|subject| out.write(format!("{}\n", as_line(subject)).as_bytes()));
    out.end(written)?;
    progress.end(&format!("{} patients may have a PNET", suspects.len()));
    ended(tally.lost(), skipped == 0 || args.input.accept_skipped)
}

/// A patient's id as it stands in a list; one that would be more than a line, or be taken for something else, as JSON.
fn as_line(subject: &str) -> String {
    let odd = subject.contains(char::is_control) || subject.trim() != subject || subject.starts_with('"');
    match odd {
        true => json!(subject).to_string(),
        false => subject.to_owned(),
    }
}

/// The lists that were named, and those of each pattern.
fn several(lists: &[PathBuf]) -> Result<Vec<PathBuf>, Ended> {
    let mut all = Vec::new();
    for list in lists {
        match sources::matching(list) {
            None => all.push(list.clone()),
            Some(Ok(found)) if !found.is_empty() => all.extend(found),
            Some(Ok(_)) => return Err(Ended::wrong([format!("{}: no such file", list.display())])),
            Some(Err(what)) => return Err(Ended::wrong([what])),
        }
    }
    Ok(all)
}

/// The patients of lists.
fn listed(lists: &[PathBuf], part: Option<Part>) -> Result<HashSet<String>, Ended> {
    let mut found = HashSet::new();
    for path in &several(lists)? {
        let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
        // Named by hand, so a pipe of the shell is meant.
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| wrong(error.to_string()))?;
            let line = line.trim();
            let subject = match line.starts_with('"') {
                true => serde_json::from_str(line)
                    .map_err(|_| wrong(format!("line {}: expected `Patient/ID`", index + 1)))?,
                false => line.to_owned(),
            };
            let subject = match subject.starts_with("Patient/") {
                true => subject,
                false => format!("Patient/{subject}"),
            };
            if !line.is_empty() && part.is_none_or(|part| part.has(&subject)) {
                found.insert(subject);
            }
        }
    }
    Ok(found)
}

/// Passes on the records of some patients.
///
/// # Errors
/// If something cannot be read or written.
pub(super) fn keep(args: &KeepArgs, evaluator: &Evaluator) -> Result<(), Ended> {
    let wanted = listed(&args.patients, args.part)?;
    let sources = named(&args.input)?;
    let mut out = Out::open(args.out.as_deref())?;
    let progress = reading(&sources);
    let pass = Pass::over(&sources, evaluator, args.input.jobs, &progress);
    let mut blocks = Blocks::new(&sources, &progress);
    let mut tally = pass.tally();
    let (mut skipped, mut records) = (0, 0);
    let mut written = Ok(());
    ordered(
        pass.jobs,
        |block| blocks.next(block),
        |block: &Block, glances: &mut Glances| {
            let mut keeping = Keeping {
                wanted: &wanted,
                keyed: args.keyed,
                evaluator,
                glances,
                out: Vec::new(),
                records: 0,
                told: Found::default(),
            };
            each(block, pass.name(block.source), &mut keeping);
            (keeping.out, keeping.records, keeping.told)
        },
        |block, (mut bytes, kept, mut found)| {
            pass.tell(&mut tally, block.source, &mut found);
            for (place, what) in &found.faults {
                outcome(args.keyed, place, what, &mut bytes);
            }
            if let Some(what) = &found.lost {
                outcome(args.keyed, pass.name(block.source), what, &mut bytes);
            }
            skipped += found.faults.len();
            records += kept;
            written = out.write(&bytes);
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        },
    );
    out.end(written)?;
    progress.end(&format!(
        "{records} records of {} patients passed on",
        wanted.len()
    ));
    ended(tally.lost(), skipped == 0 || args.input.accept_skipped)
}

/// Says to whoever reads on that something is not there, as FHIR says it.
fn outcome(keyed: bool, place: &str, what: &str, out: &mut Vec<u8>) {
    let issue = json!({
        "severity": "error",
        "code": "incomplete",
        "diagnostics": format!("{place}: {what}"),
    });
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
    let key = if keyed { "\t" } else { "" };
    out.extend_from_slice(format!("{key}{outcome}\n").as_bytes());
}

struct Keeping<'k> {
    wanted: &'k HashSet<String>,
    keyed: bool,
    evaluator: &'k Evaluator,
    glances: &'k mut Glances,
    out: Vec<u8>,
    records: u64,
    /// Faults, as a pass tells of them.
    told: Found,
}

impl Keeping<'_> {
    fn record(&mut self, place: &Where<'_>, entry: &str, json: Json<'_>) {
        let fault = |keeping: &mut Self, entry: &str, what: &str| {
            let place = format!("{}{entry}", place.name.text());
            keeping.told.faults.push((place, what.to_owned()));
        };
        match owner(json, self.evaluator, self.glances) {
            Owner::Patient(subject, _) if self.wanted.contains(&subject) => {
                self.records += 1;
                self.line(Some(&subject), json);
            }
            Owner::Several(gaps) => {
                for gap in gaps {
                    fault(self, entry, gap);
                }
                for (index, found) in entries(json).into_iter().enumerate() {
                    let entry = format!("{entry}: entry {}", index + 1);
                    match found {
                        Ok(Some(json)) => self.record(place, &entry, json),
                        Ok(None) => {}
                        Err(what) => fault(self, &entry, what),
                    }
                }
            }
            Owner::Patient(..) => self.loose(json),
            Owner::Nobody => self.loose(json),
            Owner::Fault(what) => fault(self, entry, what),
        }
    }

    /// The Medications of what is not passed on: others may refer to them.
    fn loose(&mut self, json: Json<'_>) {
        let mut all = Vec::new();
        medications(json, &mut all);
        for (_, json) in all {
            self.line(None, json);
        }
    }

    fn line(&mut self, subject: Option<&str>, json: Json<'_>) {
        if self.keyed {
            self.out
                .extend_from_slice(subject.map(as_line).unwrap_or_default().as_bytes());
            self.out.push(b'\t');
        }
        self.out.extend_from_slice(one_line(json.raw()).as_bytes());
        self.out.push(b'\n');
    }
}

impl Take for Keeping<'_> {
    fn value(&mut self, place: &Where<'_>, json: Json<'_>) {
        self.told.units += 1;
        self.record(place, "", json);
    }

    fn fault(&mut self, place: String, what: String) {
        self.told.units += 1;
        self.told.faults.push((place, what));
    }

    fn lost(&mut self, what: &str) {
        self.told.lost = Some(what.to_owned());
    }

    fn end(&mut self) {
        self.told.ended = true;
    }
}

/// Assesses the patients whose records come in.
///
/// # Errors
/// If something cannot be read or written.
pub(super) fn assessed(args: &AssessArgs, evaluator: &Evaluator) -> Result<(), Ended> {
    let sources = named(&args.input)?;
    let out = place(&args.output)?;
    let progress = reading(&sources);
    let pass = Pass::over(&sources, evaluator, args.input.jobs, &progress);
    let mut all = Population::new(args.output.part, false);
    let lost = pass.keep(&mut all);
    all.settle();
    assess(&all, &pass, &args.output, out)?;
    progress.end(&all.summary());
    ended(lost, all.is_whole() || args.input.accept_skipped)
}
