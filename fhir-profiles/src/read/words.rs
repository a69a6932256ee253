//! Words of a fact's list from plain text and from yes and no.

use crate::catalogue::{FactId, Word};

/// The word of a fact that yes or no stands for, if its list is one of two opposites.
pub(super) fn polar(fact: FactId, yes: bool) -> Option<Word> {
    let pairs = [
        ("present", "absent"),
        ("yes", "no"),
        ("functioning", "non-functioning"),
        ("resectable", "unresectable"),
        ("positive", "negative"),
    ];
    pairs
        .into_iter()
        .find_map(|(affirmed, denied)| fact.word(if yes { affirmed } else { denied }))
}

/// The word that the whole text is, in any case and with blanks for hyphens; nothing is looked for inside longer text.
pub(super) fn word_of_text(fact: FactId, text: &str) -> Option<Word> {
    let text = text
        .trim()
        .to_lowercase()
        .split([' ', '_', '-'])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let listed = fact.info().words.iter().find(|word| word.to_lowercase() == text);
    if let Some(word) = listed {
        return fact.word(word);
    }
    match (fact, text.as_str()) {
        (FactId::Differentiation, "well-differentiated") => fact.word("well"),
        (FactId::Differentiation, "moderately-differentiated") => fact.word("moderate"),
        (FactId::Differentiation, "poorly-differentiated") => fact.word("poor"),
        (_, "yes" | "present" | "positive" | "detected" | "true") => polar(fact, true),
        (_, "no" | "absent" | "negative" | "not-detected" | "false") => polar(fact, false),
        _ => None,
    }
}

/// Whether the text holds this phrase as whole words, in any case.
pub(super) fn has_words(text: &str, phrase: &str) -> bool {
    let lower = text.to_lowercase();
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    lower.match_indices(phrase).any(|(at, found)| {
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        let after = lower.get(at + found.len()..).and_then(|tail| tail.chars().next());
        ends(before) && ends(after)
    })
}
