//! SMART App Launch 2: a clinician opens the pages of one patient from the chart, with the record system's own token.
//!
//! A launch is answered for registered servers only. Every page of it takes a [`Session`], which only the callback of a
//! launch can make; the token never leaves this process but for the session's own server.

mod app;
mod callback;
mod context;
mod cookie;
mod fields;
mod identity;
mod launch;
mod moved;
mod name;
mod pending;
mod proof;
mod registry;
mod scopes;
mod server;
mod session;
mod token;

pub(crate) use callback::callback;
pub use context::AppContext;
pub(crate) use launch::launch;
pub(crate) use moved::Moved;
pub(crate) use registry::Smart;
pub use scopes::Scopes;
pub use session::Session;
