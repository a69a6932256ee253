//! Draft orders: which treatments they order, by code or by name. No fact is read from them.

use super::element::{Node, Tree};
use super::medication::{ANALOGUE, Drugs, Medications, TAKEN_BACK, drugs, drugs_of, drugs_of_concept};
use super::words::has_words;
use crate::chart::{Chart, Coding, Item};
use crate::codes::{Codes, Meaning};
use crate::treatments::Treatment;
use std::collections::BTreeSet;

/// Statuses of what is no order, or none any more. Interpretation: a status that is missing or unknown is one that a
/// clinician may still sign.
const NO_ORDER: &[&str] = &[
    "cancelled",
    "revoked",
    "stopped",
    "ended",
    "completed",
    "not-done",
    "entered-in-error",
];

/// Words that place a procedure in the liver.
const LIVER: &[&str] = &["liver", "hepatic", "hepatocellular", "hepar"];

/// Names of procedures in either spelling, with words of which one must stand beside them where the name alone says
/// too little. Interpretation, as the names of drugs: no list of codes is complete.
const NAMES: &[(&str, &[&str], &[&str])] = &[
    (
        "radiofrequency-ablation",
        &["radiofrequency ablation", "radio-frequency ablation", "rfa"],
        LIVER,
    ),
    (
        "cryotherapy",
        &["cryotherapy", "cryoablation", "cryosurgery"],
        LIVER,
    ),
    (
        "ethanol-injection",
        &["ethanol injection", "ethanol ablation", "alcohol injection"],
        LIVER,
    ),
    (
        "transarterial-chemoembolisation",
        &["tace", "chemoembolisation", "chemoembolization"],
        &[],
    ),
    (
        "transarterial-embolisation",
        &[
            "transarterial embolisation",
            "transarterial embolization",
            "artery embolisation",
            "artery embolization",
            "arterial embolisation",
            "arterial embolization",
            "bland embolisation",
            "bland embolization",
            "tae",
        ],
        LIVER,
    ),
    (
        "radioembolisation",
        &[
            "sirt",
            "radioembolisation",
            "radioembolization",
            "selective internal radiotherapy",
            "selective internal radiation therapy",
        ],
        &[],
    ),
    ("prrt", &["prrt", "peptide receptor radionuclide therapy"], &[]),
    (
        "liver-transplantation",
        &[
            "liver transplantation",
            "liver transplant",
            "hepatic transplantation",
        ],
        &[],
    ),
    (
        "liver-resection",
        &[
            "hepatectomy",
            "hemihepatectomy",
            "liver resection",
            "resection of liver",
            "hepatic resection",
        ],
        &[],
    ),
    ("liver-resection", &["metastasectomy"], LIVER),
    (
        "pancreatic-resection",
        &[
            "pancreatectomy",
            "pancreaticoduodenectomy",
            "pancreatoduodenectomy",
            "whipple procedure",
        ],
        &[],
    ),
    (
        "cytoreductive-surgery",
        &["cytoreductive surgery", "debulking surgery"],
        &[],
    ),
];

/// Words beside which the name of a procedure is not what is ordered.
const ABOUT: &[&str] = &[
    "evaluation",
    "assessment",
    "consultation",
    "consult",
    "referral",
    "refer",
    "follow-up",
    "follow up",
    "after",
    "post",
    "prior",
    "previous",
    "status",
    "history",
    "planning",
    "simulation",
    "mapping",
    "work-up",
    "workup",
    "discussion",
    "education",
    "screening",
    "donor",
];

/// One order of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// `Type/id`, or the position in the Bundle; chart data.
    pub reference: String,
    /// What is ordered, as written; chart data, escaped wherever it is shown.
    pub wording: String,
    /// What it orders; several where it names several.
    pub treatments: BTreeSet<Treatment>,
    full_url: Option<String>,
}

impl Order {
    /// Whether a member of `context.selections` means this order: `Type/id`, the bare id, an address that ends in
    /// `Type/id`, or the `fullUrl` of its entry.
    pub fn is_selected_by(&self, selection: &str) -> bool {
        let selection = selection.trim();
        let selection = selection.split("/_history").next().unwrap_or(selection);
        let (_, id) = self.reference.split_once('/').unwrap_or_default();
        let address_of_it = || {
            selection
                .strip_suffix(&self.reference)
                .is_some_and(|head| head.is_empty() || head.ends_with('/'))
        };
        (!id.is_empty() && (selection == id || address_of_it()))
            || self.full_url.as_deref().is_some_and(|url| url == selection)
    }
}

