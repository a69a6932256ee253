//! Random names of launches and sessions, and what is kept of them.

use oauth2::CsrfToken;
use sha2::{Digest, Sha256};

/// Bytes of a random name: none is guessed.
const RANDOM: u32 = 32;

/// A new random name.
pub(super) fn random() -> String {
    CsrfToken::new_random_len(RANDOM).into_secret()
}

/// What a random name is kept by: whoever reads the memory of a table finds no cookie in it, and looking one up takes no
/// time that tells how much of a name was right.
pub(super) type Hashed = [u8; 32];

pub(super) fn hashed(text: &str) -> Hashed {
    Sha256::digest(text).into()
}

/// What the cookie of a launch is named with: it tells launches apart and nothing else.
pub(super) fn told(state: &str) -> String {
    format!("{:x}", Sha256::digest(state))
}
