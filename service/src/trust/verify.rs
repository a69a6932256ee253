//! The verification of a token, from the header of the request to the caller that it shows.

use super::caller::Caller;
use super::claims::{Claims, Token};
use super::client::Client;
use super::clock::Clock;
use super::fetch;
use super::jti::{JtiStore, Once, Refused};
use super::life::{LEEWAY, in_time};
use super::own::Own;
use super::who::{OWN_ISSUER, Who};
use crate::address::AllowedBase;
use crate::errors::{Denied, ErrorCode, Failure};
use crate::settings::AuthMode;
use crate::settings::Settings;
use jsonwebtoken::crypto;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Who may call, and what has been called.
#[derive(Debug)]
pub struct Trust {
    mode: AuthMode,
    open_discovery: bool,
    pub(super) clients: Vec<Arc<Client>>,
    /// What the addresses called begin with, if that is known without asking the caller.
    public_url: Option<String>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tokens: Arc<dyn JtiStore>,
    /// By which the service calls itself.
    pub(super) own: Own,
    /// The address that it listens on.
    listens: IpAddr,
    /// Every registered FHIR server, for callers without a name.
    every_base: Arc<[AllowedBase]>,
}

impl Trust {
    /// Trust as set, for a service that listens at `base_url`.
    ///
    /// # Errors
    /// Every file of keys or certificates that cannot be used.
    pub fn new(
        settings: &Settings,
        base_url: &str,
        clock: Arc<dyn Clock>,
        tokens: Arc<dyn JtiStore>,
    ) -> Result<Self, Vec<String>> {
        let http = fetch::client(settings.auth.ca_file.as_deref()).map_err(|fault| vec![fault])?;
        let mut clients = Vec::new();
        let mut faults = Vec::new();
        for client in &settings.clients {
            match Client::new(client, &settings.auth, &http, &clock, &tokens) {
                Ok(client) => clients.push(Arc::new(client)),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let listened = settings.listen.ip().is_loopback().then(|| base_url.to_owned());
        Ok(Self {
            own: Own::new().map_err(|fault| vec![fault])?,
            listens: settings.listen.ip(),
            mode: settings.auth.mode(clients.len()),
            open_discovery: settings.auth.open_discovery,
            every_base: settings
                .clients
                .iter()
                .flat_map(|client| client.fhir_servers.clone())
                .collect(),
            clients,
            public_url: settings.public_url.clone().or(listened),
            clock,
            tokens,
        })
    }

    /// The clock of everything that ends.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Whether callers are authenticated.
    pub fn mode(&self) -> AuthMode {
        self.mode
    }

    /// Whether discovery is answered without a token.
    pub(crate) fn discovery_is_open(&self) -> bool {
        self.mode == AuthMode::Open || self.open_discovery
    }

    /// Whether the keys of some client are there; begins to fetch those that are not.
    pub fn ready(&self) -> bool {
        let with_keys = self.clients.iter().filter(|client| client.ready()).count();
        self.mode == AuthMode::Open || with_keys > 0
    }

    /// The registered clients by name, each with the age of its keys, which is none where it has no keys that can be used.
    pub(crate) fn keys(&self) -> BTreeMap<String, Option<Duration>> {
        let mut keys = BTreeMap::new();
        for client in &self.clients {
            let age = client.age_of_keys();
            let known = keys.entry(client.settings.name.clone()).or_insert(age);
            // Of several of one name the one that is worst off.
            *known = known.zip(age).map(|(one, other)| one.max(other));
        }
        keys
    }

    /// What metrics call an issuer: the name of its first client.
    pub(crate) fn name_of(&self, issuer: &str) -> Option<String> {
        let mut clients = self.clients.iter().map(|client| &client.settings);
        let client = clients.find(|client| client.issuer == issuer)?;
        Some(client.name.clone())
    }

    /// The caller with these `Authorization` headers on this path, connected from this address.
    pub(crate) async fn admit(
        &self,
        authorization: &[&[u8]],
        path: &str,
        peer: Option<IpAddr>,
    ) -> Result<Caller, Denial> {
        if self.mode == AuthMode::Open {
            // Nobody's token is looked at but our own.
            let own = bearer(authorization).and_then(Token::parse).ok();
            let own = own.filter(|token| token.claims.iss == OWN_ISSUER);
            let admitted = own.and_then(|token| self.admit_own(&token, path, peer).ok());
            return Ok(admitted.unwrap_or_else(|| Caller::anonymous(Arc::clone(&self.every_base))));
        }
        let token = Token::parse(bearer(authorization)?)?;
        if token.claims.iss == OWN_ISSUER {
            return Ok(self.admit_own(&token, path, peer)?);
        }
        let (client, tenant) = self.client(&token.claims)?;
        let of_issuer = |reason| Denial {
            reason,
            client: Some(Arc::clone(&client)),
            audience: (reason == Denied::Audience).then(|| self.misread(&token.claims, path)),
        };
        self.verify(&client, &token, path).await.map_err(of_issuer)?;
        Ok(Caller::registered(
            Arc::clone(&client),
            tenant,
            digest(&token.claims.jti),
        ))
    }

    fn admit_own(&self, token: &Token<'_>, path: &str, peer: Option<IpAddr>) -> Result<Caller, Denied> {
        let from_here = peer.is_some_and(|peer| peer.to_canonical().is_loopback() || peer == self.listens);
        self.own.admit(token, path, from_here, self.clock.seconds())
    }

    /// The registered client that a token says it is of.
    fn client(&self, claims: &Claims) -> Result<(Arc<Client>, Option<String>), Denial> {
        let mut denial = Denial::from(Denied::Issuer);
        for client in self
            .clients
            .iter()
            .filter(|client| client.settings.issuer == claims.iss)
        {
            match client.tenant(claims.tenant.as_deref()) {
                Ok(tenant) => return Ok((Arc::clone(client), tenant)),
                Err(reason) => {
                    denial = Denial {
                        client: Some(Arc::clone(client)),
                        ..Denial::from(reason)
                    };
                }
            }
        }
        Err(denial)
    }

    async fn verify(&self, client: &Client, token: &Token<'_>, path: &str) -> Result<(), Denied> {
        let now = self.clock.seconds();
        let claims = &token.claims;
        let jku = token.header.jku.as_deref();
        if jku.is_some_and(|jku| !client.accepts_jku(jku)) {
            return Err(Denied::KeyUrl);
        }
        in_time(claims, now)?;
        if !self.is_for_us(client, claims, path) {
            return Err(Denied::Audience);
        }
        let (key, algorithm) = client.key(&token.kid, &token.header.alg, jku).await?;
        let verified = crypto::verify(token.signature, token.message, &key, algorithm);
        if !verified.unwrap_or(false) {
            return Err(Denied::Signature);
        }
        let once = Once {
            issuer: &claims.iss,
            jti: &claims.jti,
            expires: claims.exp.0.saturating_add(LEEWAY),
            now,
        };
        // Last, so that nobody can use up the `jti` of somebody else's token.
        self.tokens.accept(once).await.map_err(|refused| match refused {
            Refused::Replayed => Denied::Replayed,
            Refused::Full => Denied::ReplayStoreFull,
            Refused::Down => Denied::ReplayStoreDown,
        })
    }

    /// The address that a token for this path names.
    fn called(&self, path: &str) -> Option<String> {
        self.public_url.as_ref().map(|base| format!("{base}{path}"))
    }

    /// What `aud` was expected to be, and in what it differs.
    fn misread(&self, claims: &Claims, path: &str) -> Misread {
        let expected = self.called(path).unwrap_or_default();
        Misread {
            received: claims.aud.shape(&expected),
            expected,
        }
    }

    fn is_for_us(&self, client: &Client, claims: &Claims, path: &str) -> bool {
        let called = self.called(path);
        client
            .settings
            .audiences
            .iter()
            .chain(&called)
            .any(|audience| claims.aud.contains(audience))
    }
}

/// What may be kept of a token: its `jti` through SHA-256, by which an issuer finds its own token again and nobody can use
/// it.
fn digest(jti: &str) -> String {
    format!("{:x}", Sha256::digest(jti))
}

/// The token of the one `Authorization: Bearer` header.
fn bearer<'a>(authorization: &[&'a [u8]]) -> Result<&'a str, Denied> {
    let [value] = authorization else {
        let none = authorization.is_empty();
        return Err(if none { Denied::NoToken } else { Denied::Malformed });
    };
    let text = std::str::from_utf8(value).map_err(|_| Denied::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(Denied::Malformed)?;
    if scheme.eq_ignore_ascii_case("Bearer") {
        Ok(token)
    } else {
        Err(Denied::Malformed)
    }
}