/// The ServiceRequests, MedicationRequests and Procedures of a chart that are orders, with what they order; an order of
/// something else has no treatments. An order that cannot be read as FHIR is read by its code alone.
pub fn orders(chart: &Chart<'_>, codes: &Codes) -> Vec<Order> {
    let medications = Medications::of(chart);
    let raw = chart.raw(|_| true);
    let is_kind =
        |item: &&Item<'_>| matches!(item.kind(), "ServiceRequest" | "MedicationRequest" | "Procedure");
    let found = chart.items().iter().filter(is_kind).filter_map(|item| {
        let json = raw.get(item.root)?.get(item.position).copied().flatten();
        let tree = json.and_then(|json| Tree::parse(json.get()));
        if tree.as_ref().is_some_and(|tree| is_no_order(tree.root())) {
            return None;
        }
        let (treatments, wording) = match &tree {
            Some(tree) => read(tree.root(), &medications, codes),
            None => read_narrowly(item, codes),
        };
        Some(Order {
            reference: item.place(),
            wording,
            treatments,
            full_url: item.full_url.as_deref().map(str::to_owned),
        })
    });
    found.collect()
}

fn is_no_order(node: Node<'_>) -> bool {
    let status = node.text("status").unwrap_or_default().trim();
    NO_ORDER.contains(&status) || node.flag("doNotPerform") == Some(true)
}

type Read = (BTreeSet<Treatment>, String);

fn read(node: Node<'_>, medications: &Medications<'_>, codes: &Codes) -> Read {
    let (drugs_of_medication, mut wording) = drugs_of(node, medications, codes);
    let mut found = of_drugs(drugs_of_medication);
    let concepts = ["code", "medicationCodeableConcept", "medication"];
    for concept in concepts.into_iter().filter_map(|key| node.get(key)) {
        let texts: Vec<&str> = concept.texts().collect();
        found.extend(treatments(&concept.codings(), &texts, codes));
        if wording.is_empty() {
            wording = concept.wording().unwrap_or_default().to_owned();
        }
    }
    (found, wording)
}

fn read_narrowly(item: &Item<'_>, codes: &Codes) -> Read {
    let mut found = BTreeSet::new();
    let mut wording = String::new();
    for concept in [&item.narrow.code, &item.narrow.medication] {
        let displays = concept.codings.iter().filter_map(|c| c.display.as_deref());
        let texts: Vec<&str> = concept.text.as_deref().into_iter().chain(displays).collect();
        found.extend(of_drugs(drugs_of_concept(concept, None, codes)));
        found.extend(treatments(&concept.codings, &texts, codes));
        if wording.is_empty() {
            wording = texts.first().copied().unwrap_or_default().to_owned();
        }
    }
    (found, wording)
}

fn of_drugs(drugs: Drugs) -> BTreeSet<Treatment> {
    let code = |drug: &'static str| {
        if drug == ANALOGUE {
            "somatostatin-analogue"
        } else {
            drug
        }
    };
    let named = drugs.into_iter().map(code);
    named.filter_map(Treatment::parse).collect()
}

/// What a concept orders, drugs in a ServiceRequest included.
fn treatments(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> BTreeSet<Treatment> {
    let coded = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::Treats(treatment) => Treatment::parse(treatment),
            Meaning::Resection { .. } => Treatment::parse("pancreatic-resection"),
            _ => None,
        });
    let meant = |text: &&&str| !TAKEN_BACK.iter().chain(ABOUT).any(|word| has_words(text, word));
    let holds = |names: &[&str]| {
        texts
            .iter()
            .filter(meant)
            .any(|text| names.iter().any(|name| has_words(text, name)))
    };
    let named = NAMES
        .iter()
        .filter(|(_, names, beside)| holds(names) && (beside.is_empty() || holds(beside)))
        .filter_map(|(treatment, ..)| Treatment::parse(treatment));
    let mut found: BTreeSet<Treatment> = coded.chain(named).collect();
    found.extend(of_drugs(drugs(codings, texts.iter().copied(), codes)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_a_treatment_and_in_lower_case() {
        for (treatment, names, beside) in NAMES {
            assert!(Treatment::parse(treatment).is_some(), "{treatment}");
            for name in names.iter().chain(*beside) {
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }
}
