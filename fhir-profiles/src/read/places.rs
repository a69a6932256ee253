//! The body sites that a record is of, by itself, by its specimen, or by what holds it.

use super::around::Place;
use super::element::Node;
use super::known::Known;
use super::record::Record;
use super::root::Root;
use super::sites::{Sites, sites};
use crate::codes::Site;
use crate::facts::Specimen;
use crate::text::has_words;

/// How far a specimen is followed to the one that it was taken from.
const MOST_PARENTS: usize = 4;

/// The site of the tumour that an Observation is of, by itself or by what holds it.
pub(super) fn tumour_sites(known: &Known<'_>, record: &Record<'_>) -> Sites {
    let places = known.targets.around(record);
    let mut sites = places.iter().map(|place| sites_at(known, place));
    sites.find(Sites::says_something).unwrap_or_default()
}

/// The sites that a record or what holds it names: its own body site, else that of its specimen, else that of the
/// body structure that it is about, else the words of a report's kind.
pub(super) fn sites_at(known: &Known<'_>, place: &Place<'_>) -> Sites {
    let own = sites(place.node, known.codes);
    if !own.none() {
        return own;
    }
    let mut found = Sites::default();
    for reference in place.node.all("specimen") {
        specimen_sites(known, place.root, reference, &mut found);
    }
    if found.says_something() {
        return found;
    }
    let about = ["bodyStructure", "focus"].into_iter();
    for structure in about
        .flat_map(|key| place.node.all(key))
        .filter_map(|reference| known.targets.get(place.root, reference))
        .filter(|target| target.text("resourceType") == Some("BodyStructure"))
    {
        // `location` until R4B, `includedStructure` since R5.
        let included = structure
            .all("includedStructure")
            .flat_map(|part| part.all("structure"));
        for site in structure.all("location").chain(included) {
            found.add(site, known.codes);
        }
    }
    if found.none() && place.node.text("resourceType") == Some("DiagnosticReport") {
        found.add_in_passing(place.node.all("code"), known.codes);
    }
    found
}

/// What a specimen, or the one that it was taken from, says of its site.
fn specimen_sites<'t>(known: &'t Known<'_>, root: Root<'t>, reference: Node<'t>, found: &mut Sites) {
    found.add_text(reference.text("display").unwrap_or_default());
    let mut next = known.targets.get(root, reference);
    for _ in 0..MOST_PARENTS {
        let Some(specimen) = next.filter(|target| target.text("resourceType") == Some("Specimen")) else {
            return;
        };
        for site in specimen.all("collection").flat_map(|c| c.all("bodySite")) {
            found.add(site, known.codes);
        }
        if found.none() {
            // A kind of specimen that names no site leaves the site open.
            found.add_in_passing(specimen.all("type"), known.codes);
        }
        if found.says_something() {
            return;
        }
        next = specimen
            .get("parent")
            .and_then(|parent| known.targets.get(root, parent));
    }
}

/// Whether a reading is of the primary or of a metastasis: by the site, else by the words of the specimen.
pub(super) fn specimen(known: &Known<'_>, record: &Record<'_>) -> Option<Specimen> {
    let sites = tumour_sites(known, record);
    if sites.only(Site::Pancreas) {
        return Some(Specimen::Primary);
    }
    if sites.only(Site::Liver) {
        return Some(Specimen::Metastasis);
    }
    if !sites.none() {
        return None;
    }
    let texts: Vec<&str> = specimen_of(known, record)?.get("type")?.texts().collect();
    let says = |words: &[&str]| {
        texts
            .iter()
            .any(|text| words.iter().any(|word| has_words(text, word)))
    };
    let primary = says(&["primary"]);
    let metastasis = says(&["metastasis", "metastases", "metastatic"]);
    match (primary, metastasis) {
        _ if says(&["no", "not", "non", "without"]) => None,
        (true, false) => Some(Specimen::Primary),
        (false, true) => Some(Specimen::Metastasis),
        _ => None,
    }
}

fn specimen_of<'t>(known: &'t Known<'_>, record: &Record<'t>) -> Option<Node<'t>> {
    let target = known
        .targets
        .get(Root::around(record), record.node.get("specimen")?)?;
    (target.text("resourceType") == Some("Specimen")).then_some(target)
}
