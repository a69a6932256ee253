//! Organs other than the pancreas, and malignancies other than the PNET: what tells a reading of another tumour.

use super::words::begins_word;
use crate::chart::{Coding, Concept};
use crate::codes::system;
use serde::Deserialize;
use std::sync::LazyLock;

/// Whether what is read from an organ is of the PNET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Counts {
    Always,
    /// Where a metastasis is named.
    AsMetastasis,
    Never,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organ {
    pub(super) id: String,
    pub(super) counts: Counts,
    words: Vec<String>,
    #[serde(default)]
    snomed: Vec<String>,
    icd: Vec<String>,
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
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    here: Here,
    organ: Vec<Organ>,
    malignancy: Malignancy,
}

static ORGANS: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/organs.toml")).unwrap_or_default());

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
    pub(super) fn in_text(text: &str) -> impl Iterator<Item = &'static Organ> + use<> {
        let lower = text.to_lowercase();
        ORGANS.organ.iter().filter(move |organ| any(&organ.words, &lower))
    }

    pub(super) fn by_code(coding: &Coding<'_>) -> impl Iterator<Item = &'static Organ> + use<> {
        let icd = icd(coding);
        let snomed = coding.code_in(system::SNOMED);
        let snomed = snomed.map(|code| system::plain(system::SNOMED, code).into_owned());
        ORGANS.organ.iter().filter(move |organ| {
            let stem = |code: &String| organ.icd.iter().any(|stem| code.starts_with(stem.as_str()));
            icd.as_ref().is_some_and(stem) || snomed.as_ref().is_some_and(|code| organ.snomed.contains(code))
        })
    }
}

/// Whether the text of a site names the pancreas or where its tumours spread to.
pub(super) fn is_here(text: &str) -> bool {
    any(&ORGANS.here.words, &text.to_lowercase())
}

/// Whether the text names a metastasis.
pub(super) fn is_metastasis(text: &str) -> bool {
    any(&ORGANS.here.metastasis, &text.to_lowercase())
}

/// Whether a diagnosis that the value sets do not know is a malignancy of its own.
pub(super) fn is_malignancy(code: &Concept<'_>) -> bool {
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
    if code.codings.iter().any(listed) {
        return true;
    }
    let texts: Vec<String> = code.texts().map(str::to_lowercase).collect();
    texts.iter().any(|text| any(&ORGANS.malignancy.words, text))
        && !texts.iter().any(|text| any(&ORGANS.malignancy.not, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(system: &str, code: &str) -> Vec<&'static str> {
        let coding = Coding::new(Some(system.to_owned().into()), Some(code.to_owned().into()), None);
        Organ::by_code(&coding).map(|organ| organ.id.as_str()).collect()
    }

    #[test]
    fn organs_are_known_by_word_and_by_code() {
        toml::from_str::<File>(include_str!("../../facts/organs.toml")).unwrap();
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
    fn a_malignancy_of_its_own_is_neither_the_tumour_nor_its_metastasis() {
        let coded = |code: &str| {
            let mut concept = Concept::default();
            let icd = "http://hl7.org/fhir/sid/icd-10-cm";
            concept
                .codings
                .push(Coding::new(Some(icd.into()), Some(code.to_owned().into()), None));
            concept
        };
        let said = |text: &str| {
            let mut concept = Concept::default();
            concept.text = Some(text.to_owned().into());
            concept
        };
        for code in ["C50.9", "C34.10", "C18.7", "C7A.012", "C61"] {
            assert!(is_malignancy(&coded(code)), "{code}");
        }
        for code in [
            "C25.0", "C78.7", "C7A.8", "C7B.02", "D13.7", "C77.2", "Z85.3", "E11.9",
        ] {
            assert!(!is_malignancy(&coded(code)), "{code}");
        }
        for text in [
            "Breast cancer",
            "Mammakarzinom rechts",
            "Malignant neoplasm of prostate",
        ] {
            assert!(is_malignancy(&said(text)), "{text}");
        }
        for text in [
            "Family history of breast cancer",
            "Metastatic carcinoma to liver",
            "Pancreatic cancer",
            "Diabetes",
        ] {
            assert!(!is_malignancy(&said(text)), "{text}");
        }
    }
}
