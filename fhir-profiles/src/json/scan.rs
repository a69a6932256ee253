//! From text to tape: one pass over the bytes, without recursion, in which everything is checked and counted.

use super::budget::{Budget, Counted, Counts, Over};
use super::fault::{Fault, FaultKind};
use super::kind::JsonKind;
use super::node::{Key, LONGEST_KEY, Node};
use super::strings;
use super::strings::Said;
use std::borrow::Cow;

/// The container around the document.
const NONE: u32 = u32::MAX;
/// Keys of an object that are compared each with each; those of a larger one are sorted.
const FEW: usize = 16;

/// What a pass makes.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) tape: Vec<Node>,
    pub(super) said: Said,
    /// Halves of a character stand in it.
    pub(super) halves: bool,
}

/// Why a pass ends before the end.
enum Stop {
    Syntax,
    Over(Over),
}

impl From<Over> for Stop {
    fn from(over: Over) -> Self {
        Self::Over(over)
    }
}

pub(super) fn scan(text: &str, budget: &Budget) -> Result<Scanned, Fault> {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tape: Vec::new(),
        said: Said::default(),
        open: NONE,
        depth: 0,
        drafts: None,
        counts: Counts::new(budget),
        halves: false,
    };
    match scanner.document() {
        Ok(()) => Ok(Scanned {
            tape: scanner.tape,
            said: scanner.said,
            halves: scanner.halves,
        }),
        Err(stop) => {
            let kind = match stop {
                Stop::Over(over) => FaultKind::Over(over),
                Stop::Syntax if scanner.at >= text.len() => FaultKind::Ended,
                Stop::Syntax => FaultKind::Syntax,
            };
            Err(Fault::at(kind, text, scanner.at))
        }
    }
}

struct Scanner<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    tape: Vec<Node>,
    said: Said,
    /// The innermost container that is open.
    open: u32,
    depth: usize,
    /// The depth of `draftOrders`, while it is open.
    drafts: Option<usize>,
    counts: Counts<'s>,
    halves: bool,
}

