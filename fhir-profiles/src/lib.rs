//! What `pnet-cds` reads: the fact catalogue, value sets and the reader from FHIR resources to facts.
//!
//! Pure: a [`ChartBuilder`] takes the resources of one patient, [`read()`] makes [`Facts`] of the chart under a [`ReadPolicy`],
//! which brings the day, the [`Codes`] (with packs and a site's maps) and a site's policy. [`orders()`] says what draft orders
//! order, which is no fact. What is read, from which elements and codes, stands in the README beside this crate.

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
