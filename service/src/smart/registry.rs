//! What of a launch outlives a request: who may launch, what their servers say, launches under way and open sessions.

use super::app::App;
use super::context;
use super::cookie::Cookies;
use super::pending::Launches;
use super::proof::Proof;
use super::server::{self, AuthorizationServer, Unusable};
use super::session::{Session, Sessions};
use crate::address::AllowedBase;
use crate::fhir_client::{FhirClient, Sent};
use crate::settings::Settings;
use crate::trust::{Caller, Clock, KeySet, MOST_KEY_BYTES};
use actix_web::http::header::HeaderMap;
use cds_cards::render::{Card, Link};
use oauth2::RedirectUrl;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where browsers come back to.
const CALLBACK: &str = "/smart/callback";
/// Where cards lead.
const LAUNCH: &str = "/smart/launch";
/// What a clinician reads on a card.
const LABEL: &str = "Open this patient's reasoning and form";
/// How long the description of a server is believed.
const DESCRIBED_FOR: Duration = Duration::from_secs(600);
/// How long a server that has none is not asked again: anybody may call a launch.
const UNUSABLE_FOR: Duration = Duration::from_secs(5);
/// How long keys are believed; an unknown one is looked for at most that often.
const KEYS_FOR: Duration = Duration::from_secs(30);
/// How long keys are waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was learnt about one server, and when.
#[derive(Default)]
struct Learnt {
    described: Option<(Duration, Result<Arc<AuthorizationServer>, Unusable>)>,
    keys: Option<(Duration, Arc<KeySet>)>,
    /// Held while it is asked.
    asking: Arc<tokio::sync::Mutex<()>>,
}

/// Launches and sessions of the process.
pub(crate) struct Smart {
    apps: Vec<Arc<App>>,
    pub(super) scopes: Vec<String>,
    pub(super) redirect: RedirectUrl,
    launch_url: String,
    pub(super) cookies: Cookies,
    pub(super) clock: Arc<dyn Clock>,
    learnt: Mutex<HashMap<AllowedBase, Learnt>>,
    pub(super) launches: Launches,
    pub(super) sessions: Sessions,
}

impl Smart {
    /// As set, for a service that browsers reach at `own_url`; nothing where launches are off.
    ///
    /// # Errors
    /// What is wrong with a secret or a key.
    pub(crate) fn new(
        settings: &Settings,
        own_url: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, String> {
        if !settings.smart.enabled {
            return Ok(None);
        }
        let mut apps = Vec::new();
        for client in &settings.clients {
            let Some(smart) = &client.smart else { continue };
            if let Proof::Key(key) = Proof::read(&smart.credential)? {
                // What an operator registers with the authorization server.
                tracing::info!(target: "pnet_cds::smart", issuer = client.issuer, jwk = %key.jwk(), "public key of launches");
            }
            apps.push(Arc::new(App {
                issuer: client.issuer.clone(),
                client: smart.clone(),
                servers: client.fhir_servers.clone(),
            }));
        }
        let redirect = RedirectUrl::new(format!("{own_url}{CALLBACK}"));
        Ok(Some(Self {
            apps,
            scopes: settings.smart.scopes.clone(),
            redirect: redirect.map_err(|_| format!("`server.public_url`: `{own_url}` is not an address"))?,
            launch_url: format!("{own_url}{LAUNCH}"),
            cookies: Cookies {
                secure: own_url.starts_with("https://"),
            },
            clock,
            learnt: Mutex::default(),
            launches: Launches::default(),
            sessions: Sessions::new(settings.smart.session),
        }))
    }

    /// The client and the server that `iss` is.
    pub(super) fn registered(&self, iss: &str) -> Option<(Arc<App>, AllowedBase)> {
        self.apps.iter().find_map(|app| {
            let base = app.servers.iter().find(|base| base.admits(iss))?;
            Some((Arc::clone(app), base.clone()))
        })
    }

    /// What the server says of its authorization server, asked for by one launch at a time.
    pub(super) async fn described(
        &self,
        fhir: &FhirClient,
        base: &AllowedBase,
    ) -> Result<Arc<AuthorizationServer>, Unusable> {
        if let Some(known) = self.known(base) {
            return known;
        }
        let asking = self.learn(base, |learnt| Arc::clone(&learnt.asking));
        let _one = asking.lock().await;
        // Another one may have asked while this one waited.
        if let Some(known) = self.known(base) {
            return known;
        }
        let described = server::described(fhir, base).await.map(Arc::new);
        let now = self.clock.elapsed();
        self.learn(base, |learnt| learnt.described = Some((now, described.clone())));
        described
    }

    /// What a server has said, while that is believed.
    fn known(&self, base: &AllowedBase) -> Option<Result<Arc<AuthorizationServer>, Unusable>> {
        let (since, known) = self.learn(base, |learnt| learnt.described.clone())?;
        let lasts = if known.is_ok() {
            DESCRIBED_FOR
        } else {
            UNUSABLE_FOR
        };
        (self.clock.elapsed().saturating_sub(since) < lasts).then_some(known)
    }

    /// The keys of a server, fetched anew where they have none of this name; nothing where they are not to be had.
    pub(super) async fn keys(
        &self,
        fhir: &FhirClient,
        base: &AllowedBase,
        server: &AuthorizationServer,
        kid: Option<&str>,
    ) -> Option<Arc<KeySet>> {
        let now = self.clock.elapsed();
        if let Some((since, keys)) = self.learn(base, |learnt| learnt.keys.clone()) {
            let fresh = now.saturating_sub(since) < KEYS_FOR;
            if fresh || (kid.is_none_or(|kid| keys.knows(kid)) && now.saturating_sub(since) < DESCRIBED_FOR) {
                return Some(keys);
            }
        }
        let deadline = Instant::now() + PATIENCE;
        let endpoint = server.keys.as_ref()?;
        let answer = fhir
            .exchange(endpoint, Sent::default(), MOST_KEY_BYTES, deadline)
            .await
            .ok()?;
        let keys = (answer.status == 200)
            .then(|| KeySet::parse(&answer.body).ok())
            .flatten()?;
        let keys = Arc::new(keys);
        self.learn(base, |learnt| learnt.keys = Some((now, Arc::clone(&keys))));
        Some(keys)
    }

    fn learn<T>(&self, base: &AllowedBase, change: impl FnOnce(&mut Learnt) -> T) -> T {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        change(learnt.entry(base.clone()).or_default())
    }

    /// Every origin that may frame pages of some client.
    pub(crate) fn frame_origins(&self) -> Vec<String> {
        let origins = self.apps.iter().flat_map(|app| &app.client.frame_origins);
        origins.cloned().collect()
    }

    /// The cards, each with the link by which the caller's record system launches the pages, if it can.
    pub(crate) fn linked(&self, caller: &Caller, cards: Vec<Card>) -> Vec<Card> {
        if caller.smart().is_none() {
            return cards;
        }
        let with_link = |card: Card| {
            let context = context::of_card(&card);
            match Link::smart(LABEL, self.launch_url.clone(), &context) {
                Some(link) => card.with_link(link),
                None => card,
            }
        };
        cards.into_iter().map(with_link).collect()
    }

    /// The session that a browser has.
    pub(crate) fn session_of(&self, headers: &HeaderMap) -> Option<Session> {
        let name = self.cookies.session_of(headers)?;
        self.sessions.find(&name, self.clock.elapsed())
    }
}

impl fmt::Debug for Smart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smart")
            .field("clients", &self.apps.len())
            .finish_non_exhaustive()
    }
}
