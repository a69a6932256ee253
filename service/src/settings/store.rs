//! The settings of the store, `[store]`.

use super::store_url::StoreUrl;
use std::time::Duration;

/// The settings of the store, `[store]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Where it is.
    pub url: StoreUrl,
    /// How long issued cards and the feedback on them are kept.
    pub retention: Duration,
    /// Whether the free text of feedback is kept.
    pub comments: bool,
    /// How long a question that was put aside is not asked again of the same patient.
    pub question_pause: Duration,
    /// How long tokens are accepted by what this process remembers, while the database is away; zero: not at all.
    pub bridge: Duration,
}
