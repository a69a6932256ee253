//! The diagnosis itself: codes that name it, and a pancreatic tumour with neuroendocrine morphology.

use super::Reader;
use super::element::Node;
use super::observation::{OBSERVATION_DATES, is_of_another, usable_status};
use super::record::Record;
use super::sites::sites;
use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::facts::Source;

/// A neuroendocrine morphology that an Observation states.
pub(super) struct Histology {
    place: String,
    /// The references of its focus, if any.
    focus: Vec<String>,
    /// Whether its body site leaves the pancreas open.
    fits_pancreas: bool,
}

/// Whether the code is a neuroendocrine morphology: listed, or an ICD-O-3 code of such a family.
fn is_neuroendocrine(coding: &Coding<'_>, codes: &Codes) -> bool {
    codes
        .meanings(coding)
        .any(|meaning| meaning == Meaning::Morphology)
        || family(coding).is_some_and(
            |family| matches!(family, 8150..=8158 | 8240..=8246 | 8248 | 8249 | 8013 | 8041 | 8045),
        )
}

/// Islet-cell tumour, insulinoma and glucagonoma name the pancreas by themselves.
fn names_pancreas(coding: &Coding<'_>, codes: &Codes) -> bool {
    family(coding).is_some_and(|family| matches!(family, 8150..=8152))
        || codes
            .meanings(coding)
            .any(|m| m == Meaning::Names(crate::codes::Named::Pnet))
}

/// The four digits of an ICD-O-3 morphology: `8246/3`, `8240/31`, `8240/3 1`.
fn family(coding: &Coding<'_>) -> Option<u16> {
    let code = coding.code.as_deref()?.trim();
    let named = system::canonical(coding.system.as_deref().unwrap_or_default());
    if matches!(
        named,
        system::SNOMED | system::LOINC | system::ICD_10 | system::TEXT
    ) {
        return None;
    }
    let (digits, behaviour) = code.split_once('/')?;
    let mut rest = behaviour.chars().filter(|c| *c != ' ');
    let shaped = digits.len() == 4
        && digits.bytes().all(|b| b.is_ascii_digit())
        && rest.next().is_some_and(|c| c.is_ascii_digit())
        && rest.next().is_none_or(|c| c.is_ascii_digit())
        && rest.next().is_none();
    if shaped { digits.parse().ok() } else { None }
}

impl Reader<'_> {
    /// Notes what a histology Observation of the chart says, before the Conditions are read.
    pub(super) fn collect_histology(&mut self, mut record: Record<'_>) {
        let codes = self.codes;
        let node = record.node;
        record.date_by(OBSERVATION_DATES, self.as_of);
        let future = record.effective.is_some_and(|date| date.earliest() > self.as_of);
        if !usable_status(&mut record) || future || is_of_another(node) {
            return;
        }
        let asks = |part: &Node<'_>| {
            let codings = part.get("code").map(Node::codings).unwrap_or_default();
            codings
                .iter()
                .flat_map(|c| codes.meanings(c))
                .any(|m| m == Meaning::Histology)
        };
        let parts: Vec<Node<'_>> = std::iter::once(node)
            .chain(node.all("component"))
            .filter(asks)
            .collect();
        for part in parts.into_iter().filter(|part| !part.has("dataAbsentReason")) {
            let Some(value) = part.get("valueCodeableConcept") else {
                continue;
            };
            let codings = value.codings();
            if !codings.iter().any(|coding| is_neuroendocrine(coding, codes)) {
                continue;
            }
            let sites = sites(node, codes);
            let pancreas = sites.only(Site::Pancreas);
            if pancreas || codings.iter().any(|coding| names_pancreas(coding, codes)) {
                let evidence = record.evidence(value.wording().unwrap_or_default());
                self.add(FactId::Pnet, "present", Source::Observation, evidence);
            }
            self.histologies.push(Histology {
                place: record.place.clone(),
                focus: node
                    .all("focus")
                    .filter_map(|f| f.text("reference"))
                    .map(str::to_owned)
                    .collect(),
                fits_pancreas: sites.none() || pancreas,
            });
        }
    }

    /// Whether a pancreatic tumour is neuroendocrine: by its own morphology, or by a histology Observation that is
    /// about this Condition or about no other.
    pub(super) fn has_neuroendocrine_morphology(&self, record: &Record<'_>) -> Option<String> {
        let own = record
            .node
            .extension("mcode-histology-morphology-behavior")
            .and_then(|ext| ext.get("valueCodeableConcept"))
            .filter(|value| {
                value
                    .codings()
                    .iter()
                    .any(|coding| is_neuroendocrine(coding, self.codes))
            });
        if own.is_some() {
            return Some("with neuroendocrine morphology".to_owned());
        }
        self.histologies
            .iter()
            .filter(|histology| histology.fits_pancreas)
            .filter(|histology| {
                let mut conditions = histology
                    .focus
                    .iter()
                    .filter(|focus| focus.contains("Condition/"))
                    .peekable();
                conditions.peek().is_none()
                    || conditions.any(|focus| {
                        let focus = focus.split("/_history").next().unwrap_or(focus);
                        focus == record.place || focus.ends_with(&format!("/{}", record.place))
                    })
            })
            .map(|histology| format!("with neuroendocrine morphology in {}", histology.place))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(code: &str) -> Coding<'static> {
        Coding {
            system: Some("http://terminology.hl7.org/CodeSystem/icd-o-3".into()),
            code: Some(code.to_owned().into()),
            display: None,
        }
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
