//! T, N, M and stage groups, with their staging system and whether they are clinical or pathological.

use super::Reader;
use super::element::Node;
use super::record::Record;
use super::sites::sites;
use super::value::{Unread, Written};
use super::words::has_words;
use crate::catalogue::{FactId, Word};
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::facts::{Basis, Reading, Source, System, Value};
use std::collections::BTreeSet;

/// A category as written: `pT2`, `ypN1`, `M1 (HEP)`.
#[derive(Debug, PartialEq, Eq)]
struct Category<'x> {
    basis: Basis,
    word: &'x str,
    liver: bool,
}

/// Whether the coding is of the project's own values.
pub(super) fn is_own(coding: &Coding<'_>) -> bool {
    system::canonical(coding.system.as_deref().unwrap_or_default()) == system::FACT_VALUES
}

/// Takes a category apart; `None` for text that is not one category of this axis in full.
fn category(axis: char, text: &str) -> Option<Category<'_>> {
    let mut rest = text.trim();
    let mut basis = Basis::Plain;
    while let Some(first) = rest.chars().next() {
        basis = match first {
            'p' => Basis::Pathological,
            'c' | 'u' => Basis::Clinical,
            'y' | 'r' => basis,
            _ => break,
        };
        rest = rest.get(1..)?;
    }
    let word = rest;
    let first = rest.chars().next()?;
    if !first.eq_ignore_ascii_case(&axis) {
        return None;
    }
    rest = rest.get(1..)?;
    let length = match axis {
        'T' if rest.get(..2).is_some_and(|is| is.eq_ignore_ascii_case("is")) => 2,
        _ => 1,
    };
    let kind = rest.get(..length)?;
    rest = rest.get(length..)?;
    let known = match axis {
        'T' => matches!(kind, "0" | "1" | "2" | "3" | "4") || kind.eq_ignore_ascii_case("x") || length == 2,
        _ => matches!(kind, "0" | "1") || kind.eq_ignore_ascii_case("x"),
    };
    let mut end = 1 + length;
    if axis == 'M' && kind == "1" && rest.starts_with(['a', 'b', 'c']) {
        end += 1;
    }
    let suffix = rest.split(['(', '[']).next()?.trim_end();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '+' || c == '-';
    let brackets = rest.get(suffix.len()..)?.trim();
    let closed = brackets.is_empty() || brackets.ends_with([')', ']']);
    if !known || !closed || suffix.len() > 3 || !suffix.chars().all(plain) {
        return None;
    }
    let liver = axis == 'M' && has_words(brackets, "hep");
    Some(Category {
        basis,
        word: word.get(..end)?,
        liver,
    })
}

/// `Stage IVC`, `3C`, `iib`: the stage group, or `None`.
fn stage_group(text: &str) -> Option<Word> {
    let upper = text.trim().to_uppercase();
    let upper = upper
        .strip_prefix("STAGE")
        .unwrap_or(&upper)
        .trim_start_matches([' ', ':']);
    let upper = upper.strip_prefix("GROUP").unwrap_or(upper).trim();
    let (number, letter) = match upper.strip_suffix(['A', 'B', 'C']) {
        Some(number) => (number, upper.get(number.len()..)?),
        None => (upper, ""),
    };
    let roman = match number.trim() {
        "0" => "0",
        "1" | "I" => "I",
        "2" | "II" => "II",
        "3" | "III" => "III",
        "4" | "IV" => "IV",
        _ => return None,
    };
    FactId::StageRecorded.word(&format!("{roman}{letter}"))
}

/// The staging system that a method names, by code or in words.
pub(super) fn system_of(method: Option<Node<'_>>, codes: &Codes) -> Option<System> {
    let method = method?;
    let mut found = BTreeSet::new();
    for coding in method.codings() {
        if is_own(&coding) {
            found.extend(coding.code.as_deref().and_then(|code| System::parse(code.trim())));
        }
        found.extend(codes.meanings(&coding).filter_map(|meaning| match meaning {
            Meaning::Under(system) => Some(system),
            _ => None,
        }));
    }
    if found.is_empty() {
        found.extend(method.texts().filter_map(system_in_text));
    }
    found.remove(&System::Who);
    (found.len() == 1).then(|| found.pop_first()).flatten()
}

fn system_in_text(text: &str) -> Option<System> {
    let has = |words: &[&str]| words.iter().any(|word| has_words(text, word));
    let (enets, uicc) = (has(&["enets"]), has(&["uicc"]));
    if has(&[
        "ajcc",
        "american joint committee on cancer",
        "american joint commission on cancer",
    ]) {
        let editions = [
            (System::Ajcc7, has(&["7", "7th", "seventh", "vii"])),
            (System::Ajcc8, has(&["8", "8th", "eighth", "viii", "v8"])),
            (System::Ajcc9, has(&["9", "9th", "ninth", "ix", "v9"])),
        ];
        let mut named = editions.into_iter().filter(|(_, named)| *named);
        return match (named.next(), named.next(), enets) {
            (Some((system, _)), None, false) => Some(system),
            _ => None,
        };
    }
    match (enets, uicc) {
        (true, false) => Some(System::Enets),
        (false, true) => Some(System::Uicc),
        _ => None,
    }
}

