//! The recorded grade: which one it is, and whether it is a WHO, ENETS or NET grade.

use super::answer::words;
use super::element::Node;
use super::known::Known;
use super::numbers;
use super::put::{put, put_unreadable, unread};
use super::record::Record;
use super::value::{self, Unread, Written};
use crate::catalogue::{FactId, Word};
use crate::codes::{Codes, Coding, Meaning, system};
use crate::facts::{Aside, FactsBuilder, Reading, Source, System, Value};
use crate::text::has_words;
use crate::values::decimal;
use std::collections::BTreeSet;

/// What the WHO calls each grade, which must then be the one that stands beside it.
const CALLED: &[(&str, char)] = &[
    ("LOW", '1'),
    ("INTERMEDIATE", '2'),
    ("HIGH", '3'),
    ("NIEDRIGGRADIG", '1'),
    ("NIEDRIGGRADIGER", '1'),
    ("HOCHGRADIG", '3'),
    ("HOCHGRADIGER", '3'),
];

/// Words of a proliferation rate that is given with the grade; numbers may stand only behind one of them.
const RATE: &[&str] = &["KI", "KI67", "MIB", "MIB1", "MITOSES", "MITOSEN", "MITOTIC"];

/// Words behind such a rate.
const OF_RATE: &[&str] = &[
    "INDEX",
    "LABELING",
    "LABELLING",
    "RATE",
    "COUNT",
    "HPF",
    "MM2",
    "MM²",
    "CA",
];

/// `G2`, `Grade II`, `NET G2 (WHO 2017)`: the one grade that the text names, if everything else in it is known not to
/// take it back, to limit it or to date it.
fn grade_in_text(text: &str) -> Option<Word> {
    let upper = text.to_uppercase();
    let harmless = |c: char| c.is_alphanumeric() || c.is_whitespace() || ",;:.()[]-–/%<>≤≥²_=".contains(c);
    if !upper.chars().all(harmless) {
        return None;
    }
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric() && c != '²')
        .filter(|word| !word.is_empty())
        .collect();
    let describes = |word: &str| {
        let word = word.to_lowercase();
        FactId::GradeRecorded.info().describes.contains(&word)
    };
    let mut found = BTreeSet::new();
    let mut called = BTreeSet::new();
    let mut rate = false;
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(grade) = word.strip_prefix('G').and_then(grade_number) {
            found.insert(grade);
        } else if matches!(word, "G" | "GRADE" | "GRAD")
            && let Some(grade) = words.peek().and_then(|next| grade_number(next))
        {
            words.next();
            found.insert(grade);
        } else if RATE.contains(&word) {
            rate = true;
        } else if let Some((_, grade)) = CALLED.iter().find(|(name, _)| *name == word) {
            called.insert(*grade);
        } else if number && (rate || is_year(word)) || rate && OF_RATE.contains(&word) {
        } else if !describes(word) {
            return None;
        }
    }
    // A sign before the rate is one of the grade: `>= G2`, `G1/G2` and `G1-2` are no single grade.
    let head = RATE.iter().filter_map(|word| upper.find(word)).min();
    let head = upper.get(..head.unwrap_or(upper.len()))?;
    if head.contains(['<', '>', '≤', '≥', '%']) {
        return None;
    }
    let only = (found.len() == 1).then(|| found.pop_first()).flatten()?;
    if called.iter().any(|grade| *grade != only) {
        return None;
    }
    FactId::GradeRecorded.word(&format!("G{only}"))
}

fn grade_number(word: &str) -> Option<char> {
    match word {
        "1" | "I" => Some('1'),
        "2" | "II" => Some('2'),
        "3" | "III" => Some('3'),
        _ => None,
    }
}

/// A grade that is a whole number without unit.
fn numbered(written: &Written<'_>) -> Option<Word> {
    let number = match written {
        Written::Number(number) => number.clone(),
        Written::Quantity(quantity) if numbers::unit_of(*quantity).is_none_or(|unit| unit == "1") => {
            quantity.number("value").filter(|_| !quantity.has("comparator"))?
        }
        _ => return None,
    };
    let grade = grade_number(&decimal(&number)?.normalize().to_string())?;
    FactId::GradeRecorded.word(&format!("G{grade}"))
}

