//! The knowledge: its files, their check, and the model that the engine uses.

mod model;

pub use model::*;
