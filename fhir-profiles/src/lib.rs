//! What `pnet-cds` reads: the fact catalogue, value sets and the reader from FHIR resources to facts.

pub mod catalogue;
pub mod chart;
pub mod codes;
pub mod date;
pub mod facts;
mod given;
pub mod interval;
pub mod json;
pub mod mentions;
mod organs;
pub mod read;
pub mod recency;
pub mod stop;
mod text;
mod treatments;
mod values;

pub use catalogue::{FactId, Word};
pub use chart::{Added, AddedKind, Chart, ChartBuilder, ChartError};
pub use codes::{Codes, MapFault};
pub use date::PartialDate;
pub use facts::{Facts, FactsBuilder};
pub use interval::Interval;
pub use read::{Order, ReadPolicy, UnreadOrder, orders, read, selected};
pub use treatments::{Class as TreatmentClass, Treatment};
pub use values::entered;