/// The grade that low, intermediate or high is in the classification of the WHO, if the codes agree.
fn by_who(concept: Node<'_>, codes: &Codes) -> Option<Word> {
    let codings = concept.codings();
    let meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
    let mut said: BTreeSet<Word> = meanings
        .filter_map(|meaning| match meaning {
            Meaning::WhoGrade(word) => FactId::GradeRecorded.word(word),
            _ => None,
        })
        .collect();
    (said.len() == 1).then(|| said.pop_first()).flatten()
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20"))
}

fn names_differentiation(text: &str) -> bool {
    text.to_lowercase().contains("differen")
}

/// Whether a text is of the differentiation as likely as of the grade, which is a number.
fn may_be_differentiation(text: &str) -> bool {
    names_differentiation(text) || !text.contains(|c: char| c.is_ascii_digit())
}

/// Whether the value is no more than a text, which may be of the grade or of the differentiation.
fn is_text(written: &Written<'_>) -> bool {
    match written {
        Written::Text(_) => true,
        Written::Concept(concept) => {
            let codings = concept.codings();
            codings.iter().all(Coding::is_text)
        }
        _ => false,
    }
}

/// Code systems that grade tumours of every kind alike: the oncology module of the German medical informatics initiative,
/// and the cancer consortium before it.
const GENERAL_GRADINGS: &[&str] = &[
    "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-grading",
    "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/GradingCS",
];

/// The differentiation that a general grading means by its number: the sixth digit of ICD-O, and registries after it.
pub(super) fn general_word(number: &str) -> Option<&'static str> {
    match number {
        "1" => Some("well"),
        "2" => Some("moderate"),
        // 4 is undifferentiated.
        "3" | "4" => Some("poor"),
        _ => None,
    }
}

/// The number of a general grading, if the value is one.
fn general_number(written: &Written<'_>) -> Option<String> {
    let Written::Concept(concept) = written else {
        return None;
    };
    let codings = concept.codings();
    let in_system = |system: &&'static str| codings.iter().find_map(|coding| coding.code_in(system));
    GENERAL_GRADINGS.iter().find_map(in_system).map(str::to_owned)
}

/// A general grading on a tumour that is well differentiated by name is no differentiation: shown, not used.
pub(super) fn general_grading(facts: &mut FactsBuilder, record: &Record<'_>, recorded: &str, number: &str) {
    let fact = FactId::Differentiation;
    let note = "a general grading, on a tumour that is well differentiated by name";
    let mut evidence = record.noted(recorded, note);
    evidence.aside = Aside::SetAside;
    facts.shown(fact, evidence.clone());
    if let Some(word) = general_word(number).and_then(|word| fact.word(word)) {
        let reading = Reading::new(Value::Word(word), Source::Observation, evidence);
        facts.general_grading(reading);
    }
}

