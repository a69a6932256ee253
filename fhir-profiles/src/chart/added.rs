//! What one added JSON value was.

/// What one added JSON value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedKind {
    /// JSON null.
    Null,
    /// A Bundle without a resource; a warning such as Epic's for `total: 0` may stand in it.
    Empty,
    /// So many resources.
    Resources(usize),
    /// A failure: an OperationOutcome instead of data, or a Bundle with a fatal or error outcome in it
    /// (resources beside it are added all the same).
    Outcome,
    /// Neither a resource nor a Bundle.
    Malformed,
}

/// What [`ChartBuilder::add`](super::ChartBuilder::add) found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// What the value was.
    pub kind: AddedKind,
    /// Resources added, whatever the kind.
    pub resources: usize,
    /// How many of them are Conditions.
    pub conditions: usize,
    /// Whether they stand in a Bundle, as what was searched does.
    pub bundle: bool,
    /// Whether a Bundle has a further page, so that this one is incomplete.
    pub next: bool,
    /// Whether a Bundle says that there are more matches than it holds, without a further page, or part of one cannot
    /// be read.
    pub short: bool,
    /// Whether a Bundle says that elements were left out of it.
    pub subsetted: bool,
}

impl Added {
    /// Why what was added is not all there is, by what its Bundles say; nothing if they say nothing of that.
    pub fn gaps(&self) -> impl Iterator<Item = &'static str> + use<> {
        let gaps = [
            (self.next, "incomplete: the Bundle says that it has a next page"),
            (
                self.short,
                "incomplete: the Bundle says that there are more matches than it holds",
            ),
            (
                self.subsetted,
                "incomplete: the Bundle says that elements were left out (SUBSETTED)",
            ),
            (
                self.kind == AddedKind::Outcome && self.resources > 0,
                "incomplete: the Bundle reports that a search or request failed",
            ),
        ];
        gaps.into_iter().filter(|(is, _)| *is).map(|(_, what)| what)
    }
}
