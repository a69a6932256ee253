//! What maps add to the codes of the guide: meanings of codes, of whole categories, of texts and of names.

use super::meaning::Meaning;
use super::system::{self, Plain, canonical, plain};
use crate::catalogue::id::FactId;
use std::collections::{HashMap, HashSet};

/// What a mapped code is searched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Fact(FactId),
    Set(&'static str),
}

/// The codes of one system.
#[derive(Debug, Default)]
struct OfSystem {
    exact: HashMap<String, Vec<Meaning>>,
    /// By the beginning of their codes; of several that fit the longest counts.
    categories: HashMap<String, Vec<Meaning>>,
}

impl OfSystem {
    fn get(&self, code: &str) -> Option<&Vec<Meaning>> {
        let beginnings = || {
            code.char_indices()
                .map(|(at, letter)| at + letter.len_utf8())
                .rev()
        };
        self.exact.get(code).or_else(|| {
            let mut stems = beginnings().filter_map(|end| code.get(..end));
            stems.find_map(|stem| self.categories.get(stem))
        })
    }
}

/// What a set of maps says.
#[derive(Debug, Default)]
pub(super) struct Local {
    codes: HashMap<String, OfSystem>,
    texts: HashMap<String, Vec<Meaning>>,
    names: Vec<(String, Vec<Meaning>)>,
    /// Where each name stands in `names`.
    by_name: HashMap<String, usize>,
    tokens: Vec<(Home, String)>,
}

impl Local {
    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.texts.is_empty() && self.names.is_empty()
    }

    pub(super) fn look_up(&self, plain: &Plain<'_>) -> &[Meaning] {
        let found = match plain.system {
            system::TEXT if self.texts.is_empty() => None,
            system::TEXT => self.texts.get(&folded(&plain.code)),
            system => self.codes.get(system).and_then(|codes| codes.get(&plain.code)),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// Names of drugs and treatments in small letters, each with what it means.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &[Meaning])> {
        self.names
            .iter()
            .map(|(name, meanings)| (name.as_str(), meanings.as_slice()))
    }

    /// Adds a meaning of a code in the form in which it is compared.
    pub(super) fn means(&mut self, system: &str, code: String, whole: bool, meanings: &[Meaning]) {
        let place = match system {
            system::NAME => {
                let at = *self.by_name.entry(code.clone()).or_insert(self.names.len());
                if at == self.names.len() {
                    self.names.push((code, Vec::new()));
                }
                self.names.get_mut(at).map(|(_, meanings)| meanings)
            }
            system::TEXT => Some(self.texts.entry(code).or_default()),
            _ => {
                let codes = self.codes.entry(system.to_owned()).or_default();
                let codes = if whole {
                    &mut codes.categories
                } else {
                    &mut codes.exact
                };
                Some(codes.entry(code).or_default())
            }
        };
        if let Some(place) = place {
            place.extend(meanings);
        }
    }

    /// A code that means nothing, whatever the category around it means.
    pub(super) fn excludes(&mut self, system: &str, code: &str, whole: bool) {
        let system = canonical(system);
        let code = plain(system, code).into_owned();
        if !matches!(system, system::TEXT | system::NAME) {
            self.means(system, code, whole, &[]);
        }
    }

    /// Adds a `system|code` token by which the code is searched.
    pub(super) fn searched(&mut self, home: Home, token: String) {
        self.tokens.push((home, token));
    }

    /// The tokens of the codes that are mapped to one of these sets or facts.
    pub(super) fn tokens(&self, sets: &[&str], facts: &[FactId]) -> Vec<String> {
        let is_wanted = |home: &Home| match home {
            Home::Fact(fact) => facts.contains(fact),
            Home::Set(set) => sets.contains(set),
        };
        let mut known = HashSet::new();
        let found = self.tokens.iter().filter(|(home, _)| is_wanted(home));
        let found = found.filter(|(_, token)| known.insert(token.as_str()));
        found.map(|(_, token)| token.clone()).collect()
    }
}

/// A text in the form in which it is compared.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A code as it is written in a search parameter.
pub(super) fn escaped(code: &str) -> String {
    let mut written = String::new();
    for letter in code.chars() {
        if matches!(letter, '\\' | ',' | '|' | '$') {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}
