//! What is wrong with a knowledge directory: every fault with its file and line.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// Something wrong with a knowledge file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Path relative to the knowledge directory.
    pub file: String,
    /// Line, counted from 1, where the fault is in a line.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for Fault {}

/// The faults found so far; reading goes on after each, so that all are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// A fault in a line.
    pub(super) fn at(&self, file: &str, line: usize, what: impl Into<String>) {
        self.push(file, Some(line), what.into());
    }

    /// A fault of a whole file.
    pub(super) fn of(&self, file: &str, what: impl Into<String>) {
        self.push(file, None, what.into());
    }

    fn push(&self, file: &str, line: Option<usize>, what: String) {
        self.add(Fault {
            file: file.to_owned(),
            line,
            what,
        });
    }

    /// A fault found elsewhere.
    pub(crate) fn add(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    /// The files that have a fault.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        self.0.borrow().iter().map(|fault| fault.file.clone()).collect()
    }

    /// All faults, by file and line, each once.
    pub(super) fn into_sorted(self) -> Vec<Fault> {
        let mut faults = self.0.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}
