//! One rule on which reading counts, as data.

/// One row of the table "Which reading counts, by source" (specification, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// The case.
    pub case: &'static str,
    /// What counts in it.
    pub counts: &'static str,
    /// What is shown beside; empty: nothing else.
    pub shown: &'static str,
}