/// A string between its quotes.
struct Quoted {
    start: usize,
    end: usize,
    escapes: bool,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), Stop> {
        if u32::try_from(self.bytes.len()).is_err() {
            let limit = u32::MAX as usize;
            return Err(Stop::Over(Over {
                what: Counted::Values,
                limit,
            }));
        }
        self.space();
        let mut key = Key::NONE;
        loop {
            let opened = self.value(key)?;
            self.space();
            if opened && !self.closes() {
                key = self.key_if_object()?;
                continue;
            }
            while self.closes() {
                self.close()?;
                self.space();
            }
            if self.open == NONE {
                return match self.at == self.bytes.len() {
                    true => Ok(()),
                    false => Err(Stop::Syntax),
                };
            }
            self.expect(b',')?;
            self.space();
            key = self.key_if_object()?;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        match self.byte() == Some(byte) {
            true => {
                self.at += 1;
                Ok(())
            }
            false => Err(Stop::Syntax),
        }
    }

    fn open_node(&self) -> Option<Node> {
        self.tape.get(self.open as usize).copied()
    }

    /// Whether the innermost container ends here.
    fn closes(&self) -> bool {
        let end = match self.open_node().map(Node::kind) {
            Some(JsonKind::Object) => b'}',
            Some(JsonKind::List) => b']',
            _ => return false,
        };
        self.byte() == Some(end)
    }

    /// The key of the next value, where it has one.
    fn key_if_object(&mut self) -> Result<Key, Stop> {
        if self.open_node().map(Node::kind) != Some(JsonKind::Object) {
            return Ok(Key::NONE);
        }
        let quoted = self.string()?;
        let length = quoted.end - quoted.start;
        let too_long = Over {
            what: Counted::Text,
            limit: LONGEST_KEY,
        };
        let key = Key {
            start: quoted.start as u32,
            length: u16::try_from(length).map_err(|_| too_long)?,
            escapes: quoted.escapes,
        };
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(key)
    }

    fn key_text(&self, key: Key) -> &str {
        self.text_at(key.start, u32::from(key.length))
    }

    fn text_at(&self, start: u32, length: u32) -> &str {
        self.text
            .get(start as usize..(start + length) as usize)
            .unwrap_or_default()
    }

    /// Reads a value, or the beginning of a container; whether it was one.
    fn value(&mut self, key: Key) -> Result<bool, Stop> {
        let counted = self.counted(key)?;
        let start = self.at;
        let Some(byte) = self.byte() else {
            return Err(Stop::Syntax);
        };
        let kind = match byte {
            b'{' => JsonKind::Object,
            b'[' => JsonKind::List,
            b'"' => JsonKind::Text,
            b'-' | b'0'..=b'9' => JsonKind::Number,
            b't' => JsonKind::True,
            b'f' => JsonKind::False,
            b'n' => JsonKind::Null,
            _ => return Err(Stop::Syntax),
        };
        let mut node = Node::new(kind, start as u32, key);
        match kind {
            JsonKind::Object | JsonKind::List => {
                self.begin(node, key, counted)?;
                return Ok(true);
            }
            JsonKind::Text => {
                let quoted = self.string()?;
                let what = Counted::text_under(self.key_text(key));
                self.counts.check(what, quoted.end - quoted.start)?;
                if quoted.escapes {
                    node.set_escapes();
                    node.next = self
                        .said
                        .add(self.text.get(quoted.start..quoted.end).unwrap_or_default());
                }
            }
            JsonKind::Number => self.number()?,
            JsonKind::True => self.word(b"true")?,
            JsonKind::False => self.word(b"false")?,
            JsonKind::Null => self.word(b"null")?,
        }
        node.end = self.at as u32;
        self.push(node)?;
        Ok(false)
    }

    /// Counts what a value is, and says what it is counted as.
    fn counted(&mut self, key: Key) -> Result<Option<Counted>, Over> {
        let (of_list, is_list) = match self.open_node() {
            Some(node) => (Counted::of_number(node.end), node.kind() == JsonKind::List),
            None => (None, false),
        };
        if is_list || of_list == Some(Counted::Prefetch) {
            if let Some(what) = of_list {
                self.counts.count(what)?;
                if what == Counted::Entries && self.drafts.is_some() {
                    self.counts.count(Counted::DraftOrders)?;
                }
            }
            if is_list {
                return Ok(None);
            }
        }
        let counted = match key.escapes {
            true => Counted::under(&strings::unescaped(self.key_text(key))),
            false => Counted::under(self.key_text(key)),
        };
        let is_container = matches!(self.byte(), Some(b'['))
            || matches!(counted, Some(Counted::Prefetch | Counted::DraftOrders));
        if let Some(what) = counted.filter(|_| !is_container) {
            self.counts.count(what)?;
        }
        Ok(counted)
    }

    fn begin(&mut self, mut node: Node, key: Key, counted: Option<Counted>) -> Result<(), Stop> {
        let counts_items = match node.kind() {
            JsonKind::List => counted,
            _ => counted.filter(|what| *what == Counted::Prefetch),
        };
        node.end = Counted::number(counts_items);
        node.next = self.open;
        node.grow(1);
        self.depth += 1;
        self.counts.check(Counted::Depth, self.depth)?;
        if counted == Some(Counted::DraftOrders) && key.length > 0 && self.drafts.is_none() {
            self.drafts = Some(self.depth);
        }
        self.open = self.tape.len() as u32;
        self.at += 1;
        self.push(node)?;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        self.at += 1;
        let at = self.open as usize;
        let next = self.tape.len() as u32;
        let is_doubled =
            self.open_node().map(Node::kind) == Some(JsonKind::Object) && self.has_doubled(self.open);
        let Some(node) = self.tape.get_mut(at) else {
            return Err(Stop::Syntax);
        };
        let around = node.next;
        node.end = self.at as u32;
        node.next = next;
        if is_doubled {
            node.set_doubled();
        }
        let closed = *node;
        if let Some(around) = self.tape.get_mut(around as usize) {
            around.hold(closed);
        }
        if self.drafts == Some(self.depth) {
            self.drafts = None;
        }
        self.depth -= 1;
        self.open = around;
        Ok(())
    }

    /// Whether a key stands twice in the object that ends here.
    fn has_doubled(&self, object: u32) -> bool {
        let mut few = [""; FEW];
        let mut count = 0;
        let mut at = object + 1;
        while let Some(node) = self.tape.get(at as usize) {
            match few.get_mut(count) {
                Some(place) if !node.has_key_escapes() => *place = self.text_at(node.key, node.key_length()),
                _ => return self.has_doubled_of_many(object),
            }
            count += 1;
            at = node.end_on_tape(at);
        }
        let mut rest = few.get(..count).unwrap_or_default();
        while let Some((key, others)) = rest.split_first() {
            if others.contains(key) {
                return true;
            }
            rest = others;
        }
        false
    }

    fn has_doubled_of_many(&self, object: u32) -> bool {
        let mut keys: Vec<Cow<'_, str>> = Vec::new();
        let mut at = object + 1;
        while let Some(node) = self.tape.get(at as usize) {
            let key = self.text_at(node.key, node.key_length());
            keys.push(match node.has_key_escapes() {
                true => Cow::Owned(strings::unescaped(key)),
                false => Cow::Borrowed(key),
            });
            at = node.end_on_tape(at);
        }
        keys.sort_unstable();
        keys.windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other))
    }

    fn push(&mut self, node: Node) -> Result<(), Over> {
        self.counts.check(Counted::Values, self.tape.len() + 1)?;
        if self.tape.len() == self.tape.capacity() {
            self.make_room();
        }
        self.tape.push(node);
        Ok(())
    }

    /// Room for what the text so far lets expect of the rest, so that a tape is never twice as long as it need be.
    fn make_room(&mut self) {
        let rest = self.bytes.len().saturating_sub(self.at);
        let so_far = self.tape.len();
        let expected = match so_far {
            0 => self.bytes.len() / 16,
            _ => rest / (self.at / so_far).max(2) + rest / 64,
        };
        // A value and what parts it from the next take two bytes.
        self.tape
            .reserve_exact(expected.min(rest / 2).max(so_far / 8) + 4);
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Stop> {
        for byte in word {
            self.expect(*byte)?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false => Err(Stop::Syntax),
        }
    }

    fn number(&mut self) -> Result<(), Stop> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => {
                self.at += 1;
                if let Some(b'0'..=b'9') = self.byte() {
                    return Err(Stop::Syntax);
                }
            }
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Quoted, Stop> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escapes = false;
        loop {
            self.at += plain_bytes(self.bytes.get(self.at..).unwrap_or_default());
            match self.byte() {
                Some(b'"') => {
                    let end = self.at;
                    self.at += 1;
                    return Ok(Quoted { start, end, escapes });
                }
                Some(b'\\') => {
                    escapes = true;
                    self.escape()?;
                }
                _ => return Err(Stop::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                let Some(unit) = strings::unit(self.text, self.at - 1) else {
                    // Four digits are due; where there is not that much text it has broken off.
                    if self.at + 5 > self.bytes.len() {
                        self.at = self.bytes.len();
                    }
                    return Err(Stop::Syntax);
                };
                self.at += 5;
                if (0xd800..=0xdfff).contains(&unit) {
                    let low = strings::unit(self.text, self.at);
                    let is_low = low.is_some_and(|low| (0xdc00..=0xdfff).contains(&low));
                    match unit < 0xdc00 && is_low {
                        true => self.at += 6,
                        false => self.halves = true,
                    }
                }
                Ok(())
            }
            _ => Err(Stop::Syntax),
        }
    }
}

/// How many bytes at the beginning are neither a quote, nor a backslash, nor a control character.
fn plain_bytes(bytes: &[u8]) -> usize {
    let mut passed = 0;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        let found = special(word);
        if found != 0 {
            return passed + found.trailing_zeros() as usize / 8;
        }
        passed += 8;
    }
    let rest = chunks.remainder().iter();
    passed
        + rest
            .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..b' '))
            .count()
}

/// The high bit of each byte that ends a run of plain ones; above the lowest of them it may err.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let quotes = zero(word ^ (ONES * u64::from(b'"')));
    let slashes = zero(word ^ (ONES * u64::from(b'\\')));
    let controls = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    (quotes | slashes | controls) & HIGHS
}
