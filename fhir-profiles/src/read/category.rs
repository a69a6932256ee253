//! T, N and M categories and stage groups as charts write them; what is not understood in full is not read.

use super::words::has_words;
use crate::catalogue::{FactId, Word};
use crate::codes::Site;
use crate::facts::{Basis, System};
use crate::values::number_from_text;

/// A category as written: `pT2`, `ypN1`, `M1 (HEP)`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Category {
    pub(super) basis: Basis,
    pub(super) word: String,
    pub(super) sites: Vec<Site>,
    pub(super) system: Option<System>,
}

/// Where a metastasis is, as registries and reports abbreviate it; `GEN` says that it is everywhere, not where.
const SITES: &[(&str, Option<Site>)] = &[
    ("hep", Some(Site::Liver)),
    ("liver", Some(Site::Liver)),
    ("hepatic", Some(Site::Liver)),
    ("leber", Some(Site::Liver)),
    ("oss", Some(Site::OtherOrgan)),
    ("bone", Some(Site::OtherOrgan)),
    ("bones", Some(Site::OtherOrgan)),
    ("pul", Some(Site::OtherOrgan)),
    ("lung", Some(Site::OtherOrgan)),
    ("lungs", Some(Site::OtherOrgan)),
    ("bra", Some(Site::OtherOrgan)),
    ("brain", Some(Site::OtherOrgan)),
    ("mar", Some(Site::OtherOrgan)),
    ("ple", Some(Site::OtherOrgan)),
    ("adr", Some(Site::OtherOrgan)),
    ("ski", Some(Site::OtherOrgan)),
    ("oth", Some(Site::OtherOrgan)),
    ("adrenal", Some(Site::OtherOrgan)),
    ("pleura", Some(Site::OtherOrgan)),
    ("per", Some(Site::Peritoneum)),
    ("peritoneum", Some(Site::Peritoneum)),
    ("lym", Some(Site::LymphNodes)),
    ("gen", None),
];

/// The site of a metastasis that a text names, where it is one word and no other.
pub(super) fn site_in_word(text: &str) -> Option<Site> {
    let word = text.trim().to_lowercase();
    SITES
        .iter()
        .find(|(written, _)| *written == word)
        .and_then(|(_, site)| *site)
}

/// The site of a metastasis by its abbreviation, in large letters as registries write it.
pub(super) fn abbreviated(code: &str) -> Option<Site> {
    let code = code.trim().to_lowercase();
    let known = SITES.iter().find(|(written, _)| *written == code);
    known.and_then(|(_, site)| *site)
}

/// What may stand behind a category and changes nothing: subdivisions, sentinel nodes, isolated tumour cells,
/// several tumours.
const MARKS: &[&str] = &[
    "sn", "i+", "i-", "mol+", "mol-", "m", "s", "mi", "f", "cy+", "cy-",
];