/// A refusal, for the log; whose it was is said only if that is registered.
#[derive(Debug)]
pub(crate) struct Denial {
    reason: Denied,
    client: Option<Arc<Client>>,
    audience: Option<Misread>,
}

/// An `aud` that is not ours.
#[derive(Debug)]
struct Misread {
    /// The whole address that was called, as it is registered with the caller.
    expected: String,
    /// In what the received one differs, in our words: what stands in it is not logged.
    received: String,
}

impl Denial {
    /// Why.
    pub(crate) fn reason(&self) -> Denied {
        self.reason
    }

    /// Whose token it was, where that is a registered issuer; not more than what the token said, since it is refused.
    pub(crate) fn who(&self) -> Who {
        let client = self.client.as_ref().map(|client| &client.settings);
        Who {
            name: client.map(|client| client.name.clone()),
            issuer: client.map(|client| client.issuer.clone()),
            ..Who::default()
        }
    }

    /// Logs it; for a wrong `aud` with what it should be and in what it differs, as it is often typed by hand.
    pub(crate) fn log(&self) {
        let reason = self.reason.word();
        let issuer = self.client.as_ref().map(|client| client.settings.issuer.as_str());
        let expected = self.audience.as_ref().map(|audience| audience.expected.as_str());
        let received = self.audience.as_ref().map(|audience| audience.received.as_str());
        tracing::warn!(reason, issuer, expected, received, "caller refused");
    }
}

impl Denial {
    /// Whether the token is right in everything, and only whether it was used before cannot be told.
    pub(crate) fn is_for_the_store(&self) -> bool {
        self.reason == Denied::ReplayStoreDown
    }

    /// What the caller gets. An outage of ours is not the fault of a token, and only who holds a genuine one learns of it.
    pub(crate) fn failure(&self) -> Failure {
        match self.reason {
            Denied::ReplayStoreDown => ErrorCode::StoreUnavailable.into(),
            Denied::ReplayStoreFull => ErrorCode::ReplayFull.into(),
            _ => ErrorCode::Unauthorized.into(),
        }
    }
}

impl From<Denied> for Denial {
    fn from(reason: Denied) -> Self {
        Self {
            reason,
            client: None,
            audience: None,
        }
    }
}
