//! A registered client at work: its settings and its keys.

use super::clock::Clock;
use super::jti::JtiStore;
use super::jwks::{Local, Remote};
use super::keys::{Found, KeySet};
use crate::errors::Denied;
use crate::settings::{AuthSettings, ClientSettings, KeySource};
use jsonwebtoken::{Algorithm, DecodingKey};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Client {
    pub(super) settings: ClientSettings,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Remote(Vec<Arc<Remote>>),
    Local(Local),
}

impl Client {
    pub(super) fn new(
        settings: &ClientSettings,
        auth: &AuthSettings,
        http: &reqwest::Client,
        clock: &Arc<dyn Clock>,
        tokens: &Arc<dyn JtiStore>,
    ) -> Result<Self, String> {
        let remote = |url: &String| {
            Remote::new(
                url.clone(),
                http.clone(),
                Arc::clone(clock),
                Arc::clone(tokens),
                auth.jwks_refresh,
                auth.jwks_max_age,
            )
        };
        let keys = match &settings.keys {
            KeySource::Urls(urls) => Keys::Remote(urls.iter().map(remote).collect()),
            KeySource::File { path, .. } => Keys::Local(open(path)?),
        };
        Ok(Self {
            settings: settings.clone(),
            keys,
        })
    }

    /// Whether a `jku` is one that was registered; it is compared, never fetched.
    pub(super) fn accepts_jku(&self, jku: &str) -> bool {
        match &self.settings.keys {
            KeySource::Urls(urls) => urls.iter().any(|url| url == jku),
            KeySource::File { accepted_jku, .. } => accepted_jku.iter().any(|url| url == jku),
        }
    }

    /// The tenant of a token: one of those registered, or none where none are.
    pub(super) fn tenant(&self, claimed: Option<&str>) -> Result<Option<String>, Denied> {
        let tenants = &self.settings.tenants;
        if tenants.is_empty() {
            return Ok(None);
        }
        let claimed = claimed.filter(|claimed| tenants.iter().any(|tenant| tenant == claimed));
        claimed
            .map(|tenant| Some(tenant.to_owned()))
            .ok_or(Denied::Tenant)
    }

    /// The key with this `kid` for the algorithm that the token names, from `jku` only if the token has one.
    pub(super) async fn key(
        &self,
        kid: &str,
        alg: &str,
        jku: Option<&str>,
    ) -> Result<(DecodingKey, Algorithm), Denied> {
        let mut answer = Err(Denied::NoKeys);
        match &self.keys {
            Keys::Local(local) => look(&local.keys(), kid, alg, &mut answer),
            Keys::Remote(remotes) => {
                for remote in remotes
                    .iter()
                    .filter(|remote| jku.is_none_or(|jku| jku == remote.url()))
                {
                    if let Some(keys) = remote.keys(kid).await {
                        look(&keys, kid, alg, &mut answer);
                    }
                    if answer.is_ok() {
                        break;
                    }
                }
            }
        }
        answer
    }

    /// How old the oldest of its key sets is; none without one. A file is never old.
    pub(super) fn age_of_keys(&self) -> Option<Duration> {
        match &self.keys {
            Keys::Local(_) => Some(Duration::ZERO),
            Keys::Remote(remotes) => remotes.iter().filter_map(|remote| remote.age_of_keys()).max(),
        }
    }

    /// Whether some of its keys are there.
    pub(super) fn ready(&self) -> bool {
        match &self.keys {
            Keys::Local(_) => true,
            // Each begins to fetch, so none is passed over.
            Keys::Remote(remotes) => remotes.iter().filter(|remote| remote.ready()).count() > 0,
        }
    }
}

fn open(path: &Path) -> Result<Local, String> {
    Local::open(path).map_err(|what| format!("`clients.jwks_file`: {}: {what}", path.display()))
}

/// Keeps what says most: the key, else that it is for another algorithm, else that it is unknown.
fn look(keys: &KeySet, kid: &str, alg: &str, answer: &mut Result<(DecodingKey, Algorithm), Denied>) {
    match keys.find(kid, alg) {
        Found::Key(key, algorithm) => *answer = Ok((key.clone(), algorithm)),
        Found::OtherAlgorithm => *answer = Err(Denied::Algorithm),
        Found::Unknown if matches!(answer, Err(Denied::NoKeys)) => *answer = Err(Denied::UnknownKey),
        Found::Unknown => {}
    }
}
