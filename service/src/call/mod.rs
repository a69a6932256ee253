//! A request that is being answered, from its first byte until its answer has left: [`Call`].
//!
//! Whatever becomes known of it on the way is told to its call, and what it comes to is told from there, once: to the
//! audit, to metrics, to its span and to the log.

mod event;
mod known;
mod record;
mod request;

pub(crate) use record::Leaving;
pub use request::Call;
pub(crate) use request::REQUEST_ID;
