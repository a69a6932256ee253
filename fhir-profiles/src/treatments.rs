//! What an order can order: the codes of the guide's CodeSystem of treatments.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

static CODE_SYSTEM: &str = include_str!("../fsh-generated/resources/CodeSystem-treatments.json");

/// What kind of treatment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A drug, or a radionuclide that the blood carries to its target.
    Systemic,
    /// A treatment of lesions of the liver.
    LiverDirected,
    /// An operation.
    Surgery,
}

impl Class {
    /// The word of the knowledge files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Systemic => "systemic",
            Self::LiverDirected => "liver-directed",
            Self::Surgery => "surgery",
        }
    }

    /// The class of that word, or `None`.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Systemic, Self::LiverDirected, Self::Surgery]
            .into_iter()
            .find(|class| class.as_str() == word)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    label: String,
    class: Class,
    #[serde(default)]
    analogue: bool,
}

/// What is known of each treatment, by its code.
static TABLE: LazyLock<BTreeMap<String, Described>> =
    LazyLock::new(|| toml::from_str(include_str!("../facts/treatments.toml")).unwrap_or_default());

#[derive(Deserialize)]
struct CodeSystem<'a> {
    #[serde(borrow)]
    concept: Vec<Concept<'a>>,
}

#[derive(Deserialize)]
struct Concept<'a> {
    code: &'a str,
}

/// Sorted by code; the resource is compiled in, and a test reads it.
static ALL: LazyLock<Vec<Treatment>> = LazyLock::new(|| {
    let read = serde_json::from_str::<CodeSystem>(CODE_SYSTEM).map(|system| system.concept);
    let mut all: Vec<Treatment> = read
        .unwrap_or_default()
        .into_iter()
        .map(|concept| Treatment(concept.code))
        .collect();
    all.sort();
    all
});

/// A drug, a procedure or a regimen as it is ordered: a code of `{base}/CodeSystem/treatments`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Treatment(&'static str);

impl Treatment {
    /// The treatment with that code, or `None`.
    pub fn parse(code: &str) -> Option<Self> {
        ALL.iter().copied().find(|treatment| treatment.0 == code)
    }

    /// Every treatment, sorted by code.
    pub fn all() -> &'static [Treatment] {
        &ALL
    }

    /// What a clinician calls it.
    pub fn label(self) -> &'static str {
        TABLE.get(self.0).map_or(self.0, |known| known.label.as_str())
    }

    /// Whether it is systemic, liver-directed or an operation.
    pub fn class(self) -> Class {
        TABLE.get(self.0).map_or(Class::Systemic, |known| known.class)
    }

    /// Whether it is a somatostatin analogue.
    pub fn is_analogue(self) -> bool {
        TABLE.get(self.0).is_some_and(|known| known.analogue)
    }

    /// Its code.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_treatment_is_described() {
        toml::from_str::<BTreeMap<String, Described>>(include_str!("../facts/treatments.toml")).unwrap();
        let described: Vec<&str> = TABLE.keys().map(String::as_str).collect();
        let codes: Vec<&str> = Treatment::all().iter().map(|t| t.as_str()).collect();
        assert_eq!(described, codes);
    }

    #[test]
    fn the_code_system_is_read_whole() {
        let codes = CODE_SYSTEM.matches("\"code\"").count();
        assert_eq!(Treatment::all().len(), codes);
        assert!(codes > 30, "{codes}");
        assert_eq!(Treatment::parse("prrt").map(Treatment::as_str), Some("prrt"));
        assert_eq!(Treatment::parse("PRRT"), None);
    }
}
