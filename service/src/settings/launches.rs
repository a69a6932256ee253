//! `[smart]`: whether charts may launch the pages, what is asked for, and how long a page stays open.

use std::time::Duration;

/// `[smart]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartSettings {
    /// Whether launches are answered and cards link to them.
    pub enabled: bool,
    /// Scopes that are asked for, in the form of SMART App Launch 2; `launch` comes by itself.
    pub scopes: Vec<String>,
    /// How long a session lasts without a request.
    pub session: Duration,
}
