//! The files of the lexicon are patterns that compile, and name facts and values that there are.

use super::*;

#[test]
fn every_pattern_is_one_and_every_fact_has_rules() {
    let (lexicon, faults) = Lexicon::of(files().unwrap());
    assert_eq!(faults, Vec::<String>::new());
    for fact in &lexicon.facts {
        assert!(!fact.rules.is_empty(), "{}", fact.fact);
        for rule in &fact.rules {
            assert!(!rule.when.is_empty(), "{}", fact.fact);
            for word in rule.value.iter().chain(rule.words.values()) {
                let is_number = word.starts_with(|c: char| c.is_ascii_digit());
                assert!(
                    is_number || fact.fact.word(word).is_some(),
                    "{}: {word}",
                    fact.fact
                );
            }
        }
    }
    assert!(lexicon.findings.is_some() && lexicon.set_aside.is_some());
}

#[test]
fn the_files_are_in_the_letters_that_texts_are_folded_to() {
    for file in FILES {
        let words = file
            .lines()
            .filter(|line| !line.starts_with('#') && !line.starts_with("  [\""));
        for line in words {
            assert!(line.is_ascii(), "{line}");
        }
    }
}

#[test]
fn parts_stand_in_parts_and_a_part_that_is_missing_is_a_fault() {
    let parts = [("a", vec!["x{b}"]), ("b", vec!["1", "2"]), ("c", vec!["{c}"])];
    let parts = parts
        .into_iter()
        .map(|(name, of)| (name.to_owned(), of.into_iter().map(str::to_owned).collect()))
        .collect();
    let mut compiler = Compiler {
        parts,
        faults: Vec::new(),
    };
    assert_eq!(compiler.expand("{a}y{2,3}", DEEPEST), "(?:x(?:1|2))y{2,3}");
    assert!(compiler.faults.is_empty());
    compiler.expand("{d}{c}", DEEPEST);
    assert_eq!(compiler.faults.len(), 2);
}

#[test]
fn a_blank_is_any_number_of_them() {
    assert_eq!(blanks("a b ?c[ -] d"), "a +b *c[ -] +d");
}
