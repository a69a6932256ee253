//! What the acceptance tests share: the comparison of a vignette with an assessment, the reader's corpus, the program, and
//! a scripted FHIR server.

pub mod compare;
pub mod corpus;
pub mod program;
pub mod scripted_fhir;

use std::path::PathBuf;

/// The directory of this package.
pub fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The knowledge that ships with the product.
///
/// # Errors
/// Every fault of it, one a line.
pub fn knowledge() -> Result<cds_cards::Knowledge, String> {
    cds_cards::Knowledge::embedded().map_err(|faults| {
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}
