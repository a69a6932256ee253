//! A card's text read as a record system reads it: GitHub-flavoured Markdown.

use cds_cards::render::WORD_JOINER;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

/// One node of a card as read: what it is, and its text without the joiners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Node(String),
}

/// The text that a reader of the card sees, with the joiners.
pub(crate) fn finished(markdown: &str) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let mut text = String::new();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(part) => text.push_str(part),
            NodeValue::SoftBreak | NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableCell => {
                text.push('\n');
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// The card as GitHub-flavoured Markdown, depth first; neighbouring texts are one.
pub(crate) fn read(markdown: &str) -> Vec<Part> {
    let arena = Arena::new();
    let mut parts = Vec::new();
    collect(parse_document(&arena, markdown, &options()), &mut parts);
    parts
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.alerts = true;
    options.extension.superscript = true;
    options.parse.relaxed_autolinks = true;
    options
}

fn collect<'a>(node: &'a AstNode<'a>, parts: &mut Vec<Part>) {
    match &node.data.borrow().value {
        NodeValue::Text(text) => {
            let text = text.replace(WORD_JOINER, "");
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ => parts.push(Part::Text(text)),
            }
        }
        other => {
            let name = format!("{other:?}");
            parts.push(Part::Node(
                name.split([' ', '(', '{']).next().unwrap_or_default().to_owned(),
            ));
        }
    }
    for child in node.children() {
        collect(child, parts);
    }
}

/// The same without the texts' content.
pub(crate) fn skeleton(parts: &[Part]) -> Vec<String> {
    let name = |part: &Part| match part {
        Part::Text(_) => "text".to_owned(),
        Part::Node(name) => name.clone(),
    };
    parts.iter().map(name).collect()
}

/// All texts that stand without markup in between.
pub(crate) fn texts(parts: &[Part]) -> Vec<&str> {
    let text = |part: &'_ Part| matches!(part, Part::Text(_));
    let texts = parts.iter().filter(|part| text(part));
    texts
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Node(_) => "",
        })
        .collect()
}
