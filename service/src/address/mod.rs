//! Addresses of FHIR servers: which ones are registered, what is under them, and where they may lead.

mod base;
mod network;

pub use base::{AllowedBase, InvalidBase};
pub(crate) use network::may_connect;
pub use network::{InvalidNetwork, Network};
