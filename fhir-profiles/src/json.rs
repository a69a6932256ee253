//! JSON looked at once: the text and a flat tape of what stands where in it, from which everything else borrows.

mod budget;
mod fault;
mod kind;
mod node;
mod scan;
mod strings;

pub use budget::{Budget, Counted, Over};
pub use fault::{Fault, FaultKind};
pub use kind::JsonKind;
use node::Node;
use scan::Scanned;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use strings::Said;
pub(crate) use strings::whole;

/// A JSON document: its text, and where each value begins and ends in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Document<'t> {
    text: Cow<'t, str>,
    tape: Vec<Node>,
    /// What strings with escapes say.
    said: Said,
}

impl<'t> Document<'t> {
    /// Reads a text in one pass, and counts on the way what is in it. Halves of a character become U+FFFD, as in
    /// [`json_text`](crate::chart::json_text).
    ///
    /// # Errors
    /// [`Fault`] where it is no JSON, or holds more of something than the budget has.
    pub fn parse(text: impl Into<Cow<'t, str>>, budget: &Budget) -> Result<Self, Fault> {
        Self::of(text.into(), budget).map_err(|(fault, _)| fault)
    }

    /// The same, which gives back the text that it does not take.
    pub(crate) fn of(text: Cow<'t, str>, budget: &Budget) -> Result<Self, (Fault, Cow<'t, str>)> {
        let (text, scanned) = match scan::scan(&text, budget) {
            Ok(scanned) if scanned.halves => {
                // The tape is made anew, since the places have changed.
                drop(scanned);
                let text = strings::whole(&text).map_or(text, Cow::Owned);
                let scanned = scan::scan(&text, budget);
                (text, scanned)
            }
            scanned => (text, scanned),
        };
        match scanned {
            Ok(Scanned { tape, said, .. }) => Ok(Self { text, tape, said }),
            Err(fault) => Err((fault, text)),
        }
    }

    /// What the document is.
    pub fn root(&self) -> Json<'_> {
        Json {
            document: self,
            at: 0,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same with a text of its own.
    pub fn into_owned(self) -> Document<'static> {
        Document {
            text: Cow::Owned(self.text.into_owned()),
            tape: self.tape,
            said: self.said,
        }
    }

    fn node(&self, at: u32) -> Option<Node> {
        self.tape.get(at as usize).copied()
    }
}

impl FromStr for Document<'static> {
    type Err = Fault;

    /// Reads a text of an operator or a test.
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text.to_owned(), &Budget::FILE)
    }
}

/// Says how large it is, and nothing of what it says.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document of {} bytes", self.text.len())
    }
}

/// A value of a document; as cheap to pass on as a reference.
#[derive(Clone, Copy)]
pub struct Json<'t> {
    document: &'t Document<'t>,
    at: u32,
}

impl<'t> Json<'t> {
    /// Where it stands among the values of its document.
    pub(crate) fn index(self) -> u32 {
        self.at
    }

    /// The value of the same document at an index; null where there is none.
    pub(crate) fn at(self, at: u32) -> Self {
        Self { at, ..self }
    }

    fn node(self) -> Node {
        self.document.node(self.at).unwrap_or(Node::NULL)
    }

    /// What kind of value it is.
    pub fn kind(self) -> JsonKind {
        self.node().kind()
    }

    /// Whether it is null.
    pub fn is_null(self) -> bool {
        self.kind() == JsonKind::Null
    }

