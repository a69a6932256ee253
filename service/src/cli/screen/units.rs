//! What a population is read from: the lines of NDJSON files, and JSON files of one resource or Bundle.

use super::named::NamedFile;
use crate::files::{self, Limits, regular};
use fhir_profiles::chart::{opened, utf8_text};
use fhir_profiles::json::{Budget, Json, Kind};
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
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<NamedFile>, Vec<String>> {
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

fn collect(path: &Path, found: &mut Vec<NamedFile>) -> Result<(), Vec<String>> {
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
fn source(path: &Path) -> Result<NamedFile, Vec<String>> {
    regular(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    Ok(NamedFile {
        path: path.to_owned(),
        lines: is(path, &["ndjson", "jsonl"]),
    })
}

fn is(path: &Path, kinds: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| kinds.iter().any(|kind| extension == *kind))
}

/// One value of a file, or why it cannot be used.
pub(super) type Unit<'a> = Result<Json<'a>, String>;

impl NamedFile {
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
    let text = utf8_text(bytes);
    // What a fault says of its place holds nothing of the chart.
    match opened(&*text, &Budget::FILE) {
        Ok(document) => take(place, Ok(document.root())),
        Err(_) if text.is_empty() => take(place, Err("empty".to_owned())),
        Err(fault) => take(place, Err(fault.to_string())),
    }
}

/// The resources of a Bundle, for one that holds several patients, or why an entry cannot be read.
pub(super) fn entries(bundle: Json<'_>) -> Vec<Result<Option<Json<'_>>, &'static str>> {
    let entries = bundle.get("entry");
    match entries.map(Json::kind) {
        None => Vec::new(),
        Some(Kind::List) => entries.into_iter().flat_map(Json::items).map(resource).collect(),
        Some(_) => vec![Err("entries that cannot be read")],
    }
}

fn resource(entry: Json<'_>) -> Result<Option<Json<'_>>, &'static str> {
    match entry.kind() {
        Kind::Object => Ok(entry.get("resource").filter(|json| !json.is_null())),
        _ => Err("an entry that cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_more_of_something_than_is_read_is_named_and_the_next_one_read() {
        let keys: Vec<String> = (0..=Budget::FILE.prefetch)
            .map(|n| format!("\"{n}\":0"))
            .collect();
        let text = format!("{{\"prefetch\":{{{}}}}}\n{{]\n{{\"a\":1}}\n", keys.join(","));
        let mut seen = Vec::new();
        lines(&mut text.as_bytes(), "f", &mut |place, unit| {
            seen.push((place.to_owned(), unit.map(|json| json.raw().to_owned())));
        });
        let expected = [
            ("f:1", Err("more than 200 prefetch keys")),
            ("f:2", Err("no JSON at line 1, column 2")),
            ("f:3", Ok("{\"a\":1}")),
        ];
        let expected =
            expected.map(|(place, unit)| (place.to_owned(), unit.map(str::to_owned).map_err(str::to_owned)));
        assert_eq!(seen, expected);
    }
}
