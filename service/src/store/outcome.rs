//! What is done with a card.

/// What was done with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was put aside.
    Overridden,
    /// A suggestion of it was taken.
    Accepted,
}

impl Outcome {
    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overridden => "overridden",
            Self::Accepted => "accepted",
        }
    }
}
