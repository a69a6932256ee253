//! Whether a file changed.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What changes when a file is written or replaced; nothing if there is no such file.
pub(crate) type Stamp = Option<(u64, u64, u64, i64, i64)>;

/// The stamp of a file as it is now; a link is followed.
pub(crate) fn stamp(path: &Path) -> Stamp {
    let meta = std::fs::metadata(path).ok()?;
    Some((
        meta.dev(),
        meta.ino(),
        meta.len(),
        meta.mtime(),
        meta.mtime_nsec(),
    ))
}
