//! What an Observation or component says, whatever the kind of value it is written in.

use super::element::Node;
use super::lexicon::{LEXICON, is_one_of};
use super::phrase::bare;
use super::words::{polar, word_of_text};
use crate::catalogue::{FactId, Kind, Word};
use crate::codes::{Codes, Coding, Meaning, system};
use crate::values::Why;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A value as it is written.
pub(super) enum Written<'t> {
    Nothing,
    MarkedAbsent,
    Quantity(Node<'t>),
    Range(Node<'t>),
    Ratio(Node<'t>),
    Text(&'t str),
    Number(String),
    Flag(bool),
    Concept(Node<'t>),
    Odd,
}

/// Why there is no reading.
pub(super) enum Unread {
    /// Nothing is said either way.
    Nothing(&'static str),
    /// Something is said that cannot be read.
    Unreadable(&'static str),
}

/// Two codes, or a code and its text, that say different things.
pub(super) const CONTRADICTION: &str = "codes or texts that contradict each other";

pub(super) const NOT_AVAILABLE: &str = "the value is not available";

impl From<Why> for Unread {
    fn from(why: Why) -> Self {
        Self::Unreadable(why.text())
    }
}

const KINDS: &[&str] = &[
    "valueQuantity",
    "valueRange",
    "valueRatio",
    "valueString",
    "valueInteger",
    "valueDecimal",
    "valueBoolean",
    "valueCodeableConcept",
];

impl<'t> Written<'t> {
    /// The value of an Observation or component.
    pub(super) fn of(part: Node<'t>, lost: bool) -> Self {
        if part.has("dataAbsentReason") {
            return Self::MarkedAbsent;
        }
        let mut kinds = part.keys().filter(|key| key.starts_with("value"));
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return if lost || part.keys().any(|key| key.starts_with("value")) {
                Self::Odd
            } else {
                Self::Nothing
            };
        };
        let Some(node) = part.get(kind).filter(|_| KINDS.contains(&kind)) else {
            return Self::Odd;
        };
        let value = match kind {
            "valueQuantity" => Some(Self::Quantity(node)),
            "valueRange" => Some(Self::Range(node)),
            "valueRatio" => Some(Self::Ratio(node)),
            "valueString" => part.text(kind).map(Self::Text),
            "valueBoolean" => part.flag(kind).map(Self::Flag),
            "valueCodeableConcept" => Some(Self::Concept(node)),
            _ => part.number(kind).map(Self::Number),
        };
        let empty = match &value {
            None => true,
            Some(Self::Quantity(q)) => !q.has("value") || q.number("value").is_none(),
            Some(Self::Concept(c)) if c.codings().iter().any(gives_reason) => return Self::MarkedAbsent,
            Some(Self::Concept(c)) => c.shown().is_none(),
            Some(_) => false,
        };
        let absent_inside =
            node.marked_absent() || node.get("value").is_some_and(|value| value.marked_absent());
        if empty && absent_inside {
            Self::MarkedAbsent
        } else {
            value.unwrap_or(Self::Odd)
        }
    }

    /// As a person would write it down: to be shown, and never to be read.
    pub(super) fn recorded(&self) -> String {
        match self {
            Self::Nothing | Self::MarkedAbsent | Self::Odd => String::new(),
            Self::Quantity(quantity) => quantity_text(*quantity),
            Self::Range(range) => {
                let end = |key| range.get(key).map(quantity_text).unwrap_or_default();
                format!("{} - {}", end("low"), end("high"))
            }
            Self::Ratio(ratio) => {
                let part = |key| ratio.get(key).map(quantity_text).unwrap_or_default();
                format!("{} / {}", part("numerator"), part("denominator"))
            }
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Concept(concept) => concept.shown().unwrap_or_default().to_owned(),
        }
    }

    /// What it says in words, for whoever reads words: of a coded answer never the code.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Concept(concept) => concept.said().unwrap_or_default().to_owned(),
            other => other.recorded(),
        }
    }

    /// The codes of a coded answer; of a text in the place of one the text, under which a site can map it.
    pub(super) fn codings(&self) -> Vec<Coding<'t>> {
        match self {
            Self::Concept(concept) => concept.codings(),
            Self::Text(text) => vec![Coding::of_text(text)],
            _ => Vec::new(),
        }
    }

    /// Whether all that it says in words is that nothing is known of the fact.
    pub(super) fn says_nothing_of(&self, fact: FactId) -> bool {
        match self {
            Self::Text(text) => says_nothing_of(fact, text),
            Self::Concept(concept) => {
                let mut texts = concept.texts().peekable();
                texts.peek().is_some() && texts.all(|text| says_nothing_of(fact, text))
            }
            _ => false,
        }
    }

    /// Whether a code says that there is no answer.
    pub(super) fn is_no_answer(&self, codes: &Codes) -> bool {
        let codings = self.codings();
        let mut meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
        meanings.any(|meaning| meaning == Meaning::NoAnswer)
    }

    /// What is wrong where there is nothing to read.
    pub(super) fn nothing(&self) -> Option<Unread> {
        match self {
            Self::Nothing => Some(Unread::Nothing("no value")),
            Self::MarkedAbsent => Some(Unread::Nothing("the value is marked as absent")),
            Self::Odd => Some(Unread::Unreadable("a kind of value that is not read")),
            Self::Text(text) if says_nothing(text) => Some(Unread::Nothing(NOT_AVAILABLE)),
            Self::Concept(concept) if !concept.has("coding") && concept.said().is_some_and(says_nothing) => {
                Some(Unread::Nothing(NOT_AVAILABLE))
            }
            _ => None,
        }
    }
}

/// Whether a coded value is the reason why there is none.
pub(super) fn gives_reason(coding: &Coding<'_>) -> bool {
    coding.is_in(system::DATA_ABSENT)
}

fn quantity_text(quantity: Node<'_>) -> String {
    [
        quantity.text("comparator").map(str::to_owned),
        quantity.number("value"),
        quantity.text("unit").or(quantity.text("code")).map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

/// What stands in the place of an answer.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct NoAnswers {
    /// Texts that say that there is none.
    nothing: BTreeSet<String>,
    /// Beginnings of birth dates of which none is known.
    pub(super) birth_dates: Vec<String>,
}

/// The texts of `lexicon/answers.toml`, which a test reads.
pub(super) static NO_ANSWERS: LazyLock<NoAnswers> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/answers.toml")).unwrap_or_default());

/// Whether a text in the place of a value says that there is none.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text
        .trim()
        .trim_start_matches(['(', '['])
        .trim_end_matches([')', ']']);
    let lower = text.to_lowercase();
    let listed = |text: &str| NO_ANSWERS.nothing.contains(text);
    listed(lower.trim()) || listed(lower.trim_end_matches('.').trim())
}

/// Whether a text says of a fact that nothing is known of it, with or without the fact's name before it.
pub(super) fn says_nothing_of(fact: FactId, text: &str) -> bool {
    says_nothing(text) || says_nothing(bare(fact, text))
}

/// The value as words of the fact's list.
pub(super) fn words(fact: FactId, written: &Written<'_>, codes: &Codes) -> Result<BTreeSet<Word>, Unread> {
    if let Some(nothing) = written.nothing() {
        return Err(nothing);
    }
    let not_a_word = Unread::Unreadable("no word that can be read");
    let found: BTreeSet<Word> = match written {
        Written::Flag(flag) => polar(fact, *flag).into_iter().collect(),
        Written::Text(text) => {
            let mapped = coded_words(fact, &written.codings(), codes)?;
            let said = words_of_text(fact, text).unwrap_or_default();
            if mapped.is_empty() { said } else { mapped }
        }
        Written::Concept(concept) => {
            let coded = coded_words(fact, &concept.codings(), codes)?;
            let mut said = concept.texts().filter_map(|text| words_of_text(fact, text));
            if fact.info().kind == Kind::Several {
                if coded.is_empty() {
                    said.next().unwrap_or_default()
                } else {
                    coded
                }
            } else {
                said.fold(coded, |coded, said| coded.union(&said).copied().collect())
            }
        }
        _ => return Err(not_a_word),
    };
    match found.len() {
        0 if written.says_nothing_of(fact) => Err(Unread::Nothing(NOT_AVAILABLE)),
        0 => Err(not_a_word),
        1 => Ok(found),
        _ if fact.info().kind == Kind::Several => Ok(found),
        _ => Err(Unread::Unreadable(CONTRADICTION)),
    }
}

/// One word, or several between commas where several may hold.
fn words_of_text(fact: FactId, text: &str) -> Option<BTreeSet<Word>> {
    if fact.info().kind == Kind::Several {
        text.split([',', ';'])
            .map(|part| word_of_text(fact, part))
            .collect()
    } else {
        word_of_text(fact, text).map(|word| BTreeSet::from([word]))
    }
}

fn coded_words(fact: FactId, codings: &[Coding<'_>], codes: &Codes) -> Result<BTreeSet<Word>, Unread> {
    let mut found = BTreeSet::new();
    let mut not_assessed = false;
    for coding in codings {
        if let Some(code) = coding.code_in(system::FACT_VALUES) {
            found.extend(fact.word(code).or_else(|| word_of_text(fact, code)));
        }
        for meaning in codes.meanings(coding) {
            match meaning {
                Meaning::Says(of, word) if of == fact => found.extend(fact.word(word)),
                Meaning::NotAssessed(of) => not_assessed |= of == fact,
                Meaning::NoAnswer => not_assessed = true,
                Meaning::Word(word) => found.extend(fact.word(word).or_else(|| word_of_text(fact, word))),
                Meaning::Affirms => found.extend(polar(fact, true)),
                Meaning::Denies => found.extend(polar(fact, false)),
                _ => {}
            }
        }
    }
    match (not_assessed, found.is_empty()) {
        (true, true) => Err(Unread::Nothing("not assessed")),
        (true, false) => Err(Unread::Unreadable(CONTRADICTION)),
        (false, _) => Ok(found),
    }
}

/// What the interpretation says of presence: yes, no, or neither.
pub(super) fn interpreted(part: Node<'_>, codes: &Codes) -> Option<bool> {
    let mut said = BTreeSet::new();
    for interpretation in part.all("interpretation") {
        for meaning in interpretation.codings().iter().flat_map(|c| codes.meanings(c)) {
            match meaning {
                Meaning::Affirms => said.insert(true),
                Meaning::Denies => said.insert(false),
                _ => false,
            };
        }
        for coding in interpretation.codings() {
            let text = coding.code_in(system::TEXT).or(coding.display());
            let text = text.unwrap_or_default().trim().to_lowercase();
            for (words, yes) in [(&LEXICON.detected, true), (&LEXICON.not_detected, false)] {
                if is_one_of(&text, words) {
                    said.insert(yes);
                }
            }
        }
    }
    (said.len() == 1).then(|| said.pop_first()).flatten()
}

/// What an Observation coded with a diagnosis says by value and interpretation: that it is there, that it is not, or
/// nothing. A value and an interpretation that contradict each other say nothing.
pub(super) fn answered(codes: &Codes, part: Node<'_>, written: &Written<'_>) -> Option<bool> {
    let interpreted = interpreted(part, codes);
    words(FactId::LiverMetastases, written, codes)
        .ok()
        .and_then(|words| words.first().map(|word| word.as_str() == "present"))
        .filter(|yes| interpreted.is_none_or(|interpreted| interpreted == *yes))
        .or_else(|| interpreted.filter(|_| matches!(written, Written::Nothing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_without_an_answer_are_read_and_in_small_letters() {
        let read: NoAnswers = toml::from_str(include_str!("../../lexicon/answers.toml")).unwrap();
        assert!(read.nothing.len() > 80 && !read.birth_dates.is_empty());
        for text in &read.nothing {
            assert_eq!(*text, text.to_lowercase());
        }
    }

    #[test]
    fn what_says_nothing_is_the_whole_text() {
        for text in [
            "Unknown",
            "unbekannt.",
            "(nicht beurteilbar)",
            "Not applicable",
            "N/A",
            "k.A.",
            " pending ",
            "Cannot be assessed",
        ] {
            assert!(says_nothing(text), "{text}");
        }
        for text in [
            "unknown primary",
            "nicht",
            "0",
            "none",
            "nd",
            "not assessed, see report",
            "unbekannt, 8 %",
            "indeterminate",
        ] {
            assert!(!says_nothing(text), "{text}");
        }
        assert!(says_nothing_of(
            FactId::Resectability,
            "Resektabilität: nicht beurteilbar"
        ));
        assert!(says_nothing_of(FactId::Ki67, "Ki-67: unbekannt"));
    }
}
