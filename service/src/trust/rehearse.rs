//! A token of the service's own, verified and remembered as those of a client are: what shows that one would be. And what a
//! round of calls to itself has to know of the clients.

use super::claims::Token;
use super::jti::Once;
use super::life::{LEEWAY, in_time};
use super::own::signed;
use super::verify::Trust;
use super::who::OWN_ISSUER;
use crate::address::AllowedBase;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};

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
    /// A token by which this process may call this path of its own once; nothing if it cannot be signed.
    pub(crate) fn own_token(&self, path: &str) -> Option<String> {
        self.own.token(path, self.clock.seconds())
    }

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
        let text = signed(&key, "synthetic", OWN_ISSUER, now, 60, &jti)?;
        let token = Token::parse(&text).ok()?;
        in_time(&token.claims, now).ok()?;
        let public = DecodingKey::from_ec_der(key.public_key().as_ref());
        if !crypto::verify(token.signature, token.message, &public, Algorithm::ES256).ok()? {
            return Some(false);
        }
        let once = Once {
            issuer: OWN_ISSUER,
            jti: &jti,
            expires: token.claims.exp.0.saturating_add(LEEWAY),
            now,
        };
        Some(self.tokens.accept(once).await.is_ok())
    }
}
