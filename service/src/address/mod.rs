//! Addresses of FHIR servers: which ones are registered, what is under them, and where they may lead.

mod base;
mod network;

pub use base::{AllowedBase, InvalidBase};
pub use network::{InvalidNetwork, Network};
pub(crate) use network::{is_never_allowed, may_connect};
