//! Organs other than the pancreas, and malignancies other than the PNET: what tells a reading of another tumour.

use crate::codes::{Coding, system};
use crate::text::{begins_word, has_words};
use serde::Deserialize;
use std::sync::LazyLock;

/// Whether what is read from an organ is of the PNET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Counts {
    Always,
    /// Where a metastasis is named.
    AsMetastasis,
    Never,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organ {
    pub(crate) id: String,
    pub(crate) counts: Counts,
    words: Vec<String>,
    #[serde(default)]
    snomed: Vec<String>,
    icd: Vec<String>,
    /// Stems of its metastases in ICD-10.
    #[serde(default)]
    metastasis: Vec<String>,
    /// LOINC codes of questions that name the organ.
    #[serde(default)]
    questions: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Here {
    words: Vec<String>,
    metastasis: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Malignancy {
    icd: Vec<String>,
    words: Vec<String>,
    not: Vec<String>,
    apart_icd: Vec<String>,
    apart_words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Net {
    alone: Vec<String>,
    tumour: Vec<String>,
    whole: Vec<String>,
    pancreas: Vec<String>,
    not_whole: Vec<String>,
    not: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    here: Here,
    net: Net,
    organ: Vec<Organ>,
    malignancy: Malignancy,
}

static ORGANS: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../facts/organs.toml")).unwrap_or_default());

/// `lower` is a text in small letters.
fn any(words: &[String], lower: &str) -> bool {
    words.iter().any(|word| begins_word(lower, word))
}

/// The code in the form of the stems, if it is one of ICD-10 or a topography of ICD-O-3.
fn icd(coding: &Coding<'_>) -> Option<String> {
    let code = [system::ICD_10, system::ICD_O_3]
        .into_iter()
        .find_map(|system| coding.code_in(system))?;
    Some(system::plain(system::ICD_10, code).into_owned())
}

impl Organ {
    pub(crate) fn in_text(text: &str) -> impl Iterator<Item = &'static Organ> + use<> {
        let lower = text.to_lowercase();
        ORGANS.organ.iter().filter(move |organ| any(&organ.words, &lower))
    }

    pub(crate) fn by_code(coding: &Coding<'_>) -> impl Iterator<Item = &'static Organ> + use<> {
        let icd = icd(coding);
        let snomed = coding.code_in(system::SNOMED);
        let snomed = snomed.map(|code| system::plain(system::SNOMED, code).into_owned());
        ORGANS.organ.iter().filter(move |organ| {
            let stem = |code: &String| organ.icd.iter().any(|stem| code.starts_with(stem.as_str()));
            icd.as_ref().is_some_and(stem) || snomed.as_ref().is_some_and(|code| organ.snomed.contains(code))
        })
    }
}

impl Organ {
    /// The organ of which a code names a metastasis.
    pub(crate) fn by_metastasis(coding: &Coding<'_>) -> impl Iterator<Item = &'static Organ> + use<> {
        let code = icd(coding);
        ORGANS.organ.iter().filter(move |organ| {
            let stem = |code: &String| {
                organ
                    .metastasis
                    .iter()
                    .any(|stem| code.starts_with(stem.as_str()))
            };
            code.as_ref().is_some_and(stem)
        })
    }

    /// The organ that the code of a question names.
    pub(crate) fn by_question(coding: &Coding<'_>) -> impl Iterator<Item = &'static Organ> + use<> {
        let code = coding.code_in(system::LOINC).map(str::to_owned);
        let asked = move |organ: &&Organ| code.as_ref().is_some_and(|code| organ.questions.contains(code));
        ORGANS.organ.iter().filter(asked)
    }
}

/// Whether the text of a site names the pancreas or where its tumours spread to.
pub(crate) fn is_here(text: &str) -> bool {
    any(&ORGANS.here.words, &text.to_lowercase())
}

/// Whether the text names a metastasis.
pub(crate) fn is_metastasis(text: &str) -> bool {
    any(&ORGANS.here.metastasis, &text.to_lowercase())
}

/// Whether a diagnosis that the value sets do not know is a malignancy of its own.
pub(crate) fn is_malignancy(codings: &[Coding<'_>], texts: &[&str]) -> bool {
    let listed = |coding: &Coding<'_>| {
        let code = icd(coding).filter(|_| coding.is_in(system::ICD_10));
        code.is_some_and(|code| {
            ORGANS
                .malignancy
                .icd
                .iter()
                .any(|stem| code.starts_with(stem.as_str()))
        })
    };
    if codings.iter().any(listed) {
        return true;
    }
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    texts.iter().any(|text| any(&ORGANS.malignancy.words, text))
        && !texts.iter().any(|text| any(&ORGANS.malignancy.not, text))
}

/// Whether a malignancy is one of the skin that the specification sets apart.
pub(crate) fn is_apart(codings: &[Coding<'_>], texts: &[&str]) -> bool {
    let apart = &ORGANS.malignancy;
    let listed = |code: String| apart.apart_icd.iter().any(|stem| code.starts_with(stem.as_str()));
    codings.iter().filter_map(icd).any(listed)
        || texts
            .iter()
            .any(|text| any(&apart.apart_words, &text.to_lowercase()))
}

/// Whether one of the texts of a diagnosis names a neuroendocrine tumour of the pancreas, without doubt.
pub(crate) fn names_pnet<'t>(mut texts: impl Iterator<Item = &'t str>) -> bool {
    let net = &ORGANS.net;
    texts.any(|text| {
        let lower = text.to_lowercase();
        let whole = |words: &[String]| words.iter().any(|word| has_words(&lower, word));
        let named = any(&net.alone, &lower)
            || (any(&net.pancreas, &lower) && (any(&net.tumour, &lower) || whole(&net.whole)));
        named && !any(&net.not, &lower) && !whole(&net.not_whole)
    })
}

/// Whether a text names a neuroendocrine tumour, of whatever organ.
pub(crate) fn names_this_tumour(text: &str) -> bool {
    let (net, lower) = (&ORGANS.net, text.to_lowercase());
    let whole = net.whole.iter().any(|word| has_words(&lower, word));
    any(&net.alone, &lower) || any(&net.tumour, &lower) || whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(system: &str, code: &str) -> Vec<&'static str> {
        let coding = Coding::new(Some(system), Some(code), None);
        Organ::by_code(&coding).map(|organ| organ.id.as_str()).collect()
    }

    #[test]
    fn organs_are_known_by_word_and_by_code() {
        toml::from_str::<File>(include_str!("../facts/organs.toml")).unwrap();
        for (text, organ) in [
            ("Left breast", "breast"),
            ("Mamma links", "breast"),
            ("Lung biopsy", "lung"),
            ("Lungenbiopsie", "lung"),
            ("Structure of sigmoid colon", "colon-and-rectum"),
        ] {
            let found: Vec<&str> = Organ::in_text(text).map(|organ| organ.id.as_str()).collect();
            assert_eq!(found, [organ], "{text}");
        }
        for text in [
            "Tail of pancreas",
            "Parathyroid",
            "Abdomen",
            "Gall bladder",
            "Segment VI",
            "",
        ] {
            assert_eq!(Organ::in_text(text).count(), 0, "{text}");
        }
        assert_eq!(of("http://snomed.info/sct", "76752008"), ["breast"]);
        assert_eq!(
            of("http://terminology.hl7.org/CodeSystem/icd-o-3", "C34.1"),
            ["lung"]
        );
        assert!(of("http://snomed.info/sct", "15776009").is_empty());
    }

    #[test]
    fn a_pnet_is_named_in_words_without_doubt_only() {
        for text in [
            "Neuroendokriner Tumor des Pankreasschwanzes, G2",
            "Pancreatic neuroendocrine tumour",
            "NET of the pancreas",
            "Insulinoma",
            "Islet cell tumor",
        ] {
            assert!(names_pnet([text].into_iter()), "{text}");
        }
        for text in [
            "Neuroendocrine tumour of the ileum",
            "Pancreatic cancer",
            "Verdacht auf NET des Pankreas",
            "No neuroendocrine tumour of the pancreas",
            "Family history of insulinoma",
            "Primitive neuroectodermal tumour (PNET)",
            "Pancreas, network of vessels",
        ] {
            assert!(!names_pnet([text].into_iter()), "{text}");
        }
    }

    #[test]
    fn a_malignancy_of_its_own_is_neither_the_tumour_nor_its_metastasis() {
        let is_coded = |code: &str| {
            let icd = "http://hl7.org/fhir/sid/icd-10-cm";
            is_malignancy(&[Coding::new(Some(icd), Some(code), None)], &[])
        };
        let is_said = |text: &str| is_malignancy(&[], &[text]);
        for code in ["C50.9", "C34.10", "C18.7", "C7A.012", "C61"] {
            assert!(is_coded(code), "{code}");
        }
        for code in [
            "C25.0", "C78.7", "C7A.8", "C7B.02", "D13.7", "C77.2", "Z85.3", "E11.9",
        ] {
            assert!(!is_coded(code), "{code}");
        }
        for text in [
            "Breast cancer",
            "Mammakarzinom rechts",
            "Malignant neoplasm of prostate",
        ] {
            assert!(is_said(text), "{text}");
        }
        for text in [
            "Family history of breast cancer",
            "Metastatic carcinoma to liver",
            "Pancreatic cancer",
            "Diabetes",
        ] {
            assert!(!is_said(text), "{text}");
        }
    }
}
