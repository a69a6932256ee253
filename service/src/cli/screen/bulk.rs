//! A Bulk Data export fetched from a FHIR server.

mod access;
mod export;
mod fetch;
mod server;
mod state;

pub(super) use export::fetched;
