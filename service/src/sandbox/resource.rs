//! A record of the sandbox, with what searches go by.

use serde_json::value::RawValue;

/// A record.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) patient: String,
    /// `system|code`, of `code`.
    pub(super) tokens: Vec<(String, String)>,
    /// For `_sort`.
    pub(super) date: String,
    pub(super) json: Box<RawValue>,
}
