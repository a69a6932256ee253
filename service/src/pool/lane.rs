//! Small jobs and large ones.

/// Jobs of more bytes than these are large.
const SMALL: usize = 256 << 10;

/// Which jobs wait together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Those that any thread takes.
    Small,
    /// Those that leave a thread free.
    Large,
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// The lane of a job of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        if bytes <= SMALL { Self::Small } else { Self::Large }
    }

    /// The word in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}
