//! The bundled patients in a folder, as an export has them.

use super::exported::{folder, records};
use std::fs;
use std::path::PathBuf;

/// The records in a folder, a file a type.
pub(crate) fn export(name: &str) -> PathBuf {
    let dir = folder(name);
    for (kind, lines) in records() {
        fs::write(dir.join(format!("{kind}.ndjson")), lines.join("\n") + "\n").unwrap();
    }
    dir
}
