//! What `pnet-cds` reads: the fact catalogue, value sets and the reader from FHIR resources to facts.

pub mod catalogue;
pub mod date;
pub mod facts;
pub mod interval;
mod recency;
mod values;

pub use catalogue::{FactId, Word};
pub use date::PartialDate;
pub use facts::{Facts, FactsBuilder};
pub use interval::Interval;