/// Takes a category apart; `None` for text that is not one category of this axis in full.
pub(super) fn category(axis: char, text: &str) -> Option<Category> {
    let mut rest = text.trim();
    let mut basis = Basis::Plain;
    loop {
        if let Some(after) = rest.strip_prefix("(y)").or_else(|| rest.strip_prefix(['y', 'r'])) {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('p') {
            (basis, rest) = (Basis::Pathological, after);
        } else if let Some(after) = rest.strip_prefix(['c', 'u']) {
            (basis, rest) = (Basis::Clinical, after);
        } else {
            break;
        }
    }
    let rest = rest.strip_prefix([axis, axis.to_ascii_lowercase()])?.trim_start();
    let length = match axis {
        'T' if rest.get(..2).is_some_and(|is| is.eq_ignore_ascii_case("is")) => 2,
        _ => 1,
    };
    let (kind, mut rest) = rest.split_at_checked(length)?;
    let known = match axis {
        'T' => matches!(kind, "0" | "1" | "2" | "3" | "4") || kind.eq_ignore_ascii_case("x") || length == 2,
        _ => matches!(kind, "0" | "1") || kind.eq_ignore_ascii_case("x"),
    };
    let mut word = format!("{axis}{kind}");
    if axis == 'M'
        && kind == "1"
        && let Some(letter) = rest.chars().next().filter(|c| ('a'..='c').contains(c))
    {
        word.push(letter);
        rest = rest.get(1..)?;
    }
    let end = rest.find(|c: char| c.is_whitespace() || c == '(' || c == '[');
    let (suffix, brackets) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let aside = Aside::all(brackets)?;
    // A metastasis that is not there has no site.
    if !known || !is_suffix(suffix) || !(aside.sites.is_empty() || word.starts_with("M1")) {
        return None;
    }
    Some(Category {
        basis,
        word,
        sites: aside.sites,
        system: aside.system,
    })
}

/// A subdivision (`a`, `a2`) or a mark without brackets. Never `-4`, which makes a range.
fn is_suffix(text: &str) -> bool {
    let subdivision = text.strip_prefix(['a', 'b', 'c', 'd']);
    text.is_empty()
        || MARKS.contains(&text)
        || subdivision.is_some_and(|rest| rest.is_empty() || matches!(rest, "1" | "2" | "3"))
}

/// What stands in brackets behind a category.
#[derive(Debug, Default)]
struct Aside {
    sites: Vec<Site>,
    system: Option<System>,
}

impl Aside {
    /// `None` if anything in the brackets, or outside them, may take the category back.
    fn all(text: &str) -> Option<Self> {
        let mut aside = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let close = if rest.starts_with('(') { ')' } else { ']' };
            let (inside, behind) = rest.strip_prefix(['(', '['])?.split_once(close)?;
            aside.add(inside)?;
            rest = behind.trim_start();
        }
        Some(aside)
    }

    fn add(&mut self, inside: &str) -> Option<()> {
        let inside = inside.trim().to_lowercase();
        if let Some(system) = named_system(&inside) {
            self.system = Some(system);
            return Some(());
        }
        for part in inside.split([',', ';']).map(str::trim) {
            if MARKS.contains(&part) || is_count(part) || is_size(part) {
                continue;
            }
            for word in part.split([' ', '/', '+', '&']) {
                if matches!(word, "" | "and" | "und") {
                    continue;
                }
                let (_, site) = SITES.iter().find(|(written, _)| *written == word)?;
                self.sites.extend(site);
            }
        }
        (!inside.is_empty()).then_some(())
    }
}

/// `2` tumours, or `3/15` nodes.
fn is_count(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('/') {
        Some((of, all)) => number(of) && number(all),
        None => number(text),
    }
}

fn is_size(text: &str) -> bool {
    number_from_text(text).is_some_and(|size| matches!(size.unit.as_deref(), Some("cm" | "mm")))
}

/// The system of a text that says nothing else: `AJCC 8th ed.`.
fn named_system(text: &str) -> Option<System> {
    let is_name = |word: &str| {
        matches!(
            word,
            "" | "ajcc" | "uicc" | "enets" | "tnm" | "edition" | "ed" | "version"
        ) || word.starts_with(|c: char| c.is_ascii_digit())
    };
    text.split(|c: char| !c.is_alphanumeric())
        .all(|word| is_name(&word.to_lowercase()))
        .then(|| system_in_text(text))
        .flatten()
}

