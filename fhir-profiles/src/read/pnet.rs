//! The diagnosis itself: codes that name it, and a pancreatic tumour with neuroendocrine morphology.

use super::element::Node;
use super::grade::general_grading;
use super::histology::{
    MORPHOLOGY, is_net, is_neuroendocrine, is_of_another_kind, morphology, names_pancreas,
};
use super::known::Known;
use super::places::tumour_sites;
use super::put::add;
use super::record::{Owner, Record};
use super::sites::sites;
use super::standing::{Standing, standing};
use super::status::{OBSERVATION_DATES, usable_status};
use super::tumours::{is_of_another, is_of_another_tumour, of_sites};
use super::value;
use crate::catalogue::FactId;
use crate::codes::{Meaning, Site};
use crate::facts::{FactsBuilder, Source};

/// Notes the morphology that a Condition carries, before the Observations are read.
pub(super) fn collect_morphology(known: &mut Known<'_>, facts: &mut FactsBuilder, mut record: Record<'_>) {
    record.date_by(&["recordedDate", "onsetDateTime", "onsetPeriod"], known.as_of);
    let stands = standing(record.node, known.as_of).is_some_and(Standing::was_there);
    if !stands || known.others.has(&record.place) {
        return;
    }
    let node = record.node;
    let carried = MORPHOLOGY
        .iter()
        .filter_map(|name| node.extension(name)?.get("valueCodeableConcept"));
    for concept in carried.chain(node.get("code")) {
        name_of(known, facts, &record, concept);
    }
}

/// Notes whether a morphology is well differentiated by name, and what its sixth digit says against it.
fn name_of(known: &mut Known<'_>, facts: &mut FactsBuilder, record: &Record<'_>, concept: Node<'_>) {
    for coding in concept.codings().iter().filter(|coding| is_net(coding)) {
        known.is_net_by_name = true;
        if let Some((_, Some(digit))) = morphology(coding) {
            let recorded = concept.shown().unwrap_or_default();
            general_grading(facts, record, recorded, &digit.to_string());
        }
    }
}

/// Notes what a histology Observation of the chart says, before the Conditions are read.
pub(super) fn collect_histology(known: &mut Known<'_>, facts: &mut FactsBuilder, mut record: Record<'_>) {
    let codes = known.codes;
    let node = record.node;
    record.date_by(OBSERVATION_DATES, known.as_of);
    let future = record.effective.is_some_and(|date| date.earliest() > known.as_of);
    if !usable_status(&mut record) || future || is_of_another(known, &record) {
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
        if let Some(note) = is_of_elsewhere(known, &record, part) {
            if neuroendocrine {
                let mut evidence = evidence;
                evidence.notes.push(note.into());
                facts.shown(FactId::Pnet, evidence);
            }
            continue;
        }
        name_of(known, facts, &record, value);
        let own = sites(node, codes);
        let pancreas = tumour_sites(known, &record).only(Site::Pancreas);
        if neuroendocrine && (pancreas || codings.iter().any(|coding| names_pancreas(coding, codes))) {
            add(
                facts,
                FactId::Pnet,
                "present",
                Source::Observation,
                evidence.clone(),
            );
        }
        if own.none() || own.only(Site::Pancreas) {
            let focus: Vec<&str> = node.all("focus").filter_map(|f| f.text("reference")).collect();
            known.histologies.add(neuroendocrine, evidence, &focus);
        }
    }
}

/// Why a histology is not known to be of the pancreas, if there is a reason: interpretation, since the specification
/// asks for a "pancreas with neuroendocrine morphology" and says nothing of a second tumour.
fn is_of_elsewhere(known: &Known<'_>, record: &Record<'_>, part: Node<'_>) -> Option<&'static str> {
    if is_of_another_tumour(known, record) {
        return Some("its focus is another tumour");
    }
    if value::interpreted(part, known.codes) == Some(false) {
        return Some("negative by its interpretation");
    }
    let found = tumour_sites(known, record);
    if let Owner::Another(note) | Owner::Unclear(note) = of_sites(known, &found) {
        return Some(note);
    }
    let placed = found.has(Site::Pancreas)
        || record
            .node
            .all("focus")
            .filter_map(|focus| focus.text("reference"))
            .any(|focus| focus.contains("Condition/"));
    (known.others.any && !placed).then_some("another tumour is recorded, and nothing says of which this is")
}
