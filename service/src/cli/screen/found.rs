//! What a block holds: whose its records are and where they stand, Medications, and what cannot be used.

use super::blocks::{Block, Held};
use super::owner::{Met, Owner, entries, medications, owner};
use crate::evaluator::Evaluator;
use fhir_profiles::chart::{Glances, opened, utf8_text};
use fhir_profiles::json::{Budget, Json};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::HashMap;

/// What a block holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Found {
    /// Where the next block begins, and the number of its first line.
    pub(super) next: (u64, u64),
    /// How many values were read.
    pub(super) units: u64,
    /// Everyone of whom there is a record, once.
    pub(super) patients: Vec<Seen>,
    /// Records, each with the place of its patient in that list.
    pub(super) records: Vec<(u32, Place)>,
    /// Medications by their reference.
    pub(super) medications: Vec<(String, Place)>,
    /// What cannot be used, with where it stands.
    pub(super) faults: Vec<(String, String)>,
    /// Why the source cannot be read further.
    pub(super) lost: Option<String>,
    /// Whether it is at its end.
    pub(super) ended: bool,
}

/// A patient of a block.
#[derive(Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Seen {
    pub(super) subject: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) suspect: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) conditions: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gaps: Vec<String>,
}

objects_only!(Found, Seen);

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Where a record stands, or what it says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Place {
    /// Offset and length in the unpacked text of the source.
    At(u64, u64),
    /// A record that does not stand there as it is read.
    Text(Box<str>),
}

/// What is wanted of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Who is met.
    Patients,
    /// And where what is theirs stands.
    Places,
    /// And what is theirs.
    Texts,
}

/// Looks through a block.
pub(super) fn look(
    block: &Block,
    name: &str,
    wanted: Wanted,
    evaluator: &Evaluator,
    glances: &mut Glances,
) -> Found {
    let mut looking = Looking {
        found: Found {
            next: block.next,
            ..Found::default()
        },
        by_subject: HashMap::new(),
        wanted,
        evaluator,
        glances,
    };
    each(block, name, &mut looking);
    looking.found
}

/// What is done with the values of a block.
pub(super) trait Take {
    /// A value, with where it stands in the source: the offset, and the bytes.
    fn value(&mut self, place: &Where<'_>, json: Json<'_>);
    /// Something that cannot be used.
    fn fault(&mut self, place: String, what: String);
    /// The source cannot be read further.
    fn lost(&mut self, what: &str);
    /// The source is at its end.
    fn end(&mut self) {}
}

/// Where a value stands.
pub(super) struct Where<'b> {
    /// For people.
    pub(super) name: Name<'b>,
    /// Of its first byte in the source.
    offset: u64,
    bytes: &'b [u8],
}

/// The name of a place, made when somebody wants it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'b> {
    source: &'b str,
    line: Option<u64>,
}

impl Name<'_> {
    pub(super) fn text(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.source),
            None => self.source.to_owned(),
        }
    }
}

impl Where<'_> {
    /// Where a part of the value stands, as long as it stands there as it was read.
    pub(super) fn of(&self, raw: &str) -> Place {
        let begin = (raw.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize);
        match begin.filter(|begin| begin + raw.len() <= self.bytes.len()) {
            Some(begin) => Place::At(self.offset + begin as u64, raw.len() as u64),
            None => Place::Text(raw.into()),
        }
    }
}

/// Hands over every value of a block, and whatever else it is.
pub(super) fn each(block: &Block, name: &str, take: &mut impl Take) {
    match &block.kind {
        Held::Failed(what) => take.lost(what),
        Held::End => take.end(),
        Held::Whole => {
            let name = Name {
                source: name,
                line: None,
            };
            value(&block.bytes, name, block.offset, take);
        }
        Held::TooLong(mebibytes) => {
            let name = match block.next.1 > block.line || block.line > 1 {
                true => format!("{name}:{}", block.line),
                false => name.to_owned(),
            };
            take.fault(
                name,
                format!("longer than {mebibytes} MiB (byte {})", block.offset),
            );
        }
        Held::Lines => {
            let mut offset = block.offset;
            let mut number = block.line;
            let mut rest: &[u8] = &block.bytes;
            while !rest.is_empty() {
                let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
                let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                if !line.trim_ascii().is_empty() {
                    let name = Name {
                        source: name,
                        line: Some(number),
                    };
                    value(line, name, offset, take);
                }
                offset += end as u64;
                number += 1;
                rest = after;
            }
        }
    }
}

fn value(bytes: &[u8], name: Name<'_>, offset: u64, take: &mut impl Take) {
    let text = utf8_text(bytes);
    // What a fault says of its place holds nothing of the chart.
    match opened(&*text, &Budget::FILE) {
        Ok(document) => take.value(&Where { name, offset, bytes }, document.root()),
        Err(_) if text.is_empty() => take.fault(name.text(), "empty".to_owned()),
        Err(fault) => take.fault(name.text(), format!("{fault} (byte {offset})")),
    }
}

/// A record in one line, as it is kept and passed on.
pub(super) fn one_line(raw: &str) -> Cow<'_, str> {
    // Ends of lines inside of texts are escaped in JSON, so those that are left are white space.
    match raw.contains(['\n', '\r']) {
        true => Cow::Owned(raw.replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(raw),
    }
}

