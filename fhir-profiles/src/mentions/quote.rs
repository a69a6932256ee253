//! The words of a report that a mention is shown with.

use std::ops::Range;

/// The characters of a quote.
pub const LONGEST_QUOTE: usize = 160;

/// A span without the blanks at its ends.
pub(super) fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let inside = text.get(span.clone()).unwrap_or_default();
    let start = span.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// The sentence as written, each run of blanks as one; of a long one whole words around the mention.
pub(super) fn of(text: &str, sentence: Range<usize>, mention: &Range<usize>) -> String {
    let whole = folded(text.get(sentence.clone()).unwrap_or_default());
    if whole.chars().count() <= LONGEST_QUOTE {
        return whole;
    }
    let part = |span: Range<usize>| text.get(span).unwrap_or_default().split_whitespace();
    let mut quote = folded(text.get(mention.clone()).unwrap_or_default());
    let mut before = part(sentence.start..mention.start).rev();
    let mut behind = part(mention.end..sentence.end);
    // A word that the mention begins or ends inside of is none of the words around it.
    let glued = |at: usize, step: fn(&str) -> Option<char>, side: &str| {
        at != sentence.start && at != sentence.end && step(side).is_some_and(|c| !c.is_whitespace())
    };
    let head = text.get(..mention.start).unwrap_or_default();
    let tail = text.get(mention.end..).unwrap_or_default();
    if glued(mention.start, |side| side.chars().next_back(), head)
        && let Some(word) = before.next()
    {
        quote.insert_str(0, word);
    }
    if glued(mention.end, |side| side.chars().next(), tail)
        && let Some(word) = behind.next()
    {
        quote.push_str(word);
    }
    let mut left = LONGEST_QUOTE.saturating_sub(quote.chars().count());
    let mut fits = |word: &str| {
        let length = word.chars().count() + 1;
        let fits = length <= left;
        left = if fits { left - length } else { 0 };
        fits
    };
    loop {
        let earlier = before.next().filter(|word| fits(word));
        if let Some(word) = earlier {
            quote.insert(0, ' ');
            quote.insert_str(0, word);
        }
        let later = behind.next().filter(|word| fits(word));
        if let Some(word) = later {
            quote.push(' ');
            quote.push_str(word);
        }
        if earlier.is_none() && later.is_none() {
            break;
        }
    }
    if quote.chars().count() <= LONGEST_QUOTE {
        return quote;
    }
    shortened(&quote)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first whole words that fit; of a single word that is longer, its beginning.
fn shortened(quote: &str) -> String {
    let end = quote
        .char_indices()
        .nth(LONGEST_QUOTE)
        .map_or(quote.len(), |(at, _)| at);
    let head = quote.get(..end).unwrap_or_default();
    let words = head.rsplit_once(' ').map_or(head, |(words, _)| words);
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_sentence_is_quoted_whole() {
        let text = "A.  Ki-67:\n\t15 %. B.";
        assert_eq!(of(text, 2..17, &(4..16)), "Ki-67: 15 %.");
        assert_eq!(trimmed(text, 2..18), 4..17);
    }

    #[test]
    fn of_a_long_sentence_whole_words_around_the_mention_are_quoted() {
        let text = format!("{}Ki-67: 15 %, {}", "before ".repeat(40), "behind ".repeat(40));
        let at = text.find("Ki").unwrap();
        let quote = of(&text, 0..text.len(), &(at..at + 11));
        assert!(quote.chars().count() <= LONGEST_QUOTE);
        assert!(quote.contains("before Ki-67: 15 %, behind"), "{quote}");
        assert!(quote.split(' ').all(|word| text.contains(word)), "{quote}");
        assert!(quote.starts_with("before") && quote.ends_with("behind"));
    }

    #[test]
    fn no_quote_is_longer() {
        let text = format!("Ki-67{}15 %", "x".repeat(400));
        let quote = of(&text, 0..text.len(), &(0..text.len()));
        assert!(quote.chars().count() <= LONGEST_QUOTE, "{quote}");
    }
}
