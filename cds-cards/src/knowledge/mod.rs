//! The knowledge: its files, their check, and the model that the engine uses.

mod bands;
mod compiled;
mod cover;
mod criteria;
mod evidence;
mod facts;
mod fault;
mod form;
mod graph;
mod limits;
mod load;
mod model;
mod numbers;
mod options;
mod package;
mod phrase;
pub mod place;
mod questions;
mod register;
mod rests;
mod rows;
mod section;
pub mod situation;
mod slots;
mod tables;
mod when;
mod words;

pub(crate) use compiled::{Refers, SituationRule};
pub use fault::Fault;
pub use limits::Limit;
pub use model::*;
pub(crate) use phrase::filled;
pub use when::When;
pub(crate) use words::with_unit;
