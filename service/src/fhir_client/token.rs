//! The access token of one call.

use reqwest::header::HeaderValue;
use std::fmt;
use std::time::Instant;
use zeroize::Zeroizing;

/// An access token: never shown, never used after its time, wiped when dropped.
#[derive(Clone)]
pub struct BearerToken {
    secret: Zeroizing<String>,
    expires: Instant,
}

/// Not an access token: empty, or with characters that no header can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidToken;

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the access token is empty or has characters that it cannot have")
    }
}

impl std::error::Error for InvalidToken {}

impl BearerToken {
    /// A token that may be used until `expires`, which is the receipt of the call plus `expires_in`.
    ///
    /// # Errors
    /// [`InvalidToken`] if it could not stand in a header.
    pub fn new(secret: &str, expires: Instant) -> Result<Self, InvalidToken> {
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken);
        }
        Ok(Self {
            secret: Zeroizing::new(secret.to_owned()),
            expires,
        })
    }

    /// The value of the `Authorization` header; nothing if the token has expired.
    pub(super) fn header(&self, now: Instant) -> Option<HeaderValue> {
        if now >= self.expires {
            return None;
        }
        let text = Zeroizing::new(format!("Bearer {}", *self.secret));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_token_is_used_until_it_expires_and_is_never_shown() {
        let now = Instant::now();
        let token = BearerToken::new("s3cret", now + Duration::from_secs(1)).unwrap();
        let header = token.header(now).unwrap();
        assert_eq!(header, "Bearer s3cret");
        assert!(header.is_sensitive());
        assert!(token.header(now + Duration::from_secs(1)).is_none());
        assert!(!format!("{token:?} {header:?}").contains("s3cret"));
    }

    #[test]
    fn what_could_add_a_header_is_no_token() {
        for text in ["", "a b", "a\r\nX: y", "\u{e4}", "a\0"] {
            assert_eq!(BearerToken::new(text, Instant::now()).unwrap_err(), InvalidToken);
        }
    }
}
