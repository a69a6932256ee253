//! The knowledge as it is used: its rules read and checked, and its texts made ready for cards.

use crate::knowledge::{Fault, Faults, Knowledge};
use crate::render::check_templates;
use crate::texts::Texts;
use std::collections::BTreeMap;

impl Knowledge {
    /// The knowledge that is compiled in.
    ///
    /// # Errors
    /// Every fault of the embedded files; there is none, or the crate's tests fail.
    pub fn embedded() -> Result<Self, Vec<Fault>> {
        Self::load(&Self::embedded_files())
    }

    /// Reads and checks a knowledge directory: path relative to it, and text.
    ///
    /// # Errors
    /// Every fault of every file, by file and line.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<Fault>> {
        Self::read(files, texts)
    }
}

/// Makes the texts ready. A fault found before may be what keeps a card from being made, so the renderer adds only to files
/// without one.
fn texts(knowledge: &mut Knowledge, faults: &Faults) {
    let faulty = faults.files();
    let mut whole = true;
    for (file, line, what) in check_templates(knowledge) {
        whole = false;
        if !faulty.contains(&file) {
            faults.add(Fault { file, line, what });
        }
    }
    if whole {
        knowledge.texts = Texts::of(knowledge);
    }
}
