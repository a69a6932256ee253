//! A token of the service's own, verified and remembered as those of a client are: what shows that one would be.

use super::claims::Token;
use super::jti::Once;
use super::verify::{LEEWAY, Trust, in_time};
use crate::address::AllowedBase;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Value, json};

/// Under which issuer such tokens are remembered; no client can be registered with it, since it is no address.
const ISSUER: &str = "pnet-cds synthetic call";

/// A registered client, as the service calls itself for it.
#[derive(Debug, Clone)]
pub(crate) struct Rehearsed {
    /// Its registered name.
    pub(crate) name: String,
    /// Whether its keys are there.
    pub(crate) has_keys: bool,
    /// The FHIR servers that may be read for it.
    pub(crate) fhir_servers: Vec<AllowedBase>,
}

impl Trust {
    /// The registered clients; begins to fetch the keys of those that have none.
    pub(crate) fn rehearsed(&self) -> Vec<Rehearsed> {
        let one = |client: &std::sync::Arc<super::client::Client>| Rehearsed {
            name: client.settings.name.clone(),
            has_keys: client.ready(),
            fhir_servers: client.settings.fhir_servers.clone(),
        };
        self.clients.iter().map(one).collect()
    }

    /// Whether a token that is signed now is read, in time, genuine, and remembered once.
    pub(crate) async fn rehearse(&self, client: &Rehearsed) -> bool {
        let now = self.clock.seconds();
        self.rehearsal(client, now).await.unwrap_or(false)
    }

    async fn rehearsal(&self, client: &Rehearsed, now: u64) -> Option<bool> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        let jti = format!("{} {now} {}", client.name, std::process::id());
        let text = signed(&key, now, &jti)?;
        let token = Token::parse(&text).ok()?;
        in_time(&token.claims, now).ok()?;
        let public = DecodingKey::from_ec_der(key.public_key().as_ref());
        if !crypto::verify(token.signature, token.message, &public, Algorithm::ES256).ok()? {
            return Some(false);
        }
        let once = Once {
            issuer: ISSUER,
            jti: &jti,
            expires: token.claims.exp.0.saturating_add(LEEWAY),
            now,
        };
        Some(self.tokens.accept(once).await.is_ok())
    }
}

fn signed(key: &EcdsaKeyPair, now: u64, jti: &str) -> Option<String> {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "ES256", "typ": "JWT", "kid": "synthetic"}));
    let claims =
        part(json!({"iss": ISSUER, "aud": ISSUER, "iat": now, "exp": now.saturating_add(60), "jti": jti}));
    let message = format!("{header}.{claims}");
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
    Some(format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(signature.as_ref())
    ))
}
