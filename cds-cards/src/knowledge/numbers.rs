//! The numbers that a text says, apart from names that have digits in them.

use fhir_profiles::Treatment;
use fhir_profiles::catalogue::Catalogue;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Numbers that the review writes in words.
const IN_WORDS: [(&str, u32); 11] = [
    ("single", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
];

/// Names that have digits in them ("Ki-67", "G2", "R0"), in small letters: those of facts, of their words and of treatments,
/// and the ids of statements. A number alone is no name.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeSet<String>,
    /// Whether these are all: without the statements their ids are not known.
    complete: bool,
}

impl Names {
    /// The names of these facts, and of the statements if they could be read.
    pub(super) fn of<'s>(
        catalogue: &Catalogue,
        statements: Option<impl IntoIterator<Item = &'s String>>,
    ) -> Self {
        let complete = statements.is_some();
        let mut names = BTreeSet::new();
        let mut add =
            |text: &str| names.extend(tokens(text).filter(|token| is_name(token)).map(str::to_lowercase));
        for fact in catalogue.facts() {
            let info = fact.info();
            add(&info.id);
            add(&info.label);
            info.words.iter().for_each(|word| add(word));
        }
        for treatment in Treatment::all() {
            add(treatment.label());
        }
        statements.into_iter().flatten().for_each(|id| add(id));
        Self {
            known: names,
            complete,
        }
    }
}

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said<'t> {
    /// As it stands there.
    pub(super) text: &'t str,
    /// Its value; none where a unit or a word is written to it ("5cm").
    pub(super) value: Option<Decimal>,
}

/// The numbers that a text says in digits, names left out.
pub(super) fn said<'t>(text: &'t str, names: &Names) -> Vec<Said<'t>> {
    let told = |token: &&str| names.complete || !is_name(token);
    let numbers = tokens(text).filter(told);
    let numbers = numbers.filter(|token| !names.known.contains(&token.to_lowercase()));
    numbers.flat_map(split).collect()
}

/// The values that a text says, in digits or in words.
pub(super) fn values(text: &str) -> Vec<Decimal> {
    let in_digits = tokens(text).flat_map(split).filter_map(|said| said.value);
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let in_words = words.filter_map(|word| {
        let known = IN_WORDS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(word));
        known.map(|(_, value)| Decimal::from(*value))
    });
    in_digits.chain(in_words).collect()
}

/// The runs of letters and digits that have a digit in them; a point, a comma and a hyphen inside one belong to it.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let joins = |letter: char| matches!(letter, '.' | ',' | '-');
    text.split(move |letter: char| !(letter.is_alphanumeric() || joins(letter)))
        .map(move |token| token.trim_matches(joins))
        .filter(|token| token.bytes().any(|byte| byte.is_ascii_digit()))
}

fn is_name(token: &str) -> bool {
    token.chars().any(char::is_alphabetic)
}

/// The numbers of a token, which may be a range; one with letters in it is a whole without a value.
fn split(token: &str) -> Vec<Said<'_>> {
    if is_name(token) {
        return vec![Said {
            text: token,
            value: None,
        }];
    }
    let parts = token.split('-');
    parts
        .map(|part| Said {
            text: part,
            value: Decimal::from_str_exact(&part.replace(',', "")).ok(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::of(&Catalogue::default(), Some(&["MT01".to_owned()]))
    }

    fn texts(text: &str) -> Vec<String> {
        let said = said(text, &names()).into_iter();
        said.map(|said| said.text.to_owned()).collect()
    }

    #[test]
    fn a_name_with_digits_is_no_number() {
        let none: [&str; 0] = [];
        assert_eq!(texts("Ki-67 in G1/G2 (R0, T1), 5-HIAA, 177Lu, MT01."), none);
        assert_eq!(texts("child-pugh-a per mm²"), none);
    }

    #[test]
    fn without_the_statements_no_name_is_taken_for_a_number() {
        let names = Names::of(&Catalogue::default(), None::<&[String; 0]>);
        let said: Vec<&str> = said("Above 75 % (MT01)", &names)
            .iter()
            .map(|said| said.text)
            .collect();
        assert_eq!(said, ["75"]);
    }

    #[test]
    fn a_number_is_found_whatever_it_stands_beside() {
        for (text, found) in [
            ("over 75 %", vec!["75"]),
            ("over 75%, 4.5cm", vec!["75", "4.5cm"]),
            ("3-20 %, <2/10 HPF", vec!["3", "20", "2", "10"]),
            ("Krenning 4", vec!["4"]),
            ("a 5-year survival", vec!["5-year"]),
            ("under-50", vec!["under-50"]),
            ("G7 (U05)", vec!["G7", "U05"]),
        ] {
            assert_eq!(texts(text), found, "{text}");
        }
    }

    #[test]
    fn values_are_read_from_digits_and_words() {
        let read = |text: &str| -> Vec<String> { values(text).iter().map(ToString::to_string).collect() };
        assert_eq!(read("Ki-67% expression <10%"), ["10"]);
        assert_eq!(read("> 1,000 pg/mL, in 2.5 of 10"), ["1000", "2.5", "10"]);
        assert_eq!(read("A single liver metastasis; G2 with 5-FU"), ["1"]);
    }
}
