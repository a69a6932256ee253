//! What codes mean, from the ValueSets of the compiled Implementation Guide.

mod coding;
mod maps;
mod relevant;
mod search;
pub(crate) mod system;
mod table;
mod valueset;

use crate::catalogue::FactId;
use crate::facts::{Basis, System};
use crate::treatments::Treatment;
pub(crate) use coding::Coding;
pub use maps::MapFault;
pub(crate) use maps::is_trap;
pub use relevant::{Unmapped, Written};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
use system::{canonical, plain};

/// Canonical base of everything the project defines in FHIR.
pub const BASE: &str = "https://pnet-cds.github.io/fhir";

/// The source system of a ConceptMap group that maps concepts by their exact text.
pub const TEXT_SYSTEM: &str = system::TEXT;

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
    /// A word of a fact of which several may hold, once and for all.
    Holds(FactId, &'static str),
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
    /// A report that may contain Observations; nothing is read from itself.
    Report,
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
    /// A treatment that is no drug, as an order names it; no fact is read from it.
    Treats(&'static str),
    /// A site's code of one of the project's own value codes.
    Word(&'static str),
}

/// The meanings of the codes of the value sets.
#[derive(Debug, Default)]
struct Standard {
    exact: HashMap<&'static str, HashMap<String, Vec<Meaning>>>,
    families: HashMap<String, Vec<Meaning>>,
    tokens: HashMap<&'static str, Vec<String>>,
}

/// The meanings of all codes that are read; cheap to clone.
#[derive(Debug, Clone)]
pub struct Codes {
    standard: &'static Standard,
    local: Option<Arc<maps::Local>>,
}

static STANDARD: LazyLock<Standard> = LazyLock::new(Standard::build);

static EMBEDDED: LazyLock<Codes> = LazyLock::new(|| Codes {
    standard: &STANDARD,
    local: None,
});

/// The FHIR ValueSet resources of the guide, as JSON text by id: what is read, published as it is.
pub fn value_sets() -> impl Iterator<Item = (&'static str, &'static str)> {
    table::SETS.iter().map(|(id, json, _)| (*id, *json))
}

/// The FHIR CodeSystem resources of the guide, as JSON text by id: every fact, every word of a fact, and what an order
/// can order.
pub fn code_systems() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        (
            "facts",
            include_str!("../fsh-generated/resources/CodeSystem-facts.json"),
        ),
        (
            "fact-values",
            include_str!("../fsh-generated/resources/CodeSystem-fact-values.json"),
        ),
        (
            "treatments",
            include_str!("../fsh-generated/resources/CodeSystem-treatments.json"),
        ),
    ]
    .into_iter()
}

impl Codes {
    /// The codes of the value sets that are compiled in.
    pub fn embedded() -> &'static Codes {
        &EMBEDDED
    }

    /// The same with a site's own codes, from FHIR ConceptMaps by file name.
    ///
    /// A group maps from the site's code system (`source`) to `{base}/CodeSystem/facts`, `{base}/CodeSystem/fact-values`
    /// or a code of a standard system that is read. The source [`TEXT_SYSTEM`] maps concepts that are only a text:
    /// its codes are the exact texts, compared without outer blanks and case.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn with_maps(files: &BTreeMap<String, String>) -> Result<Codes, Vec<MapFault>> {
        let local = maps::load(files, &STANDARD)?;
        Ok(Self {
            standard: &STANDARD,
            local: (!local.is_empty()).then(|| Arc::new(local)),
        })
    }

    /// Everything the code means.
    pub(crate) fn meanings<'c>(&'c self, coding: &Coding<'_>) -> impl Iterator<Item = Meaning> + use<'c> {
        let system = coding.system.as_deref().unwrap_or_default();
        let code = coding.code.as_deref().unwrap_or_default();
        let (own, exact, families) = self.standard.look_up(system, code);
        let local = match &self.local {
            Some(local) => local.look_up(system, code),
            None => &[],
        };
        own.into_iter()
            .chain(exact.iter().copied())
            .chain(families.into_iter().flatten().copied())
            .chain(local.iter().copied())
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

impl Standard {
    fn build() -> Self {
        let mut codes = Self::default();
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

    fn look_up(&self, system: &str, code: &str) -> (Option<Meaning>, &[Meaning], Vec<&[Meaning]>) {
        let system = canonical(system);
        if system == system::FACTS {
            return (FactId::parse(code.trim()).map(Meaning::Fact), &[], Vec::new());
        }
        if system == system::TREATMENTS {
            let own = Treatment::parse(code.trim()).map(treatment);
            return (own, &[], Vec::new());
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
}

/// What the project's own code of a treatment means: a drug is read like any other code of it.
fn treatment(treatment: Treatment) -> Meaning {
    let drug = table::SETS.iter().flat_map(|(.., meanings)| meanings.iter());
    drug.copied()
        .find(|meaning| matches!(meaning, Meaning::Drug(drug) if *drug == treatment.as_str()))
        .unwrap_or(Meaning::Treats(treatment.as_str()))
}

#[cfg(test)]
mod tests;
