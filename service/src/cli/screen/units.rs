//! What a population is read from: the lines of NDJSON files, and JSON files of one resource or Bundle.

use super::Source;
use fhir_profiles::chart::{json_text, opened};
use fhir_profiles::json::{Budget, Json, Kind};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line or file that is read, in bytes; a longer one is reported and skipped.
const LONGEST: u64 = 256 << 20;

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
        if let Err(fault) = collect(path, true, &mut found) {
            faults.push(fault);
        } else if found.len() == before {
            faults.push(format!("{}: no .ndjson, .jsonl or .json file", path.display()));
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn collect(path: &Path, named: bool, found: &mut Vec<Source>) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(said)?;
        let mut inside: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(said)?;
        inside.sort();
        return inside.iter().try_for_each(|path| collect(path, false, found));
    }
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    let is = |wanted: &str| extension.as_ref().is_some_and(|extension| extension == wanted);
    let lines = is("ndjson") || is("jsonl");
    if named || lines || is("json") {
        File::open(path).map_err(said)?;
        found.push(Source {
            path: path.to_owned(),
            lines,
        });
    }
    Ok(())
}

/// One value of a file, or why it cannot be used.
pub(super) type Unit<'a> = Result<Json<'a>, String>;

impl Source {
    /// Hands over every value, with where it stands.
    pub(super) fn each(&self, mut take: impl FnMut(&str, Unit<'_>)) {
        let name = self.path.display().to_string();
        let file = match File::open(&self.path) {
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
