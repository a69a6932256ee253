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
    /// A launch for a server that has registered none.
    LaunchIssuer = "smart-issuer-not-registered";
    /// An answer of an authorization server to no launch of this browser, to one answered before, or too late.
    LaunchState = "smart-state";
    /// An answer of another authorization server than the one asked.
    LaunchMixUp = "smart-mix-up";
    /// The authorization server has refused the launch.
    LaunchRefused = "smart-refused";
    /// The code was not exchanged for a token that can be used.
    LaunchToken = "smart-token";
    /// The `id_token` is not for this launch.
    LaunchIdentity = "smart-id-token";
    /// No patient comes with the token.
    LaunchPatient = "smart-no-patient";
    /// A page or form of a session names another patient.
    SessionPatient = "smart-other-patient";
    /// A form without the secret of its session, or of another page.
    SessionForm = "smart-form";
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
