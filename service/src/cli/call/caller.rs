//! Who calls: a key with the claims of its tokens, or nobody in particular.

use super::super::args::CallArgs;
use super::super::ended::Ended;
use super::super::given::written;
use crate::address::AllowedBase;
use crate::files;
use crate::random::new_id;
use crate::signing::SigningKey;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How long a token is good for, in seconds: as long as the standard recommends.
const LIFE: u64 = 300;

/// Whose tokens go with a call.
pub(super) struct Caller {
    key: Option<SigningKey>,
    issuer: String,
    tenant: Option<String>,
    /// The address of the service as it knows itself, without a slash at the end.
    audience: String,
}

impl Caller {
    /// The caller of the arguments.
    ///
    /// # Errors
    /// What is wrong with the file of the key; never what stands in it.
    pub(super) fn of(args: &CallArgs, to: &AllowedBase) -> Result<Self, Ended> {
        let key = args.key.as_deref().map(|path| {
            let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
            let text = files::text(path, files::SMALL).map_err(|error| wrong(error.to_string()))?;
            SigningKey::parse(&text).map_err(|what| wrong(what.to_owned()))
        });
        let audience = args.audience.clone().unwrap_or_else(|| to.to_string());
        Ok(Self {
            key: key.transpose()?,
            issuer: args.issuer.clone().unwrap_or_default(),
            tenant: args.tenant.clone(),
            audience: audience.trim_end_matches('/').to_owned(),
        })
    }

    /// The headers of a call of this path, with a token of its own if there is a key.
    ///
    /// # Errors
    /// If the token cannot be signed.
    pub(super) fn headers(&self, path: &str) -> Result<HeaderMap, ()> {
        self.signed(path).map(|(_, headers)| headers)
    }

    /// The same, and the claims of the token.
    ///
    /// # Errors
    /// As [`Caller::headers`].
    pub(super) fn signed(&self, path: &str) -> Result<(Option<Value>, HeaderMap), ()> {
        let mut headers = HeaderMap::new();
        let Some(key) = &self.key else {
            return Ok((None, headers));
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(drop)?
            .as_secs();
        let mut claims = json!({
            "iss": self.issuer,
            "aud": format!("{}/{path}", self.audience),
            "iat": now,
            "exp": now.saturating_add(LIFE),
            "jti": new_id()?.to_string(),
        });
        if let (Some(tenant), Some(claims)) = (&self.tenant, claims.as_object_mut()) {
            claims.insert("tenant".to_owned(), tenant.as_str().into());
        }
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.token(&claims)?)).map_err(drop)?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        Ok((Some(claims), headers))
    }
}

/// Makes a key and the set that its public half is published in, and says how the service learns of it.
///
/// # Errors
/// If a file is there already, or cannot be written.
pub(super) fn new_key(path: &Path, issuer: &str) -> Result<String, Ended> {
    let (key, pem) = SigningKey::generate().map_err(|()| Ended::failed("no key could be made"))?;
    let set = PathBuf::from(format!("{}.jwks.json", path.display()));
    let set = std::path::absolute(&set).unwrap_or(set);
    if set.exists() {
        return Err(Ended::wrong([format!("{}: it is there already", set.display())]));
    }
    written(path, &pem, false)?;
    written(&set, &json!({ "keys": [key.jwk()] }).to_string(), false)?;
    let text = |text: &str| toml::Value::from(text).to_string();
    Ok(format!(
        "# {} signs calls, with `--key {0} --issuer {issuer}`. For the settings of the service:\n\
         [[clients]]\nissuer = {}\njwks_file = {}\n",
        path.display(),
        text(issuer),
        text(&set.display().to_string()),
    ))
}
