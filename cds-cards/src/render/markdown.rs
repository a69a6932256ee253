//! The one way by which a dynamic value enters a card's Markdown: cleaned, then escaped.

use std::borrow::Cow;

/// Keeps apart what a Markdown reader would join to a link; invisible, and stripped from every input.
pub const WORD_JOINER: char = '\u{2060}';

/// The text on one line without control, bidirectional and invisible format characters: what a reader of the
/// card sees of a dynamic value. White space of any kind becomes single blanks.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_stripped(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn is_stripped(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

/// The text for GitHub-flavoured Markdown such that every reader shows exactly [`plain`] of it: no emphasis, link,
/// image, HTML, table cell, list or heading comes out of it, wherever in a line or table it stands.
///
/// A backslash does not stop readers that look for web and mail addresses in finished text, so a
/// [`WORD_JOINER`] separates their parts.
pub fn escape(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut at_start = true;
    // Digits at the start, after which `.` or `)` would make a list.
    let mut only_digits = true;
    let mut previous = '\0';
    for (position, c) in text.char_indices() {
        let rest = text.get(position..).unwrap_or("");
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '~' | '&' | '$' | '^' => {
                out.push('\\');
                out.push(c);
            }
            // An entity: table readers look for pipes before they look for backslashes.
            '|' => out.push_str("&#124;"),
            '@' => {
                out.push_str("\\@");
                out.push(WORD_JOINER);
            }
            ':' if rest.starts_with("://") => {
                out.push_str("\\:");
                out.push(WORD_JOINER);
            }
            '.' if ends_with_www(&out) => {
                out.push(WORD_JOINER);
                out.push_str("\\.");
            }
            '.' | ')' if only_digits && rest.chars().nth(1).is_none_or(char::is_whitespace) => {
                out.push('\\');
                out.push(c);
            }
            // An issue number to some readers.
            '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            // A value may stand where a line begins.
            _ if at_start && c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            // `:tada:` and the like.
            ':' if !previous.is_whitespace() && rest.chars().nth(1).is_some_and(char::is_alphanumeric) => {
                out.push_str("\\:");
            }
            _ => out.push(c),
        }
        only_digits &= c.is_ascii_digit();
        at_start = false;
        previous = c;
    }
    out
}

fn ends_with_www(out: &str) -> bool {
    let tail = out.len().checked_sub(3).and_then(|from| out.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("www"))
}

/// At most `limit` characters, cut at a word boundary where there is one, with an ellipsis.
pub(super) fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    if utf16(text) <= limit {
        return Cow::Borrowed(text);
    }
    let mut room = limit.saturating_sub(1);
    let mut end = 0;
    for (position, c) in text.char_indices() {
        let Some(left) = room.checked_sub(c.len_utf16()) else {
            break;
        };
        room = left;
        end = position + c.len_utf8();
    }
    let head = text.get(..end).unwrap_or("");
    let next_is_blank = text
        .get(end..)
        .is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let head = match head.rfind(char::is_whitespace) {
        Some(blank) if !next_is_blank && blank > head.len() / 2 => head.get(..blank).unwrap_or(head),
        _ => head,
    };
    Cow::Owned(format!("{}…", head.trim_end_matches([' ', ',', ';', ':'])))
}

/// Length as JavaScript counts it, which is never less than the number of characters.
pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Removes what templates leave behind: blanks at line ends and runs of empty lines.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_clinical_text_keeps_its_look() {
        for text in [
            "Ki-67 8 % (2026-05-01)",
            "stable since 2025-11",
            "PNET: 2.5 cm",
            "177Lu 28 %",
        ] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn an_address_is_none_in_the_finished_text_either() {
        for text in [
            "see www.evil.example/x",
            "WWW.evil.example",
            "http://evil.example",
            "ftp://a",
            "a.b@c.example",
        ] {
            let finished = escape(text).replace('\\', "").to_lowercase();
            assert!(!finished.contains("www."), "{finished}");
            assert!(!finished.contains("://"), "{finished}");
            assert!(!finished.contains("@c"), "{finished}");
            assert_eq!(finished.replace(WORD_JOINER, ""), text.to_lowercase());
        }
    }

    #[test]
    fn a_cut_stands_between_words() {
        assert_eq!(shorten("one two three", 13), "one two three");
        assert_eq!(shorten("one two three", 12), "one two…");
        assert_eq!(shorten("one two, three", 10), "one two…");
        assert_eq!(shorten("aaaaaaaaaaaa", 5), "aaaa…");
    }

    #[test]
    fn empty_lines_do_not_pile_up() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\nc\n\n"), "a\n\nb\nc");
    }
}
