//! What is wrong with a ConceptMap.

use std::fmt;

/// What is wrong with a ConceptMap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapFault {
    /// The file's name.
    pub file: String,
    /// The line, where the file is no JSON.
    pub line: Option<usize>,
    /// Where in the resource, as `group[0].element[2]`; empty for the whole.
    pub path: String,
    /// What is wrong, in our words.
    pub what: String,
}

impl MapFault {
    /// A name that no pack has.
    pub(super) fn no_pack(name: &str) -> Self {
        Self {
            file: name.to_owned(),
            line: None,
            path: String::new(),
            what: "no pack of this name".into(),
        }
    }
}

impl fmt::Display for MapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": {}", self.what)
    }
}
