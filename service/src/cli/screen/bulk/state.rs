//! What an interrupted fetch needs to go on: where the server has the export.

use crate::cli::ended::Ended;
use crate::cli::given::written;
use serde_json::{Value, json};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The state of one folder.
pub(super) struct State {
    path: PathBuf,
}

impl State {
    /// Makes the folder, which only its owner reads, or finds what is in it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn open(dir: &Path) -> Result<Self, Ended> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|error| Ended::wrong([format!("{}: {error}", dir.display())]))?;
        Ok(Self {
            path: dir.join("export.state"),
        })
    }

    /// Where to ask for an export that was begun.
    pub(super) fn status(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let state: Value = serde_json::from_str(&text).ok()?;
        state.get("status").and_then(Value::as_str).map(str::to_owned)
    }

    /// Remembers an export.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn begin(&self, status: &str) -> Result<(), Ended> {
        written(&self.path, &json!({ "status": status }).to_string(), true)
    }

    /// Forgets it.
    pub(super) fn done(&self) {
        // One that stays behind leads to an export that the server does not know any more, which it then says.
        let _ = std::fs::remove_file(&self.path);
    }
}
