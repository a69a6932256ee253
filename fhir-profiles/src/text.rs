//! Words and phrases found in a text as whole words, or by how a word begins.

use std::borrow::Cow;

/// Whether the text holds this phrase as whole words, in any case.
pub(crate) fn has_words(text: &str, phrase: &str) -> bool {
    let lower = lowered(text);
    let ends = |at: usize| {
        let after = lower.get(at + phrase.len()..);
        let after = after.and_then(|tail| tail.chars().next());
        after.is_none_or(|c| !c.is_alphanumeric())
    };
    word_starts(&lower, phrase).any(ends)
}

/// Whether some word of a text in small letters begins like this.
pub(crate) fn begins_word(lower: &str, beginning: &str) -> bool {
    word_starts(lower, beginning).next().is_some()
}

/// The text in small letters, as it is where it has no others.
fn lowered(text: &str) -> Cow<'_, str> {
    let is_lower = text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Where a word begins and the phrase stands. Texts are short and phrases many, so that nothing is made ready for a search.
pub(crate) fn word_starts(lower: &str, phrase: &str) -> impl Iterator<Item = usize> {
    let (bytes, phrase) = (lower.as_bytes(), phrase.as_bytes());
    let first = phrase.first().copied();
    let found = bytes
        .iter()
        .enumerate()
        .filter(move |(_, byte)| first == Some(**byte))
        .filter(move |(at, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(phrase)));
    let begins = move |at: usize| {
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric())
    };
    found.map(|(at, _)| at).filter(move |at| begins(*at))
}
