//! Codes that no fact reads although their text looks as if one should.

use super::all::Codes;
use super::coding::Coding;
use super::system::TEXT;
use crate::catalogue::id::FactId;
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    fact: String,
    kinds: Vec<String>,
    words: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: Vec<About>,
}

/// The file is compiled in, and a test reads it.
static ABOUT: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/relevant.toml")).unwrap_or_default());

/// The words of the file by kind of record.
static WORDS: LazyLock<BTreeMap<&'static str, Words>> = LazyLock::new(|| {
    let kinds: BTreeSet<&str> = ABOUT
        .about
        .iter()
        .flat_map(|about| &about.kinds)
        .map(String::as_str)
        .collect();
    kinds.into_iter().map(|kind| (kind, Words::of(kind))).collect()
});

/// Words that are looked for all at once, and the fact that each suggests.
struct Words {
    /// Without one if the words could not be compiled, which a test would find.
    all: Option<AhoCorasick>,
    /// For each word the row of the file that has it.
    rows: Vec<usize>,
}

impl Words {
    fn of(kind: &str) -> Self {
        let rows = ABOUT.about.iter().enumerate();
        let rows = rows.filter(|(_, about)| about.kinds.iter().any(|known| known == kind));
        let words = rows.flat_map(|(row, about)| about.words.iter().map(move |word| (row, word)));
        let (rows, words): (Vec<usize>, Vec<&String>) = words.unzip();
        Self {
            all: AhoCorasick::new(words).ok(),
            rows,
        }
    }

    /// The fact of the first row of which a word stands in a text in small letters.
    fn suggested(&self, lower: &str) -> Option<FactId> {
        let found = self.all.iter().flat_map(|all| all.find_overlapping_iter(lower));
        let rows = found.filter_map(|word| self.rows.get(word.pattern().as_usize()));
        FactId::parse(&ABOUT.about.get(*rows.min()?)?.fact)
    }
}

/// A code as it stands in a record; chart data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'c> {
    /// The code system, or [`TEXT_SYSTEM`](super::TEXT_SYSTEM) of a concept that is only a text.
    pub system: &'c str,
    /// The code, or the text.
    pub code: &'c str,
    /// Its display.
    pub display: &'c str,
}

/// A code that is not read and may have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmapped<'c> {
    /// The code.
    pub written: Written<'c>,
    /// The fact that it may be about, for a person to check.
    pub suggests: FactId,
}

impl Codes {
    /// The codes of one concept of a record of this kind (`Observation`, `Procedure`, `Condition`), where none of them is
    /// read and a display, or the text of the concept, looks as if one should be.
    pub fn unmapped<'c>(&self, kind: &str, written: &[Written<'c>], text: &'c str) -> Vec<Unmapped<'c>> {
        let coded = |written: &&Written<'_>| !written.code.trim().is_empty();
        let mut codes: Vec<Written<'c>> = written.iter().filter(coded).copied().collect();
        if codes.is_empty() && !text.trim().is_empty() {
            codes.push(Written {
                system: TEXT,
                code: text,
                display: "",
            });
        }
        if codes.iter().any(|one| self.knows(one.system, one.code)) {
            return Vec::new();
        }
        let found = codes.into_iter().filter_map(|written| {
            let suggests = self.suggestion(kind, &[written.display, text])?;
            Some(Unmapped { written, suggests })
        });
        found.collect()
    }

    /// The fact that these codes, none of which is read, may be about by their displays or a text.
    pub(crate) fn suggested(&self, kind: &str, codings: &[Coding<'_>], text: &str) -> Option<FactId> {
        if codings
            .iter()
            .any(|coding| self.meanings(coding).next().is_some())
        {
            return None;
        }
        let said = |coding: &Coding<'_>| match coding.is_text() {
            true => coding.written().unwrap_or_default().to_owned(),
            false => coding.display().unwrap_or_default().to_owned(),
        };
        codings
            .iter()
            .find_map(|coding| self.suggestion(kind, &[&said(coding), text]))
    }

    /// The fact that a record with such a text may be about; a site's own word for its own fact counts first.
    fn suggestion(&self, kind: &str, texts: &[&str]) -> Option<FactId> {
        let lower = texts.join("\n").to_lowercase();
        let is_named = |kinds: &[String], words: &[String]| {
            kinds.iter().any(|known| known == kind) && words.iter().any(|word| lower.contains(word.as_str()))
        };
        let mut site = self.catalogue.site().iter();
        let own = site.find(|fact| {
            let about = &fact.info().about;
            is_named(&about.kinds, &about.words)
        });
        own.copied()
            .or_else(|| WORDS.get(kind).and_then(|words| words.suggested(&lower)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_a_fact_and_words_in_small_letters() {
        assert!(ABOUT.about.len() > 20);
        assert!(WORDS.values().all(|words| words.all.is_some()));
        for about in &ABOUT.about {
            assert!(FactId::parse(&about.fact).is_some(), "{}", about.fact);
            assert!(
                !about.words.is_empty() && !about.kinds.is_empty(),
                "{}",
                about.fact
            );
            assert!(
                about.words.iter().all(|word| *word == word.to_lowercase()),
                "{}",
                about.fact
            );
        }
    }

    #[test]
    fn a_code_is_suggested_only_where_no_other_of_the_concept_is_read() {
        let codes = Codes::embedded();
        let local = |display| Written {
            system: "urn:example:lab",
            code: "KI",
            display,
        };
        let loinc = Written {
            system: "http://loinc.org",
            code: "29593-1",
            display: "Ki-67",
        };
        for (kind, written, text, suggests) in [
            ("Observation", vec![local("MIB-1 index")], "", Some(FactId::Ki67)),
            (
                "Observation",
                vec![local("")],
                "Ki-67 (MIB-1)",
                Some(FactId::Ki67),
            ),
            ("Observation", vec![], "Ki-67", Some(FactId::Ki67)),
            (
                "Observation",
                vec![local("Liver metastases")],
                "",
                Some(FactId::LiverMetastases),
            ),
            ("Observation", vec![local("MIB-1 index"), loinc], "", None),
            ("Observation", vec![local("Haemoglobin")], "", None),
            ("Condition", vec![local("Insulin dependent diabetes")], "", None),
            ("Encounter", vec![local("Ki-67")], "", None),
            ("Observation", vec![], " ", None),
        ] {
            let found = codes.unmapped(kind, &written, text);
            assert_eq!(
                found.first().map(|one| one.suggests),
                suggests,
                "{kind} {written:?} {text}"
            );
        }
    }
}
