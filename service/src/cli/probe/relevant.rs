//! Codes that no fact reads although their text looks as if one should, and a ConceptMap to begin with.

use super::views::{Concept, Resource};
use fhir_profiles::FactId;
use fhir_profiles::codes::{BASE, Codes, TEXT_SYSTEM};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Words in lower case, and the fact that a code with one may be about; the first that stands in the text counts.
const WORDS: &[(&str, FactId)] = &[
    ("ki-67", FactId::Ki67),
    ("ki67", FactId::Ki67),
    ("mib-1", FactId::Ki67),
    ("mitotic", FactId::Mitoses),
    ("mitoses", FactId::Mitoses),
    ("chromogranin", FactId::ChromograninA),
    ("5-hiaa", FactId::Hiaa),
    ("hydroxyindole", FactId::Hiaa),
    ("insulin", FactId::Insulin),
    ("glucagon", FactId::Glucagon),
    ("gastrin", FactId::Gastrin),
    ("vasoactive", FactId::Vip),
    ("krenning", FactId::SstrUptake),
    ("somatostatin receptor", FactId::SstrUptake),
    ("dotatate", FactId::SstrUptake),
    ("dotatoc", FactId::SstrUptake),
    ("ecog", FactId::Ecog),
    ("performance status", FactId::Ecog),
    ("pancreaticoduodenectomy", FactId::PriorPancreaticoduodenectomy),
    ("pancreatoduodenectomy", FactId::PriorPancreaticoduodenectomy),
    ("whipple", FactId::PriorPancreaticoduodenectomy),
    ("pancreatectomy", FactId::PrimaryResected),
    ("portal vein", FactId::PortalVein),
    ("peritone", FactId::DiffusePeritonealMetastases),
    ("liver metasta", FactId::LiverMetastases),
    ("hepatic metasta", FactId::LiverMetastases),
    ("metasta", FactId::ExtrahepaticMetastases),
    ("tumour size", FactId::TumourSize),
    ("tumor size", FactId::TumourSize),
    ("differentiat", FactId::Differentiation),
    ("histologic grade", FactId::GradeRecorded),
    ("tumor grade", FactId::GradeRecorded),
    ("tumour grade", FactId::GradeRecorded),
    ("resectab", FactId::Resectability),
    ("surgical margin", FactId::Margins),
    ("child-pugh", FactId::LiverReserve),
    ("tnm", FactId::StageRecorded),
    ("stage group", FactId::StageRecorded),
    ("neuroendocrine", FactId::Pnet),
    ("islet cell", FactId::Pnet),
    ("carcinoid", FactId::Functioning),
];

/// A code that is not read.
#[derive(Debug, Serialize)]
pub(super) struct Unmapped {
    /// The code system, or that of texts.
    pub(super) system: String,
    pub(super) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) display: String,
    /// The fact that it may be about, for a person to check.
    pub(super) suggests: FactId,
    /// Resources that have it.
    pub(super) references: BTreeSet<String>,
}

/// Codes of Observations, Procedures and Conditions that no fact reads and whose text has one of the words.
pub(super) fn find(codes: &Codes, resources: &[Resource]) -> Vec<Unmapped> {
    let mut found: BTreeMap<(String, String), Unmapped> = BTreeMap::new();
    for resource in resources {
        let kind = resource.resource_type.as_str();
        if !matches!(kind, "Observation" | "Procedure" | "Condition") {
            continue;
        }
        for concept in resource.concepts() {
            for (system, code, display) in unknown(codes, concept) {
                let Some(suggests) = suggestion(concept, &display) else {
                    continue;
                };
                let entry = found.entry((system.clone(), code.clone())).or_insert(Unmapped {
                    system,
                    code,
                    display,
                    suggests,
                    references: BTreeSet::new(),
                });
                entry.references.insert(resource.reference());
            }
        }
    }
    found.into_values().collect()
}

/// The codings of a concept of which no one is read, or its text where it has no code.
fn unknown(codes: &Codes, concept: &Concept) -> Vec<(String, String, String)> {
    let text = concept.text.clone().unwrap_or_default();
    let mut coded = Vec::new();
    for coding in concept.codings() {
        let system = coding.system.clone().unwrap_or_default();
        let Some(code) = coding.code.clone().filter(|code| !code.trim().is_empty()) else {
            continue;
        };
        if codes.knows(&system, &code) {
            return Vec::new();
        }
        let display = coding.display.clone().unwrap_or_else(|| text.clone());
        coded.push((system, code, display));
    }
    if coded.is_empty() && !text.trim().is_empty() && !codes.knows(TEXT_SYSTEM, &text) {
        coded.push((TEXT_SYSTEM.to_owned(), text, String::new()));
    }
    coded
}

fn suggestion(concept: &Concept, display: &str) -> Option<FactId> {
    let text = format!("{display}\n{}", concept.text.as_deref().unwrap_or_default()).to_lowercase();
    let found = WORDS.iter().find(|(word, _)| text.contains(word));
    found.map(|(_, fact)| *fact)
}

/// A ConceptMap of what was found, by source system. A code without a system cannot be mapped.
pub(super) fn concept_map(unmapped: &[Unmapped]) -> Option<Value> {
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for one in unmapped.iter().filter(|one| !one.system.is_empty()) {
        let target = json!([{"code": one.suggests.as_str(), "equivalence": "equivalent"}]);
        let mut element = json!({"code": one.code, "target": target});
        if let (Some(element), false) = (element.as_object_mut(), one.display.is_empty()) {
            element.insert("display".to_owned(), json!(one.display));
        }
        groups.entry(&one.system).or_default().push(element);
    }
    let target = format!("{BASE}/CodeSystem/facts");
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(system, elements)| json!({"source": system, "target": target, "element": elements}))
        .collect();
    (!groups.is_empty()).then(|| {
        json!({
            "resourceType": "ConceptMap",
            "status": "draft",
            "description": "Made by `pnet-cds probe` from words in the displays. Check every target: a wrong one is a wrong fact.",
            "group": groups,
        })
    })
}
