//! What codes mean, from the ValueSets of the compiled Implementation Guide.

mod coding;
mod composed;
mod facts;
mod local;
mod maps;
mod packs;
mod relevant;
mod search;
pub(crate) mod system;
mod table;
mod traps;
mod valueset;

use crate::catalogue::{Catalogue, FactId};
use crate::facts::{Basis, System};
use crate::treatments::Treatment;
pub(crate) use coding::Coding;
use local::Local;
pub use maps::MapFault;
use maps::Whose;
pub use relevant::{Unmapped, Written};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
pub use system::{FACT_VALUES, FACTS, UCUM};
use system::{canonical, plain};
pub(crate) use traps::is_trap;

/// Canonical base of everything the project defines in FHIR.
pub const BASE: &str = "https://pnet-cds.github.io/fhir";

/// The source system of a ConceptMap group that maps concepts by their exact text.
pub const TEXT_SYSTEM: &str = system::TEXT;

/// The source system of a ConceptMap group that maps names of drugs and treatments.
pub const NAME_SYSTEM: &str = system::NAME;

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
    /// A mapped code of one of the project's own value codes.
    Word(&'static str),
    /// A grade, if it was given by the method of the WHO.
    WhoGrade(&'static str),
    /// The code says that there is no answer.
    NoAnswer,
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
    /// The packs, then the codes of a site's own facts, then its maps.
    maps: Vec<Arc<Local>>,
    /// The facts that there are.
    catalogue: Arc<Catalogue>,
}

static STANDARD: LazyLock<Standard> = LazyLock::new(Standard::build);

/// Without packs if they have a fault, which the tests of `packs` would find.
static EMBEDDED: LazyLock<Codes> = LazyLock::new(|| {
    let names: Vec<&str> = Codes::packs().map(|(name, _)| name).collect();
    Codes::with_packs(&names).unwrap_or(Codes {
        standard: &STANDARD,
        maps: Vec::new(),
        catalogue: Arc::default(),
    })
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
    /// The codes of the value sets and of all packs, which are compiled in.
    pub fn embedded() -> &'static Codes {
        &EMBEDDED
    }

    /// The packs that there are: national and general code systems as FHIR ConceptMaps, as JSON text by name.
    pub fn packs() -> impl Iterator<Item = (&'static str, &'static str)> {
        packs::PACKS.iter().copied()
    }

    /// The codes of the value sets and of the packs of these names alone; none of them for none.
    ///
    /// # Errors
    /// Every name that no pack has.
    pub fn with_packs(names: &[&str]) -> Result<Codes, Vec<MapFault>> {
        let unknown = names
            .iter()
            .filter(|name| Self::packs().all(|(pack, _)| pack != **name));
        let faults: Vec<MapFault> = unknown.map(|name| MapFault::no_pack(name)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let wanted = Self::packs().filter(|(pack, _)| names.contains(pack));
        let packed = maps::load(wanted, &STANDARD, Whose::Pack, &Catalogue::default())?;
        let codes = Self {
            standard: &STANDARD,
            maps: Vec::new(),
            catalogue: Arc::default(),
        };
        Ok(codes.and(packed))
    }

    /// The codes of the value sets and of all packs, with a site's own from FHIR ConceptMaps by file name.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn with_maps(files: &BTreeMap<String, String>) -> Result<Codes, Vec<MapFault>> {
        Self::embedded().and_maps(files)
    }

    /// These codes with a site's own, from FHIR ConceptMaps by file name.
    ///
    /// A group maps from the site's code system (`source`) to `{base}/CodeSystem/facts`, `{base}/CodeSystem/fact-values`,
    /// a code of a standard system or pack that is read, or the id of a value set of the guide (`{base}/ValueSet`). The
    /// source [`TEXT_SYSTEM`] maps concepts that are only a text: its codes are the exact texts, compared without outer
    /// blanks and case. The source [`NAME_SYSTEM`] maps names of drugs and treatments, which count wherever the text of a
    /// medication or procedure has them as whole words.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn and_maps(&self, files: &BTreeMap<String, String>) -> Result<Codes, Vec<MapFault>> {
        let files = files.iter().map(|(name, json)| (name.as_str(), json.as_str()));
        let maps = maps::load(files, &STANDARD, Whose::Site(&self.maps), &self.catalogue)?;
        Ok(self.clone().and(maps))
    }

    /// These codes with those of a site's own facts; to be called before its maps are added, which can name the facts.
    pub fn with_facts(&self, catalogue: &Catalogue) -> Codes {
        let mut codes = self.clone().and(facts::meanings(catalogue));
        codes.catalogue = Arc::new(catalogue.clone());
        codes
    }

    /// The facts that there are.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Whether codes of a system are read where no map names it.
    pub(crate) fn reads(system: &str) -> bool {
        system::is_standard(canonical(system))
    }

    /// What a code is that looks like a fact and is not.
    pub(crate) fn trap(system: &str, code: &str) -> Option<&'static str> {
        traps::trap(canonical(system), code)
    }

    fn and(mut self, map: Local) -> Self {
        if !map.is_empty() {
            self.maps.push(Arc::new(map));
        }
        self
    }

    /// The names of drugs and treatments in small letters, each with the codes of what it names.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &'static str>)> {
        let named = |meaning: &Meaning| match meaning {
            Meaning::Drug(code) | Meaning::Treats(code) => Some(*code),
            _ => None,
        };
        let names = self.maps.iter().flat_map(|map| map.names());
        names.map(move |(name, meanings)| (name, meanings.iter().filter_map(named)))
    }

    /// Everything the code means.
    pub(crate) fn meanings<'c>(&'c self, coding: &Coding<'_>) -> impl Iterator<Item = Meaning> + use<'c> {
        let system = coding.system.unwrap_or_default();
        let code = coding.code.unwrap_or_default();
        let home = canonical(system);
        let put_together = if composed::is_composed(home, code) {
            composed::meanings(home, code, |part| self.simple(system, part).collect())
        } else {
            Vec::new()
        };
        self.simple(system, code).chain(put_together)
    }

    /// What a code that is not put together of others means.
    fn simple<'c>(&'c self, system: &str, code: &str) -> impl Iterator<Item = Meaning> + use<'c> {
        let (own, exact, families) = self.standard.look_up(system, code);
        let mapped: Vec<&[Meaning]> = self.maps.iter().map(|map| map.look_up(system, code)).collect();
        own.into_iter()
            .chain(exact.iter().copied())
            .chain(families.into_iter().flatten().copied())
            .chain(mapped.into_iter().flatten().copied())
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
        // Some registries code a diagnosis as topography and morphology side by side.
        let topography = system == system::ICD_O_3 && code.starts_with("C25");
        let own = topography.then_some(Meaning::Names(Named::PancreaticTumour));
        let exact = known.get(code.as_ref()).map_or(&[][..], Vec::as_slice);
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
fn treatment(treatment: Treatment) -> Meaning {
    let drug = table::SETS.iter().flat_map(|(.., meanings)| meanings.iter());
    drug.copied()
        .find(|meaning| matches!(meaning, Meaning::Drug(drug) if *drug == treatment.as_str()))
        .unwrap_or(Meaning::Treats(treatment.as_str()))
}

#[cfg(test)]
mod tests;
