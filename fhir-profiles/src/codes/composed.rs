//! Codes that are put together of others: expressions of SNOMED CT and clusters of ICD-11, as far as they can be read
//! safely. What refines a code may turn it into its opposite, so an expression with a part that is not understood means
//! nothing.

use super::meaning::{Meaning, Named, Site};
use super::system::{ICD_11, SNOMED};
use crate::catalogue::id::FactId;

const FINDING_SITE: &str = "363698007";
const MORPHOLOGY: &str = "116676008";

/// Attributes of SNOMED CT that add to a concept and change nothing of what is read: laterality, severity.
const DETAILS: &[&str] = &["272741003", "246112005"];

/// Concepts of SNOMED CT that say no more than that there is a disease, a neoplasm or a malignant one.
const ANY_DISEASE: &[&str] = &["64572001", "55342001", "363346000"];

/// Extension codes of ICD-11 that add to a stem: anatomy, laterality, severity. Others say that it was suspected, or is
/// over.
const EXTENSIONS: &[&str] = &["XA", "XK", "XS"];

/// Extension codes of ICD-11 for histopathology.
const HISTOPATHOLOGY: &str = "XH";

/// A concept with what refines it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Part<'c> {
    focus: Vec<&'c str>,
    sites: Vec<&'c str>,
    morphologies: Vec<&'c str>,
}

/// Whether a code is put together of others.
pub(super) fn is_composed(system: &str, code: &str) -> bool {
    match system {
        SNOMED => code.contains([':', '+']),
        ICD_11 => code.contains(['&', '/']),
        _ => false,
    }
}

/// Everything that such a code means, by the meanings of its parts; nothing if it is not understood in full.
pub(super) fn meanings(system: &str, code: &str, look_up: impl Fn(&str) -> Vec<Meaning>) -> Vec<Meaning> {
    let without_terms = without_terms(code).unwrap_or_default();
    let parts = match system {
        SNOMED => expression(&without_terms).map(|part| vec![part]),
        _ => code.split('/').map(cluster).collect(),
    };
    let read: Option<Vec<Vec<Meaning>>> = parts
        .unwrap_or_default()
        .iter()
        .map(|part| part.meanings(&look_up))
        .collect();
    read.unwrap_or_default().concat()
}

/// An expression without the terms between bars, which are for people; `None` if one does not end.
fn without_terms(code: &str) -> Option<String> {
    let pieces: Vec<&str> = code.split('|').collect();
    (pieces.len() % 2 == 1).then(|| pieces.into_iter().step_by(2).collect())
}

/// `focus + focus : attribute = value, { attribute = value }`.
fn expression(code: &str) -> Option<Part<'_>> {
    let is_concept = |id: &&str| (6..=18).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    let code = code.trim();
    let code = code
        .strip_prefix("===")
        .or(code.strip_prefix("<<<"))
        .unwrap_or(code);
    let (focus, refinement) = code.split_once(':').unwrap_or((code, ""));
    let mut part = Part {
        focus: focus.split('+').map(str::trim).collect(),
        ..Part::default()
    };
    if !part.focus.iter().all(is_concept) {
        return None;
    }
    let refinements = refinement.split([',', '{', '}']).map(str::trim);
    for refinement in refinements.filter(|refinement| !refinement.is_empty()) {
        let (attribute, value) = refinement.split_once('=')?;
        let value = Some(value.trim()).filter(is_concept)?;
        match attribute.trim() {
            FINDING_SITE => part.sites.push(value),
            MORPHOLOGY => part.morphologies.push(value),
            attribute if DETAILS.contains(&attribute) => {}
            _ => return None,
        }
    }
    Some(part)
}

/// `stem&extension&extension`.
fn cluster(code: &str) -> Option<Part<'_>> {
    let mut codes = code.split('&').map(str::trim);
    let mut part = Part::default();
    part.focus
        .push(codes.next().filter(|stem| !stem.starts_with('X'))?);
    for extension in codes {
        let kind = extension.get(..2)?;
        if kind == HISTOPATHOLOGY {
            part.morphologies.push(extension);
        } else if !EXTENSIONS.contains(&kind) {
            return None;
        }
    }
    Some(part)
}

/// Where a part is, by the sites that refine it.
struct Sites {
    known: Vec<Site>,
    unknown: bool,
}

impl Sites {
    fn none(&self) -> bool {
        self.known.is_empty() && !self.unknown
    }

    fn only(&self, site: Site) -> bool {
        !self.known.is_empty() && !self.unknown && self.all_known(site)
    }

    /// Whether no site that is known is another.
    fn all_known(&self, site: Site) -> bool {
        self.known.iter().all(|known| *known == site)
    }
}

impl Part<'_> {
    /// `None` where a part is not understood, or parts exclude each other.
    fn meanings(&self, look_up: &impl Fn(&str) -> Vec<Meaning>) -> Option<Vec<Meaning>> {
        let site = |code: &&str| {
            look_up(code).into_iter().find_map(|meaning| match meaning {
                Meaning::At(site) => Some(site),
                _ => None,
            })
        };
        let found: Vec<Option<Site>> = self.sites.iter().map(site).collect();
        let sites = Sites {
            unknown: found.iter().any(Option::is_none),
            known: found.into_iter().flatten().collect(),
        };
        let neuroendocrine = self
            .morphologies
            .iter()
            .any(|code| look_up(code).contains(&Meaning::Morphology));
        let mut all = Vec::new();
        for focus in &self.focus {
            let known = look_up(focus);
            if known.is_empty() {
                let any = ANY_DISEASE.contains(focus) && neuroendocrine && sites.only(Site::Pancreas);
                all.push(any.then_some(Meaning::Names(Named::Pnet))?);
            }
            for meaning in known {
                all.push(refined(meaning, &sites, neuroendocrine)?);
            }
        }
        Some(all)
    }
}

