//! The Conditions of a chart as far as others are linked to them, and the patient's other malignancies.

use super::around::{key, keys};
use super::element::Tree;
use super::named::is_of_a_tumour;
use super::sites::sites;
use super::standing::{Standing, standing};
use crate::catalogue::FactId;
use crate::chart::{Coding, Concept, Item, Whose};
use crate::codes::{Codes, Meaning, Named, Site, system};
use crate::organs::{Counts, Organ, is_apart, is_malignancy};
use crate::text::begins_word;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What a Condition is, as the target of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Diagnosis {
    /// The PNET or a metastasis.
    This,
    /// Neither.
    Another,
}

/// The Conditions of the chart as far as others are linked to them, and its other malignancies.
#[derive(Default)]
pub(super) struct Others {
    /// What refers to the PNET or a metastasis.
    own: BTreeSet<String>,
    /// What refers to another diagnosis.
    others: BTreeSet<String>,
    /// What refers to another malignancy.
    malignancies: BTreeSet<String>,
    organs: Vec<&'static Organ>,
    /// Organs of which a metastasis is recorded.
    metastases: Vec<&'static Organ>,
    /// Whether a metastasis outside the liver is recorded.
    pub(super) elsewhere: bool,
    /// Whether there is another active malignancy.
    pub(super) any: bool,
}

/// Whether a code names the PNET, a metastasis, or a tumour that may be the PNET.
fn is_own(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Fact(fact) => is_of_a_tumour(fact),
        Meaning::Names(named) => match named {
            Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => is_of_a_tumour(fact),
            Named::PortalVeinThrombosis => false,
            _ => true,
        },
        Meaning::Morphology => true,
        _ => false,
    }
}

/// ICD-10 stems of what may be the PNET or a metastasis, though no value set lists it.
const MAY_BE_OWN: &[&str] = &[
    "C25", "C26", "C7A", "C7B", "C77", "C78", "C79", "C80", "D13", "D37", "D3A",
];

/// What a diagnosis is, if it is known.
pub(super) fn diagnosis(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> Option<Diagnosis> {
    let means = |wanted: fn(Meaning) -> bool| {
        codings
            .iter()
            .flat_map(|coding| codes.meanings(coding))
            .any(wanted)
    };
    if means(is_own) {
        return Some(Diagnosis::This);
    }
    let icd = |coding: &Coding<'_>| {
        let code = coding.code_in(system::ICD_10)?;
        Some(system::plain(system::ICD_10, code).into_owned())
    };
    let other_icd = codings.iter().filter_map(icd);
    let other_icd = other_icd
        .filter(|code| !MAY_BE_OWN.iter().any(|stem| code.starts_with(stem)))
        .count();
    let named = means(|meaning| matches!(meaning, Meaning::Fact(_) | Meaning::Names(_)));
    if named || other_icd > 0 || is_malignancy(codings, texts) {
        return Some(Diagnosis::Another);
    }
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let says = |words: &[&str]| {
        lower
            .iter()
            .any(|text| words.iter().any(|word| begins_word(text, word)))
    };
    let own = ["pancrea", "pankrea", "neuroendocrine", "neuroendokrin", "metast"];
    let elsewhere = texts.iter().flat_map(|text| Organ::in_text(text));
    let elsewhere = elsewhere.filter(|organ| organ.counts == Counts::Never).count() > 0;
    (says(&own) && !elsewhere).then_some(Diagnosis::This)
}

fn of_concept(code: &Concept<'_>, codes: &Codes) -> Option<Diagnosis> {
    let texts: Vec<&str> = code.texts().collect();
    diagnosis(&code.codings, &texts, codes)
}

/// Whether a Condition is a malignancy that is neither the PNET nor a part of it, by its code alone.
fn is_other(code: &Concept<'_>, codes: &Codes) -> bool {
    let meanings = || code.codings.iter().flat_map(|coding| codes.meanings(coding));
    if meanings().any(|meaning| meaning == Meaning::Fact(FactId::OtherMalignancy)) {
        return true;
    }
    let known = meanings().any(|meaning| matches!(meaning, Meaning::Fact(_) | Meaning::Names(_)));
    let texts: Vec<&str> = code.texts().collect();
    !known && is_malignancy(&code.codings, &texts)
}

