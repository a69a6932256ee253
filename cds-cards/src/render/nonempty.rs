//! Text that is not empty.

use serde::Serialize;

/// Text that is not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The text without surrounding white space, unless nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// As a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the product, for what has no other.
    pub(super) fn product() -> Self {
        Self("pnet-cds".to_owned())
    }
}
