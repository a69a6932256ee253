//! The knowledge directory that is compiled in.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/knowledge");

/// Its files: path relative to the knowledge directory, and text.
pub(crate) fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(&EMBEDDED, &mut files);
    files
}

fn collect(dir: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        // A file that is no text is refused by its name, so its content does not matter.
        files.insert(
            file.path().to_string_lossy().replace('\\', "/"),
            file.contents_utf8().unwrap_or_default().to_owned(),
        );
    }
    for dir in dir.dirs() {
        collect(dir, files);
    }
}
