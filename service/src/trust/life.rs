//! When a token counts.

use super::claims::Claims;
use crate::errors::Denied;

/// How far the clocks of caller and service may differ, in seconds.
pub(super) const LEEWAY: u64 = 30;
/// The longest life of a token, in seconds.
const LONGEST_LIFE: u64 = 3600;

/// Whether a token with these claims counts now.
///
/// # Errors
/// Why not.
pub(super) fn in_time(claims: &Claims, now: u64) -> Result<(), Denied> {
    let latest = now.saturating_add(LEEWAY);
    if claims.exp.0.saturating_add(LEEWAY) <= now {
        return Err(Denied::Expired);
    }
    if claims.iat.0 > latest || claims.nbf.is_some_and(|nbf| nbf.0 > latest) {
        return Err(Denied::NotYetValid);
    }
    match claims.exp.0.checked_sub(claims.iat.0) {
        Some(life) if life <= LONGEST_LIFE => Ok(()),
        _ => Err(Denied::Life),
    }
}
