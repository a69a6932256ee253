//! The pieces of an HTML document, by the rules of the WHATWG tokenizer, each byte looked at once.

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'h> {
    /// Text, its character references as written.
    Text(&'h str),
    /// A start tag.
    Open(Tag<'h>),
    /// The name of an end tag, as written.
    Close(&'h str),
}

/// A start tag as written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'h> {
    pub(super) name: &'h str,
    attributes: Vec<(&'h str, &'h str)>,
}

impl<'h> Tag<'h> {
    /// The value of an attribute, empty where it has none; the first of a name counts.
    pub(super) fn attribute(&self, name: &str) -> Option<&'h str> {
        let mut of_name = self.attributes.iter();
        of_name
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

/// What is not read yet.
pub(super) struct Pieces<'h> {
    rest: &'h str,
}

impl<'h> Pieces<'h> {
    pub(super) fn of(html: &'h str) -> Self {
        Self { rest: html }
    }

    /// Leaves out everything up to the end tag of an element whose content is no markup; all, if it has none.
    pub(super) fn skip_raw(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.rest = self.rest.get(at + 2..).unwrap_or_default();
            let (head, tail) = self.rest.split_at_checked(name.len()).unwrap_or_default();
            let ends = tail.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
            if ends && head.eq_ignore_ascii_case(name) {
                self.tag();
                return;
            }
        }
        self.rest = "";
    }

    /// Up to where `of` holds first, and all if it never does.
    fn take(&mut self, of: impl FnMut(char) -> bool) -> &'h str {
        let end = self.rest.find(of).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip_past(&mut self, end: &str) {
        self.rest = self.rest.split_once(end).map_or("", |(_, behind)| behind);
    }

    /// A tag from its name on; `None` where the document ends inside.
    fn tag(&mut self) -> Option<Tag<'h>> {
        let name = self.take(|c| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
        let mut attributes = Vec::new();
        loop {
            self.take(|c| !(c.is_ascii_whitespace() || c == '/'));
            let first = self.rest.chars().next()?;
            if first == '>' {
                self.rest = self.rest.get(1..).unwrap_or_default();
                return Some(Tag { name, attributes });
            }
            attributes.push(self.attribute()?);
        }
    }

    fn attribute(&mut self) -> Option<(&'h str, &'h str)> {
        let mut is_first = true;
        let name = self.take(|c| {
            let ends = c.is_ascii_whitespace() || matches!(c, '/' | '>') || (c == '=' && !is_first);
            is_first = false;
            ends
        });
        self.take(|c| !c.is_ascii_whitespace());
        let Some(behind) = self.rest.strip_prefix('=') else {
            return Some((name, ""));
        };
        self.rest = behind;
        self.take(|c| !c.is_ascii_whitespace());
        let quote = self.rest.chars().next()?;
        if !matches!(quote, '"' | '\'') {
            return Some((name, self.take(|c| c.is_ascii_whitespace() || c == '>')));
        }
        let (value, rest) = self.rest.get(1..)?.split_once(quote)?;
        self.rest = rest;
        Some((name, value))
    }

    /// What begins with `<!` or `<?`, or with `</` and no letter.
    fn skip_comment(&mut self) {
        let Some(comment) = self.rest.strip_prefix("<!--") else {
            self.skip_past(">");
            return;
        };
        let at_once = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
        self.rest = at_once.unwrap_or_else(|| behind_comment(comment));
    }
}

/// What stands behind the end of a comment, `-->` or `--!>`; nothing, if it has none.
fn behind_comment(comment: &str) -> &str {
    let mut rest = comment;
    while let Some((_, behind)) = rest.split_once("--") {
        if let Some(end) = behind.strip_prefix('>').or_else(|| behind.strip_prefix("!>")) {
            return end;
        }
        // The second dash may be the first of the end.
        rest = rest.get(rest.len() - behind.len() - 1..).unwrap_or_default();
    }
    ""
}

impl<'h> Iterator for Pieces<'h> {
    type Item = Piece<'h>;

    fn next(&mut self) -> Option<Piece<'h>> {
        loop {
            let behind = match self.rest.strip_prefix('<') {
                Some(behind) => behind,
                None if self.rest.is_empty() => return None,
                None => return Some(Piece::Text(self.take(|c| c == '<'))),
            };
            let is_name = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
            if is_name(behind) {
                self.rest = behind;
                // Where the document ends in a tag, it is no tag and nothing follows.
                return self.tag().map(Piece::Open);
            }
            match behind.strip_prefix('/') {
                Some(name) if is_name(name) => {
                    self.rest = name;
                    return self.tag().map(|tag| Piece::Close(tag.name));
                }
                Some("") => {}
                Some(_) => {
                    self.skip_past(">");
                    continue;
                }
                None if behind.starts_with(['!', '?']) => {
                    self.skip_comment();
                    continue;
                }
                None => {}
            }
            // A sign that opens nothing: `< 3 %`.
            let (sign, rest) = self.rest.split_at_checked(1)?;
            self.rest = rest;
            return Some(Piece::Text(sign));
        }
    }
}