/// Whether ICD-10 has it among the tumours that are not malignant.
fn is_benign(codings: &[Coding<'_>]) -> bool {
    let mut icd = codings.iter().filter_map(|coding| coding.code_in(system::ICD_10));
    icd.any(|code| code.starts_with(['D', 'd']))
}

/// Whether a neuroendocrine tumour or one of some digestive organ is of another organ by its body site.
fn is_of_another_organ(tree: &Tree, codes: &Codes) -> bool {
    let sites = sites(tree.root(), codes);
    !sites.is_known() && !sites.here && sites.organs.iter().any(|organ| organ.counts == Counts::Never)
}

impl Others {
    /// Learns what a Condition is; whether it is another malignancy, if so.
    pub(super) fn learn(&mut self, item: &Item<'_>, codes: &Codes) -> bool {
        let code = &item.narrow.code;
        let open = |meaning| {
            matches!(
                meaning,
                Meaning::Names(Named::NetOfSomeSite | Named::DigestiveTumour)
            )
        };
        let may_be_elsewhere = code
            .codings
            .iter()
            .flat_map(|coding| codes.meanings(coding))
            .any(open);
        let is_metastasis = |meaning| {
            matches!(
                meaning,
                Meaning::Names(Named::Metastasis(_) | Named::MetastasisOfSomeSite)
            )
        };
        let meanings = || code.codings.iter().flat_map(|coding| codes.meanings(coding));
        if meanings().any(is_metastasis) {
            self.elsewhere |= meanings().any(|m| m == Meaning::Names(Named::Metastasis(Site::OtherOrgan)));
            let coded = code.codings.iter().flat_map(Organ::by_metastasis);
            each_once(
                &mut self.metastases,
                coded.chain(code.texts().flat_map(Organ::in_text)),
            );
        }
        if is_other(code, codes) {
            return true;
        }
        let place = match of_concept(code, codes) {
            Some(Diagnosis::This) => &mut self.own,
            Some(Diagnosis::Another) => &mut self.others,
            None => return false,
        };
        place.extend(keys(item));
        may_be_elsewhere && item.whose == Whose::Usable
    }

    /// Adds a Condition that may be another malignancy; whether it is one, and how it stands.
    pub(super) fn add(
        &mut self,
        item: &Item<'_>,
        tree: &Tree,
        codes: &Codes,
        as_of: Date,
    ) -> Option<Standing> {
        let code = &item.narrow.code;
        if !is_other(code, codes) && !is_of_another_organ(tree, codes) {
            return None;
        }
        for key in keys(item) {
            self.own.remove(&key);
            self.malignancies.insert(key);
        }
        let texts: Vec<&str> = code.texts().collect();
        let standing = standing(tree.root(), as_of)?;
        if standing.was_there() {
            let coded = code.codings.iter().flat_map(Organ::by_code);
            let named = texts.iter().flat_map(|text| Organ::in_text(text));
            each_once(&mut self.organs, coded.chain(named));
        }
        if is_apart(&code.codings, &texts) || (!is_other(code, codes) && is_benign(&code.codings)) {
            return None;
        }
        self.any |= standing == Standing::Now;
        Some(standing)
    }

    pub(super) fn has(&self, reference: &str) -> bool {
        self.malignancies.contains(key(reference).as_ref())
    }

    pub(super) fn diagnosis(&self, reference: &str) -> Option<Diagnosis> {
        let key = key(reference);
        let key = key.as_ref();
        if self.malignancies.contains(key) || self.others.contains(key) {
            Some(Diagnosis::Another)
        } else {
            self.own.contains(key).then_some(Diagnosis::This)
        }
    }

    pub(super) fn is_in(&self, organs: &[&'static Organ]) -> bool {
        organs
            .iter()
            .any(|organ| self.organs.iter().any(|other| other.id == organ.id))
    }

    pub(super) fn has_metastasis_in(&self, organ: &Organ) -> bool {
        self.metastases.iter().any(|other| other.id == organ.id)
    }
}

/// Adds the organs that are not there yet: there are no more of them than the lexicon has.
fn each_once(known: &mut Vec<&'static Organ>, organs: impl Iterator<Item = &'static Organ>) {
    for organ in organs {
        if !known.iter().any(|other| other.id == organ.id) {
            known.push(organ);
        }
    }
}
