//! Identifiers that nobody can guess.

use aws_lc_rs::rand;
use uuid::{Builder, Uuid};

/// A new identifier (UUID, version 4).
///
/// # Errors
/// If the system has no random numbers.
pub(crate) fn new_id() -> Result<Uuid, ()> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(drop)?;
    Ok(Builder::from_random_bytes(bytes).into_uuid())
}
