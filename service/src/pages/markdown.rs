//! A card's Markdown as HTML: GitHub-flavoured, without raw HTML or images, and with links to https or to our own pages only.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};
use minijinja::Value;

/// The HTML, marked so that templates do not escape it again; `own` is where our pages are, without a slash at the end.
pub(super) fn html(markdown: &str, own: Option<&str>) -> Value {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.render.escape = true;
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let nodes: Vec<&AstNode<'_>> = root.descendants().collect();
    for node in nodes {
        let foreign = match &node.data().value {
            NodeValue::Link(link) => !is_allowed(&link.url, own),
            NodeValue::Image(_) => true,
            _ => false,
        };
        if foreign {
            unwrap_node(node);
        }
    }
    let mut html = String::new();
    match format_html(root, &options, &mut html) {
        Ok(()) => Value::from_safe_string(html),
        // Formatting into a string cannot fail; if it did, the text itself is shown, escaped.
        Err(_) => Value::from(markdown),
    }
}

fn is_allowed(url: &str, own: Option<&str>) -> bool {
    url.starts_with("https://")
        || own.is_some_and(|own| url.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')))
}

/// Leaves what stands inside a link or image in its place.
fn unwrap_node<'a>(node: &'a AstNode<'a>) {
    while let Some(child) = node.first_child() {
        node.insert_before(child);
    }
    node.detach();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        html(markdown, Some("http://127.0.0.1:8080")).to_string()
    }

    #[test]
    fn tables_and_emphasis_are_shown() {
        let html = shown("| a | b |\n|---|---|\n| **1** | 2 |\n");
        assert!(
            html.contains("<table>") && html.contains("<strong>1</strong>"),
            "{html}"
        );
    }

    #[test]
    fn only_https_and_our_own_pages_are_linked() {
        for allowed in ["https://doi.org/10.1186/x", "http://127.0.0.1:8080/knowledge"] {
            assert!(
                shown(&format!("[a]({allowed})")).contains("<a href="),
                "{allowed}"
            );
        }
        for foreign in [
            "http://evil.example/",
            "http://127.0.0.1:8080.evil.example/",
            "http://127.0.0.1:8080@evil.example/",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/relative",
        ] {
            let html = shown(&format!("[text]({foreign}) <{foreign}>"));
            assert!(!html.contains("<a "), "{html}");
            assert!(html.contains("text"), "{html}");
        }
    }

    #[test]
    fn raw_html_and_images_do_not_get_through() {
        for raw in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=alert(1)>b</b>",
            "![x](https://evil.example/x.png)",
            "<svg/onload=alert(1)>",
            "<iframe src=https://evil.example></iframe>",
        ] {
            let html = shown(raw);
            for tag in ["<script", "<img", "<b ", "<svg", "<iframe"] {
                assert!(!html.contains(tag), "{raw}: {html}");
            }
        }
    }
}
