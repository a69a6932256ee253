//! Whose pages may call.

use crate::host::{is_loopback, named_host};

/// The public CDS Hooks sandbox, a page that plays the EHR.
pub(crate) const SANDBOX: &str = "https://sandbox.cds-hooks.org";

/// Whose pages may call.
#[derive(Debug, Clone)]
pub(super) struct Origins {
    /// Those of the settings.
    pub(super) listed: Vec<String>,
    /// Whether pages of this machine and the public sandbox may too: in demo mode without callers, where there is
    /// nobody's record to be had.
    pub(super) demo: bool,
}

impl Origins {
    pub(super) fn are_none(&self) -> bool {
        self.listed.is_empty() && !self.demo
    }

    pub(super) fn hold(&self, origin: &[u8]) -> bool {
        if self.listed.iter().any(|listed| listed.as_bytes() == origin) {
            return true;
        }
        let Ok(origin) = std::str::from_utf8(origin) else {
            return false;
        };
        let of_the_web = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        let is_here = of_the_web.and_then(named_host).is_some_and(is_loopback);
        self.demo && (origin == SANDBOX || is_here)
    }
}
