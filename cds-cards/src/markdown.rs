//! The one way by which a dynamic value enters a card's Markdown: cleaned, then escaped.

use std::borrow::Cow;

/// Keeps apart what a reader would join to a link; invisible, and stripped from every input.
pub const WORD_JOINER: char = '\u{2060}';

/// The text on one line without control, bidirectional and invisible format characters: what a reader of the
/// card sees of a dynamic value. White space of any kind becomes single blanks.
pub fn plain(text: &str) -> String {
    cleaned(text).into_owned()
}

/// As [`plain`], without a copy of what is so already.
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    let mut blank = true;
    let is_clean = text.chars().all(|c| {
        let was_blank = std::mem::replace(&mut blank, c == ' ');
        c.is_ascii_graphic()
            || (c == ' ' && !was_blank)
            || !(c.is_ascii() || c.is_whitespace() || is_stripped(c))
    });
    if is_clean && (!blank || text.is_empty()) {
        return Cow::Borrowed(text);
    }
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
    Cow::Owned(out)
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
    escaped(text).into_owned()
}

/// As [`escape`], without a copy of a text in which nothing is to be escaped.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    rewritten(cleaned(text), &Markdown)
}

/// A text that is shown as it stands, with the parts of web and mail addresses kept apart.
pub(crate) fn unlinked(text: &str) -> Cow<'_, str> {
    rewritten(cleaned(text), &Plain)
}

/// What stands for a character in a kind of text.
trait Writing {
    /// Whether a character may have to be written otherwise; no other is looked at.
    fn is_special(&self, byte: u8) -> bool;
    /// How the character at a place is written, where not as it is.
    fn written(&self, place: &Place<'_>) -> Option<Written>;
}

/// What is written for a character.
struct Written {
    /// What stands for the character.
    how: How,
    /// Where word joiners stand.
    joins: Joins,
}

/// What stands for a character.
enum How {
    Itself,
    Escaped,
    Entity(&'static str),
}

impl Written {
    fn push(&self, out: &mut String, c: char) {
        if self.joins == Joins::Both {
            out.push(WORD_JOINER);
        }
        match self.how {
            How::Itself => out.push(c),
            How::Escaped => out.extend(['\\', c]),
            How::Entity(entity) => out.push_str(entity),
        }
        if self.joins != Joins::Nothing {
            out.push(WORD_JOINER);
        }
    }
}

/// A character with what stands around it.
struct Place<'t> {
    c: char,
    before: &'t str,
    after: &'t str,
    /// Whether nothing but digits stands before it.
    is_after_digits: bool,
}

impl Place<'_> {
    fn previous(&self) -> Option<char> {
        self.before.chars().next_back()
    }

    fn next(&self) -> Option<char> {
        self.after.chars().next()
    }

    /// The parts of an address that the character would join, so that it must not: before it, or after it.
    fn joins(&self) -> Joins {
        match self.c {
            '@' => Joins::Both,
            ':' if self.after.starts_with("//") || self.ends_a_scheme() => Joins::After,
            '/' if self.next() == Some('/') => Joins::After,
            '.' if self.ends_with_www() => Joins::Both,
            '.' if self.previous().is_some_and(char::is_alphanumeric) && self.begins_a_domain() => {
                Joins::After
            }
            _ => Joins::Nothing,
        }
    }

    fn ends_with_www(&self) -> bool {
        let from = self.before.len().checked_sub(3);
        let tail = from.and_then(|from| self.before.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case("www"))
    }

    /// A domain of the top has two letters at least.
    fn begins_a_domain(&self) -> bool {
        self.after
            .chars()
            .take_while(|c| c.is_alphabetic())
            .nth(1)
            .is_some()
    }

    fn ends_a_scheme(&self) -> bool {
        let start = self.before.rfind(|c: char| !c.is_ascii_alphabetic());
        let word = match start {
            Some(start) => self.before.get(start + 1..).unwrap_or_default(),
            None => self.before,
        };
        self.next().is_some_and(|c| !c.is_whitespace())
            && SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
    }
}

/// Schemes that make a link without slashes.
const SCHEMES: [&str; 9] = [
    "mailto",
    "xmpp",
    "tel",
    "sms",
    "sip",
    "javascript",
    "data",
    "file",
    "skype",
];

/// On which sides of a character a word joiner stands.
#[derive(PartialEq, Eq)]
enum Joins {
    Nothing,
    After,
    Both,
}

