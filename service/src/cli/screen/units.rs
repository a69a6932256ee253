//! What a population is read from: the lines of NDJSON files, and JSON files of one resource or Bundle.

use super::Source;
use crate::files::{self, Limits, regular};
use fhir_profiles::chart::{json_text, parsed};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line or file that is read, in bytes; a longer one is reported and skipped.
const LONGEST: u64 = 256 << 20;
/// What a folder of a population may hold.
const LIMITS: Limits = Limits {
    depth: 32,
    entries: 200_000,
    dotted: true,
};

/// The files that the paths stand for: each file given, and every `.ndjson`, `.jsonl` and `.json` file of a directory,
/// in the order of their names.
///
/// # Errors
/// Every path that cannot be read, and paths without any such file.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<Source>, Vec<String>> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        let before = found.len();
        if let Err(fault) = collect(path, &mut found) {
            faults.extend(fault);
        } else if found.len() == before {
            faults.push(format!("{}: no .ndjson, .jsonl or .json file", path.display()));
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn collect(path: &Path, found: &mut Vec<Source>) -> Result<(), Vec<String>> {
    if !path.is_dir() {
        found.push(source(path)?);
        return Ok(());
    }
    let wanted = |path: &Path| is(path, &["ndjson", "jsonl", "json"]);
    for path in files::under(path, LIMITS, wanted)? {
        found.push(source(&path)?);
    }
    Ok(())
}

/// A file that is there and can be read.
fn source(path: &Path) -> Result<Source, Vec<String>> {
    regular(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    Ok(Source {
        path: path.to_owned(),
        lines: is(path, &["ndjson", "jsonl"]),
    })
}

fn is(path: &Path, kinds: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| kinds.iter().any(|kind| extension == *kind))
}

/// One value of a file, or why it cannot be used.
pub(super) type Unit<'a> = Result<&'a RawValue, String>;

impl Source {
    /// Hands over every value, with where it stands.
    pub(super) fn each(&self, mut take: impl FnMut(&str, Unit<'_>)) {
        let name = self.path.display().to_string();
        let file = match regular(&self.path) {
            Ok(file) => file,
            Err(error) => return take(&name, Err(error.to_string())),
        };
        let mut reader = BufReader::new(file);
        if self.lines {
            lines(&mut reader, &name, &mut take);
        } else {
            let mut bytes = Vec::new();
            match reader.take(LONGEST + 1).read_to_end(&mut bytes) {
                Ok(_) => value(&bytes, &name, &mut take),
                Err(error) => take(&name, Err(error.to_string())),
            }
        }
    }
}

fn lines(reader: &mut impl BufRead, name: &str, take: &mut impl FnMut(&str, Unit<'_>)) {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let place = format!("{name}:{number}");
        match reader.take(LONGEST + 1).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) if line.trim_ascii().is_empty() => {}
            Ok(_) => {
                let cut = line.len() as u64 > LONGEST && line.last() != Some(&b'\n');
                value(&line, &place, take);
                if cut && reader.skip_until(b'\n').is_err() {
                    return;
                }
            }
            Err(error) => return take(&place, Err(error.to_string())),
        }
    }
}

fn value(bytes: &[u8], place: &str, take: &mut impl FnMut(&str, Unit<'_>)) {
    if bytes.len() as u64 > LONGEST {
        return take(place, Err(format!("longer than {} MiB", LONGEST >> 20)));
    }
    let text = json_text(bytes);
    let mut slot = None;
    let parse = |text| serde_json::from_str::<&RawValue>(text);
    // The message of the parser can quote what it read, which may be chart data; its place cannot.
    let parsed = parsed(&text, &mut slot, parse).map_err(|error| match text.is_empty() {
        true => "empty".to_owned(),
        false => format!("no JSON at line {}, column {}", error.line(), error.column()),
    });
    take(place, parsed);
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Bundle<'a> {
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Entry<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
}

objects_only!(Bundle<'a>, Entry<'a>);

/// The resources of a Bundle, for one that holds several patients, or why an entry cannot be read.
pub(super) fn entries(bundle: &RawValue) -> Vec<Result<Option<&RawValue>, &'static str>> {
    let bundle: Result<Bundle<'_>, _> = serde_json::from_str(bundle.get());
    let Ok(bundle) = bundle else {
        return vec![Err("entries that cannot be read")];
    };
    bundle.entry.into_iter().map(resource).collect()
}

fn resource(entry: &RawValue) -> Result<Option<&RawValue>, &'static str> {
    let read: Result<Entry<'_>, _> = serde_json::from_str(entry.get());
    read.map(|entry| entry.resource)
        .map_err(|_| "an entry that cannot be read")
}
