//! T, N, M and stage groups, with their staging system and whether they are clinical or pathological.

use super::category::{category, site_in_word, stage_group, system_in_text};
use super::element::Node;
use super::metastases::metastasis_at;
use super::put::{put, unread};
use super::record::Record;
use super::sites::sites;
use super::value::{CONTRADICTION, NOT_AVAILABLE, Unread, Written, says_nothing};
use crate::catalogue::{FactId, Word};
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::facts::{Basis, FactsBuilder, Reading, Source, System, Value};
use crate::organs::Counts;
use crate::recency::rule::Rule;
use std::collections::BTreeSet;

/// [`put_staged`].
pub(crate) const M1_ELSEWHERE: Rule = Rule {
    id: "m1-elsewhere",
    case: "M1 with a body site that is neither liver nor regional",
    counts: "extrahepatic metastases present",
    shown: "",
};

/// The staging system that a method names, by code or in words.
pub(super) fn system_of(method: Option<Node<'_>>, codes: &Codes) -> Option<System> {
    let method = method?;
    let mut found = BTreeSet::new();
    for coding in method.codings() {
        found.extend(coding.code_in(system::FACT_VALUES).and_then(System::parse));
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

/// The prefix that the German oncology module keeps as an extension of the code
/// (kerndatensatzmodul-onkologie, `mii-ex-onko-tnm-cp-praefix`).
fn prefix_of(part: Node<'_>, codes: &Codes) -> Option<Basis> {
    let extension = part.get("code")?.extension("mii-ex-onko-tnm-cp-praefix")?;
    let codings = extension.get("valueCodeableConcept")?.codings();
    let letter = |coding: &Coding<'_>| match coding.code_in(system::UICC) {
        Some("p") => Some(Basis::Pathological),
        Some("c" | "u") => Some(Basis::Clinical),
        _ => None,
    };
    let coded = basis_of(&codings, codes);
    let lettered = codings.iter().find_map(letter);
    lettered.or((coded != Basis::Plain).then_some(coded))
}

/// What a T, N, M or stage value says.
struct Staged {
    word: Word,
    basis: Basis,
    /// Where the metastases are.
    sites: Vec<Site>,
    /// The system that the value itself names.
    system: Option<System>,
}

impl Staged {
    fn plain(word: Word) -> Self {
        Self {
            word,
            basis: Basis::Plain,
            sites: Vec::new(),
            system: None,
        }
    }

    /// `M1` and `M1a`, `IV` and `IVB` do not contradict each other.
    fn agrees_with(&self, other: &Self) -> bool {
        let (one, other) = (self.word.as_str(), other.word.as_str());
        let finer = |long: &str, short: &str| {
            long.strip_prefix(short)
                .is_some_and(|rest| rest.is_empty() || matches!(rest, "a" | "b" | "c" | "A" | "B" | "C"))
        };
        finer(one, other) || finer(other, one)
    }
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
                system: system_in_text(text),
                ..Staged::plain(word)
            })
        });
    };
    let category = category(axis, text)?;
    let listed = fact
        .info()
        .words
        .iter()
        .find(|word| word.eq_ignore_ascii_case(&category.word));
    Some(match listed.and_then(|word| fact.word(word)) {
        Some(word) => Ok(Staged {
            word,
            basis: category.basis,
            sites: category.sites,
            system: category.system,
        }),
        None => Err(Unread::Nothing("not assessed")),
    })
}

fn from_concept(fact: FactId, concept: Node<'_>, codes: &Codes) -> Result<Staged, Unread> {
    let texts: Vec<&str> = concept.texts().collect();
    from_codings(fact, concept.codings(), &texts, codes)
}

