//! The recorded grade: which one it is, and whether it is a WHO, ENETS or NET grade.

use super::Reader;
use super::element::Node;
use super::record::Record;
use super::staging::is_own;
use super::value::{self, Unread, Written};
use super::words::has_words;
use crate::catalogue::{FactId, Word};
use crate::codes::Meaning;
use crate::facts::{Reading, Source, System, Value};
use std::collections::BTreeSet;

/// `G2`, `Grade 2`, `NET G2 (WHO 2017)`: the one grade that the text names.
fn grade_in_text(text: &str) -> Option<Word> {
    let upper = text.to_uppercase().replace("GRADE", "G");
    let letters: Vec<char> = upper.chars().filter(|c| !c.is_whitespace()).collect();
    // Not the text "G1/G2", "no G3" or "G2-3": one grade, and nothing that takes it back or goes on.
    let negated = ["NO ", "NOT ", "NON", "EXCLUD"]
        .iter()
        .any(|word| upper.contains(word));
    let mut found = BTreeSet::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let beyond = letters.get(at + 2);
        if *letter == 'G' && before.is_none_or(|c| !c.is_ascii_digit()) {
            match after {
                Some(digit @ '1'..='3')
                    if beyond.is_none_or(|c| !c.is_ascii_digit() && *c != '-' && *c != '/') =>
                {
                    found.insert(*digit);
                }
                Some('1'..='9') => return None,
                _ => {}
            }
        }
    }
    let only = (found.len() == 1 && !negated)
        .then(|| found.pop_first())
        .flatten()?;
    FactId::GradeRecorded.word(&format!("G{only}"))
}

impl Reader<'_> {
    pub(super) fn grade(&mut self, record: &Record<'_>, part: Node<'_>, written: &Written<'_>, net: bool) {
        let fact = FactId::GradeRecorded;
        let recorded = written.recorded();
        let texts = [record.node, part].into_iter().flat_map(|node| {
            let method = node
                .get("method")
                .into_iter()
                .flat_map(|m| m.texts().collect::<Vec<_>>());
            let code = node.get("code").and_then(|code| code.text("text"));
            method.chain(code)
        });
        let says = |text: &str| ["who", "enets", "net"].iter().any(|word| has_words(text, word));
        let by_method = [record.node, part]
            .into_iter()
            .filter_map(|node| node.get("method"))
            .any(|method| {
                method.codings().iter().any(|coding| {
                    let own = coding
                        .code
                        .as_deref()
                        .is_some_and(|code| matches!(code, "who" | "enets"))
                        && is_own(coding);
                    own || self
                        .codes
                        .meanings(coding)
                        .any(|m| m == Meaning::Under(System::Who))
                })
            });
        let who = net || by_method || says(&recorded) || texts.into_iter().any(says);
        let mut grade = value::words(fact, written, self.codes);
        if matches!(grade, Err(Unread::Unreadable(_)))
            && let Some(word) = grade_in_text(&recorded)
        {
            grade = Ok(BTreeSet::from([word]));
        }
        match grade {
            Ok(mut words) => {
                let Some(word) = words.pop_first() else { return };
                let mut reading =
                    Reading::new(Value::Word(word), Source::Observation, record.evidence(recorded));
                reading.system = who.then_some(System::Who);
                self.facts.reading(fact, reading);
            }
            // A histologic grade may be written as a differentiation.
            Err(why) => match value::words(FactId::Differentiation, written, self.codes) {
                Ok(_) => self.words(FactId::Differentiation, record, part, written),
                Err(_) => self.unread(fact, record, recorded, why),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_grade_in_a_text_is_read_and_two_are_not() {
        for (text, grade) in [
            ("NET G2 (WHO 2017)", Some("G2")),
            ("Grade 3", Some("G3")),
            ("G1", Some("G1")),
        ] {
            assert_eq!(grade_in_text(text).map(Word::as_str), grade, "{text}");
        }
        for text in ["G1/G2", "G2-3", "G1-G2", "not G3", "GX", "G4", "high", "G12"] {
            assert_eq!(grade_in_text(text), None, "{text}");
        }
    }
}
