//! The knowledge pages that were asked for once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The pages that were asked for once; the knowledge of a process does not change.
#[derive(Debug, Default)]
pub(super) struct KnowledgePages(Mutex<BTreeMap<String, String>>);

impl KnowledgePages {
    pub(super) fn get(&self, id: &str) -> Option<String> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(id).cloned()
    }

    pub(super) fn keep(&self, id: &str, html: &str) {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(id.to_owned(), html.to_owned());
    }
}
