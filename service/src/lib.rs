//! Who `pnet-cds` talks to: HTTP, settings and the command line.
//!
//! What is clinical stands in `fhir-profiles` (reading) and `cds-cards` (concluding and saying); this crate brings
//! them requests and carries their answers. `hooks::flow` is the one place where I/O meets logic.

#[macro_use]
mod object;

pub mod address;
pub mod advisor;
pub mod app;
pub mod audit;
pub mod call;
mod certificate;
pub mod clean;
pub mod cli;
mod clock;
pub mod cql;
pub mod errors;
pub mod evaluator;
pub mod fhir_client;
mod files;
pub mod hooks;
mod host;
pub mod http;
pub mod input;
pub mod laws;
mod nearest;
mod pages;
pub mod pool;
mod query_text;
mod random;
pub mod sandbox;
pub mod settings;
mod signing;
pub mod site;
pub mod smart;
mod stamp;
pub mod store;
mod strip;
pub mod telemetry;
pub mod templates;
pub mod trust;
