//! Tokens by which the service calls itself, for an invented patient and nobody else.

use super::caller::Caller;
use super::claims::Token;
use super::life::in_time;
use super::who::OWN_ISSUER;
use crate::errors::Denied;
use crate::random::new_id;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long one of them counts, in seconds.
const LIFE: u64 = 30;
/// More are never under way; the oldest counts no longer.
const UNDER_WAY: usize = 16;

/// The key by which the service calls itself: made at the start, and nowhere but in the memory of this process. With its tokens a
/// call comes in as everybody's, gets no further than the invented patient, and leaves nothing in the store.
pub(super) struct Own {
    key: EcdsaKeyPair,
    public: DecodingKey,
    kid: String,
    /// Tokens that were given out and not used.
    given: Mutex<VecDeque<String>>,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}

impl Own {
    /// A new key.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub(super) fn new() -> Result<Self, String> {
        let none = |()| "no random numbers for the key of synthetic calls".to_owned();
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| none(()))?;
        Ok(Self {
            public: DecodingKey::from_ec_der(key.public_key().as_ref()),
            key,
            kid: new_id().map_err(none)?.to_string(),
            given: Mutex::default(),
        })
    }

    fn given(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token for one call of this path, now.
    pub(super) fn token(&self, path: &str, now: u64) -> Option<String> {
        let jti = new_id().ok()?.to_string();
        let text = signed(&self.key, &self.kid, path, now, LIFE, &jti)?;
        let mut given = self.given();
        if given.len() >= UNDER_WAY {
            given.pop_front();
        }
        given.push_back(jti);
        Some(text)
    }

    /// Who calls this path from this address with such a token.
    ///
    /// # Errors
    /// Why it is none of ours, or no longer.
    pub(super) fn admit(
        &self,
        token: &Token<'_>,
        path: &str,
        from_here: bool,
        now: u64,
    ) -> Result<Caller, Denied> {
        let claims = &token.claims;
        // From elsewhere there is no such issuer.
        if !from_here {
            return Err(Denied::Issuer);
        }
        if token.kid != self.kid || token.header.jku.is_some() {
            return Err(Denied::UnknownKey);
        }
        if token.header.alg != "ES256" {
            return Err(Denied::Algorithm);
        }
        in_time(claims, now)?;
        if !claims.aud.contains(path) {
            return Err(Denied::Audience);
        }
        let verified = crypto::verify(token.signature, token.message, &self.public, Algorithm::ES256);
        if !verified.unwrap_or(false) {
            return Err(Denied::Signature);
        }
        let mut given = self.given();
        let place = given.iter().position(|jti| *jti == claims.jti);
        let used = place.and_then(|place| given.remove(place));
        used.map(|_| Caller::own()).ok_or(Denied::Replayed)
    }
}

/// A token of ours as text; nothing if it cannot be signed.
pub(super) fn signed(
    key: &EcdsaKeyPair,
    kid: &str,
    aud: &str,
    now: u64,
    life: u64,
    jti: &str,
) -> Option<String> {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "ES256", "typ": "JWT", "kid": kid}));
    let claims =
        part(json!({"iss": OWN_ISSUER, "aud": aud, "iat": now, "exp": now.saturating_add(life), "jti": jti}));
    let message = format!("{header}.{claims}");
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
    Some(format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(signature.as_ref())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::life::LEEWAY;

    const PATH: &str = "/cds-services/pnet-liver-metastases";

    fn admitted(own: &Own, text: &str, path: &str, from_here: bool, now: u64) -> Result<(), Denied> {
        let token = Token::parse(text).unwrap();
        own.admit(&token, path, from_here, now).map(drop)
    }

    #[test]
    fn a_token_of_its_own_counts_once_here_for_its_path_and_for_half_a_minute() {
        let (own, other) = (Own::new().unwrap(), Own::new().unwrap());
        let now = 1_800_000_000;
        let token = || own.token(PATH, now).unwrap();
        let once = token();
        assert_eq!(admitted(&own, &once, PATH, true, now), Ok(()));
        assert_eq!(admitted(&own, &once, PATH, true, now), Err(Denied::Replayed));
        assert_eq!(admitted(&own, &token(), PATH, false, now), Err(Denied::Issuer));
        assert_eq!(
            admitted(&own, &token(), "/assessment", true, now),
            Err(Denied::Audience)
        );
        let late = now + LIFE + LEEWAY;
        assert_eq!(admitted(&own, &token(), PATH, true, late), Err(Denied::Expired));
        assert_eq!(
            admitted(&other, &token(), PATH, true, now),
            Err(Denied::UnknownKey)
        );
        // Signed by another key under the name of ours.
        let jti = new_id().unwrap().to_string();
        let forged = signed(&other.key, &own.kid, PATH, now, LIFE, &jti).unwrap();
        assert_eq!(admitted(&own, &forged, PATH, true, now), Err(Denied::Signature));
        // Signed by ours, and never given out.
        let kept = signed(&own.key, &own.kid, PATH, now, LIFE, &jti).unwrap();
        assert_eq!(admitted(&own, &kept, PATH, true, now), Err(Denied::Replayed));
    }
}
