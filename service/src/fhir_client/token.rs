//! The access token of one call.

use super::why::Why;
use reqwest::header::HeaderValue;
use std::fmt;
use std::time::Instant;
use zeroize::Zeroizing;

/// An access token: never shown, never used after its time, wiped when dropped.
#[derive(Clone)]
pub struct BearerToken {
    /// Nothing of one that cannot be used: what was to be asked for with it is not asked for without.
    secret: Option<Zeroizing<String>>,
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
            secret: Some(Zeroizing::new(secret.to_owned())),
            expires,
        })
    }

    /// A token with which nothing can be asked for, in the place of one that is none.
    pub fn unusable() -> Self {
        Self {
            secret: None,
            expires: Instant::now(),
        }
    }

    /// Whether something can be asked for with it now.
    pub fn is_usable(&self, now: Instant) -> bool {
        self.header(now).is_ok()
    }

    /// The value of the `Authorization` header.
    ///
    /// # Errors
    /// Why there is none: the token has expired, or it never was one.
    pub(super) fn header(&self, now: Instant) -> Result<HeaderValue, Why> {
        let secret = self.secret.as_ref().ok_or(Why::TokenUnusable)?;
        if now >= self.expires {
            return Err(Why::TokenExpired);
        }
        let text = Zeroizing::new(format!("Bearer {}", **secret));
        let mut value = HeaderValue::from_str(&text).map_err(|_| Why::TokenUnusable)?;
        value.set_sensitive(true);
        Ok(value)
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
        assert_eq!(token.header(now + Duration::from_secs(1)), Err(Why::TokenExpired));
        assert_eq!(BearerToken::unusable().header(now), Err(Why::TokenUnusable));
        assert!(!format!("{token:?} {header:?}").contains("s3cret"));
    }

    #[test]
    fn what_could_add_a_header_is_no_token() {
        for text in ["", "a b", "a\r\nX: y", "\u{e4}", "a\0"] {
            assert_eq!(BearerToken::new(text, Instant::now()).unwrap_err(), InvalidToken);
        }
    }
}
