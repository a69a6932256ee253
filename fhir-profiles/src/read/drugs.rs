//! Drugs by code, by the name of the ingredient or by brand, and what stands beside the name.

use crate::catalogue::FactId;
use crate::codes::{Codes, Coding, Meaning, system};
use crate::text::has_words;
use crate::treatments::Treatment;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A somatostatin analogue of which no more is said.
pub(super) const ANALOGUE: &str = "somatostatin analogue";

/// An antineoplastic drug that has no code of its own among the treatments.
const ANTINEOPLASTIC: &str = "antineoplastic-agent";

/// A systemic treatment of which no more is said.
pub(super) const SYSTEMIC: &str = "systemic therapy";

/// Words beside the name of a drug.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Beside {
    /// That it is not given, or not any more.
    pub(super) taken_back: Vec<String>,
    /// That it is not, or not yet, taken.
    not_taken: Vec<String>,
    /// That the product is a tracer or a local treatment.
    pub(super) not_systemic: Vec<String>,
}

/// The words of `lexicon/medications.toml`, which a test reads.
pub(super) static BESIDE: LazyLock<Beside> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/medications.toml")).unwrap_or_default());

fn says(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| has_words(text, word))
}

/// The drugs of a Medication.
pub(super) type Drugs = BTreeSet<&'static str>;

pub(super) fn drugs(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> Drugs {
    if texts.iter().any(|text| says(text, &BESIDE.not_systemic)) {
        return Drugs::new();
    }
    let is_taken = |text: &str| !says(text, &BESIDE.taken_back) && !says(text, &BESIDE.not_taken);
    let taken: Vec<&str> = texts.iter().copied().filter(|text| is_taken(text)).collect();
    let regimens = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::Treats(treatment) => Some(treatment),
            _ => None,
        });
    let named = named(&taken, codes);
    coded(codings, codes).chain(regimens).chain(named).collect()
}

/// The drugs that texts name. Interpretation I26: charts carry codes of products, of which no list is complete, so the
/// ingredient, a brand or a protocol as whole words in the text or display of a Medication counts.
pub(super) fn named<'c>(texts: &[&str], codes: &'c Codes) -> impl Iterator<Item = &'static str> + use<'c> {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    codes
        .names()
        .filter(move |(name, _)| texts.iter().any(|text| has_words(text, name)))
        .flat_map(|(_, drugs)| drugs)
}

/// The drugs that codes mean. Interpretation I34: what ATC classes as an antineoplastic agent is one, whether or not its
/// code is known here.
pub(super) fn coded(codings: &[Coding<'_>], codes: &Codes) -> impl Iterator<Item = &'static str> {
    let drug = |meaning: Meaning| match meaning {
        Meaning::Drug(drug) => Some(drug),
        Meaning::Fact(FactId::OnSsa) => Some(ANALOGUE),
        Meaning::Fact(FactId::PriorSystemicTherapy) | Meaning::Asks(FactId::PriorSystemicTherapy) => {
            Some(SYSTEMIC)
        }
        _ => None,
    };
    codings.iter().flat_map(move |coding| {
        let known: Vec<&'static str> = codes.meanings(coding).filter_map(drug).collect();
        let atc = coding.code_in(system::ATC);
        let unknown = known.is_empty() && atc.is_some_and(|code| code.starts_with("L01"));
        known.into_iter().chain(unknown.then_some(ANTINEOPLASTIC))
    })
}

/// Whether the treatment is a drug that can be given by itself.
pub(super) fn is_drug(treatment: Treatment, codes: &Codes) -> bool {
    let code = treatment.as_str();
    let named = || codes.names().any(|(_, mut drugs)| drugs.any(|drug| drug == code));
    code != "prrt" && (code == "somatostatin-analogue" || named())
}

/// The treatment that a code names as given: that an analogue is intensified no record tells.
pub(super) fn as_given(code: &str) -> Option<Treatment> {
    Treatment::parse(match code {
        ANALOGUE | "ssa-intensification" => "somatostatin-analogue",
        code => code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_beside_a_drug_are_read_and_in_small_letters() {
        let read: Beside = toml::from_str(include_str!("../../lexicon/medications.toml")).unwrap();
        let mut all = BTreeSet::new();
        for word in read
            .taken_back
            .iter()
            .chain(&read.not_taken)
            .chain(&read.not_systemic)
        {
            assert_eq!(*word, word.to_lowercase());
            assert!(all.insert(word), "{word} stands there twice");
        }
    }

    #[test]
    fn a_drug_is_named_in_every_language_and_not_where_it_is_taken_back() {
        let named = |text: &str| {
            drugs(&[], &[text], Codes::embedded())
                .into_iter()
                .collect::<Vec<_>>()
        };
        for (text, drug) in [
            ("Octreotid", "octreotide"),
            ("Sandostatin LAR Monatsdepot 30 mg", "octreotide"),
            ("Lanreotid 120 mg s.c. alle 28 Tage", "lanreotide"),
            ("SOMATULINE AUTOGEL 120 mg", "lanreotide"),
            ("Lanréotide LP 120 mg", "lanreotide"),
            ("Octreotida 20 mg mensual", "octreotide"),
            ("Évérolimus 10 mg/j", "everolimus"),
            ("Témozolomide", "temozolomide"),
            ("Cisplatino 75 mg/m2", "cisplatin"),
            ("Estreptozocina", "streptozocin"),
            ("Interferone alfa 3 MUI", "interferon-alfa"),
            ("Lutetium (177Lu) Oxodotreotid", "lutetium-dotatate"),
            ("177Lu-DOTATOC 7,4 GBq", "prrt"),
        ] {
            assert_eq!(named(text), [drug], "{text}");
        }
        assert_eq!(named("CAPTEM"), ["temozolomide-capecitabine"]);
        assert_eq!(named("STZ/5-FU"), ["fluorouracil", "streptozocin"]);
        for text in [
            "kein Octreotid",
            "Octreotid abgesetzt 2024",
            "Lanreotid pausiert",
            "Unverträglichkeit: Capecitabin",
            "Everolimus geplant",
            "ggf. CAPTEM",
            "Z.n. Streptozotocin",
            "sans octréotide",
            "sin lanreotida",
            "lanreotide sospeso",
            "Octreotid-Szintigraphie",
            "68Ga-DOTATOC PET/CT",
            "111In-Octreotid",
            "5-FU Creme",
            "Octreotidtest",
        ] {
            assert_eq!(named(text), Vec::<&str>::new(), "{text}");
        }
    }
}
