//! The meanings of all codes that are read: those of the value sets, the packs, and a site's own.

use super::coding::Coding;
use super::fault::MapFault;
use super::local::Local;
use super::maps::{Whose, load};
use super::meaning::{Meaning, Named};
use super::packs::PACKS;
use super::standard::{STANDARD, Standard};
use super::system::{Plain, canonical};
use super::{composed, facts, system, traps};
use crate::catalogue::id::FactId;
use crate::catalogue::known::Catalogue;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The meanings of all codes that are read; cheap to clone.
#[derive(Debug, Clone)]
pub struct Codes {
    pub(super) standard: &'static Standard,
    /// The packs, then the codes of a site's own facts, then its maps.
    pub(super) maps: Vec<Arc<Local>>,
    /// The facts that there are.
    pub(super) catalogue: Arc<Catalogue>,
}

/// Without packs if they have a fault, which the tests of `packs` would find.
static EMBEDDED: LazyLock<Codes> = LazyLock::new(|| {
    let names: Vec<&str> = Codes::packs().map(|(name, _)| name).collect();
    Codes::with_packs(&names).unwrap_or(Codes {
        standard: &STANDARD,
        maps: Vec::new(),
        catalogue: Arc::default(),
    })
});

impl Codes {
    /// The codes of the value sets and of all packs, which are compiled in.
    pub fn embedded() -> &'static Codes {
        &EMBEDDED
    }

    /// The packs that there are: national and general code systems as FHIR ConceptMaps, as JSON text by name.
    pub fn packs() -> impl Iterator<Item = (&'static str, &'static str)> {
        PACKS.iter().copied()
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
        let packed = load(wanted, &STANDARD, Whose::Pack, &Catalogue::default())?;
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
    /// source [`TEXT_SYSTEM`](super::TEXT_SYSTEM) maps concepts that are only a text: its codes are the exact texts, compared without outer
    /// blanks and case. The source [`NAME_SYSTEM`](super::NAME_SYSTEM) maps names of drugs and treatments, which count wherever the text of a
    /// medication or procedure has them as whole words.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn and_maps(&self, files: &BTreeMap<String, String>) -> Result<Codes, Vec<MapFault>> {
        let files = files.iter().map(|(name, json)| (name.as_str(), json.as_str()));
        let maps = load(files, &STANDARD, Whose::Site(&self.maps), &self.catalogue)?;
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
        let system = canonical(coding.system.unwrap_or_default());
        let code = coding.code.unwrap_or_default();
        let put_together = if composed::is_composed(system, code) {
            composed::meanings(system, code, |part| self.simple(system, part).collect())
        } else {
            Vec::new()
        };
        self.simple(system, code).chain(put_together)
    }

    /// What a code that is not put together of others means.
    fn simple<'c>(&'c self, system: &str, code: &str) -> impl Iterator<Item = Meaning> + use<'c> {
        let plain = Plain::of(system, code);
        let (own, exact, families) = self.standard.look_up(&plain);
        let mapped = self.maps.iter().flat_map(|map| map.look_up(&plain));
        // Most codes mean nothing, and an empty list costs nothing.
        let mapped: Vec<Meaning> = mapped.copied().collect();
        own.into_iter()
            .chain(exact.iter().copied())
            .chain(families.into_iter().flatten().copied())
            .chain(mapped)
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
