//! Why a caller was refused: a closed list of words for the log, and never for the answer.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal;)+) => {
        /// Why a caller was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Denied {
            $($(#[doc = $doc])+ $name),+
        }

        impl Denied {
            /// Every reason.
            pub const ALL: &'static [Denied] = &[$(Denied::$name),+];

            /// The word in log and metric.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

reasons! {
    /// No `Authorization` header.
    NoToken = "no-token";
    /// Several `Authorization` headers, another scheme, or not three parts of base64url with JSON objects.
    Malformed = "malformed-token";
    /// Header of a wrong type, `typ` other than `JWT`, or `crit`.
    Header = "header";
    /// `kid` missing or too long.
    KeyId = "key-id";
    /// A required claim is missing or of a wrong type.
    Claims = "claims";
    /// `iss` is not registered.
    Issuer = "issuer-not-registered";
    /// `tenant` is missing or not registered for this issuer.
    Tenant = "tenant-not-registered";
    /// `jku` is not a registered address of this issuer.
    KeyUrl = "jku-not-registered";
    /// `aud` is neither the address called nor a registered one.
    Audience = "audience";
    /// `exp` is over.
    Expired = "expired";
    /// `iat` or `nbf` is yet to come.
    NotYetValid = "not-yet-valid";
    /// From `iat` to `exp` is longer than an hour, or `exp` comes first.
    Life = "life-too-long";
    /// No registered key has this `kid`.
    UnknownKey = "unknown-key";
    /// None of the issuer's keys can be had.
    NoKeys = "keys-not-available";
    /// The key with this `kid` is for another algorithm.
    Algorithm = "algorithm";
    /// The signature is not that of the key.
    Signature = "signature";
    /// The `jti` was used before.
    Replayed = "replayed";
    /// No more `jti` of this issuer can be remembered.
    ReplayStoreFull = "replay-store-full";
    /// Where each `jti` is remembered does not answer.
    ReplayStoreDown = "replay-store-down";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_word() {
        let words: BTreeSet<&str> = Denied::ALL.iter().map(|reason| reason.word()).collect();
        assert_eq!(words.len(), Denied::ALL.len());
    }
}
