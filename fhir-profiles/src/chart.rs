//! The parsed edge: a chart of one patient, whose resources stay raw JSON until a fact needs them.

mod added;
mod builder;
mod concept;
mod error;
mod glance;
mod item;
mod loose;
mod mend;
mod narrow;
mod page;
mod patient;
mod reference;
mod text;
mod whole;

pub(crate) use crate::codes::Coding;
pub use added::{Added, AddedKind};
pub use builder::ChartBuilder;
pub(crate) use concept::{Concept, text_coding};
pub use error::ChartError;
pub use glance::{Glance, Glances};
pub(crate) use item::{Item, Whose};
pub(crate) use loose::{Loose, each, read, said};
pub use mend::opened;
pub(crate) use narrow::{NO_FHIR, Narrow, is_of_medication};
pub use page::{Answered, NextPage, Page};
pub(crate) use patient::{called, is_urn};
pub(crate) use reference::Reference;
pub use text::{json_text, utf8_text};
pub use whole::Chart;
