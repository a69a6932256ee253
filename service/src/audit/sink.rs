//! The end of the audit's way: a file that may be moved away at any time, or standard output; whole lines or none.

use super::chain::Chain;
use std::borrow::Cow;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The room that there has to be, in bytes.
const ROOM: usize = 64 << 10;

/// Where lines go.
#[derive(Debug)]
pub(super) enum Output {
    /// Nowhere of its own: others get the lines.
    Nowhere,
    Stdout,
    File {
        path: PathBuf,
        file: File,
        /// Whether lines have to be on the disk before they count as written.
        durable: bool,
    },
}

impl Output {
    /// The end of a file, which is made if it is not there, for its owner only.
    pub(super) fn file(path: &Path, durable: bool) -> io::Result<Self> {
        Ok(Self::File {
            path: path.to_owned(),
            file: open(path)?,
            durable,
        })
    }
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes lines.
#[derive(Debug)]
pub(super) struct Writer {
    output: Output,
    /// Whether the last write ended inside a line that could not be taken back.
    torn: bool,
    /// The chain of the records, where they are chained, and how long the file was when it was looked at or written last.
    chain: Option<(Chain, u64)>,
    chained: bool,
}

impl Writer {
    pub(super) fn new(output: Output, chained: bool) -> Self {
        Self {
            output,
            torn: false,
            chain: None,
            chained,
        }
    }

    /// Writes all lines or fails; a part that was written is taken back, so that every line is a record. They come back as
    /// they were written.
    pub(super) fn write<'a>(&mut self, lines: &'a [u8]) -> io::Result<Cow<'a, [u8]>> {
        if !self.chained || lines.is_empty() {
            self.write_as_they_are(lines)?;
            return Ok(Cow::Borrowed(lines));
        }
        let mut chain = self.chain()?;
        let linked = chain.linked(lines);
        self.write_as_they_are(&linked)?;
        // Only what was written has a place in the chain.
        self.chain = Some((chain, self.length()));
        Ok(Cow::Owned(linked))
    }

    /// The chain as it stands: that of the file, where another process has written to it since.
    fn chain(&self) -> io::Result<Chain> {
        match (&self.output, &self.chain) {
            (Output::Stdout | Output::Nowhere, None) => Ok(Chain::default()),
            (Output::File { path, .. }, None) => Chain::of(path),
            // A file that is new or was emptied goes on with the chain of the one before.
            (Output::File { path, .. }, Some((_, length)))
                if self.length() != *length && self.length() > 0 =>
            {
                Chain::of(path)
            }
            (_, Some((chain, _))) => Ok(chain.clone()),
        }
    }

    /// The length of the file that the path leads to now.
    fn length(&self) -> u64 {
        match &self.output {
            Output::Stdout | Output::Nowhere => 0,
            Output::File { path, .. } => std::fs::metadata(path).map_or(0, |about| about.len()),
        }
    }

    fn write_as_they_are(&mut self, lines: &[u8]) -> io::Result<()> {
        let lines = if self.torn {
            &[b"\n", lines].concat()
        } else {
            lines
        };
        match &mut self.output {
            Output::Nowhere => Ok(()),
            Output::Stdout => {
                let mut out = io::stdout().lock();
                let result = out.write_all(lines).and_then(|()| out.flush());
                self.torn = result.is_err();
                result
            }
            Output::File { path, file, durable } => {
                if is_elsewhere(path, file) {
                    *file = open(path)?;
                    self.torn = false;
                }
                let before = file.metadata()?;
                let result = file.write_all(lines).and_then(|()| {
                    if *durable && before.is_file() {
                        file.sync_data()
                    } else {
                        Ok(())
                    }
                });
                self.torn = result.is_err() && file.set_len(before.len()).is_err();
                result
            }
        }
    }
}

impl Writer {
    /// Looks whether records could be written, and writes none: into a file beside that of the audit, which readers of
    /// the audit follow. What is no file cannot be looked at without writing to it.
    pub(super) fn look(&mut self) -> io::Result<()> {
        let Output::File { path, file, durable } = &mut self.output else {
            return Ok(());
        };
        if is_elsewhere(path, file) {
            *file = open(path)?;
            self.torn = false;
        }
        if !file.metadata()?.is_file() {
            return Ok(());
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".room");
        let beside = path.with_file_name(name);
        let tried = room(&beside, *durable);
        let removed = std::fs::remove_file(&beside);
        match tried {
            // Who may write to the file need not be allowed to make another.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
            tried => tried.and(removed),
        }
    }
}

/// Makes a file of the size of many records.
pub(super) fn room(path: &Path, durable: bool) -> io::Result<()> {
    let mut file = open(path)?;
    file.write_all(&[b'\n'; ROOM])?;
    match durable {
        true => file.sync_data(),
        false => Ok(()),
    }
}

/// Whether the file has been moved away or deleted, as programs that rotate logs do; it is opened anew then. One that is
/// copied and truncated is no other file: lines are appended, so none is lost.
pub(super) fn is_elsewhere(path: &Path, file: &File) -> bool {
    match (std::fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(here)) => !is_same(&there, &here),
        _ => true,
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("pnet-cds-audit-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&place);
        place
    }

    #[test]
    fn a_file_that_is_moved_away_is_made_anew() {
        let (path, moved) = (place("rotated"), place("rotated.1"));
        let mut writer = Writer::new(Output::file(&path, true).unwrap(), false);
        writer.write(b"{\"a\":1}\n").unwrap();
        std::fs::rename(&path, &moved).unwrap();
        writer.write(b"{\"b\":2}\n").unwrap();
        std::fs::remove_file(&path).unwrap();
        writer.write(b"{\"c\":3}\n").unwrap();
        let read = |path| std::fs::read_to_string(path).unwrap();
        assert_eq!(
            (read(&moved).as_str(), read(&path).as_str()),
            ("{\"a\":1}\n", "{\"c\":3}\n")
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let path = place("private");
        let _output = Output::file(&path, true).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }

    /// `/dev/full` takes nothing, as a disk that is full.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_a_failure() {
        let mut writer = Writer::new(Output::file(Path::new("/dev/full"), true).unwrap(), false);
        assert_eq!(
            writer.write(b"{}\n").unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }
}
