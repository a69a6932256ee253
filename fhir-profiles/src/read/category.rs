//! T, N and M categories and stage groups as charts write them; what is not understood in full is not read.

use crate::catalogue::{FactId, Word};
use crate::codes::Site;
use crate::facts::{Basis, System};
use crate::text::has_words;
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

/// What may stand behind a category and changes nothing: subdivisions, sentinel nodes, isolated tumour cells,
/// several tumours.
const MARKS: &[&str] = &[
    "sn", "i+", "i-", "mol+", "mol-", "m", "s", "mi", "f", "cy+", "cy-",
];

/// Takes a category apart; `None` for text that is not one category of this axis in full.
///
/// The definition of the category may stand behind it: `pT2: Tumor limited to the pancreas, 2-4 cm`.
pub(super) fn category(axis: char, text: &str) -> Option<Category> {
    let breaks = [": ", " - ", " – "];
    let (text, definition) = breaks
        .iter()
        .find_map(|at| text.split_once(at))
        .unwrap_or((text, ""));
    let category = bare_category(axis, text)?;
    defines(axis, &category.word, definition).then_some(category)
}

/// Whether a text holds no more than words by which categories of this axis are defined, numbers and sizes.
fn defines(axis: char, category: &str, text: &str) -> bool {
    const DENIALS: &[&str] = &["no", "keine"];
    let fact = match axis {
        'T' => FactId::T,
        'N' => FactId::N,
        _ => FactId::M,
    };
    let harmless = |c: char| c.is_alphanumeric() || c.is_whitespace() || ",;.()-–/<>≤≥".contains(c);
    let lower = text.to_lowercase();
    text.chars().all(harmless)
        && lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .all(|word| {
                let denied = DENIALS.contains(&word) && !category.ends_with('0');
                let number = word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() < 3;
                !denied && (number || fact.info().describes.iter().any(|known| known == word))
            })
}

fn bare_category(axis: char, text: &str) -> Option<Category> {
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
mod tests;
