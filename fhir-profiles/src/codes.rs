//! What codes mean, from the ValueSets of the compiled Implementation Guide.

mod search;
pub(crate) mod system;
mod table;
mod valueset;

use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::facts::{Basis, System};
use std::collections::HashMap;
use std::sync::LazyLock;
use system::{canonical, plain};

/// Canonical base of everything the project defines in FHIR.
pub const BASE: &str = "https://pnet-cds.github.io/fhir";

/// A part of the body that decides what a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Liver,
    Pancreas,
    OtherOrgan,
    Peritoneum,
    LymphNodes,
}

/// What the code of a Condition names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Pnet,
    NetOfSomeSite,
    PancreaticTumour,
    DigestiveTumour,
    NonFunctioning,
    Syndrome(&'static str),
    Presence(FactId),
    Metastasis(Site),
    MetastasisOfSomeSite,
    PortalVeinThrombosis,
    /// Close to a fact, but no evidence of it: shown.
    Hint(FactId),
}

/// What one code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The project's own code of a fact.
    Fact(FactId),
    /// An Observation with this code gives the fact.
    Asks(FactId),
    Ki67Presence,
    Grade {
        net: bool,
    },
    Histology,
    Karnofsky,
    MetastasisSite,
    HistoryOfLiverMetastases,
    /// The classification is clinical or pathological.
    By(Basis),
    Affirms,
    Denies,
    Says(FactId, &'static str),
    NotAssessed(FactId),
    Counts(FactId, i64),
    Spans(FactId, &'static str),
    At(Site),
    Under(System),
    Names(Named),
    Morphology,
    Resection {
        whipple: bool,
    },
    Drug(&'static str),
}

/// The meanings of all codes that are read.
#[derive(Debug)]
pub struct Codes {
    exact: HashMap<&'static str, HashMap<String, Vec<Meaning>>>,
    families: HashMap<String, Vec<Meaning>>,
    tokens: HashMap<&'static str, Vec<String>>,
}

static EMBEDDED: LazyLock<Codes> = LazyLock::new(Codes::build);

impl Codes {
    /// The codes of the value sets that are compiled in.
    pub fn embedded() -> &'static Codes {
        &EMBEDDED
    }

    fn build() -> Self {
        let mut codes = Self {
            exact: HashMap::new(),
            families: HashMap::new(),
            tokens: HashMap::new(),
        };
        for (id, json, meanings) in table::SETS {
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

    /// Everything the code means.
    pub(crate) fn meanings<'c>(&'c self, coding: &Coding<'_>) -> impl Iterator<Item = Meaning> + 'c {
        let (own, exact, families) = self.look_up(
            coding.system.as_deref().unwrap_or_default(),
            coding.code.as_deref().unwrap_or_default(),
        );
        own.into_iter()
            .chain(exact.iter().copied())
            .chain(families.into_iter().flatten().copied())
    }

    fn look_up(&self, system: &str, code: &str) -> (Option<Meaning>, &[Meaning], Vec<&[Meaning]>) {
        let system = canonical(system);
        if system == system::FACTS {
            return (FactId::parse(code.trim()).map(Meaning::Fact), &[], Vec::new());
        }
        let Some(known) = self.exact.get(system) else {
            return (None, &[], Vec::new());
        };
        let code = plain(system, code);
        let exact = known.get(code.as_ref()).map_or(&[][..], Vec::as_slice);
        let mut families = Vec::new();
        if system == system::ICD_10 {
            for length in 3..=code.len() {
                if let Some(found) = code.get(..length).and_then(|stem| self.families.get(stem)) {
                    families.push(found.as_slice());
                }
            }
        }
        (None, exact, families)
    }

    /// Whether a Condition or Observation with this code can make `pnet` present.
    pub(crate) fn may_name_pnet(&self, coding: &Coding<'_>) -> bool {
        self.meanings(coding).any(|meaning| {
            matches!(
                meaning,
                Meaning::Fact(FactId::Pnet)
                    | Meaning::Histology
                    | Meaning::Names(
                        Named::Pnet | Named::NetOfSomeSite | Named::PancreaticTumour | Named::DigestiveTumour
                    )
            )
        })
    }
}

#[cfg(test)]
mod tests;
