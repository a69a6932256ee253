//! HTML of a report to its text: blocks are lines, cells are parted by tabs, what is not shown is left out.

mod references;
mod tags;

use tags::{Piece, Pieces, Tag};

/// Elements whose content is no markup, and no text of the report.
const RAW: &[&str] = &[
    "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp",
];

/// Elements whose content is not shown, or struck out.
const UNSEEN: &[&str] = &[
    "del", "math", "object", "s", "select", "strike", "svg", "template",
];

/// Elements that stand in the line; every other one begins and ends a line.
const IN_LINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "big", "cite", "code", "data", "em", "font", "i", "img", "input", "ins", "kbd",
    "label", "mark", "q", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements that have no end.
const EMPTY: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Styles by which an element is not shown, or is struck out.
const HIDING: &[&str] = &["display:none", "visibility:hidden", "line-through"];

/// What is left of a document when its markup is gone. Memory and time are linear: there is no tree.
pub(super) fn text_of(html: &str) -> String {
    let mut page = Page::default();
    let mut pieces = Pieces::of(html);
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Open(tag) => {
                let name = tag.name.to_ascii_lowercase();
                if is_one_of(&name, RAW) {
                    pieces.skip_raw(&name);
                } else {
                    page.open(&name, &tag);
                }
            }
            Piece::Close(name) => page.close(&name.to_ascii_lowercase()),
            Piece::Text(text) => page.write(text),
        }
    }
    page.text
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.contains(&name)
}

#[derive(Default)]
struct Page {
    text: String,
    /// The outermost element that is not shown, and how often its name is open inside.
    unseen: Option<(String, usize)>,
}

impl Page {
    fn open(&mut self, name: &str, tag: &Tag<'_>) {
        let is_empty = is_one_of(name, EMPTY);
        match &mut self.unseen {
            Some((outer, depth)) => *depth += usize::from(!is_empty && outer == name),
            None if is_empty && is_hidden(tag) => {}
            None if is_one_of(name, UNSEEN) || is_hidden(tag) => self.unseen = Some((name.to_owned(), 1)),
            None if name == "input" => self.tick(tag),
            None => self.part(name),
        }
    }

    fn close(&mut self, name: &str) {
        match &mut self.unseen {
            Some((outer, depth)) if outer == name => {
                *depth -= 1;
                if *depth == 0 {
                    self.unseen = None;
                }
            }
            Some(_) => {}
            None => self.part(name),
        }
    }

    /// Text; the line breaks of the markup are blanks.
    fn write(&mut self, text: &str) {
        if self.unseen.is_none() {
            let blank = |c: char| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
            self.text.extend(references::replaced(text).chars().map(blank));
        }
    }

    /// A cell ends a field, a block ends a line.
    fn part(&mut self, name: &str) {
        let sign = match name {
            "td" | "th" => '\t',
            _ if is_one_of(name, IN_LINE) => return,
            _ => '\n',
        };
        let last = self.text.trim_end_matches(' ').chars().next_back();
        if last.is_some_and(|last| last != '\n' && last != sign) {
            self.text.push(sign);
        }
    }

    /// A box of a form, as it would be typed.
    fn tick(&mut self, tag: &Tag<'_>) {
        let kind = tag.attribute("type").unwrap_or_default();
        if kind.eq_ignore_ascii_case("checkbox") || kind.eq_ignore_ascii_case("radio") {
            let is_checked = tag.attribute("checked").is_some();
            self.text.push_str(if is_checked { " [x] " } else { " [ ] " });
        }
    }
}

/// Whether a reader of the page would not see the element.
fn is_hidden(tag: &Tag<'_>) -> bool {
    let style = tag.attribute("style").map(|style| {
        let style = references::replaced(style).to_ascii_lowercase();
        style.split_whitespace().collect::<String>()
    });
    tag.attribute("hidden").is_some()
        || style.is_some_and(|style| HIDING.iter().any(|hiding| style.contains(hiding)))
}

#[cfg(test)]
mod tests;
