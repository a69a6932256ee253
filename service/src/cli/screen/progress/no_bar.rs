//! No bar, for the image, which nobody looks at: bytes are counted, and lines say how far it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count of bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Bar(Arc<AtomicU64>);

impl Bar {
    pub(super) fn new(_doing: &'static str, _bytes: u64) -> Self {
        Self::default()
    }

    pub(super) fn is_seen(&self) -> bool {
        false
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn message(&self, _what: String) {}

    /// Does something that writes lines.
    pub(super) fn beside(&self, write: impl FnOnce()) {
        write();
    }

    pub(super) fn end(&self) {}
}

/// A number as people read it.
pub(super) fn count(number: u64) -> String {
    number.to_string()
}
