//! What strings say: escapes, and halves of characters.

/// What strings with escapes say, one behind the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Said {
    /// Keeps what a string says, and tells under which number.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        unescape(text, &mut self.text);
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    pub(super) fn at(&self, number: u32) -> &str {
        let number = number as usize;
        let end = |number: usize| self.ends.get(number).map_or(0, |end| *end as usize);
        let start = number.checked_sub(1).map_or(0, end);
        self.text.get(start..end(number)).unwrap_or_default()
    }
}

/// A string without its quotes, each escape replaced by what it stands for; halves of a character are U+FFFD.
pub(super) fn unescaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    unescape(text, &mut made);
    made
}

fn unescape(text: &str, made: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        made.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let (said, length) = escape(rest);
        made.push(said);
        rest = rest.get(length..).unwrap_or_default();
    }
    made.push_str(rest);
}

/// The character that the escape at the beginning stands for, and how long the escape is.
fn escape(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return code_point(text),
        Some(other) if other.is_ascii() => char::from(*other),
        _ => char::REPLACEMENT_CHARACTER,
    };
    (simple, 2)
}

fn code_point(text: &str) -> (char, usize) {
    let high = unit(text, 0).unwrap_or(0xfffd);
    if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (high, unit(text, 6)) {
        let whole = char::decode_utf16([high, low]).next().and_then(Result::ok);
        return (whole.unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    let lone = char::from_u32(u32::from(high));
    (lone.unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// The text of a document with each half of a character replaced, if there is one.
pub(crate) fn whole(text: &str) -> Option<String> {
    let mut made = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = escape + 2;
        let Some(unit) = unit(text, escape) else { continue };
        at = escape + 6;
        match unit {
            0xd800..=0xdbff if self::unit(text, at).is_some_and(|low| (0xdc00..=0xdfff).contains(&low)) => {
                at += 6;
            }
            0xd800..=0xdfff => {
                made.push_str(text.get(kept..escape)?);
                made.push_str("\\ufffd");
                kept = at;
            }
            _ => {}
        }
    }
    if kept == 0 {
        return None;
    }
    made.push_str(text.get(kept..)?);
    Some(made)
}

/// The UTF-16 unit that an escape such as `\u00e9` stands for.
pub(super) fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}
