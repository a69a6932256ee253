//! The parameters of a search that a server may refuse.

/// Parameters that say how results are to be given, and not which: without them the same comes in another shape.
const RESULT_PARAMETERS: [&str; 8] = [
    "_sort",
    "_count",
    "_total",
    "_summary",
    "_elements",
    "_maxresults",
    "_format",
    "_pretty",
];

/// A set of [`RESULT_PARAMETERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ResultParameters(u8);

impl ResultParameters {
    pub(super) const NONE: Self = Self(0);
    pub(super) const SORT: Self = Self(1);
    #[cfg(test)]
    pub(super) const COUNT: Self = Self(2);

    /// The set of one; of none if it is no such parameter.
    pub(super) fn of(name: &str) -> Self {
        let position = RESULT_PARAMETERS.iter().position(|known| *known == name);
        Self(position.map_or(0, |position| 1 << position))
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn shared(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.shared(Self::of(name)) != Self::default()
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        RESULT_PARAMETERS.into_iter().filter(move |name| self.has(name))
    }
}

/// The parameters that a refusal names as its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Named {
    pub(super) results: ResultParameters,
    /// `patient` or `subject`.
    pub(super) patient: bool,
    pub(super) code: bool,
}