fn from_codings(
    fact: FactId,
    codings: Vec<Coding<'_>>,
    texts: &[&str],
    codes: &Codes,
) -> Result<Staged, Unread> {
    let mut found: Vec<Staged> = Vec::new();
    for coding in &codings {
        let known = [system::AJCC, system::UICC, system::FACT_VALUES];
        if let Some(code) = known.into_iter().find_map(|system| coding.code_in(system)) {
            // Registries leave out the letter that the question's code already says.
            let lettered = axis_of(fact).map(|axis| format!("{axis}{code}"));
            let read = from_text(fact, code).or_else(|| from_text(fact, &lettered?));
            found.extend(read.transpose()?);
        }
        for meaning in codes.meanings(coding) {
            match meaning {
                Meaning::Says(of, word) if of == fact => {
                    found.extend(fact.word(word).map(Staged::plain));
                }
                Meaning::Word(word) => found.extend(from_text(fact, word).transpose()?),
                // That distant metastases are there, or not, is the category.
                Meaning::Affirms if fact == FactId::M => found.extend(from_text(fact, "M1").transpose()?),
                Meaning::Denies if fact == FactId::M => found.extend(from_text(fact, "M0").transpose()?),
                Meaning::NotAssessed(of) if of == fact => return Err(Unread::Nothing("not assessed")),
                Meaning::NoAnswer => return Err(Unread::Nothing("not assessed")),
                _ => {}
            }
        }
    }
    let coded = basis_of(&codings, codes);
    let mut said = Vec::new();
    for read in texts.iter().filter_map(|text| from_text(fact, text)) {
        match read {
            Ok(staged) => said.push(staged),
            Err(_) if !found.is_empty() => return Err(Unread::Unreadable(CONTRADICTION)),
            Err(why) => return Err(why),
        }
    }
    let mut found = found.into_iter().chain(said);
    let Some(mut first) = found.next() else {
        let nothing = !texts.is_empty() && texts.iter().all(|text| says_nothing(text));
        return Err(match nothing {
            true => Unread::Nothing(NOT_AVAILABLE),
            false => Unread::Unreadable("no category that can be read"),
        });
    };
    for other in found {
        if !first.agrees_with(&other) {
            return Err(Unread::Unreadable(CONTRADICTION));
        }
        if other.word.as_str().len() > first.word.as_str().len() {
            first.word = other.word;
        }
        if first.basis == Basis::Plain {
            first.basis = other.basis;
        }
        first.system = first.system.or(other.system);
        for site in other.sites {
            if !first.sites.contains(&site) {
                first.sites.push(site);
            }
        }
    }
    if first.basis == Basis::Plain {
        first.basis = coded;
    }
    Ok(first)
}

pub(super) fn staged(
    codes: &Codes,
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
    codings: &[Coding<'_>],
) {
    let recorded = written.recorded();
    let read = match (written.nothing(), written) {
        (Some(nothing), _) => Err(nothing),
        (None, Written::Text(text)) => from_codings(fact, written.codings(), &[*text], codes),
        (None, Written::Concept(concept)) => from_concept(fact, *concept, codes),
        (None, Written::Number(number)) if fact == FactId::StageRecorded => {
            from_text(fact, number).unwrap_or(Err(Unread::Unreadable("no stage that can be read")))
        }
        (None, _) => Err(Unread::Unreadable("no category that can be read")),
    };
    let mut staged = match read {
        Ok(staged) => staged,
        Err(why) => return unread(facts, fact, record, recorded, why),
    };
    if staged.basis == Basis::Plain {
        staged.basis = prefix_of(part, codes).unwrap_or_else(|| basis_of(codings, codes));
    }
    let system = system_of(part.get("method").or_else(|| record.node.get("method")), codes)
        .or(staged.system)
        .or_else(|| value_system(written, codes));
    put_staged(codes, facts, fact, staged, system, record, &recorded);
}

fn put_staged(
    codes: &Codes,
    facts: &mut FactsBuilder,
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
    put(facts, record, fact, reading);
    if fact == FactId::M && word.as_str() == "M1" {
        let body_site = sites(record.node, codes);
        let texts = record.node.all("bodySite").flat_map(Node::texts);
        let mut named: Vec<Site> = texts.filter_map(site_in_word).chain(staged.sites).collect();
        if body_site
            .organs
            .iter()
            .any(|organ| organ.counts != Counts::Always)
        {
            named.push(Site::OtherOrgan);
        }
        for site in [Site::Liver, Site::OtherOrgan, Site::Peritoneum, Site::LymphNodes] {
            if body_site.has(site) || named.contains(&site) {
                metastasis_at(facts, site, Source::Observation, record, recorded);
            }
        }
    }
}

/// The stage that a tumour's Condition carries.
pub(super) fn condition_stage(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>) {
    for stage in record.node.all("stage") {
        let Some(summary) = stage.get("summary") else {
            continue;
        };
        let recorded = summary.shown().unwrap_or_default();
        match from_concept(FactId::StageRecorded, summary, codes) {
            Ok(mut staged) => {
                let kind = stage.get("type");
                if staged.basis == Basis::Plain {
                    staged.basis = basis_of(&kind.map(Node::codings).unwrap_or_default(), codes);
                }
                let system = system_of(kind, codes)
                    .or_else(|| system_of(Some(summary), codes))
                    .or(staged.system);
                put_staged(
                    codes,
                    facts,
                    FactId::StageRecorded,
                    staged,
                    system,
                    record,
                    recorded,
                );
            }
            Err(why) => unread(facts, FactId::StageRecorded, record, recorded.to_owned(), why),
        }
    }
}

/// A UICC code, or one of a registry that stages by UICC, needs no method to say whose it is; AJCC codes do not say the
/// edition.
fn value_system(written: &Written<'_>, codes: &Codes) -> Option<System> {
    let codings = written.codings();
    if codings.iter().any(|coding| coding.is_in(system::UICC)) {
        return Some(System::Uicc);
    }
    let mut meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
    meanings.find_map(|meaning| match meaning {
        Meaning::Under(system) => Some(system),
        _ => None,
    })
}
