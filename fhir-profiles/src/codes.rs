//! What codes mean, from the ValueSets of the compiled Implementation Guide.

mod all;
mod coding;
mod composed;
mod facts;
mod fault;
mod local;
mod maps;
mod meaning;
mod packs;
mod relevant;
mod search;
mod standard;
pub(crate) mod system;
mod table;
mod traps;
mod unfit;
mod valueset;

pub use all::Codes;
pub(crate) use coding::Coding;
pub use fault::MapFault;
pub(crate) use meaning::{Meaning, Named, Site};
pub use relevant::{Unmapped, Written};
pub use system::{
    CLINICAL, DATA_ABSENT, FACT_VALUES, FACTS, INTERPRETATION, LOINC, SNOMED, TREATMENTS, UCUM,
    UNKNOWN_REASONS,
};
pub(crate) use traps::is_trap;
pub use unfit::{compared_code, unfit_code};

/// Canonical base of everything the project defines in FHIR.
pub const BASE: &str = "https://pnet-cds.github.io/fhir";

/// The source system of a ConceptMap group that maps concepts by their exact text.
pub const TEXT_SYSTEM: &str = system::TEXT;

/// The source system of a ConceptMap group that maps names of drugs and treatments.
pub const NAME_SYSTEM: &str = system::NAME;

/// The FHIR ValueSet resources of the guide, as JSON text by id: what is read, published as it is.
pub fn value_sets() -> impl Iterator<Item = (&'static str, &'static str)> {
    table::SETS.iter().map(|(id, json, _)| (*id, *json))
}

/// The FHIR CodeSystem resources of the guide, as JSON text by id: every fact, every word of a fact, what an order
/// can order, and why a fact is not known.
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
        (
            "unknown-reasons",
            include_str!("../fsh-generated/resources/CodeSystem-unknown-reasons.json"),
        ),
    ]
    .into_iter()
}

#[cfg(test)]
mod tests;
