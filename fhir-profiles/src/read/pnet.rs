//! The diagnosis itself: codes that name it, and a pancreatic tumour with neuroendocrine morphology.

use super::Reader;
use super::around::key;
use super::element::Node;
use super::observation::{OBSERVATION_DATES, usable_status};
use super::record::Record;
use super::sites::sites;
use super::standing::{Standing, standing};
use super::tumours::Owner;
use super::value;
use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::facts::{Evidence, Source};
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
    fn add(&mut self, neuroendocrine: bool, evidence: Evidence, focus: &[&str]) {
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
fn is_neuroendocrine(coding: &Coding<'_>, codes: &Codes) -> bool {
    codes
        .meanings(coding)
        .any(|meaning| meaning == Meaning::Morphology)
        || family(coding).is_some_and(
            |family| matches!(family, 8150..=8158 | 8240..=8246 | 8248 | 8249 | 8013 | 8041 | 8045),
        )
}

/// Whether the code is the morphology of a malignancy of another kind; that it is a neoplasm or a carcinoma says nothing.
fn is_of_another_kind(coding: &Coding<'_>, codes: &Codes) -> bool {
    let malignant = coding
        .code_in(system::ICD_O_3)
        .is_some_and(|code| code.contains("/3"));
    malignant && !is_neuroendocrine(coding, codes) && family(coding).is_some_and(|family| family > 8012)
}

/// Islet-cell tumour, insulinoma and glucagonoma name the pancreas by themselves.
fn names_pancreas(coding: &Coding<'_>, codes: &Codes) -> bool {
    family(coding).is_some_and(|family| matches!(family, 8150..=8152))
        || codes
            .meanings(coding)
            .any(|m| m == Meaning::Names(crate::codes::Named::Pnet))
}

/// Whether the code is a morphology that is well differentiated by its name: NET, and the hormone-producing ones.
fn is_net(coding: &Coding<'_>) -> bool {
    family(coding).is_some_and(|family| matches!(family, 8150..=8156 | 8240..=8242 | 8249))
}

/// The four digits of an ICD-O-3 morphology: `8246/3`, `8240/31`, `8240/3 1`.
fn family(coding: &Coding<'_>) -> Option<u16> {
    morphology(coding).map(|(family, _)| family)
}

/// The four digits of an ICD-O-3 morphology, and the sixth, which grades it.
fn morphology(coding: &Coding<'_>) -> Option<(u16, Option<char>)> {
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
const MORPHOLOGY: &[&str] = &[
    "mcode-histology-morphology-behavior",
    "mii-ex-onko-histology-morphology-behavior-icdo3",
];

impl Reader<'_> {
    /// Notes the morphology that a Condition carries, before the Observations are read.
    pub(super) fn collect_morphology(&mut self, mut record: Record<'_>) {
        record.date_by(&["recordedDate", "onsetDateTime", "onsetPeriod"], self.as_of);
        let stands = standing(record.node, self.as_of).is_some_and(Standing::was_there);
        if !stands || self.others.has(&record.place) {
            return;
        }
        let node = record.node;
        let carried = MORPHOLOGY
            .iter()
            .filter_map(|name| node.extension(name)?.get("valueCodeableConcept"));
        for concept in carried.chain(node.get("code")) {
            self.name_of(&record, concept);
        }
    }

    /// Notes whether a morphology is well differentiated by name, and what its sixth digit says against it.
    fn name_of(&mut self, record: &Record<'_>, concept: Node<'_>) {
        for coding in concept.codings().iter().filter(|coding| is_net(coding)) {
            self.is_net_by_name = true;
            if let Some((_, Some(digit))) = morphology(coding) {
                let recorded = concept.shown().unwrap_or_default();
                self.general_grading(record, recorded, &digit.to_string());
            }
        }
    }

    /// Notes what a histology Observation of the chart says, before the Conditions are read.
    pub(super) fn collect_histology(&mut self, mut record: Record<'_>) {
        let codes = self.codes;
        let node = record.node;
        record.date_by(OBSERVATION_DATES, self.as_of);
        let future = record.effective.is_some_and(|date| date.earliest() > self.as_of);
        if !usable_status(&mut record) || future || self.is_of_another(&record) {
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
            let neuroendocrine = codings.iter().any(|coding| is_neuroendocrine(coding, codes));
            if !neuroendocrine && !codings.iter().any(|coding| is_of_another_kind(coding, codes)) {
                continue;
            }
            let evidence = record.evidence(value.shown().unwrap_or_default());
            if let Some(note) = self.is_of_elsewhere(&record, part) {
                if neuroendocrine {
                    let mut evidence = evidence;
                    evidence.notes.push(note.into());
                    self.facts.shown(FactId::Pnet, evidence);
                }
                continue;
            }
            self.name_of(&record, value);
            let own = sites(node, codes);
            let pancreas = self.tumour_sites(&record).only(Site::Pancreas);
            if neuroendocrine && (pancreas || codings.iter().any(|coding| names_pancreas(coding, codes))) {
                self.add(FactId::Pnet, "present", Source::Observation, evidence.clone());
            }
            if own.none() || own.only(Site::Pancreas) {
                let focus: Vec<&str> = node.all("focus").filter_map(|f| f.text("reference")).collect();
                self.histologies.add(neuroendocrine, evidence, &focus);
            }
        }
    }

    /// Why a histology is not known to be of the pancreas, if there is a reason: interpretation, since the specification
    /// asks for a "pancreas with neuroendocrine morphology" and says nothing of a second tumour.
    fn is_of_elsewhere(&self, record: &Record<'_>, part: Node<'_>) -> Option<&'static str> {
        if self.is_of_another_tumour(record) {
            return Some("its focus is another tumour");
        }
        if value::interpreted(part, self.codes) == Some(false) {
            return Some("negative by its interpretation");
        }
        let found = self.tumour_sites(record);
        if let Owner::Another(note) | Owner::Unclear(note) = self.of_sites(&found) {
            return Some(note);
        }
        let placed = found.has(Site::Pancreas)
            || record
                .node
                .all("focus")
                .filter_map(|focus| focus.text("reference"))
                .any(|focus| focus.contains("Condition/"));
        (self.others.any && !placed)
            .then_some("another tumour is recorded, and nothing says of which this is")
    }

    /// Whether a pancreatic tumour is neuroendocrine: by its own morphology, or by a histology Observation that is
    /// about this Condition or about no other.
    pub(super) fn has_neuroendocrine_morphology(&self, record: &Record<'_>) -> Option<String> {
        let node = record.node;
        let own = MORPHOLOGY
            .iter()
            .filter_map(|name| node.extension(name)?.get("valueCodeableConcept"))
            .chain(node.get("code"))
            .find(|concept| {
                concept
                    .codings()
                    .iter()
                    .any(|coding| is_neuroendocrine(coding, self.codes))
            });
        if own.is_some() {
            return Some("with neuroendocrine morphology".to_owned());
        }
        let places = self.histologies.about(&record.place);
        let first = places.filter_map(|found| found.place.as_deref()).min()?;
        Some(format!("with neuroendocrine morphology in {first}"))
    }

    /// A malignancy of another kind that the same tumour was found to be, not before it was found to be neuroendocrine.
    pub(super) fn contrary_morphology(&self, record: &Record<'_>) -> Option<Evidence> {
        let found = || self.histologies.about(&record.place);
        let newest = found().filter_map(|found| found.newest).max()?;
        let others = found().filter_map(|found| found.contrary.as_ref());
        let (.., at) = others.max().filter(|(day, ..)| *day >= newest)?;
        let mut evidence = self.histologies.contrary.get(*at)?.clone();
        evidence
            .notes
            .push("a morphology that is not neuroendocrine".into());
        Some(evidence)
    }
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
