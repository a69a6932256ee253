//! A JSON Web Key Set: which keys can verify, each for its own algorithm only.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;

/// The greatest key set that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 256 << 10;
/// The greatest number of keys in a set.
const MAX_KEYS: usize = 256;
/// The longest `kid` of a key.
const LONGEST_ID: usize = 256;
/// RSA moduli from 2048 to 8192 bits, in bytes.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// Verifying keys by `kid`.
#[derive(Default)]
pub(crate) struct KeySet(HashMap<String, Vec<(Algorithm, DecodingKey)>>);

/// Why a text is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidKeySet {
    /// More bytes or keys than any issuer needs.
    TooLarge,
    /// Not an object with a list `keys`.
    NotAKeySet,
    /// Two keys for the same algorithm share a `kid`.
    DuplicateKeyId,
}

impl InvalidKeySet {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::NotAKeySet => "not-a-key-set",
            Self::DuplicateKeyId => "duplicate-kid",
        }
    }
}

/// A key that was looked for.
pub(crate) enum Found<'a> {
    Key(&'a DecodingKey, Algorithm),
    /// The `kid` is known, but its key is for another algorithm.
    OtherAlgorithm,
    Unknown,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Wire<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

objects_only!(Wire<'a>, Jwk);

impl KeySet {
    /// Reads a set. Keys that cannot verify a token are passed over, as issuers publish others beside them.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, InvalidKeySet> {
        if json.len() > MAX_BYTES {
            return Err(InvalidKeySet::TooLarge);
        }
        let json = str::from_utf8(json).map_err(|_| InvalidKeySet::NotAKeySet)?;
        let wire: Wire<'_> = serde_json::from_str(json).map_err(|_| InvalidKeySet::NotAKeySet)?;
        if wire.keys.len() > MAX_KEYS {
            return Err(InvalidKeySet::TooLarge);
        }
        let mut set = Self::default();
        for raw in wire.keys {
            let usable = serde_json::from_str(raw.get())
                .ok()
                .and_then(|jwk: Jwk| jwk.usable());
            let Some((kid, algorithms, key)) = usable else {
                continue;
            };
            let known = set.0.entry(kid).or_default();
            for algorithm in algorithms {
                if known.iter().any(|(other, _)| other == algorithm) {
                    return Err(InvalidKeySet::DuplicateKeyId);
                }
                known.push((*algorithm, key.clone()));
            }
        }
        Ok(set)
    }

    /// The number of `kid`s.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key with this `kid`, if it is for the algorithm that the token names.
    pub(crate) fn find(&self, kid: &str, alg: &str) -> Found<'_> {
        let Some(keys) = self.0.get(kid) else {
            return Found::Unknown;
        };
        let wanted = algorithm(alg);
        keys.iter()
            .find(|(of_key, _)| Some(*of_key) == wanted)
            .map_or(Found::OtherAlgorithm, |(of_key, key)| Found::Key(key, *of_key))
    }

    /// The key for an algorithm in a set of one, where nobody has to say which (OpenID Connect Core 1.0, 10.1).
    pub(crate) fn only(&self, alg: &str) -> Found<'_> {
        let mut names = self.0.keys();
        match (names.next(), names.next()) {
            (Some(only), None) => self.find(only, alg),
            _ => Found::Unknown,
        }
    }

    pub(crate) fn knows(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({} keys)", self.len())
    }
}

impl Jwk {
    /// The `kid`, the algorithms and the key, if the parts of the key agree with each other.
    fn usable(self) -> Option<(String, &'static [Algorithm], DecodingKey)> {
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let kid = self.kid.filter(|kid| (1..=LONGEST_ID).contains(&kid.len()))?;
        if !for_signatures {
            return None;
        }
        let (algorithms, key): (&'static [Algorithm], _) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => (&[Algorithm::ES256], elliptic(&self.x?, &self.y?, 32)?),
            ("EC", Some("P-384")) => (&[Algorithm::ES384], elliptic(&self.x?, &self.y?, 48)?),
            ("RSA", None) => (&[Algorithm::RS256, Algorithm::RS384], rsa(&self.n?, &self.e?)?),
            _ => return None,
        };
        let algorithms = match self.alg {
            None => algorithms,
            Some(alg) => {
                let named = algorithm(&alg)?;
                let at = algorithms.iter().position(|of_key| *of_key == named)?;
                algorithms.get(at..=at)?
            }
        };
        Some((kid, algorithms, key))
    }
}

/// The algorithms that there are.
fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "ES256" => Some(Algorithm::ES256),
        "ES384" => Some(Algorithm::ES384),
        "RS256" => Some(Algorithm::RS256),
        "RS384" => Some(Algorithm::RS384),
        _ => None,
    }
}

fn elliptic(x: &str, y: &str, bytes: usize) -> Option<DecodingKey> {
    let key = DecodingKey::from_ec_components(x, y).ok()?;
    // One byte says that both coordinates follow.
    (decoded_length(x)? == bytes && decoded_length(y)? == bytes).then_some(key)
}

fn rsa(n: &str, e: &str) -> Option<DecodingKey> {
    let key = DecodingKey::from_rsa_components(n, e).ok()?;
    (RSA_BYTES.contains(&decoded_length(n)?) && (1..=8).contains(&decoded_length(e)?)).then_some(key)
}

/// Bytes that a text of base64url without padding stands for.
fn decoded_length(text: &str) -> Option<usize> {
    Some(text.len().checked_mul(3)? / 4)
}
