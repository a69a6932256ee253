//! Words of a record beside the values of facts, from `lexicon/wording.toml`.

use crate::text::{begins_word, has_words};
use serde::Deserialize;
use std::sync::LazyLock;

/// The words of the file, each list as the file says it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lexicon {
    pub(super) yes: Vec<String>,
    pub(super) no: Vec<String>,
    pub(super) none: Vec<String>,
    pub(super) opposites: Vec<(String, String)>,
    pub(super) detected: Vec<String>,
    pub(super) not_detected: Vec<String>,
    pub(super) thrombosis: Thrombosis,
    pub(super) pancreas: Named,
    pub(super) pancreaticoduodenectomy: Named,
    pub(super) anastomosis: Named,
    pub(super) depot: Depot,
    pub(super) stains: Stains,
    pub(super) karnofsky: Karnofsky,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thrombosis {
    pub(super) rewritten: Vec<(String, String)>,
    pub(super) complete: Vec<String>,
    pub(super) partial: Vec<String>,
}

/// Words that name something, with those that take it back or doubt it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) named: Vec<String>,
    #[serde(default)]
    pub(super) not: Vec<String>,
    #[serde(default)]
    pub(super) doubt: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Depot {
    pub(super) named: Vec<String>,
    pub(super) beginnings: Vec<String>,
    pub(super) not: Vec<String>,
    pub(super) always: Vec<String>,
    pub(super) codes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stains {
    pub(super) other: Vec<String>,
    pub(super) ki67: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Karnofsky {
    pub(super) labels: Vec<String>,
}

/// The file is compiled in, and a test reads it.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/wording.toml")).unwrap_or_default());

/// Whether the word is one of these.
pub(super) fn is_one_of(word: &str, words: &[String]) -> bool {
    words.iter().any(|known| known == word)
}

/// Whether the text has one of these as whole words.
pub(super) fn has_any(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| has_words(text, word))
}

/// Whether some word of a text in small letters begins with one of these.
pub(super) fn begins_any(lower: &str, beginnings: &[String]) -> bool {
    beginnings.iter().any(|beginning| begins_word(lower, beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_its_words_are_in_small_letters() {
        let text = include_str!("../../lexicon/wording.toml");
        let read: Lexicon = toml::from_str(text).unwrap();
        let lists = [
            &read.yes,
            &read.no,
            &read.none,
            &read.detected,
            &read.not_detected,
            &read.thrombosis.complete,
            &read.thrombosis.partial,
            &read.pancreas.named,
            &read.pancreas.not,
            &read.pancreas.doubt,
            &read.pancreaticoduodenectomy.named,
            &read.anastomosis.named,
            &read.anastomosis.not,
            &read.depot.named,
            &read.depot.beginnings,
            &read.depot.not,
            &read.depot.always,
            &read.stains.other,
            &read.stains.ki67,
            &read.karnofsky.labels,
        ];
        for list in lists {
            assert!(
                !list.is_empty() && list.iter().all(|word| *word == word.to_lowercase()),
                "{list:?}"
            );
        }
        assert!(!read.opposites.is_empty() && !read.depot.codes.is_empty());
    }
}
