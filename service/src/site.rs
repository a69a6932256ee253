//! What a site has of its own, read from its directories at the start: knowledge over the embedded one, and code maps.

use crate::evaluator::{Evaluator, Loaded};
use crate::files::{self, Limits};
use crate::settings::{Settings, can_be_absent};
use crate::templates::templates;
use cds_cards::Knowledge;
use fhir_profiles::FactId;
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::codes::{Codes, MapFault};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a folder of knowledge or codes may hold: many times what a site can write or take over.
const LIMITS: Limits = Limits {
    depth: 16,
    entries: 10_000,
    dotted: false,
};
/// The largest file of such a folder, and all of them together, in bytes.
const LARGEST: u64 = 64 << 20;
const MOST_BYTES: u64 = 256 << 20;

/// Loads the knowledge and the code maps that the settings name.
///
/// # Errors
/// Every fault of the knowledge or of the site's code maps, as `file:line: what`.
pub fn load(settings: &Settings) -> Result<Evaluator, Vec<String>> {
    let dir = settings.knowledge_dir.as_deref();
    let knowledge = load_knowledge(dir).map_err(of("knowledge.dir"));
    let catalogue = match &knowledge {
        Ok(knowledge) => knowledge.catalogue.clone(),
        Err(_) => Knowledge::facts(&overlay(dir).unwrap_or_default()).0,
    };
    let codes = load_codes(settings, &catalogue);
    let closed_world = closed_world(&settings.closed_world, &catalogue);
    let (codes, knowledge, closed_world) = match (codes, knowledge, closed_world) {
        (Ok(codes), Ok(knowledge), Ok(closed_world)) => (codes, knowledge, closed_world),
        (codes, knowledge, closed_world) => {
            return Err([codes.err(), knowledge.err(), closed_world.err()]
                .into_iter()
                .flatten()
                .flatten()
                .collect());
        }
    };
    known_keys(&settings.prefetch_keys, &codes)?;
    let loaded = Loaded {
        knowledge,
        codes,
        site_files: site_files(dir)?,
        closed_world,
    };
    Ok(Evaluator::new(loaded, settings))
}

/// Names the setting that a fault comes from.
fn of(setting: &'static str) -> impl Fn(Vec<String>) -> Vec<String> {
    move |faults| {
        faults
            .into_iter()
            .map(|fault| format!("{setting}: {fault}"))
            .collect()
    }
}

/// The embedded knowledge, with the files of a directory laid over it.
///
/// # Errors
/// Every fault, as `file:line: what`.
pub fn load_knowledge(dir: Option<&Path>) -> Result<Knowledge, Vec<String>> {
    Knowledge::load(&Knowledge::merge(Knowledge::embedded_files(), overlay(dir)?))
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

/// The files of a directory that is laid over the embedded knowledge, by path within it.
///
/// # Errors
/// Every one that cannot be read.
pub fn overlay(dir: Option<&Path>) -> Result<BTreeMap<String, String>, Vec<String>> {
    Ok(dir
        .map(|dir| files_under(dir, |_| true))
        .transpose()?
        .unwrap_or_default())
}

/// What a site's knowledge changes of the embedded one.
fn site_files(dir: Option<&Path>) -> Result<Vec<String>, Vec<String>> {
    let embedded = Knowledge::embedded_files();
    let changed = overlay(dir)?
        .into_iter()
        .filter(|(name, text)| embedded.get(name) != Some(text));
    Ok(changed.map(|(name, _)| name).collect())
}

/// The facts of which no record means absent.
fn closed_world(names: &[String], catalogue: &Catalogue) -> Result<BTreeSet<FactId>, Vec<String>> {
    let mut facts = BTreeSet::new();
    let mut faults = Vec::new();
    for name in names {
        let fact = catalogue
            .parse(name)
            .ok_or_else(|| format!("unknown fact `{name}`"));
        match fact.and_then(|fact| can_be_absent(fact).map(|()| fact)) {
            Ok(fact) => drop(facts.insert(fact)),
            Err(fault) => faults.push(format!("cards.closed_world: {fault}")),
        }
    }
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

/// The standard codes, those of the packs that the settings name, of the site's own facts, and of its ConceptMaps.
///
/// # Errors
/// Every fault, with its file.
pub fn load_codes(settings: &Settings, catalogue: &Catalogue) -> Result<Codes, Vec<String>> {
    let said = |faults: Vec<MapFault>| faults.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = settings.packs.iter().map(String::as_str).collect();
    let packed = Codes::with_packs(&names)
        .map_err(said)
        .map_err(of("codes.packs"))?
        .with_facts(catalogue);
    let Some(dir) = settings.codes_dir.as_deref() else {
        return Ok(packed);
    };
    let is_json = |path: &Path| path.extension().is_some_and(|kind| kind == "json");
    let files = files_under(dir, is_json).map_err(of("codes.dir"))?;
    packed.and_maps(&files).map_err(said).map_err(of("codes.dir"))
}

fn known_keys(keys: &BTreeMap<String, String>, codes: &Codes) -> Result<(), Vec<String>> {
    let ours: BTreeSet<String> = templates(codes, true)
        .into_iter()
        .map(|template| template.key)
        .collect();
    let list = || ours.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let faults: Vec<String> = keys
        .values()
        .filter(|key| !ours.contains(*key))
        .map(|key| format!("prefetch.keys: `{key}` is none of {}", list()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The files under a folder that are wanted by their name, by their path there. A mounted ConfigMap brings links of its own
/// (`..data`) to the same files, so names that begin with a dot are passed over.
fn files_under(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    let mut left = MOST_BYTES;
    for path in files::under(root, LIMITS, wanted)? {
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let name: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        match files::text(&path, LARGEST) {
            Ok(text) => {
                let Some(rest) = left.checked_sub(text.len() as u64) else {
                    faults.push(format!(
                        "{}: more than {} in all",
                        root.display(),
                        files::size(MOST_BYTES)
                    ));
                    break;
                };
                left = rest;
                files.insert(name.join("/"), text);
            }
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}
