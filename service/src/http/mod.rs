//! HTTP: connections, the boundary of every request, who is behind it, bodies, and the paths of the service itself.

mod answer;
pub(crate) mod body;
mod boundary;
mod bounds;
mod caller;
mod connection;
mod cors;
mod drain;
mod feedback;
mod handlers;
mod management;
mod memory;
mod methods;
mod openapi;
mod origins;
mod paths;
mod pulse;
mod room;
mod routes;
mod sandbox;
mod serve;
mod state;
mod synthetic;
mod synthetic_results;
mod tls;
mod watched;

pub(crate) use answer::refusal;
pub use boundary::boundary;
pub use cors::cors;
pub(crate) use methods::{READING, reading, wrong_method};
pub(crate) use origins::SANDBOX;
pub(crate) use routes::routes;
pub(crate) use serve::serve;
pub use state::{Parts, State};
pub(crate) use state::{check_launches, check_tls};
