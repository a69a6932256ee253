//! An authenticated caller by what is kept of it.

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
