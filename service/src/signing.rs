//! Private keys that sign tokens of this program: assertions to authorization servers, and calls that it plays the EHR for.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA384,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// RSA moduli from 2048 bits.
const LEAST_RSA_BYTES: usize = 256;

/// A private key, and the name that its public half has by itself (RFC 7638).
pub(crate) struct SigningKey {
    pair: Pair,
    kid: String,
}

enum Pair {
    Elliptic(EcdsaKeyPair, &'static str),
    Rsa(Box<RsaKeyPair>),
}

impl SigningKey {
    /// Reads the file of a key.
    ///
    /// # Errors
    /// What is wrong with it; never what stands in it.
    pub(crate) fn parse(pem: &str) -> Result<Self, &'static str> {
        let no_key = "it holds no private key in PEM form (PKCS #8)";
        let PrivateKeyDer::Pkcs8(der) = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| no_key)?
        else {
            return Err(no_key);
        };
        let der = der.secret_pkcs8_der();
        let elliptic = [
            (&ECDSA_P384_SHA384_FIXED_SIGNING, "ES384"),
            (&ECDSA_P256_SHA256_FIXED_SIGNING, "ES256"),
        ];
        for (algorithm, name) in elliptic {
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(algorithm, der) {
                return Ok(Self::named(Pair::Elliptic(pair, name)));
            }
        }
        match RsaKeyPair::from_pkcs8(der) {
            Ok(pair) if pair.public_modulus_len() >= LEAST_RSA_BYTES => {
                Ok(Self::named(Pair::Rsa(Box::new(pair))))
            }
            _ => Err("expected a key on P-384 or P-256, or an RSA key of at least 2048 bits"),
        }
    }

    fn named(pair: Pair) -> Self {
        // Members in the order of the alphabet and without spaces, as RFC 7638 has them hashed.
        let public = pair.public().to_string();
        Self {
            pair,
            kid: URL_SAFE_NO_PAD.encode(Sha256::digest(public)),
        }
    }

    /// The public key, as it is registered with the authorization server.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.pair.public();
        let more = [
            ("kid", self.kid.as_str()),
            ("alg", self.pair.algorithm()),
            ("use", "sig"),
        ];
        if let Some(fields) = jwk.as_object_mut() {
            fields.extend(more.map(|(name, value)| (name.to_owned(), value.into())));
        }
        jwk
    }

    /// A new key on P-384, and its file (PEM, PKCS #8).
    ///
    /// # Errors
    /// If the library cannot make one.
    pub(crate) fn generate() -> Result<(Self, Zeroizing<String>), ()> {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new());
        let pem = pem(der.map_err(drop)?.as_ref());
        Ok((Self::parse(&pem).map_err(drop)?, pem))
    }

    /// These claims as a token (RFC 7519), signed.
    ///
    /// # Errors
    /// If the library cannot sign.
    pub(crate) fn token(&self, claims: &Value) -> Result<String, ()> {
        let header = json!({ "alg": self.pair.algorithm(), "kid": self.kid, "typ": "JWT" });
        let encoded = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = self.pair.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A key as it stands in a file, in lines of 64 characters (RFC 7468).
fn pem(der: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(STANDARD.encode(der));
    let mut pem = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    pem
}

impl Pair {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Elliptic(_, name) => name,
            Self::Rsa(_) => "RS384",
        }
    }

    fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Elliptic(pair, name) => {
                // One byte says that both coordinates follow.
                let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if *name == "ES384" { "P-384" } else { "P-256" };
                json!({ "crv": curve, "kty": "EC", "x": text(x), "y": text(y) })
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let exponent = text(key.exponent().big_endian_without_leading_zero());
                let modulus = text(key.modulus().big_endian_without_leading_zero());
                json!({ "e": exponent, "kty": "RSA", "n": modulus })
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ()> {
        let random = SystemRandom::new();
        match self {
            Self::Elliptic(pair, _) => {
                let signature = pair.sign(&random, message).map_err(drop)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA384, &random, message, &mut signature)
                    .map_err(drop)?;
                Ok(signature)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{Found, KeySet};
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::KeySize;
    use jsonwebtoken::crypto;

    #[test]
    fn a_token_is_verified_by_the_public_key() {
        let random = SystemRandom::new();
        let elliptic = |algorithm| {
            let der = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            pem(der.as_ref())
        };
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let rsa: aws_lc_rs::encoding::Pkcs8V1Der<'_> = rsa.as_der().unwrap();
        for (pem, alg) in [
            (elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING), "ES384"),
            (elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING), "ES256"),
            (pem(rsa.as_ref()), "RS384"),
            (SigningKey::generate().unwrap().1, "ES384"),
        ] {
            let key = SigningKey::parse(&pem).unwrap();
            let set = json!({ "keys": [key.jwk()] }).to_string();
            let set = KeySet::parse(set.as_bytes()).unwrap();
            let token = key.token(&json!({ "iss": "me", "exp": 7 })).unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let Found::Key(public, algorithm) = set.find(&key.kid, alg) else {
                panic!("{alg}");
            };
            assert!(
                crypto::verify(signature, message.as_bytes(), public, algorithm).unwrap(),
                "{alg}"
            );
        }
        let no_key = pem(b"x");
        for wrong in ["", "x", no_key.as_str()] {
            assert!(SigningKey::parse(wrong).is_err());
        }
    }
}
