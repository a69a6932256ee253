//! Where rows, names and records go: standard output, or a file that is there when it is whole.

use crate::cli::ended::Ended;
use crate::cli::style::Terminal;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, IsTerminal, Result, Write};
use std::path::{Path, PathBuf};

/// Where something goes.
pub(in crate::cli) struct Out {
    writer: Box<dyn Write + Send>,
    place: String,
    /// The name under which it is written, and the one that it gets.
    renamed: Option<(PathBuf, PathBuf)>,
}

impl Out {
    /// Opens it.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub(in crate::cli) fn open(path: Option<&Path>) -> std::result::Result<Self, Ended> {
        let Some(path) = path else {
            let stdout = std::io::stdout();
            return Ok(Self {
                writer: match stdout.is_terminal() {
                    true => Box::new(Terminal::new(stdout)),
                    false => Box::new(BufWriter::with_capacity(64 << 10, stdout)),
                },
                place: "standard output".to_owned(),
                renamed: None,
            });
        };
        // A device or a pipe is what it is; a file of that name may be read by somebody until it is replaced.
        let is_file = std::fs::metadata(path).map_or(true, |about| about.is_file());
        let renamed = is_file.then(|| {
            let mut part = path.as_os_str().to_owned();
            part.push(".part");
            (PathBuf::from(part), path.to_owned())
        });
        let written = renamed.as_ref().map_or(path, |(part, _)| part);
        let file =
            File::create(written).map_err(|error| Ended::wrong([format!("{}: {error}", path.display())]))?;
        Ok(Self {
            writer: Box::new(BufWriter::with_capacity(64 << 10, file)),
            place: path.display().to_string(),
            renamed,
        })
    }

    pub(in crate::cli) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write_all(bytes)
    }

    /// Ends it, once everything was written or something could not be.
    ///
    /// # Errors
    /// If it could not be written; that nobody reads any more is no fault.
    pub(in crate::cli) fn end(mut self, written: Result<()>) -> std::result::Result<(), Ended> {
        let done = written.and_then(|()| self.writer.flush());
        let done = done.and_then(|()| match &self.renamed {
            Some((part, whole)) => std::fs::rename(part, whole),
            None => Ok(()),
        });
        match done {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Ended::failed(format!("{}: {error}", self.place)))
            }
            _ => Ok(()),
        }
    }
}
