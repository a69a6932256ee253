//! How much of each list is said.

/// How many entries of each list are said.
#[derive(Debug, Clone, Copy)]
pub struct Most(pub usize);

impl Most {
    /// Every one: for pages.
    pub const ALL: Self = Self(usize::MAX);
    /// On a card, from the longest to the shortest that is tried.
    pub(in super::super) const CARD: [Self; 4] = [Self(4), Self(3), Self(2), Self(1)];

    /// The first so many, and "3 more" where there are more than one more.
    pub(super) fn of(self, mut texts: Vec<String>) -> Vec<String> {
        let more = texts.len().saturating_sub(self.0);
        if more > 1 {
            texts.truncate(self.0);
            texts.push(format!("{more} more"));
        }
        texts
    }
}
