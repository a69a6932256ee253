//! The packs: national and general code systems as ConceptMaps, compiled in and read like a site's own maps.

/// Every pack: its name and its FHIR ConceptMap.
pub(super) const PACKS: &[(&str, &str)] = &[
    ("who", include_str!("../../packs/who.json")),
    ("drugs", include_str!("../../packs/drugs.json")),
    ("de-onko", include_str!("../../packs/de-onko.json")),
    ("uk", include_str!("../../packs/uk.json")),
    ("us", include_str!("../../packs/us.json")),
];

#[cfg(test)]
mod tests;
