//! Morphologies: which are neuroendocrine, and what histology Observations say of the tumours of a chart.

use super::around::key;
use super::record::Record;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, system};
use crate::facts::Evidence;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// From the last to the first day that a date may mean.
type Day = (Date, Date);

/// What histology Observations say of the tumours of the pancreas, by the Condition that they are about: each Condition is
/// asked for once, however many there are.
#[derive(Default)]
pub(super) struct Histologies {
    contrary: Vec<Evidence>,
    /// Of those that are about no Condition at all.
    of_none: Morphologies,
    by_condition: BTreeMap<String, Morphologies>,
}

/// The morphologies of one tumour.
#[derive(Default)]
struct Morphologies {
    /// The first place of one that is neuroendocrine.
    place: Option<String>,
    /// The newest of these.
    newest: Option<Option<Day>>,
    /// The newest malignancy of another kind: its day, its place, and where its evidence stands.
    contrary: Option<(Option<Day>, String, usize)>,
}

impl Morphologies {
    fn add(&mut self, day: Option<Day>, place: &str, contrary: Option<usize>) {
        match contrary {
            Some(at) => {
                let other = Some((day, place.to_owned(), at));
                self.contrary = self.contrary.take().max(other);
            }
            None => {
                if self.place.as_deref().is_none_or(|known| place < known) {
                    self.place = Some(place.to_owned());
                }
                self.newest = self.newest.max(Some(day));
            }
        }
    }
}

impl Histologies {
    /// Adds a morphology that an Observation states, neuroendocrine or a malignancy of another kind, with the references of
    /// its focus.
    pub(super) fn add(&mut self, neuroendocrine: bool, evidence: Evidence, focus: &[&str]) {
        let day = evidence.effective.map(|date| (date.latest(), date.earliest()));
        let place = evidence.reference.clone();
        let contrary = (!neuroendocrine).then_some(self.contrary.len());
        let conditions: Vec<&&str> = focus
            .iter()
            .filter(|focus| focus.contains("Condition/"))
            .collect();
        if conditions.is_empty() {
            self.of_none.add(day, &place, contrary);
        }
        for condition in conditions {
            let of_it = self.by_condition.entry(key(condition).into_owned());
            of_it.or_default().add(day, &place, contrary);
        }
        if contrary.is_some() {
            self.contrary.push(evidence);
        }
    }

    /// What is about a Condition, or about no Condition at all.
    fn about(&self, place: &str) -> impl Iterator<Item = &Morphologies> {
        std::iter::once(&self.of_none).chain(self.by_condition.get(place))
    }
}

/// Whether the code is a neuroendocrine morphology: listed, or an ICD-O-3 code of such a family.
pub(super) fn is_neuroendocrine(coding: &Coding<'_>, codes: &Codes) -> bool {
    codes
        .meanings(coding)
        .any(|meaning| meaning == Meaning::Morphology)
        || family(coding).is_some_and(
            |family| matches!(family, 8150..=8158 | 8240..=8246 | 8248 | 8249 | 8013 | 8041 | 8045),
        )
}

/// Whether the code is the morphology of a malignancy of another kind; that it is a neoplasm or a carcinoma says nothing.
pub(super) fn is_of_another_kind(coding: &Coding<'_>, codes: &Codes) -> bool {
    let malignant = coding
        .code_in(system::ICD_O_3)
        .is_some_and(|code| code.contains("/3"));
    malignant && !is_neuroendocrine(coding, codes) && family(coding).is_some_and(|family| family > 8012)
}

/// Islet-cell tumour, insulinoma and glucagonoma name the pancreas by themselves.
pub(super) fn names_pancreas(coding: &Coding<'_>, codes: &Codes) -> bool {
    family(coding).is_some_and(|family| matches!(family, 8150..=8152))
        || codes
            .meanings(coding)
            .any(|m| m == Meaning::Names(crate::codes::Named::Pnet))
}

