//! Notes on what was read, a file a source: from them the records of few patients are found again without reading the
//! others, and an interrupted run goes on.

use super::found::Found;
use super::source::Source;
use crate::evaluator::Evaluator;
use crate::settings::Settings;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Error, Result, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use tempfile::TempDir;

/// The folder of the notes.
#[derive(Debug)]
pub(super) struct Notes {
    dir: PathBuf,
    /// Deletes it in the end, where nobody asked to keep it.
    _temporary: Option<TempDir>,
    files: Vec<PathBuf>,
    writing: Option<(usize, File)>,
}

impl Notes {
    /// Makes the folder, or finds what is in it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn begin(kept: Option<&Path>, sources: &[Source], under: &str) -> Result<Self> {
        let (dir, temporary) = match kept {
            Some(dir) => {
                std::fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(dir)?;
                (dir.to_owned(), None)
            }
            None => {
                let temporary = tempfile::Builder::new().prefix("pnet-cds-screen-").tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let files = sources
            .iter()
            .map(|source| dir.join(format!("{}.notes", identity(source, under))))
            .collect();
        Ok(Self {
            dir,
            _temporary: temporary,
            files,
            writing: None,
        })
    }

    /// A file without a name, for what cannot be read a second time.
    ///
    /// # Errors
    /// If there is no room.
    pub(super) fn spool(&self) -> Result<File> {
        tempfile::tempfile_in(&self.dir)
    }

    /// What was noted of a source, one after the other, up to what was not written to its end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn each(&self, source: usize, mut take: impl FnMut(Found)) -> Result<()> {
        let Some(path) = self.files.get(source) else {
            return Ok(());
        };
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        let mut good = 0;
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line)?;
            let found = match line.ends_with(b"\n") {
                true => serde_json::from_slice::<Found>(&line).ok(),
                false => None,
            };
            let Some(found) = found else {
                break;
            };
            good += line.len() as u64;
            take(found);
        }
        file.set_len(good)
    }

    /// Writes down what was found in a block, as [`written`] made it.
    ///
    /// # Errors
    /// If there is no room.
    pub(super) fn add(&mut self, source: usize, line: &[u8]) -> Result<()> {
        if self.writing.as_ref().is_none_or(|(at, _)| *at != source) {
            let path = self
                .files
                .get(source)
                .ok_or_else(|| Error::other("no such source"))?;
            let file = OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(path)?;
            self.writing = Some((source, file));
        }
        match &mut self.writing {
            Some((_, file)) => file.write_all(line),
            None => Ok(()),
        }
    }
}

/// What was found in a block, as it is noted; nothing of what cannot be read, so that it is tried again.
pub(super) fn written(found: &Found) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(found)?;
    line.push(b'\n');
    Ok(line)
}

/// What makes a source the same as in an earlier run: its name, size and time, and what it was looked through with.
fn identity(source: &Source, under: &str) -> String {
    let about = source.path.as_ref().and_then(|path| std::fs::metadata(path).ok());
    let size = about.as_ref().map_or(0, std::fs::Metadata::len);
    let changed = about.and_then(|about| about.modified().ok());
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    // What comes by standard input is never the same.
    let once = match source.path {
        Some(_) => 0,
        None => std::process::id(),
    };
    let all = format!("{}\n{size}\n{changed:?}\n{once}\n{under}", source.name);
    let digest = Sha256::digest(all.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What records are looked through with: program, knowledge and codes.
pub(super) fn looked_with(evaluator: &Evaluator, settings: &Settings) -> String {
    let mut all = format!(
        "{}\n{}\n{:?}\n",
        env!("CARGO_PKG_VERSION"),
        evaluator.knowledge.package.reference.hash,
        settings.packs
    );
    let limits = crate::files::Limits {
        depth: 16,
        entries: 10_000,
        dotted: false,
    };
    let codes = settings.codes_dir.as_deref();
    let files = codes.map(|dir| crate::files::under(dir, limits, |_| true));
    for path in files.into_iter().flatten().flatten() {
        let about = std::fs::metadata(&path);
        let about = about.map(|about| (about.len(), about.modified().ok()));
        all.push_str(&format!("{} {about:?}\n", path.display()));
    }
    all
}
