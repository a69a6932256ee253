//! A token taken apart: header and claims with exact types, nothing believed yet.

use super::audience::Audience;
use crate::errors::Denied;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// The longest token that is looked at.
const LONGEST: usize = 16 << 10;
/// The longest `kid` and `jti`.
const LONGEST_ID: usize = 256;

/// What the header must and may say. `jwk`, `x5u`, `x5c` and `x5t` are not read: a key comes from the registration.
#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Header {
    pub(super) alg: String,
    typ: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) jku: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

/// What the claims must and may say; others are not read.
#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: Audience,
    pub(super) exp: NumericDate,
    pub(super) iat: NumericDate,
    pub(super) jti: String,
    #[serde(default, deserialize_with = "present")]
    pub(super) nbf: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    pub(super) tenant: Option<String>,
}

objects_only!(Header, Claims);

/// Seconds since 1970, which may have fractions (RFC 7519, section 2); they are cut off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumericDate(pub(crate) u64);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let whole = number.as_u64().or_else(|| {
            Duration::try_from_secs_f64(number.as_f64()?)
                .ok()
                .map(|time| time.as_secs())
        });
        whole
            .map(Self)
            .ok_or_else(|| D::Error::custom("a time before 1970 or after all times"))
    }
}

/// A token whose signature is not yet verified.
pub(super) struct Token<'a> {
    pub(super) header: Header,
    pub(super) kid: String,
    pub(super) claims: Claims,
    /// What is signed.
    pub(super) message: &'a [u8],
    pub(super) signature: &'a str,
}

impl<'a> Token<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Denied> {
        let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if text.len() > LONGEST || !text.bytes().all(of_token) {
            return Err(Denied::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Denied::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(Denied::Malformed)?;
        if claims.contains('.') || signature.is_empty() {
            return Err(Denied::Malformed);
        }
        let mut header: Header = part(header, Denied::Header)?;
        if header.typ != "JWT" || header.crit.is_some() {
            return Err(Denied::Header);
        }
        let kid = header.kid.take().filter(|kid| is_id(kid)).ok_or(Denied::KeyId)?;
        let claims: Claims = part(claims, Denied::Claims)?;
        if !is_id(&claims.jti) {
            return Err(Denied::Claims);
        }
        Ok(Self {
            header,
            kid,
            claims,
            message: message.as_bytes(),
            signature,
        })
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
}

/// One part of a token, of exact types.
///
/// # Errors
/// `wrong` where it is JSON of another shape, else [`Denied::Malformed`].
pub(crate) fn part<T: DeserializeOwned>(encoded: &str, wrong: Denied) -> Result<T, Denied> {
    let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Denied::Malformed)?;
    // All of it: what is not read is not looked at by the parser.
    let json = str::from_utf8(&json).map_err(|_| Denied::Malformed)?;
    if !json.trim_start().starts_with('{') {
        return Err(Denied::Malformed);
    }
    serde_json::from_str(json).map_err(|error| if error.is_data() { wrong } else { Denied::Malformed })
}

/// A field that may be left out, but is not `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
