//! Whose cards, feedback and questions they are.

/// Whose cards they are: what one caller was sent, no other can answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// `iss`; empty in open mode.
    pub issuer: String,
    /// `tenant`; empty where the issuer has none.
    pub tenant: String,
    /// The id of the service that was called.
    pub service: String,
}
