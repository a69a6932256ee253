//! Each token once: what the store of used tokens is asked.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Why a token is not accepted although everything about it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was accepted before.
    Replayed,
    /// No more tokens of this issuer can be remembered.
    Full,
    /// Where they are remembered does not answer.
    Down,
}

/// One use of a token.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Its `iss`; a `jti` is unique for each issuer only.
    pub issuer: &'a str,
    /// Its `jti`.
    pub jti: &'a str,
    /// The second from which on the token is refused as expired, so that its `jti` need not be kept.
    pub expires: u64,
    /// The second of its use.
    pub now: u64,
}

/// The answer of a [`JtiStore`], to come.
pub type OnceFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send + 'a>>;

/// A key set as a key server answered with it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKeys {
    /// The answer.
    pub json: String,
    /// How long ago that was.
    pub age: Duration,
}

/// The keys that were kept, to come; none where there are none, or they cannot be had.
pub type KeptKeysFuture<'a> = Pin<Box<dyn Future<Output = Option<KeptKeys>> + Send + 'a>>;

/// Remembers tokens, so that each is accepted once, by whichever replica it reaches.
pub trait JtiStore: Debug + Send + Sync {
    /// Remembers a token; of any number of calls with the same issuer and `jti`, exactly one succeeds.
    fn accept<'a>(&'a self, once: Once<'a>) -> OnceFuture<'a>;

    /// Keeps what a key server has answered, for the next process; nothing depends on whether it does.
    fn keep_keys(&self, _url: &str, _json: &str) {}

    /// What a key server answered last.
    fn kept_keys<'a>(&'a self, _url: &'a str) -> KeptKeysFuture<'a> {
        Box::pin(std::future::ready(None))
    }
}