/// Whether the code is a morphology that is well differentiated by its name: NET, and the hormone-producing ones.
pub(super) fn is_net(coding: &Coding<'_>) -> bool {
    family(coding).is_some_and(|family| matches!(family, 8150..=8156 | 8240..=8242 | 8249))
}

/// The four digits of an ICD-O-3 morphology: `8246/3`, `8240/31`, `8240/3 1`.
fn family(coding: &Coding<'_>) -> Option<u16> {
    morphology(coding).map(|(family, _)| family)
}

/// The four digits of an ICD-O-3 morphology, and the sixth, which grades it.
pub(super) fn morphology(coding: &Coding<'_>) -> Option<(u16, Option<char>)> {
    let (digits, behaviour) = coding.code_in(system::ICD_O_3)?.split_once('/')?;
    let mut rest = behaviour.chars().filter(|c| *c != ' ');
    let shaped = digits.len() == 4
        && digits.bytes().all(|b| b.is_ascii_digit())
        && rest.next().is_some_and(|c| c.is_ascii_digit());
    let grade = rest.next();
    let shaped = shaped && grade.is_none_or(|c| c.is_ascii_digit()) && rest.next().is_none();
    let family = shaped.then(|| digits.parse().ok()).flatten()?;
    Some((family, grade))
}

/// The extensions in which a Condition carries its morphology.
pub(super) const MORPHOLOGY: &[&str] = &[
    "mcode-histology-morphology-behavior",
    "mii-ex-onko-histology-morphology-behavior-icdo3",
];

/// Whether a pancreatic tumour is neuroendocrine: by its own morphology, or by a histology Observation that is
/// about this Condition or about no other.
pub(super) fn has_neuroendocrine_morphology(
    histologies: &Histologies,
    codes: &Codes,
    record: &Record<'_>,
) -> Option<String> {
    let node = record.node;
    let own = MORPHOLOGY
        .iter()
        .filter_map(|name| node.extension(name)?.get("valueCodeableConcept"))
        .chain(node.get("code"))
        .find(|concept| {
            concept
                .codings()
                .iter()
                .any(|coding| is_neuroendocrine(coding, codes))
        });
    if own.is_some() {
        return Some("with neuroendocrine morphology".to_owned());
    }
    let places = histologies.about(&record.place);
    let first = places.filter_map(|found| found.place.as_deref()).min()?;
    Some(format!("with neuroendocrine morphology in {first}"))
}

/// A malignancy of another kind that the same tumour was found to be, not before it was found to be neuroendocrine.
pub(super) fn contrary_morphology(histologies: &Histologies, record: &Record<'_>) -> Option<Evidence> {
    let found = || histologies.about(&record.place);
    let newest = found().filter_map(|found| found.newest).max()?;
    let others = found().filter_map(|found| found.contrary.as_ref());
    let (.., at) = others.max().filter(|(day, ..)| *day >= newest)?;
    let mut evidence = histologies.contrary.get(*at)?.clone();
    evidence
        .notes
        .push("a morphology that is not neuroendocrine".into());
    Some(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(code: &str) -> Coding<'_> {
        let system = "http://terminology.hl7.org/CodeSystem/icd-o-3";
        Coding::new(Some(system), Some(code), None)
    }

    #[test]
    fn neuroendocrine_families_are_matched_with_and_without_a_grade_digit() {
        let codes = Codes::embedded();
        for code in [
            "8240/3", "8249/31", "8150/1", "8246/3 2", "8013/3", "8041/3", "8158/1",
        ] {
            assert!(is_neuroendocrine(&coding(code), codes), "{code}");
        }
        for code in [
            "8140/3", "8500/3", "80463/3", "8247/3", "8240", "8240/", "8159/3", "8070/3",
        ] {
            assert!(!is_neuroendocrine(&coding(code), codes), "{code}");
        }
    }
}
