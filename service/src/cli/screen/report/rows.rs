//! The rows of `screen --format ndjson`, as far as a report needs them.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::{Path, PathBuf};

/// One patient.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) knowledge: Knowledge,
    pub(super) as_of: String,
    #[serde(default)]
    pub(super) subject: String,
    pub(super) gate: String,
    pub(super) grade: OneOf,
    pub(super) stage: Stages,
    #[serde(default)]
    pub(super) pathway: Option<Pathway>,
    #[serde(default)]
    pub(super) missing: Vec<Missing>,
    pub(super) facts: BTreeMap<String, Fact>,
}

/// With what it was assessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Knowledge {
    pub(super) version: String,
}

/// A grade or stage, where one remains.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct OneOf {
    #[serde(default)]
    pub(super) value: Option<String>,
}

/// Stages by system.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Stages {
    pub(super) enets: OneOf,
    pub(super) ajcc7: OneOf,
}

/// The situation.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Pathway {
    pub(super) intent: Intent,
    #[serde(default)]
    pub(super) places: Vec<Place>,
}

/// What treatment can aim at.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Intent {
    pub(super) value: String,
}

/// Where an option stands.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Place {
    pub(super) option: String,
    pub(super) place: String,
}

/// A missing fact that would settle something.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Missing {
    pub(super) fact: String,
    pub(super) settles: Settles,
}

/// How many options some value of it settles.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Settles {
    pub(super) least: u64,
    pub(super) most: u64,
}

/// A fact, as far as it is known.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Fact {
    pub(super) status: String,
    #[serde(default)]
    pub(super) reason: Option<String>,
}

objects_only!(
    Row, Knowledge, OneOf, Stages, Pathway, Intent, Place, Missing, Settles, Fact
);

/// The longest row that is read, in bytes: one of a large chart has some hundred kB.
const LONGEST: u64 = 64 << 20;

/// Hands over every row of some files; `-` is standard input.
///
/// # Errors
/// The first fault of each file: a row that is none, a patient who was there before.
pub(super) fn read(files: &[PathBuf], mut take: impl FnMut(&Row)) -> Result<(), Vec<String>> {
    let mut known = HashSet::new();
    let mut faults = Vec::new();
    for path in files {
        let reader: Box<dyn Read> = match path == Path::new("-") {
            true => Box::new(stdin().lock()),
            // Named by hand, so a pipe of the shell is meant.
            false => match File::open(path) {
                Ok(file) => Box::new(file),
                Err(error) => {
                    faults.push(format!("{}: {error}", path.display()));
                    continue;
                }
            },
        };
        if let Err(what) = rows(reader, &mut known, &mut take) {
            faults.push(format!("{}:{what}", path.display()));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults),
    }
}

fn rows(reader: impl Read, known: &mut HashSet<[u8; 16]>, take: &mut impl FnMut(&Row)) -> Result<(), String> {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut line);
        if read.map_err(|error| format!("{number}: {error}"))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_slice(&line)
            .map_err(|_| format!("{number}: no row of `pnet-cds screen --format ndjson`"))?;
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(Sha256::digest(row.subject.as_bytes())) {
            *to = from;
        }
        if !known.insert(key) {
            return Err(format!("{number}: a patient of whom there was a row before"));
        }
        take(&row);
    }
    Ok(())
}