    /// The value as it is written.
    pub fn raw(self) -> &'t str {
        let node = self.node();
        self.document.slice(node.start, node.end)
    }

    /// What a string says.
    pub fn text(self) -> Option<&'t str> {
        let node = self.node();
        (node.kind() == JsonKind::Text).then(|| match node.has_escapes() {
            true => self.document.said.at(node.next),
            false => self.document.slice(node.start + 1, node.end.saturating_sub(1)),
        })
    }

    /// A truth value.
    pub fn truth(self) -> Option<bool> {
        match self.kind() {
            JsonKind::True => Some(true),
            JsonKind::False => Some(false),
            _ => None,
        }
    }

    /// A number as it is written.
    pub fn number(self) -> Option<&'t str> {
        (self.kind() == JsonKind::Number).then(|| self.raw())
    }

    /// The key under which it stands; empty for what is no member of an object.
    pub fn key(self) -> Cow<'t, str> {
        self.document.key(self.node())
    }

    /// The key under which it stands, where it is written without escapes.
    pub fn plain_key(self) -> Option<&'t str> {
        let node = self.node();
        (!node.has_key_escapes()).then(|| self.document.plain_key(node))
    }

    /// The member of an object under a key, the first if there are two.
    pub fn get(self, key: &str) -> Option<Json<'t>> {
        self.fields().find(|field| field.is_under(key))
    }

    /// Whether it stands under this key.
    pub fn is_under(self, key: &str) -> bool {
        let node = self.node();
        match node.has_key_escapes() {
            true => self.document.key(node) == key,
            false => node.key_length() as usize == key.len() && self.document.plain_key(node) == key,
        }
    }

    /// The members of an object, in their order.
    pub fn fields(self) -> Children<'t> {
        self.children(JsonKind::Object)
    }

    /// The first place on the tape behind it and what it holds.
    fn end(self) -> u32 {
        self.node().end_on_tape(self.at)
    }

    /// How many values it is made of, itself included.
    pub(crate) fn values(self) -> usize {
        (self.end().saturating_sub(self.at)) as usize
    }

    /// The items of a list.
    pub fn items(self) -> Children<'t> {
        self.children(JsonKind::List)
    }

    /// The items of a list; a lone object where a list belongs is a list of one.
    pub fn items_or_self(self) -> Children<'t> {
        match self.kind() {
            JsonKind::Object => Children {
                document: Some(self.document),
                at: self.at,
                end: self.end(),
            },
            _ => self.items(),
        }
    }

    fn children(self, of: JsonKind) -> Children<'t> {
        let node = self.node();
        let end = match node.kind() == of {
            true => node.next,
            false => self.at + 1,
        };
        Children {
            document: Some(self.document),
            at: self.at + 1,
            end,
        }
    }

    /// Line and column where it ends, in bytes from one.
    pub fn place(self) -> (usize, usize) {
        let end = (self.node().end as usize).saturating_sub(1);
        let fault = Fault::at(FaultKind::Syntax, &self.document.text, end);
        (fault.line, fault.column)
    }

    /// Whether a key stands twice in an object in it.
    pub fn has_doubled_key(self) -> bool {
        self.node().is_doubled()
    }

    /// The first key that stands twice in an object in it.
    pub fn doubled_key(self) -> Option<Cow<'t, str>> {
        if !self.has_doubled_key() {
            return None;
        }
        let mut known: std::collections::BTreeSet<(u32, Cow<'t, str>)> = std::collections::BTreeSet::new();
        let mut open: Vec<(u32, u32)> = Vec::new();
        for at in self.at..self.end() {
            let node = self.document.node(at)?;
            while open.last().is_some_and(|(_, end)| *end <= at) {
                open.pop();
            }
            if let Some((object, _)) = open.last()
                && node.has_key()
            {
                let key = self.document.key(node);
                if !known.insert((*object, key.clone())) {
                    return Some(key);
                }
            }
            if matches!(node.kind(), JsonKind::Object | JsonKind::List) {
                open.push((at, node.next));
            }
        }
        None
    }

    /// How many containers stand in one another in it, itself included; never more than 255.
    pub fn height(self) -> u8 {
        self.node().height()
    }

    /// Whether anything is said in it: null, a blank text, and lists and objects of nothing else say nothing.
    pub fn says_something(self) -> bool {
        (self.at..self.end()).any(|at| {
            let value = Self { at, ..self };
            match value.kind() {
                JsonKind::Null | JsonKind::List | JsonKind::Object => false,
                JsonKind::Text => value.text().is_some_and(|text| !text.trim().is_empty()),
                JsonKind::True | JsonKind::False | JsonKind::Number => true,
            }
        })
    }
}

impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.kind(), self.node().start)
    }
}

/// The members of an object or the items of a list; none by default.
#[derive(Debug, Clone, Default)]
pub struct Children<'t> {
    document: Option<&'t Document<'t>>,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Json<'t>;

    fn next(&mut self) -> Option<Json<'t>> {
        if self.at >= self.end {
            return None;
        }
        let found = Json {
            document: self.document?,
            at: self.at,
        };
        self.at = found.end();
        Some(found)
    }
}

impl Document<'_> {
    fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn plain_key(&self, node: Node) -> &str {
        self.slice(node.key, node.key + node.key_length())
    }

    fn key(&self, node: Node) -> Cow<'_, str> {
        let key = self.plain_key(node);
        match node.has_key_escapes() {
            true => Cow::Owned(strings::unescaped(key)),
            false => Cow::Borrowed(key),
        }
    }
}

#[cfg(test)]
mod tests;
