//! What an order can order: the codes of the guide's CodeSystem of treatments.

use serde::Deserialize;
use std::fmt;
use std::sync::LazyLock;

static CODE_SYSTEM: &str = include_str!("../fsh-generated/resources/CodeSystem-treatments.json");

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
    fn the_code_system_is_read_whole() {
        let codes = CODE_SYSTEM.matches("\"code\"").count();
        assert_eq!(Treatment::all().len(), codes);
        assert!(codes > 30, "{codes}");
        assert_eq!(Treatment::parse("prrt").map(Treatment::as_str), Some("prrt"));
        assert_eq!(Treatment::parse("PRRT"), None);
    }
}