struct Looking<'e> {
    found: Found,
    by_subject: HashMap<String, u32>,
    wanted: Wanted,
    evaluator: &'e Evaluator,
    glances: &'e mut Glances,
}

impl Looking<'_> {
    fn meet(&mut self, place: &Where<'_>, entry: &str, json: Json<'_>) {
        match owner(json, self.evaluator, self.glances) {
            Owner::Patient(subject, met) => {
                let patient = self.patient(subject, met);
                if self.wanted != Wanted::Patients {
                    let raw = self.place(place, json.raw());
                    self.found.records.push((patient, raw));
                }
            }
            Owner::Several(gaps) => {
                for gap in gaps {
                    self.fault(format!("{}{entry}", place.name.text()), gap.to_owned());
                }
                for (index, found) in entries(json).into_iter().enumerate() {
                    let entry = format!("{entry}: entry {}", index + 1);
                    match found {
                        Ok(Some(json)) => self.meet(place, &entry, json),
                        Ok(None) => {}
                        Err(what) => self.fault(format!("{}{entry}", place.name.text()), what.to_owned()),
                    }
                }
            }
            Owner::Nobody => {}
            Owner::Fault(what) => self.fault(format!("{}{entry}", place.name.text()), what.to_owned()),
        }
    }

    fn patient(&mut self, subject: String, met: Met) -> u32 {
        if let Some(index) = self.by_subject.get(&subject) {
            if let Some(seen) = self.found.patients.get_mut(*index as usize) {
                seen.suspect |= met.suspect;
                seen.conditions |= met.conditions;
                seen.gaps.extend(met.gaps);
            }
            return *index;
        }
        let index = self.found.patients.len() as u32;
        self.found.patients.push(Seen {
            subject: subject.clone(),
            suspect: met.suspect,
            conditions: met.conditions,
            gaps: met.gaps,
        });
        self.by_subject.insert(subject, index);
        index
    }

    fn place(&self, place: &Where<'_>, raw: &str) -> Place {
        match self.wanted {
            Wanted::Texts => Place::Text(one_line(raw).into()),
            Wanted::Places | Wanted::Patients => place.of(raw),
        }
    }
}

impl Take for Looking<'_> {
    fn value(&mut self, place: &Where<'_>, json: Json<'_>) {
        self.found.units += 1;
        self.meet(place, "", json);
        if self.wanted != Wanted::Patients {
            let mut all = Vec::new();
            medications(json, &mut all);
            for (reference, json) in all {
                let raw = self.place(place, json.raw());
                self.found.medications.push((reference, raw));
            }
        }
    }

    fn fault(&mut self, place: String, what: String) {
        self.found.units += 1;
        self.found.faults.push((place, what));
    }

    fn lost(&mut self, what: &str) {
        self.found.lost = Some(what.to_owned());
    }

    fn end(&mut self) {
        self.found.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(Vec<(String, Result<String, String>)>);

    impl Take for Seen {
        fn value(&mut self, place: &Where<'_>, json: Json<'_>) {
            self.0.push((place.name.text(), Ok(json.raw().to_owned())));
        }

        fn fault(&mut self, place: String, what: String) {
            self.0.push((place, Err(what)));
        }

        fn lost(&mut self, _what: &str) {}
    }

    fn block(text: &str) -> Block {
        Block {
            line: 1,
            kind: Held::Lines,
            bytes: text.as_bytes().to_vec(),
            ..Block::default()
        }
    }

    #[test]
    fn a_line_with_more_of_something_than_is_read_is_named_and_the_next_one_read() {
        let keys: Vec<String> = (0..=Budget::FILE.prefetch)
            .map(|n| format!("\"{n}\":0"))
            .collect();
        let first = format!("{{\"prefetch\":{{{}}}}}\n", keys.join(","));
        let mut seen = Seen::default();
        each(&block(&format!("{first}{{]\n{{\"a\":1}}\n")), "f", &mut seen);
        let at = first.len();
        let expected = [
            (
                "f:1".to_owned(),
                Err("more than 200 prefetch keys (byte 0)".to_owned()),
            ),
            (
                "f:2".to_owned(),
                Err(format!("no JSON at line 1, column 2 (byte {at})")),
            ),
            ("f:3".to_owned(), Ok("{\"a\":1}".to_owned())),
        ];
        assert_eq!(seen.0, expected);
    }

    #[test]
    fn a_record_is_found_again_where_it_stands_or_is_kept_where_it_was_mended() {
        let text = "{\"a\":{\"b\":1}}\n";
        let at = |bytes: &[u8], raw: &str| {
            let place = Where {
                name: Name {
                    source: "f",
                    line: None,
                },
                offset: 100,
                bytes,
            };
            serde_json::to_string(&place.of(raw)).unwrap()
        };
        assert_eq!(at(text.as_bytes(), &text[5..12]), "[105,7]");
        assert_eq!(at(text.as_bytes(), "{\"b\":1}"), "\"{\\\"b\\\":1}\"");
    }
}
