//! Hostile text: no panic, and no more mentions than a report gives.

use crate::corpus;
use fhir_profiles::mentions::{self, Mention, Narrative};
use proptest::prelude::*;

fn of(text: &str) -> Vec<Mention> {
    mentions::of(&Narrative::plain(text), &corpus::facts())
}

/// What a page would be filled with by someone who wants it to cost much.
const BOMBS: [&str; 16] = [
    "Ki-67 ",
    "Ki-67: 15 % ",
    "Ki-67: 15 %. ",
    "Ki-67: 15 %\n",
    "liver metastases (",
    "(((((((((( ",
    "[ ] G2 [x] ",
    "no no no no ",
    "a\u{301}\u{336}\u{308}",
    "\u{202e}15 \u{202c}",
    "1.1.1.1,1,1-",
    "NET G2 oder ",
    "die groesste Lebermetastase bis ",
    "| 15 | ",
    "Anamnese: Befund: ",
    "z. n. v. a. d. h. ",
];

#[test]
fn bombs_give_no_more_than_a_few_mentions() {
    for bomb in BOMBS {
        let text = bomb.repeat(20_000 / bomb.len());
        let found = of(&text);
        assert!(found.len() <= mentions::MOST * corpus::facts().len(), "{bomb}");
        let html = mentions::of(&Narrative::html(&format!("<p>{text}")), &corpus::facts());
        assert!(html.len() <= mentions::MOST * corpus::facts().len(), "{bomb}");
    }
}

#[test]
fn what_is_beyond_the_limit_is_cut_off_and_said() {
    let filler = "é ".repeat(mentions::LONGEST / 3 + 1);
    let narrative = Narrative::plain(&format!("Ki-67: 15 %.\n{filler}\nGrading: G2"));
    assert!(narrative.is_cut() && narrative.text().len() <= mentions::LONGEST);
    let found = mentions::of(&narrative, &corpus::facts());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(!Narrative::plain("Ki-67: 15 %").is_cut());
    assert!(Narrative::html(&format!("<p>{filler}")).is_cut());
}

#[test]
fn many_values_of_one_fact_are_bounded() {
    let text: String = (1..=90).map(|share| format!("Ki-67: {share} %\n")).collect();
    assert_eq!(of(&text).len(), mentions::MOST);
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        for mention in of(&text) {
            prop_assert!(text.get(mention.span).is_some());
        }
    }

    #[test]
    fn pieces_of_reports_in_any_order_are_read(
        text in "(Ki-67|15 %|: |\n|\t|\\. |, |no |kein |\\(|\\)|\\[ \\]|\\[x\\]|G2|NET |R0|2019|Lebermetastasen|größte |bis |3 x 2 cm|\u{308}|\u{202e}|ß|History|Befund){0,60}"
    ) {
        let narrative = Narrative::plain(&text);
        let found = mentions::of(&narrative, &corpus::facts());
        for mention in &found {
            prop_assert!(narrative.text().get(mention.span.clone()).is_some_and(|words| !words.is_empty()));
            prop_assert!(mention.quote.chars().count() <= mentions::LONGEST_QUOTE);
        }
        prop_assert_eq!(mentions::of(&narrative, &corpus::facts()), found);
    }

    #[test]
    fn any_markup_is_read(html in "(<|>|</|<!--|-->|&|&lt;|td|p|hidden|=|\"|Ki-67|15 %| ){0,60}") {
        let narrative = Narrative::html(&html);
        mentions::of(&narrative, &corpus::facts());
        prop_assert!(narrative.text().len() <= html.len() * 2);
    }
}
