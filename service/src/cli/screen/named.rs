//! A file of a population.

use std::path::PathBuf;

/// A file to read, with its name as the user knows it.
#[derive(Debug)]
pub(super) struct NamedFile {
    pub(super) path: PathBuf,
    /// Whether each line is a record.
    pub(super) lines: bool,
}
