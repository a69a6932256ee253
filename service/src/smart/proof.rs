//! What proves this service to an authorization server: a secret, or a signed assertion (RFC 7523, `private_key_jwt`).

use crate::files;
use crate::settings::Credential;
use crate::signing::SigningKey;
use serde_json::json;
use std::path::Path;
use zeroize::Zeroizing;

/// How long an assertion is good for, in seconds; the standard allows five minutes.
const LIFE: u64 = 240;

/// The proof of a client, as read for one exchange: files may have been changed since the last.
pub(super) enum Proof {
    None,
    Secret(Zeroizing<String>),
    Key(SigningKey),
}

impl Proof {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// What is wrong with it, by setting; never what stands in it.
    pub(super) fn read(credential: &Credential) -> Result<Self, String> {
        match credential {
            Credential::None => Ok(Self::None),
            Credential::Secret(path) => {
                let text = text("client_secret_file", path)?;
                match text.trim() {
                    "" => Err(fault("client_secret_file", path, "it is empty")),
                    secret => Ok(Self::Secret(Zeroizing::new(secret.to_owned()))),
                }
            }
            Credential::Key(path) => {
                let text = text("key_file", path)?;
                let key = SigningKey::parse(&text);
                key.map(Self::Key).map_err(|what| fault("key_file", path, what))
            }
        }
    }
}

fn text(setting: &str, path: &Path) -> Result<Zeroizing<String>, String> {
    let text = files::text(path, files::SMALL).map_err(|error| fault(setting, path, &error.to_string()))?;
    Ok(Zeroizing::new(text))
}

fn fault(setting: &str, path: &Path, what: &str) -> String {
    format!("`clients.smart.{setting}`: {}: {what}", path.display())
}

/// An assertion of a client for this address, good once.
///
/// # Errors
/// If the library cannot sign.
pub(super) fn assertion(
    key: &SigningKey,
    client_id: &str,
    token_url: &str,
    jti: &str,
    now: u64,
) -> Result<String, ()> {
    key.token(&json!({
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "iat": now,
        "exp": now.saturating_add(LIFE),
        "jti": jti,
    }))
}
