//! Each record with a hash over itself and the record before it, so that one that is changed, taken out or put in between shows.
//!
//! The end of a chain that is cut off shows only to who has kept a later hash elsewhere.

use super::shape::{ENTITY_TYPE, ROLE, coding, detail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What comes before the first record of all.
const BEGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The entity that holds the hashes.
const NAME: &str = "chain";
const BEFORE: &str = "previous";
const OWN: &str = "sha-256";
/// The longest record that is looked for at the end of a file, in bytes.
const LONGEST: u64 = 4 << 20;

/// Where a chain has got to.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    last: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            last: BEGIN.to_owned(),
        }
    }
}

impl Chain {
    /// The chain as the records at the end of a file have it; a new one without any.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
        let mut end = Vec::new();
        file.take(LONGEST).read_to_end(&mut end)?;
        let lines = end.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let last = lines
            .filter_map(|line| linked(line).ok())
            .map(|link| link.own)
            .next();
        Ok(Self {
            last: last.unwrap_or_else(|| BEGIN.to_owned()),
        })
    }

    /// The lines with their hashes; what is no record stays as it is.
    pub(super) fn linked(&mut self, lines: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Value>(line) {
                Ok(mut record) if record.is_object() => {
                    let own = hash(&self.last, &record);
                    let members = record.as_object_mut();
                    let entities =
                        members.map(|members| members.entry("entity").or_insert_with(|| json!([])));
                    if let Some(entities) = entities.and_then(Value::as_array_mut) {
                        entities.push(entity(&self.last, &own));
                    }
                    all.extend(record.to_string().into_bytes());
                    all.push(b'\n');
                    self.last = own;
                }
                _ => all.extend_from_slice(line),
            }
        }
        all
    }
}

fn entity(before: &str, own: &str) -> Value {
    json!({
        "type": coding(ENTITY_TYPE, "2", "System Object"),
        "role": coding(ROLE, "20", "Job"),
        "name": NAME,
        "detail": [detail(BEFORE, before), detail(OWN, own)],
    })
}

fn hash(before: &str, record: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update("\n");
    hash.update(record.to_string());
    format!("{:x}", hash.finalize())
}

/// A record's place in its chain.
struct Link {
    before: String,
    own: String,
    /// Whether the hash is that of the record.
    is_right: bool,
}

/// The place of a line in its chain.
///
/// # Errors
/// What it lacks.
fn linked(line: &[u8]) -> Result<Link, &'static str> {
    let mut record: Value = serde_json::from_slice(line).map_err(|_| "it is no record")?;
    let none = "it has no hash";
    let entities = record
        .get_mut("entity")
        .and_then(Value::as_array_mut)
        .ok_or(none)?;
    let chain = entities
        .pop()
        .filter(|entity| entity.get("name").is_some_and(|name| name == NAME))
        .ok_or(none)?;
    let is_empty = entities.is_empty();
    if let (true, Some(members)) = (is_empty, record.as_object_mut()) {
        members.remove("entity");
    }
    let part = |kind: &str| {
        let mut details = chain.get("detail")?.as_array()?.iter();
        let found = details.find(|detail| detail.get("type").is_some_and(|known| known == kind))?;
        found.get("valueString")?.as_str().map(str::to_owned)
    };
    let (before, own) = part(BEFORE).zip(part(OWN)).ok_or(none)?;
    let is_right = hash(&before, &record) == own;
    Ok(Link {
        before,
        own,
        is_right,
    })
}

/// What a chain of files comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Records that were looked at.
    pub(crate) records: u64,
    /// What the first of them follows, if it is not the first of all.
    pub(crate) follows: Option<String>,
    /// The hash of the last one.
    pub(crate) last: Option<String>,
    /// Whether a hash that was looked for stands there.
    pub(crate) found: bool,
    /// Where something is wrong, and what.
    pub(crate) faults: Vec<(u64, &'static str)>,
}

impl Verified {
    /// Goes on with a line of a file; its number is for the faults.
    pub(crate) fn line(&mut self, number: u64, line: &[u8], wanted: Option<&str>) {
        self.records += 1;
        let link = match linked(line) {
            Ok(link) => link,
            Err(what) => {
                self.faults.push((number, what));
                return;
            }
        };
        if !link.is_right {
            self.faults.push((number, "it was changed"));
        }
        match &self.last {
            Some(last) if *last != link.before => {
                self.faults.push((
                    number,
                    "it does not follow the record before it: one is missing, or was put in",
                ));
            }
            None if link.before != BEGIN => self.follows = Some(link.before),
            _ => {}
        }
        self.found |= wanted == Some(link.own.as_str());
        self.last = Some(link.own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(lines: &[u8]) -> Verified {
        let mut verified = Verified::default();
        for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())) {
            verified.line(number, line, None);
        }
        verified
    }

    fn chain() -> Vec<Vec<u8>> {
        let mut chain = Chain::default();
        let records: [&[u8]; 3] = [
            b"{\"resourceType\":\"AuditEvent\",\"entity\":[{\"name\":\"a\"}],\"n\":1.50}\n",
            b"{\"resourceType\":\"AuditEvent\"}\n",
            b"{\"resourceType\":\"AuditEvent\",\"text\":\"\\u2028\"}\n",
        ];
        records.map(|record| chain.linked(record)).to_vec()
    }

    #[test]
    fn a_chain_that_nobody_has_touched_is_whole() {
        let whole = verified(&chain().concat());
        assert_eq!((whole.records, whole.follows), (3, None));
        assert_eq!(whole.faults, []);
    }

    #[test]
    fn what_was_changed_taken_out_or_put_in_is_found_by_its_line() {
        let chain = chain();
        let text = |line: usize| String::from_utf8(chain[line].clone()).unwrap();
        let changed = [text(0).replace("1.5", "1.6"), text(1)].concat();
        assert_eq!(verified(changed.as_bytes()).faults, [(1, "it was changed")]);
        let gap = verified([text(0), text(2)].concat().as_bytes()).faults;
        assert!(
            gap.iter()
                .any(|(line, what)| *line == 2 && what.contains("one is missing")),
            "{gap:?}"
        );
        let bare = verified(
            [text(0), "{\"resourceType\":\"AuditEvent\"}\n".to_owned(), text(1)]
                .concat()
                .as_bytes(),
        );
        assert_eq!(bare.faults, [(2, "it has no hash")]);
        let twice = verified([text(0), text(0)].concat().as_bytes()).faults;
        assert!(twice[0].1.contains("does not follow"), "{twice:?}");
        let late = verified(text(1).as_bytes());
        assert!(late.faults.is_empty() && late.follows.is_some(), "{late:?}");
    }
}