/// What a meaning comes to at these sites and with this morphology; `None` if they exclude each other.
fn refined(meaning: Meaning, sites: &Sites, neuroendocrine: bool) -> Option<Meaning> {
    let Meaning::Names(named) = meaning else {
        return Some(meaning);
    };
    let here = sites.only(Site::Pancreas);
    let named = match named {
        Named::PancreaticTumour if neuroendocrine && sites.all_known(Site::Pancreas) => Named::Pnet,
        Named::Pnet | Named::PancreaticTumour if sites.all_known(Site::Pancreas) => named,
        Named::NetOfSomeSite if here => Named::Pnet,
        Named::DigestiveTumour if here && neuroendocrine => Named::Pnet,
        Named::DigestiveTumour if here => Named::PancreaticTumour,
        Named::NetOfSomeSite | Named::DigestiveTumour if sites.none() => named,
        Named::Pnet | Named::PancreaticTumour | Named::NetOfSomeSite | Named::DigestiveTumour => return None,
        Named::MetastasisOfSomeSite => match sites.known.as_slice() {
            [] => named,
            [Site::Liver] => Named::Presence(FactId::LiverMetastases),
            [Site::LymphNodes] => Named::Hint(FactId::DistantLymphNodeMetastases),
            [site @ (Site::OtherOrgan | Site::Peritoneum)] => Named::Metastasis(*site),
            _ => return None,
        },
        Named::Presence(FactId::LiverMetastases) if !sites.all_known(Site::Liver) => return None,
        Named::Metastasis(site) if !sites.all_known(site) => return None,
        named => named,
    };
    Some(Meaning::Names(named))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Codes, Coding};

    fn means(system: &'static str, code: &str) -> Vec<Meaning> {
        let coding = Coding::new(Some(system), Some(code), None);
        Codes::embedded().meanings(&coding).collect()
    }

    const PNET: Meaning = Meaning::Names(Named::Pnet);
    const LIVER: Meaning = Meaning::Names(Named::Presence(FactId::LiverMetastases));

    #[test]
    fn an_expression_of_snomed_is_read_by_its_parts() {
        for (code, meaning) in [
            ("1286768001:363698007=15776009", PNET),
            (
                "1286768001 |NET| : 363698007 |Finding site| = 15776009 |Pancreas, whole: body|",
                PNET,
            ),
            ("===363418001:116676008=1286768001", PNET),
            ("363418001:{116676008=1286768001,363698007=64163001}", PNET),
            ("735735001:363698007=73239005,272741003=7771000", PNET),
            ("64572001:{363698007=15776009,116676008=1286768001}", PNET),
            ("128462008:363698007=10200004", LIVER),
            ("94381002:246112005=24484000", LIVER),
            (
                "128462008:363698007=39607008",
                Meaning::Names(Named::Metastasis(Site::OtherOrgan)),
            ),
            (
                "363418001:363698007=64163001",
                Meaning::Names(Named::PancreaticTumour),
            ),
        ] {
            assert!(
                means(SNOMED, code).contains(&meaning),
                "{code}: {:?}",
                means(SNOMED, code)
            );
        }
    }

    #[test]
    fn an_expression_with_a_part_that_is_not_understood_means_nothing() {
        for code in [
            "94381002:408729009=410516002",
            "1286768001:363698007=10200004",
            "1286768001:363698007=34402009",
            "735735001:363698007=10200004",
            "363418001:116676008=1286768001,363698007=39607008",
            "735735001:42752001=(94381002:363698007=10200004)",
            "735735001:363698007",
            "735735001:363698007=pancreas",
            "64572001:363698007=15776009",
            "417163006+735735001",
            "735735001 |Term : 363698007=15776009",
            "128462008:363698007=15776009",
            "128462008:363698007=10200004,363698007=39607008",
            ":363698007=15776009",
        ] {
            assert_eq!(means(SNOMED, code), [], "{code}");
        }
    }

    #[test]
    fn a_cluster_of_icd_11_is_read_by_its_parts() {
        for (code, all) in [
            ("2C10.1&XH8DS0", vec![PNET]),
            ("2C10.1&XH0U20", vec![PNET]),
            ("2C10.Z&XH9LV8", vec![PNET]),
            ("2C10.1&XS9R", vec![PNET]),
            ("2C10.1&XH8DS0/2D80.0", vec![PNET, LIVER]),
            ("2C10.0&XH3PG9", vec![]),
            ("2C10.Z&XH3PG9", vec![Meaning::Names(Named::PancreaticTumour)]),
            ("2C10.1&XY7Z", vec![]),
            ("2C10.1&", vec![]),
            ("XH8DS0&2C10.1", vec![]),
            ("2C10.1/QC40.0", vec![]),
            ("/2C10.1", vec![]),
        ] {
            assert_eq!(means(ICD_11, code), all, "{code}");
        }
    }
}
