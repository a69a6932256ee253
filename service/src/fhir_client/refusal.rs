//! Why a request failed, and what may be done about it.

use super::parameters::Named;
use super::why::Why;
use std::time::Duration;

/// A request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Why,
    /// After which pause it may be sent again; nothing if it may not.
    pub(super) again_after: Option<Duration>,
    /// The parameters that the server names as the reason.
    pub(super) named: Named,
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self {
            why,
            again_after: None,
            named: Named::default(),
        }
    }
}
