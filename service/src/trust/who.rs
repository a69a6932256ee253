//! An authenticated caller by what is kept of it.

/// The issuer of tokens by which the service calls itself. A client that were registered under it would never be asked: it is
/// looked at first.
pub(super) const OWN_ISSUER: &str = "pnet-cds synthetic call";

/// An authenticated caller, for the audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// Registered `name`.
    pub name: Option<String>,
    /// Registered `iss`.
    pub issuer: Option<String>,
    /// Registered `tenant`.
    pub tenant: Option<String>,
    /// What is kept of the token: the SHA-256 of its `jti`, in hexadecimal digits.
    pub token: Option<String>,
}
