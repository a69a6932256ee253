//! What a population is read from: files that are named, match a pattern, stand in a folder or in a manifest; standard input.

use super::manifest;
use super::part::Part;
use super::source::Source;
use crate::files::{self, Limits, regular};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a folder of a population may hold.
const LIMITS: Limits = Limits {
    depth: 32,
    entries: 200_000,
    dotted: true,
};
/// What files are read of a folder, packed or not.
const KINDS: [&str; 3] = ["ndjson", "jsonl", "json"];
const PACKED: [&str; 4] = ["gz", "gzip", "zst", "zstd"];

/// What is wanted of the arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) manifest: Option<&'a Path>,
    pub(super) share: Option<Part>,
}

/// The files that the arguments stand for: each file given, those of each pattern, folder and manifest in the order of
/// their names. Standard input where nothing is named.
///
/// # Errors
/// Every path that cannot be read, and paths without any file to read.
pub(super) fn sources(wanted: Wanted<'_>) -> std::result::Result<Vec<Source>, Vec<String>> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for path in wanted.paths {
        let before = found.len();
        if let Err(fault) = collect(path, &mut found) {
            faults.extend(fault);
        } else if found.len() == before {
            faults.push(format!("{}: no .ndjson, .jsonl or .json file", path.display()));
        }
    }
    if let Some(path) = wanted.manifest {
        match manifest::files(path) {
            Ok(files) => found.extend(files),
            Err(fault) => faults.push(format!("{}: {fault}", path.display())),
        }
    } else if wanted.paths.is_empty() {
        found.push(standard_input());
    }
    if found.iter().filter(|source| source.path.is_none()).count() > 1 {
        faults.push("-: standard input can be read once".to_owned());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut place = 0..;
    found.retain(|_| {
        let place = place.next().unwrap_or_default();
        wanted.share.is_none_or(|share| share.has_place(place))
    });
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<Source>) -> std::result::Result<(), Vec<String>> {
    if path == Path::new("-") {
        found.push(standard_input());
    } else if path.is_dir() {
        let files = files::under(path, LIMITS, is_of_population)?;
        found.extend(files.iter().map(|path| file(path)));
    } else if let Some(matching) = matching(path) {
        let files = matching.map_err(|what| vec![what])?;
        found.extend(files.iter().map(|path| file(path)));
    } else {
        found.push(named(path)?);
    }
    Ok(())
}

/// The files of a pattern, in the order of their names; none for what is no pattern, or is what a file is called.
///
/// # Errors
/// What is wrong with it, or cannot be looked into.
pub(super) fn matching(path: &Path) -> Option<std::result::Result<Vec<PathBuf>, String>> {
    let text = path.to_str()?;
    if !text.contains(['*', '?', '[']) || path.exists() {
        return None;
    }
    let found = match glob::glob(text) {
        Ok(found) => found,
        Err(error) => return Some(Err(format!("{text}: {error}"))),
    };
    let mut files = Vec::new();
    for path in found {
        match path {
            Ok(path) if path.is_dir() => {}
            Ok(path) => files.push(path),
            Err(error) => return Some(Err(format!("{}: {}", error.path().display(), error.error()))),
        }
    }
    Some(Ok(files))
}

fn standard_input() -> Source {
    Source {
        name: "standard input".to_owned(),
        path: None,
        lines: true,
        expected: None,
    }
}

/// A file that was named: where there is none, somebody mistyped.
fn named(path: &Path) -> std::result::Result<Source, Vec<String>> {
    match regular(path).map_err(|error| (error.kind(), error)) {
        Err((ErrorKind::NotFound | ErrorKind::InvalidInput, error)) => {
            Err(vec![format!("{}: {error}", path.display())])
        }
        _ => Ok(file(path)),
    }
}

/// A file that is there; what cannot be read of it costs itself, and is told once the others were read.
fn file(path: &Path) -> Source {
    Source {
        name: path.display().to_string(),
        path: Some(path.to_owned()),
        lines: is(&unpacked(path), &["ndjson", "jsonl"]),
        expected: None,
    }
}

fn is_of_population(path: &Path) -> bool {
    is(&unpacked(path), &KINDS)
}

/// The name without what says how it is packed.
fn unpacked(path: &Path) -> PathBuf {
    match is(path, &PACKED) {
        true => path.with_extension(""),
        false => path.to_owned(),
    }
}

fn is(path: &Path, kinds: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| kinds.iter().any(|kind| extension == *kind))
}
