//! Words of a fact's list from plain text and from yes and no.

use crate::catalogue::{FactId, Kind, Word};

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
        .split([' ', '_', '-', ':'])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let listed = fact.info().words.iter().find(|word| word.to_lowercase() == text);
    if let Some(word) = listed {
        return fact.word(word);
    }
    let mut synonyms = fact.info().synonyms.iter();
    if let Some((_, word)) = synonyms.find(|(written, _)| *written == text) {
        return fact.word(word);
    }
    match (fact, text.as_str()) {
        (FactId::Differentiation, "well-differentiated") => fact.word("well"),
        (FactId::Differentiation, "moderately-differentiated") => fact.word("moderate"),
        (FactId::Differentiation, "poorly-differentiated") => fact.word("poor"),
        (_, "yes" | "present" | "positive" | "detected" | "true" | "ja" | "positiv") => polar(fact, true),
        (_, "no" | "absent" | "negative" | "not-detected" | "false" | "nein" | "negativ" | "not-present") => {
            polar(fact, false)
        }
        (_, "none" | "keine") if fact.info().kind == Kind::Presence => polar(fact, false),
        _ => None,
    }
}

/// How far a portal vein thrombosis goes by its wording: without extent it counts as occluded (specification, section 2).
pub(super) fn extent<'t>(texts: impl Iterator<Item = &'t str>) -> &'static str {
    let mut partial = false;
    for text in texts {
        let text = text.to_lowercase().replace("non-occlusive", "nonocclusive");
        let has = |words: &[&str]| words.iter().any(|word| has_words(&text, word));
        if has(&["complete", "total", "occlusive", "occluded", "not", "no"]) {
            return "occluded";
        }
        partial |= has(&[
            "partial",
            "partially",
            "nonocclusive",
            "incomplete",
            "partielle",
            "teilweise",
        ]);
    }
    if partial { "partial" } else { "occluded" }
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

/// Whether some word of a text in small letters begins like this.
pub(super) fn begins_word(lower: &str, beginning: &str) -> bool {
    lower.match_indices(beginning).any(|(at, _)| {
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thrombosis_is_partial_only_where_it_says_so() {
        for (text, is) in [
            ("Portal vein thrombosis", "occluded"),
            ("Partial portal vein thrombosis", "partial"),
            ("Non-occlusive thrombus of portal vein", "partial"),
            ("Occlusive portal vein thrombosis", "occluded"),
            ("Complete occlusion, left branch partial", "occluded"),
            ("not partial", "occluded"),
        ] {
            assert_eq!(extent([text].into_iter()), is, "{text}");
        }
    }
}
