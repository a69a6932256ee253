//! The `id_token`: who the user is, if it was signed for this launch (OpenID Connect Core 1.0, 3.1.3.7).

use crate::errors::Denied;
use crate::trust::{Audience, Found, KeySet, NumericDate, part, present};
use jsonwebtoken::crypto;
use serde::Deserialize;

/// How far the clocks of server and service may differ, in seconds.
const LEEWAY: u64 = 30;
/// The longest token that is looked at.
const LONGEST: usize = 32 << 10;
/// The longest name of a user.
const LONGEST_USER: usize = 512;

/// What a token has to be for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: u64,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Claims {
    iss: String,
    aud: Audience,
    exp: NumericDate,
    iat: NumericDate,
    nonce: String,
    #[serde(default, deserialize_with = "present")]
    azp: Option<String>,
    #[serde(default, rename = "fhirUser", deserialize_with = "present")]
    fhir_user: Option<String>,
    #[serde(default, deserialize_with = "present")]
    profile: Option<String>,
}

objects_only!(Header, Claims);

/// The name of the key that a token is signed with, if it names one, before it is verified: by it a key is looked for.
/// Nothing where it is no token.
pub(super) fn key_id(token: &str) -> Option<Option<String>> {
    let (header, _) = token.split_once('.')?;
    let header: Header = part(header, Denied::LaunchIdentity).ok()?;
    Some(header.kid)
}

/// The user that a token names, as the record system has them (`Practitioner/7`, or an address); nothing where it names none.
///
/// # Errors
/// If it is not signed by one of these keys, or not for this launch.
pub(super) fn user(token: &str, keys: &KeySet, expected: Expected<'_>) -> Result<Option<String>, Denied> {
    let wrong = Denied::LaunchIdentity;
    let (message, signature) = token
        .rsplit_once('.')
        .filter(|_| token.len() <= LONGEST)
        .ok_or(wrong)?;
    let (header, claims) = message.split_once('.').ok_or(wrong)?;
    let header: Header = part(header, wrong).map_err(|_| wrong)?;
    let claims: Claims = part(claims, wrong).map_err(|_| wrong)?;
    // The algorithm comes from the key; what the header says has to agree, so that `none` and shared secrets are nothing.
    let found = match &header.kid {
        Some(kid) => keys.find(kid, &header.alg),
        None => keys.only(&header.alg),
    };
    let Found::Key(key, algorithm) = found else {
        return Err(wrong);
    };
    let genuine = crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false);
    let for_us = claims.aud.contains(expected.client_id)
        && (claims.aud.is_one() || claims.azp.is_some())
        && claims.azp.as_deref().is_none_or(|azp| azp == expected.client_id);
    let in_time = claims.exp.0.saturating_add(LEEWAY) > expected.now
        && claims.iat.0 <= expected.now.saturating_add(LEEWAY);
    let right = genuine
        && header.crit.is_none()
        && claims.iss == expected.issuer
        && for_us
        && in_time
        && claims.nonce == expected.nonce;
    match right {
        true => Ok(claims.fhir_user.or(claims.profile).filter(|user| {
            (1..=LONGEST_USER).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_graphic())
        })),
        false => Err(wrong),
    }
}
