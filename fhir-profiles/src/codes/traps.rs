//! Codes that look like a fact and are not.

use super::coding::Coding;
use super::system::{canonical, plain};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trap {
    system: String,
    code: String,
    /// What it is instead.
    is: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    trap: Vec<Trap>,
}

/// The file is compiled in, and a test reads it.
static TRAPS: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/traps.toml")).unwrap_or_default());

/// Whether the code looks like a fact and is not.
pub(crate) fn is_trap(coding: &Coding<'_>) -> bool {
    let system = canonical(coding.system.unwrap_or_default());
    trap(system, coding.code.unwrap_or_default()).is_some()
}

/// What a code of a system, by its canonical name, is that looks like a fact and is not.
pub(super) fn trap(system: &str, code: &str) -> Option<&'static str> {
    let code = plain(system, code);
    let mut traps = TRAPS.trap.iter();
    traps
        .find(|trap| trap.system == system && trap.code == code)
        .map(|trap| trap.is.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trap_is_of_a_system_by_its_canonical_name() {
        let read: File = toml::from_str(include_str!("../../facts/traps.toml")).unwrap();
        assert!(!read.trap.is_empty());
        for trap in &read.trap {
            assert_eq!(canonical(&trap.system), trap.system, "{trap:?}");
            assert_eq!(plain(&trap.system, &trap.code), trap.code.as_str(), "{trap:?}");
            assert!(!trap.is.is_empty(), "{trap:?}");
        }
    }
}
