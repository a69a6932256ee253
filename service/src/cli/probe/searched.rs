//! What became of a search of the templates.

use serde::Serialize;

/// One query of the templates.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Searched {
    pub(super) key: String,
    pub(super) query: String,
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'static str>,
    pub(super) resources: usize,
    pub(super) pages: usize,
    pub(super) requests: u32,
    pub(super) millis: u128,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
}
