//! The access token of a backend service (SMART Backend Services, `private_key_jwt`), made anew before it runs out.

use super::super::args::FromArgs;
use crate::address::AllowedBase;
use crate::cli::ended::Ended;
use crate::cli::given::secret;
use crate::fhir_client::{FhirClient, Sent, Why};
use crate::files;
use crate::query_text;
use crate::random::new_id;
use crate::signing::SigningKey;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good for, in seconds; the standard allows five minutes.
const LIFE: u64 = 240;
/// A token is not used so close to its end.
const MARGIN: Duration = Duration::from_secs(30);
/// What is taken for its life where the server does not say it.
const SHORTEST: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST: usize = 1 << 20;

/// How the server is shown who asks.
pub(super) enum Access {
    /// Not at all.
    Open,
    /// By a token that was given.
    Token(Zeroizing<String>),
    /// By tokens that a key gets.
    Backend(Box<Backend>),
}

/// A client that is registered with its public key.
pub(super) struct Backend {
    key: SigningKey,
    client_id: String,
    scope: String,
    token_url: Option<String>,
    current: Mutex<Option<(HeaderValue, Instant)>>,
}

impl Access {
    /// What the arguments say.
    ///
    /// # Errors
    /// What is wrong with the file of the key or token; never what stands in it.
    pub(super) fn of(args: &FromArgs) -> Result<Self, Ended> {
        if let Some(path) = &args.token_file {
            return Ok(Self::Token(secret(path)?));
        }
        let (Some(path), Some(client_id)) = (&args.key, &args.client_id) else {
            return Ok(Self::Open);
        };
        let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
        let text = Zeroizing::new(files::text(path, files::SMALL).map_err(|error| wrong(error.to_string()))?);
        Ok(Self::Backend(Box::new(Backend {
            key: SigningKey::parse(&text).map_err(|what| wrong(what.to_owned()))?,
            client_id: client_id.clone(),
            scope: args.scope.clone(),
            token_url: args.token_url.clone(),
            current: Mutex::new(None),
        })))
    }

    /// The header of a request, with a token that is good for a while.
    ///
    /// # Errors
    /// [`Why`] there is none.
    pub(super) async fn header(
        &self,
        client: &FhirClient,
        base: &AllowedBase,
    ) -> Result<Option<HeaderValue>, Why> {
        match self {
            Self::Open => Ok(None),
            Self::Token(token) => bearer(token).map(Some),
            Self::Backend(backend) => backend.header(client, base).await.map(Some),
        }
    }
}

impl Backend {
    async fn header(&self, client: &FhirClient, base: &AllowedBase) -> Result<HeaderValue, Why> {
        // Whoever comes meanwhile waits, and finds it.
        let mut current = self.current.lock().await;
        if let Some((header, until)) = &*current
            && Instant::now() + MARGIN < *until
        {
            return Ok(header.clone());
        }
        let (header, life) = self.fresh(client, base).await?;
        *current = Some((header.clone(), Instant::now() + life));
        Ok(header)
    }

    async fn fresh(&self, client: &FhirClient, base: &AllowedBase) -> Result<(HeaderValue, Duration), Why> {
        let deadline = Instant::now() + PATIENCE;
        let url = match &self.token_url {
            Some(url) => url.clone(),
            None => {
                let described = client.below(base, ".well-known/smart-configuration");
                let answer = client
                    .exchange(&described, Sent::default(), LARGEST, deadline)
                    .await?;
                let described: Value = serde_json::from_slice(&answer.body).map_err(|_| Why::NotJson)?;
                let url = described.get("token_endpoint").and_then(Value::as_str);
                url.ok_or(Why::NotSupported)?.to_owned()
            }
        };
        let endpoint = client.endpoint(base, &url).map_err(|_| Why::AddressRefused)?;
        let assertion = self.assertion(&url).map_err(|()| Why::TokenUnusable)?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", &self.scope),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", &assertion),
        ];
        let form = fields.map(|(name, value)| format!("{name}={}", query_text::encoded_value(value)));
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        let sent = Sent {
            form: Some(form.join("&").into_bytes()),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, form_type)]),
        };
        let answer = client.exchange(&endpoint, sent, LARGEST, deadline).await?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = said.get("access_token").and_then(Value::as_str);
        let (200, Some(token)) = (answer.status, token) else {
            return Err(Why::Unauthorised);
        };
        let life = said.get("expires_in").and_then(Value::as_u64);
        let life = life.map_or(SHORTEST, Duration::from_secs);
        Ok((bearer(token)?, life))
    }

    /// Says who this client is, once and to this address.
    fn assertion(&self, url: &str) -> Result<String, ()> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(drop)?
            .as_secs();
        self.key.token(&json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": url,
            "iat": now,
            "exp": now.saturating_add(LIFE),
            "jti": new_id()?.to_string(),
        }))
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Why> {
    let mut header = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Why::TokenUnusable)?;
    header.set_sensitive(true);
    Ok(header)
}
