//! The codes of the value sets of the Implementation Guide and of the project itself, with what each means.

use super::meaning::{Meaning, Named};
use super::system::{self, Plain, canonical, plain};
use super::table::SETS;
use super::valueset;
use crate::catalogue::id::FactId;
use crate::treatments::Treatment;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The meanings of the codes of the value sets.
#[derive(Debug, Default)]
pub(super) struct Standard {
    exact: HashMap<&'static str, HashMap<String, Vec<Meaning>>>,
    families: HashMap<String, Vec<Meaning>>,
    pub(super) tokens: HashMap<&'static str, Vec<String>>,
}

pub(super) static STANDARD: LazyLock<Standard> = LazyLock::new(Standard::build);

impl Standard {
    fn build() -> Self {
        let mut codes = Self::default();
        for (id, json, meanings) in SETS {
            // The resources are compiled in and checked by the tests of `valueset`.
            let set = valueset::parse(json).unwrap_or_default();
            for include in set {
                let system = canonical(include.system);
                for code in include.codes {
                    codes
                        .exact
                        .entry(system)
                        .or_default()
                        .entry(plain(system, code).into_owned())
                        .or_default()
                        .extend(*meanings);
                    codes
                        .tokens
                        .entry(id)
                        .or_default()
                        .push(format!("{}|{code}", include.system));
                }
                for stem in include.families {
                    codes
                        .families
                        .entry(plain(system, stem).into_owned())
                        .or_default()
                        .extend(*meanings);
                }
            }
        }
        for meanings in codes
            .exact
            .values_mut()
            .flat_map(HashMap::values_mut)
            .chain(codes.families.values_mut())
        {
            let mut once: Vec<Meaning> = Vec::with_capacity(meanings.len());
            for meaning in meanings.drain(..) {
                if !once.contains(&meaning) {
                    once.push(meaning);
                }
            }
            *meanings = once;
        }
        codes
    }

    pub(super) fn look_up(&self, plain: &Plain<'_>) -> (Option<Meaning>, &[Meaning], Vec<&[Meaning]>) {
        let (system, code) = (plain.system, plain.code.as_ref());
        if system == system::FACTS {
            return (FactId::parse(code).map(Meaning::Fact), &[], Vec::new());
        }
        if system == system::TREATMENTS {
            let own = Treatment::parse(code).map(treatment);
            return (own, &[], Vec::new());
        }
        let Some(known) = self.exact.get(system) else {
            return (None, &[], Vec::new());
        };
        // Some registries code a diagnosis as topography and morphology side by side.
        let topography = system == system::ICD_O_3 && code.starts_with("C25");
        let own = topography.then_some(Meaning::Names(Named::PancreaticTumour));
        let exact = known.get(code).map_or(&[][..], Vec::as_slice);
        let mut families = Vec::new();
        if system == system::ICD_10 {
            for length in 3..=code.len() {
                if let Some(found) = code.get(..length).and_then(|stem| self.families.get(stem)) {
                    families.push(found.as_slice());
                }
            }
        }
        (own, exact, families)
    }
}

/// What the project's own code of a treatment means: a drug is read like any other code of it.
pub(super) fn treatment(treatment: Treatment) -> Meaning {
    let drug = SETS.iter().flat_map(|(.., meanings)| meanings.iter());
    drug.copied()
        .find(|meaning| matches!(meaning, Meaning::Drug(drug) if *drug == treatment.as_str()))
        .unwrap_or(Meaning::Treats(treatment.as_str()))
}