pub(super) fn grade(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
    net: bool,
) {
    let fact = FactId::GradeRecorded;
    let recorded = written.recorded();
    let answered = !written.is_no_answer(known.codes);
    if let Some(number) = general_number(written).filter(|_| known.is_net_by_name && answered) {
        return general_grading(facts, record, &recorded, &number);
    }
    let said = written.said();
    let texts = [record.node, part].into_iter().flat_map(|node| {
        let method = node
            .get("method")
            .into_iter()
            .flat_map(|m| m.texts().collect::<Vec<_>>());
        let code = node.get("code").and_then(|code| code.text("text"));
        method.chain(code)
    });
    let says = |text: &str| ["who", "enets", "net"].iter().any(|word| has_words(text, word));
    let by_method = [record.node, part]
        .into_iter()
        .filter_map(|node| node.get("method"))
        .any(|method| {
            method.codings().iter().any(|coding| {
                let own = coding.code_in(system::FACT_VALUES);
                matches!(own, Some("who" | "enets"))
                    || known
                        .codes
                        .meanings(coding)
                        .any(|m| m == Meaning::Under(System::Who))
            })
        });
    let who = net || by_method || says(&said) || texts.into_iter().any(says);
    let mut grade = match numbered(written) {
        Some(word) => Ok(BTreeSet::from([word])),
        None => value::words(fact, written, known.codes),
    };
    if who
        && let (Err(Unread::Unreadable(_)), Written::Concept(concept)) = (&grade, written)
        && let Some(word) = by_who(*concept, known.codes)
    {
        grade = Ok(BTreeSet::from([word]));
    }
    if matches!(grade, Err(Unread::Unreadable(why)) if why != value::CONTRADICTION)
        && let Some(word) = grade_in_text(&said)
    {
        grade = Ok(BTreeSet::from([word]));
    }
    if let (Ok(words), Written::Concept(concept)) = (&grade, written)
        && concept
            .texts()
            .filter_map(grade_in_text)
            .any(|said| !words.contains(&said))
    {
        grade = Err(Unread::Unreadable(value::CONTRADICTION));
    }
    match grade {
        Ok(mut words) => {
            let Some(word) = words.pop_first() else { return };
            let evidence = record.evidence(recorded.as_str());
            let mut reading = Reading::new(Value::Word(word), Source::Observation, evidence);
            reading.system = who.then_some(System::Who);
            // A grade with words of differentiation around it says both, and only the grade can be read.
            if !net && names_differentiation(&said) {
                let evidence = record.noted(recorded.as_str(), "a grade and more in one text");
                put_unreadable(facts, record, FactId::Differentiation, evidence);
            }
            put(facts, record, fact, reading);
        }
        // A histologic grade may be written as a differentiation.
        Err(why) => match value::words(FactId::Differentiation, written, known.codes) {
            Ok(_) => words(known, facts, FactId::Differentiation, record, part, written),
            Err(Unread::Unreadable(note)) if !net && is_text(written) && may_be_differentiation(&said) => {
                let evidence = record.noted(recorded.as_str(), note);
                put_unreadable(facts, record, FactId::Differentiation, evidence);
                unread(facts, fact, record, recorded, why);
            }
            Err(_) => unread(facts, fact, record, recorded, why),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_grade_in_a_text_is_read_and_two_are_not() {
        for (text, grade) in [
            ("NET G2 (WHO 2017)", "G2"),
            ("Grade 3", "G3"),
            ("G1", "G1"),
            ("G 2", "G2"),
            ("WHO grade II", "G2"),
            ("Grad 1 nach WHO 2022", "G1"),
            ("PanNET-G2", "G2"),
            ("G2, moderately differentiated", "G2"),
            ("Neuroendocrine tumour, grade 2 (WHO 2019, 5th edition)", "G2"),
            ("NET G2 (Ki-67 8 %)", "G2"),
            ("G2, Ki-67 < 10 %, mitoses 2/10 HPF", "G2"),
            ("G3, high grade NET", "G3"),
            ("G1, low grade NET", "G1"),
            ("NET G2, intermediate grade", "G2"),
            ("hochgradiger NET, G3", "G3"),
        ] {
            assert_eq!(grade_in_text(text).map(Word::as_str), Some(grade), "{text}");
        }
        for text in [
            "G1/G2",
            "G2-3",
            "G2/3",
            "G1-G2",
            "GX",
            "G4",
            "high",
            "G12",
            "Grade 2 of 3",
        ] {
            assert_eq!(grade_in_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_grade_that_is_taken_back_limited_or_former_is_not_read() {
        for text in [
            "not G3",
            "kein G3",
            "G3 ausgeschlossen",
            "NET G3 unlikely",
            "rule out G3",
            "suspicious for G3",
            ">=G2",
            ">= G2",
            "≥G2",
            "at least G2",
            "mindestens G2",
            "G2?",
            "G2+",
            "previously G1",
            "WHO G2 was changed to",
            "G1 -> G2",
            "DD G3",
            "V.a. G3",
            "G2 (pending)",
            "G2 in the biopsy, G3 in the resection",
            "G1, high grade NET",
            "G2, low grade",
            "G3, high grade NET suspected",
            "high grade NET",
        ] {
            assert_eq!(grade_in_text(text), None, "{text}");
        }
    }
}
