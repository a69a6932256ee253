//! What `pnet-cds` says: knowledge as data, the engine from facts to an assessment, and the cards.
//!
//! Pure: knowledge, facts and the day of evaluation are arguments; nothing here reads a clock, a file or the
//! environment.

pub mod assessment;
mod embedded;
pub mod engine;
pub mod knowledge;
pub mod laws;
mod load;
mod markdown;
pub mod orders;
pub mod render;
mod texts;
pub mod vignettes;

pub use assessment::Assessment;
pub use engine::assess;
pub use knowledge::Knowledge;
pub use orders::{Ordered, Proposal, ordered};
