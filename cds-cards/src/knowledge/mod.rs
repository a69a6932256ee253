//! The knowledge: its files, their check, and the model that the engine uses.

mod compiled;
mod cover;
mod criteria;
mod evidence;
mod facts;
mod fault;
mod form;
mod graph;
mod load;
mod model;
mod options;
mod package;
pub mod place;
mod questions;
mod register;
mod rows;
mod section;
pub mod situation;
mod slots;
mod tables;
mod when;
mod words;

pub(crate) use compiled::{Refers, SituationRule};
pub use fault::Fault;
pub use model::*;
pub use when::When;
