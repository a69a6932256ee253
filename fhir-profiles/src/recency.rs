//! Which reading counts: newest by date, readings of one day, presence against absence, M categories,
//! runs of disease status and a site's closed world (specification, section 2).

mod behind;
mod build;
mod closed_world;
mod dates;
mod presence;
pub(crate) mod rule;
mod rules;
mod runs;
mod same_day;
mod settle;
mod sizes;
mod spread;

pub use behind::Behind;
pub(crate) use dates::{days, evidence_order};
pub use rule::Rule;
pub use rules::RULES;
pub(crate) use settle::settle;
