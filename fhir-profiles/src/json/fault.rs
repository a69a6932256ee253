//! Why a text is not taken, and where; never what stands there.

use super::Over;
use std::fmt;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is no JSON.
    Syntax,
    /// It ends before its end.
    Ended,
    /// It holds more of something than is read.
    Over(Over),
}

/// Why a text is not taken, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The line, from one.
    pub line: usize,
    /// The column, in bytes from one.
    pub column: usize,
}

impl Fault {
    pub(super) fn at(kind: FaultKind, text: &str, at: usize) -> Self {
        let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
        let ends = before.iter().filter(|byte| **byte == b'\n').count();
        let line_begins = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let column = before.len() - line_begins;
        // At the end there is no character of which to say where it stands.
        let here = usize::from(kind != FaultKind::Ended);
        Self {
            kind,
            line: ends + 1,
            column: column + here,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FaultKind::Over(over) => write!(f, "{over}"),
            FaultKind::Syntax | FaultKind::Ended => {
                write!(f, "no JSON at line {}, column {}", self.line, self.column)
            }
        }
    }
}

impl std::error::Error for Fault {}
