//! A fact that a site adds to those of the specification.

use super::info::FactInfo;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A fact of a site's own; made by [`Catalogue::with`](super::Catalogue::with) only, and compared by its id.
#[derive(Clone, Copy)]
pub struct SiteFact(pub(super) &'static FactInfo);

impl SiteFact {
    /// Kind, unit and words.
    pub fn info(self) -> &'static FactInfo {
        self.0
    }
}

impl PartialEq for SiteFact {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for SiteFact {}

impl PartialOrd for SiteFact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SiteFact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.id.cmp(&other.0.id)
    }
}

impl Hash for SiteFact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for SiteFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.id)
    }
}
