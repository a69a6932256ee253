//! A registered client whose charts may launch the pages.

use crate::address::AllowedBase;
use crate::settings::SmartClient;

/// A registered client whose charts may launch the pages.
pub(super) struct App {
    pub(super) issuer: String,
    pub(super) client: SmartClient,
    pub(super) servers: Vec<AllowedBase>,
}
