//! The file of the catalogue, which is compiled in.

use super::info::{FactInfo, Kind, PRESENCE};
use serde::Deserialize;
use std::sync::LazyLock;

/// A theme by which records are searched, so that one address stays short enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Theme {
    pub(crate) id: String,
    /// What is searched.
    pub(crate) kind: String,
    /// The value sets of its codes.
    pub(crate) sets: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    theme: Vec<Theme>,
    pub(super) fact: Vec<FactInfo>,
}

pub(super) static CATALOGUE: LazyLock<File> = LazyLock::new(|| {
    // The file is compiled in, and a test reads it.
    let mut file: File = toml::from_str(include_str!("../../facts/facts.toml")).unwrap_or_default();
    for fact in &mut file.fact {
        if fact.kind == Kind::Presence {
            fact.words = PRESENCE.map(str::to_owned).to_vec();
        }
    }
    file
});

/// The themes, in the order in which they are searched.
pub(crate) fn themes() -> &'static [Theme] {
    &CATALOGUE.theme
}