fn basis_of(codings: &[Coding<'_>], codes: &Codes) -> Basis {
    let found: Vec<Basis> = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::By(basis) => Some(basis),
            _ => None,
        })
        .collect();
    match found.as_slice() {
        [first, rest @ ..] if rest.iter().all(|basis| basis == first) => *first,
        _ => Basis::Plain,
    }
}

/// What a T, N, M or stage value says.
struct Staged {
    word: Word,
    basis: Basis,
    liver: bool,
}

fn axis_of(fact: FactId) -> Option<char> {
    match fact {
        FactId::T => Some('T'),
        FactId::N => Some('N'),
        FactId::M => Some('M'),
        _ => None,
    }
}

fn from_text(fact: FactId, text: &str) -> Option<Result<Staged, Unread>> {
    let Some(axis) = axis_of(fact) else {
        return stage_group(text).map(|word| {
            Ok(Staged {
                word,
                basis: Basis::Plain,
                liver: false,
            })
        });
    };
    let category = category(axis, text)?;
    let listed = fact
        .info()
        .words
        .iter()
        .find(|word| word.eq_ignore_ascii_case(category.word));
    Some(match listed.and_then(|word| fact.word(word)) {
        Some(word) => Ok(Staged {
            word,
            basis: category.basis,
            liver: category.liver,
        }),
        None => Err(Unread::Nothing("not assessed")),
    })
}

fn from_concept(fact: FactId, concept: Node<'_>, codes: &Codes) -> Result<Staged, Unread> {
    let codings = concept.codings();
    let mut found: Vec<Staged> = Vec::new();
    for coding in &codings {
        let code = coding.code.as_deref().unwrap_or_default();
        let named = system::canonical(coding.system.as_deref().unwrap_or_default());
        if matches!(named, system::AJCC | system::UICC | system::FACT_VALUES) {
            found.extend(from_text(fact, code).transpose()?);
        }
        for meaning in codes.meanings(coding) {
            match meaning {
                Meaning::Says(of, word) if of == fact => {
                    found.extend(fact.word(word).map(|word| Staged {
                        word,
                        basis: Basis::Plain,
                        liver: false,
                    }));
                }
                Meaning::Word(word) => found.extend(from_text(fact, word).transpose()?),
                Meaning::NotAssessed(of) if of == fact => return Err(Unread::Nothing("not assessed")),
                _ => {}
            }
        }
    }
    if found.is_empty()
        && let Some(read) = concept.texts().find_map(|text| from_text(fact, text))
    {
        found.push(read?);
    }
    let coded = basis_of(&codings, codes);
    let liver = concept
        .texts()
        .filter_map(|text| from_text(fact, text)?.ok())
        .any(|staged| staged.liver);
    let mut found = found.into_iter();
    let Some(mut first) = found.next() else {
        return Err(Unread::Unreadable("no category that can be read"));
    };
    if found.any(|other| other.word != first.word) {
        return Err(Unread::Unreadable("codes that contradict each other"));
    }
    if first.basis == Basis::Plain {
        first.basis = coded;
    }
    first.liver |= liver;
    Ok(first)
}