fn rewritten<'t>(text: Cow<'t, str>, writing: &impl Writing) -> Cow<'t, str> {
    let mut out = String::new();
    let mut copied = 0;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (position, byte) in text.bytes().enumerate() {
        // What stands first may begin a line.
        if position > 0 && !writing.is_special(byte) {
            continue;
        }
        let (before, rest) = text.split_at_checked(position).unwrap_or_default();
        let Some(c) = rest.chars().next() else {
            continue;
        };
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let place = Place {
            c,
            before,
            after,
            is_after_digits: position == digits,
        };
        if let Some(written) = writing.written(&place) {
            out.push_str(text.get(copied..position).unwrap_or_default());
            written.push(&mut out, c);
            copied = position + c.len_utf8();
        }
    }
    if copied == 0 {
        return text;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

struct Plain;

impl Writing for Plain {
    fn is_special(&self, byte: u8) -> bool {
        matches!(byte, b'@' | b':' | b'/' | b'.')
    }

    fn written(&self, place: &Place<'_>) -> Option<Written> {
        let joins = place.joins();
        let how = How::Itself;
        (joins != Joins::Nothing).then_some(Written { how, joins })
    }
}

struct Markdown;

impl Writing for Markdown {
    fn is_special(&self, byte: u8) -> bool {
        matches!(
            byte,
            b'\\'
                | b'`'
                | b'*'
                | b'_'
                | b'{'
                | b'}'
                | b'['
                | b']'
                | b'<'
                | b'~'
                | b'&'
                | b'$'
                | b'^'
                | b'|'
                | b'@'
                | b':'
                | b'.'
                | b')'
                | b'#'
                | b'!'
                | b'/'
        )
    }

    fn written(&self, place: &Place<'_>) -> Option<Written> {
        let joins = place.joins();
        let is_joined = joins != Joins::Nothing;
        let how = match place.c {
            // An entity: table readers look for pipes before they look for backslashes.
            '|' => How::Entity("&#124;"),
            c if (is_joined && c != '/') || must_be_escaped(c, place) => How::Escaped,
            _ if is_joined => How::Itself,
            _ => return None,
        };
        Some(Written { how, joins })
    }
}

fn must_be_escaped(c: char, place: &Place<'_>) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '~' | '&' | '$' | '^' => true,
        // An issue number to some readers.
        '#' | '!' => true,
        // A value may stand where a line begins.
        _ if place.before.is_empty() => c.is_ascii_punctuation(),
        // After digits at the start it would make a list.
        '.' | ')' => place.is_after_digits && place.next().is_none_or(char::is_whitespace),
        // `:tada:` and the like.
        ':' => {
            !place.previous().is_some_and(char::is_whitespace)
                && place.next().is_some_and(char::is_alphanumeric)
        }
        _ => false,
    }
}

/// At most `limit` characters, cut at a word boundary where there is one, with an ellipsis.
pub(crate) fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
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
pub(crate) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Removes what templates leave behind: blanks at line ends and runs of empty lines.
pub(crate) fn tidy(text: &str) -> String {
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

    const ADDRESSES: [&str; 12] = [
        "see www.evil.example/x",
        "WWW.evil.example",
        "http://evil.example",
        "https://evil.example/x?y=z",
        "ftp://a",
        "a.b@c.example",
        "mailto:a@b.c",
        "tel:+4912345",
        "evil.example/x",
        "at evil.com, or so",
        "//evil.example",
        "javascript:alert(1)",
    ];

    /// What a reader that looks for addresses in finished text begins with.
    fn may_be_linked(text: &str) -> bool {
        let lower = text.to_lowercase();
        let domain = |(at, _): (usize, &str)| {
            let word = |c: char| c.is_alphanumeric();
            let before = lower[..at].chars().next_back().is_some_and(word);
            before && lower[at + 1..].chars().take_while(|c| c.is_alphabetic()).count() > 1
        };
        let mail = |(at, _): (usize, &str)| {
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            word(lower[..at].chars().next_back()) || word(lower[at + 1..].chars().next())
        };
        ["www.", "//", "mailto:a", "tel:+", "javascript:a"]
            .iter()
            .any(|part| lower.contains(part))
            || lower.match_indices('.').any(domain)
            || lower.match_indices('@').any(mail)
    }

    #[test]
    fn a_text_with_nothing_to_escape_is_not_copied() {
        for text in [
            "Ki-67 8 % (2026-05-01)",
            "ENETS IIA, AJCC IB",
            "≥ 3 cm, wirklich größer",
            "",
        ] {
            assert!(matches!(escaped(text), Cow::Borrowed(_)), "{text}");
            assert!(matches!(unlinked(text), Cow::Borrowed(_)), "{text}");
        }
        assert_eq!(escape(" a  b\n"), "a b");
        assert_eq!(escape("- a_b*"), "\\- a\\_b\\*");
        assert_eq!(escape("12. x 3. y"), "12\\. x 3. y");
    }

    #[test]
    fn an_address_is_none_in_the_finished_text_either() {
        for text in ADDRESSES {
            for finished in [escape(text).replace('\\', ""), unlinked(text).into_owned()] {
                assert!(!may_be_linked(&finished), "{finished:?}");
                assert_eq!(finished.replace(WORD_JOINER, ""), text);
            }
            assert!(may_be_linked(text), "{text}");
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
