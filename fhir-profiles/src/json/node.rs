//! One value on the tape: where it stands, under which key, and where the next one is.

use super::kind::JsonKind;

/// The place of a key that is none: no key begins where the document does.
const NO_KEY: u32 = 0;

const KIND: u32 = 0b111;
const ESCAPES: u32 = 1 << 3;
const KEY_ESCAPES: u32 = 1 << 4;
const DOUBLED: u32 = 1 << 5;
const HEIGHT: u32 = 8;
const KEY_LENGTH: u32 = 16;

/// The longest key, in bytes.
pub(super) const LONGEST_KEY: usize = u16::MAX as usize;

/// A value, in twenty bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// Where it begins in the text.
    pub(super) start: u32,
    /// Where it ends; of a container that is open, what its items count as.
    pub(super) end: u32,
    /// Of a container the node after all that it holds, and while it is open the one around it; of a string with escapes
    /// what it says.
    pub(super) next: u32,
    /// Where its key begins, behind the quote.
    pub(super) key: u32,
    /// JsonKind, flags, height and the length of the key.
    meta: u32,
}

/// The key of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) start: u32,
    pub(super) length: u16,
    pub(super) escapes: bool,
}

impl Key {
    pub(super) const NONE: Self = Self {
        start: NO_KEY,
        length: 0,
        escapes: false,
    };
}

impl Node {
    pub(super) const NULL: Self = Self {
        start: 0,
        end: 0,
        next: 0,
        key: NO_KEY,
        meta: 0,
    };

    pub(super) fn new(kind: JsonKind, start: u32, key: Key) -> Self {
        let escapes = if key.escapes { KEY_ESCAPES } else { 0 };
        Self {
            start,
            end: start,
            next: 0,
            key: key.start,
            meta: kind as u32 | escapes | (u32::from(key.length) << KEY_LENGTH),
        }
    }

    pub(super) fn kind(self) -> JsonKind {
        match self.meta & KIND {
            1 => JsonKind::True,
            2 => JsonKind::False,
            3 => JsonKind::Number,
            4 => JsonKind::Text,
            5 => JsonKind::List,
            6 => JsonKind::Object,
            _ => JsonKind::Null,
        }
    }

    /// The place on the tape behind a node that stands at this one, and what it holds.
    pub(super) fn end_on_tape(self, at: u32) -> u32 {
        match self.kind() {
            JsonKind::List | JsonKind::Object => self.next.max(at + 1),
            _ => at + 1,
        }
    }

    pub(super) fn has_key(self) -> bool {
        self.key != NO_KEY
    }

    pub(super) fn key_length(self) -> u32 {
        self.meta >> KEY_LENGTH
    }

    pub(super) fn has_escapes(self) -> bool {
        self.meta & ESCAPES != 0
    }

    pub(super) fn has_key_escapes(self) -> bool {
        self.meta & KEY_ESCAPES != 0
    }

    pub(super) fn is_doubled(self) -> bool {
        self.meta & DOUBLED != 0
    }

    pub(super) fn height(self) -> u8 {
        (self.meta >> HEIGHT) as u8
    }

    pub(super) fn set_escapes(&mut self) {
        self.meta |= ESCAPES;
    }

    pub(super) fn set_doubled(&mut self) {
        self.meta |= DOUBLED;
    }

    /// Takes over what a value in it says of both: a key that stands twice, and how deep it is.
    pub(super) fn hold(&mut self, inner: Self) {
        self.meta |= inner.meta & DOUBLED;
        self.grow(inner.height().saturating_add(1));
    }

    pub(super) fn grow(&mut self, height: u8) {
        if height > self.height() {
            self.meta = (self.meta & !(0xff << HEIGHT)) | (u32::from(height) << HEIGHT);
        }
    }
}
