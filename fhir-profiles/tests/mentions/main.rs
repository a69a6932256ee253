//! Mentions in narratives: the corpus of phrases with precision and recall, and hostile text.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stand outside the test functions"
)]

mod corpus;
mod hostile;
mod score;

use corpus::Case;
use fhir_profiles::FactId;
use fhir_profiles::mentions;
use score::Table;
use std::collections::BTreeSet;

#[test]
fn no_trap_is_a_mention_and_plain_statements_are() {
    let tables = corpus::ALL.map(|language| (language, Table::of(&corpus::of(&[language]))));
    for (language, table) in &tables {
        println!("{}", table.text(language));
        println!("missed:\n{}\n", table.missed().join("\n"));
    }
    for (language, table) in &tables {
        assert_eq!(table.wrong(), Vec::<String>::new(), "mentions that nobody stated");
        for (fact, row) in table.rows() {
            assert!(
                row.recall() >= 0.6 || language.starts_with("held-out"),
                "{language} {fact}: {row:?}"
            );
        }
        assert!(table.total().recall() >= 0.9, "{language}");
    }
}

#[test]
fn the_corpus_is_large_and_half_of_it_are_traps() {
    let cases = corpus::of(&corpus::ALL);
    let traps = cases.iter().filter(|case| case.is_trap).count();
    assert!(
        cases.len() >= 400 && traps * 2 >= cases.len(),
        "{traps} of {}",
        cases.len()
    );
    let texts: BTreeSet<&str> = cases.iter().map(|case| case.narrative.text()).collect();
    let both = |text: &str| cases.iter().filter(|case| case.narrative.text() == text).count();
    for text in texts {
        assert!(
            both(text) <= corpus::LANGUAGES.len(),
            "more than once a language: {text}"
        );
    }
    for language in corpus::LANGUAGES {
        let cases = corpus::of(&[language]);
        for fact in mentions::facts() {
            let stated = cases.iter().filter(|case| case.states(fact)).count();
            let tempted = cases
                .iter()
                .filter(|case| case.is_trap && case.fact == Some(fact))
                .count();
            assert!(
                stated >= 8 && tempted >= 4,
                "{language} {fact}: {stated}, {tempted}"
            );
        }
    }
}

#[test]
fn every_quote_is_in_its_text() {
    for case in corpus::of(&corpus::ALL) {
        let text = case.narrative.text();
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for mention in case.mentions() {
            assert!(folded.contains(&mention.quote), "{} in {text}", mention.quote);
            assert!(mention.quote.chars().count() <= mentions::LONGEST_QUOTE);
            let words = text.get(mention.span.clone()).unwrap_or_default();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                !words.is_empty() && mention.quote.contains(&words),
                "{words} in {}",
                mention.quote
            );
        }
    }
}

#[test]
fn only_what_is_asked_for_is_given() {
    for case in corpus::of(&corpus::ALL) {
        let all = case.mentions();
        for fact in mentions::facts() {
            let one = mentions::of(&case.narrative, &[fact]);
            let of_all: Vec<_> = all
                .iter()
                .filter(|mention| mention.fact == fact)
                .cloned()
                .collect();
            assert_eq!(one, of_all, "{fact}: {}", case.narrative.text());
        }
        assert!(mentions::of(&case.narrative, &[]).is_empty());
    }
    assert!(mentions::facts().all(|fact| FactId::ALL.contains(&fact)));
    assert_eq!(mentions::facts().count(), 17);
}

/// Where a text stands must not matter: a trap stays one, and a statement stays one, in either case of letters and
/// with blanks around it.
#[test]
fn blanks_and_breaks_around_a_text_change_nothing() {
    for case in corpus::of(&corpus::ALL) {
        let around = format!("\n \n{}\u{a0}\n\n", case.narrative.text());
        let around = fhir_profiles::mentions::Narrative::plain(&around);
        let values = |mentions: Vec<mentions::Mention>| {
            let of = mentions
                .into_iter()
                .map(|mention| (mention.fact, score::text(&mention.value)));
            of.collect::<BTreeSet<_>>()
        };
        assert_eq!(
            values(mentions::of(&around, &corpus::facts())),
            values(case.mentions()),
            "{}",
            case.narrative.text()
        );
    }
}

impl Case {
    fn mentions(&self) -> Vec<mentions::Mention> {
        mentions::of(&self.narrative, &corpus::facts())
    }
}