impl Reader<'_> {
    pub(super) fn staged(
        &mut self,
        fact: FactId,
        record: &Record<'_>,
        part: Node<'_>,
        written: &Written<'_>,
        codings: &[Coding<'_>],
    ) {
        let recorded = written.recorded();
        let read = match (written.nothing(), written) {
            (Some(nothing), _) => Err(nothing),
            (None, Written::Text(text)) => {
                from_text(fact, text).unwrap_or(Err(Unread::Unreadable("no category that can be read")))
            }
            (None, Written::Concept(concept)) => from_concept(fact, *concept, self.codes),
            (None, Written::Number(number)) if fact == FactId::StageRecorded => {
                from_text(fact, number).unwrap_or(Err(Unread::Unreadable("no stage that can be read")))
            }
            (None, _) => Err(Unread::Unreadable("no category that can be read")),
        };
        let mut staged = match read {
            Ok(staged) => staged,
            Err(why) => return self.unread(fact, record, recorded, why),
        };
        if staged.basis == Basis::Plain {
            staged.basis = basis_of(codings, self.codes);
        }
        let system = system_of(
            part.get("method").or_else(|| record.node.get("method")),
            self.codes,
        )
        .or_else(|| value_system(written));
        self.put_staged(fact, staged, system, record, &recorded);
    }

    fn put_staged(
        &mut self,
        fact: FactId,
        staged: Staged,
        system: Option<System>,
        record: &Record<'_>,
        recorded: &str,
    ) {
        let mut word = staged.word;
        let subdivided = matches!(system, Some(System::Ajcc8 | System::Ajcc9));
        if fact == FactId::M && !subdivided && word.as_str().starts_with("M1") {
            word = fact.word("M1").unwrap_or(word);
        }
        let mut reading = Reading::new(Value::Word(word), Source::Observation, record.evidence(recorded));
        reading.system = system;
        reading.basis = staged.basis;
        self.facts.reading(fact, reading);
        if fact == FactId::M && word.as_str() == "M1" {
            let sites = sites(record.node, self.codes);
            for site in [Site::Liver, Site::OtherOrgan, Site::Peritoneum, Site::LymphNodes] {
                if sites.has(site) || (site == Site::Liver && staged.liver) {
                    self.metastasis_at(site, Source::Observation, record, recorded);
                }
            }
        }
    }

    /// The stage that a tumour's Condition carries.
    pub(super) fn condition_stage(&mut self, record: &Record<'_>) {
        for stage in record.node.all("stage") {
            let Some(summary) = stage.get("summary") else {
                continue;
            };
            let recorded = summary.wording().unwrap_or_default();
            match from_concept(FactId::StageRecorded, summary, self.codes) {
                Ok(mut staged) => {
                    let kind = stage.get("type");
                    if staged.basis == Basis::Plain {
                        staged.basis = basis_of(&kind.map(Node::codings).unwrap_or_default(), self.codes);
                    }
                    let system = system_of(kind, self.codes).or_else(|| system_of(Some(summary), self.codes));
                    self.put_staged(FactId::StageRecorded, staged, system, record, recorded);
                }
                Err(why) => self.unread(FactId::StageRecorded, record, recorded.to_owned(), why),
            }
        }
    }
}

/// A UICC code needs no method to say whose it is; AJCC codes do not say the edition.
fn value_system(written: &Written<'_>) -> Option<System> {
    let Written::Concept(concept) = written else {
        return None;
    };
    let of_uicc = |c: &Coding<'_>| system::canonical(c.system.as_deref().unwrap_or_default()) == system::UICC;
    concept.codings().iter().any(of_uicc).then_some(System::Uicc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_read_with_prefix_and_without_suffix() {
        for (axis, text, basis, word) in [
            ('T', "pT2", Basis::Pathological, "T2"),
            ('T', "cT1a", Basis::Clinical, "T1"),
            ('T', "ypT3", Basis::Pathological, "T3"),
            ('T', "T4", Basis::Plain, "T4"),
            ('T', "Tis", Basis::Plain, "Tis"),
            ('T', "T2(m)", Basis::Plain, "T2"),
            ('T', "T2a2", Basis::Plain, "T2"),
            ('N', "pN0(i-)(sn)", Basis::Pathological, "N0"),
            ('M', "cM1b", Basis::Clinical, "M1b"),
            ('M', "M0(i+)", Basis::Plain, "M0"),
        ] {
            let read = category(axis, text).unwrap();
            assert_eq!((read.basis, read.word), (basis, word), "{text}");
        }
    }

    #[test]
    fn longer_text_is_no_category() {
        for (axis, text) in [
            ('T', "T2 N0 M1"),
            ('T', "N1"),
            ('T', "T5"),
            ('N', "N2"),
            ('T', ""),
            ('T', "T"),
            ('M', "M1 probably"),
            ('M', "not M1"),
        ] {
            assert_eq!(category(axis, text), None, "{text}");
        }
    }

    #[test]
    fn stage_groups_are_normalised() {
        for (text, group) in [
            ("Stage IVC", "IVC"),
            ("3C", "IIIC"),
            ("iib", "IIB"),
            ("4", "IV"),
            ("stage 0", "0"),
        ] {
            assert_eq!(stage_group(text).map(Word::as_str), Some(group), "{text}");
        }
        for text in ["Stage V", "IVD", "stage", "early", "I-II", "IC"] {
            assert_eq!(stage_group(text), None, "{text}");
        }
    }

    #[test]
    fn a_method_in_words_names_one_system_or_none() {
        for (text, system) in [
            ("ENETS 2006", Some(System::Enets)),
            ("AJCC 7th edition", Some(System::Ajcc7)),
            (
                "American Joint Committee on Cancer, Cancer Staging Manual, 8th edition",
                Some(System::Ajcc8),
            ),
            ("AJCC/UICC 8th", Some(System::Ajcc8)),
            ("UICC", Some(System::Uicc)),
            ("AJCC", None),
            ("AJCC 6th", None),
            ("ENETS and UICC", None),
            ("TNM", None),
        ] {
            assert_eq!(system_in_text(text), system, "{text}");
        }
    }
}
