//! Who may call: registered issuers, their keys, what a token must say, and what each caller may have read.
//!
//! A handler that works for callers takes a [`Caller`], which only this module can make. Every refusal is the same
//! answer; the reason is a word of a closed list, in the log only. One thing is no refusal: a genuine token while the store
//! of used tokens is down is answered with 503.

mod audience;
mod caller;
mod claims;
mod client;
mod clock;
mod fetch;
mod jti;
mod jwks;
mod keys;
mod life;
mod own;
mod rehearse;
mod verify;
mod who;

pub use caller::Caller;
pub use clock::{Clock, SystemClock};
pub use jti::{JtiStore, KeptKeys, KeptKeysFuture, Once, OnceFuture, Refused};
pub(crate) use rehearse::Rehearsed;
pub use verify::Trust;
pub use who::Who;

pub(crate) use audience::Audience;
pub(crate) use claims::{NumericDate, part, present};
pub(crate) use keys::{Found, KeySet, MAX_BYTES as MOST_KEY_BYTES};
pub(crate) use verify::Denial;