/// The staging system that a text names.
pub(super) fn system_in_text(text: &str) -> Option<System> {
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

/// Words around a stage group that are no part of it.
const STAGE_WORDS: &[&str] = &[
    "",
    "STAGE",
    "STADIUM",
    "GROUP",
    "AJCC",
    "UICC",
    "ENETS",
    "TNM",
    "ED",
    "EDITION",
    "7",
    "8",
    "9",
    "7TH",
    "8TH",
    "9TH",
    "PROGNOSTIC",
    "ANATOMIC",
];

/// `Stage IVC`, `3C`, `iib`, `AJCC 8 stage IV (cT3 cN1 cM1)`: the stage group, or `None`.
pub(super) fn stage_group(text: &str) -> Option<Word> {
    let text = text.trim();
    let text = match text.split_once('(') {
        Some((group, inside)) => {
            let inside = inside.strip_suffix(')')?;
            let is_category = |part: &str| ['T', 'N', 'M'].iter().any(|axis| category(*axis, part).is_some());
            let parts = inside.split([',', ';', ' ']).filter(|part| !part.is_empty());
            if !parts.clone().all(is_category) && named_system(inside).is_none() {
                return None;
            }
            group
        }
        None => text,
    };
    let upper = text.to_uppercase();
    let mut left = upper
        .split([' ', ':', ','])
        .filter(|word| !STAGE_WORDS.contains(word));
    let group = left.next()?;
    let letter = left.next().unwrap_or_default();
    if left.next().is_some() {
        return None;
    }
    let group = format!("{group}{letter}");
    let (number, letter) = match group.strip_suffix(['A', 'B', 'C']) {
        Some(number) => (number, group.get(number.len()..)?),
        None => (group.as_str(), ""),
    };
    let roman = match number {
        "0" => "0",
        "1" | "I" => "I",
        "2" | "II" => "II",
        "3" | "III" => "III",
        "4" | "IV" => "IV",
        _ => return None,
    };
    FactId::StageRecorded.word(&format!("{roman}{letter}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn categories_are_read_with_prefix_and_without_suffix() {
        for (axis, text, basis, word) in [
            ('T', "pT2", Basis::Pathological, "T2"),
            ('T', "cT1a", Basis::Clinical, "T1"),
            ('T', "ypT3", Basis::Pathological, "T3"),
            ('T', "(y)pT3", Basis::Pathological, "T3"),
            ('T', "T4", Basis::Plain, "T4"),
            ('T', "T 2", Basis::Plain, "T2"),
            ('T', "Tis", Basis::Plain, "Tis"),
            ('T', "T2(m)", Basis::Plain, "T2"),
            ('T', "T2 (3)", Basis::Plain, "T2"),
            ('T', "T2 (3.5 cm)", Basis::Plain, "T2"),
            ('T', "T2a2", Basis::Plain, "T2"),
            ('N', "pN0(i-)(sn)", Basis::Pathological, "N0"),
            ('N', "pN1mi", Basis::Pathological, "N1"),
            ('N', "pN1 (3/15)", Basis::Pathological, "N1"),
            ('M', "cM1b", Basis::Clinical, "M1b"),
            ('M', "M0(i+)", Basis::Plain, "M0"),
            ('M', "M1 [HEP]", Basis::Plain, "M1"),
        ] {
            let read = category(axis, text).unwrap();
            assert_eq!((read.basis, read.word.as_str()), (basis, word), "{text}");
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
    fn a_range_or_a_doubt_is_no_category() {
        for (axis, text) in [
            ('T', "T1-4"),
            ('T', "T3-4"),
            ('T', "T3/4"),
            ('T', "T3-"),
            ('T', "T4 (possible)"),
            ('T', "T3 (T4 not excluded)"),
            ('N', "N0-1"),
            ('N', "N1 (?)"),
            ('M', "M1 (ruled out)"),
            ('M', "M1 (?)"),
            ('M', "M1?"),
            ('M', "M1 (suspected)"),
            ('M', "M1 [not confirmed]"),
            ('M', "M1 (HEP?)"),
            ('M', "M1 (no HEP)"),
            ('M', "M1 (HEP"),
            ('M', "M1 ()"),
            ('M', "M0 (M1 cannot be excluded)"),
            ('M', "M0 (HEP)"),
        ] {
            assert_eq!(category(axis, text), None, "{text}");
        }
    }

    #[test]
    fn brackets_name_sites_and_the_system() {
        let liver_and_bone = vec![Site::Liver, Site::OtherOrgan];
        for (text, sites, system) in [
            ("cM1 (HEP)", vec![Site::Liver], None),
            ("M1 (HEP, OSS)", liver_and_bone.clone(), None),
            ("M1 (liver and bone)", liver_and_bone.clone(), None),
            ("M1(HEP)(OSS)", liver_and_bone, None),
            ("M1 (OSS; PER)", vec![Site::OtherOrgan, Site::Peritoneum], None),
            ("M1 (LYM/PUL)", vec![Site::LymphNodes, Site::OtherOrgan], None),
            ("M1 (GEN)", vec![], None),
            ("M1a (AJCC 8th edition)", vec![], Some(System::Ajcc8)),
        ] {
            let read = category('M', text).unwrap();
            assert_eq!((read.sites, read.system), (sites, system), "{text}");
        }
        let codes: BTreeSet<&str> = SITES.iter().map(|(written, _)| *written).collect();
        assert_eq!(codes.len(), SITES.len());
    }

    #[test]
    fn stage_groups_are_normalised() {
        for (text, group) in [
            ("Stage IVC", "IVC"),
            ("3C", "IIIC"),
            ("iib", "IIB"),
            ("4", "IV"),
            ("stage 0", "0"),
            ("Stage IV (cT3, cN1, cM1)", "IV"),
            ("Stage IV (AJCC 7th edition)", "IV"),
            ("AJCC Stage IV", "IV"),
            ("UICC: IIIB", "IIIB"),
            ("Stadium IV A", "IVA"),
        ] {
            assert_eq!(stage_group(text).map(Word::as_str), Some(group), "{text}");
        }
        for text in [
            "Stage V",
            "IVD",
            "stage",
            "early",
            "I-II",
            "IC",
            "Stage IV (suspected)",
            "at least stage III",
            "Stage III or IV",
            "AJCC 8",
        ] {
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
