//! What the tests of orders share: orders, what is read of them, and the cards for an assessed vignette.

use acceptance::knowledge;
use cds_cards::assessment::{Assessment, OptionReport, Outcome, Role, Verdict};
use cds_cards::render::{Card, Indicator, Policy, render_orders};
use cds_cards::{Knowledge, Ordered, Proposal, assess, ordered, vignettes};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::json::Document;
use fhir_profiles::{Codes, Order, orders};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use uuid::Uuid;

pub(crate) static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| knowledge().unwrap());

pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const ATC: &str = "http://www.whocc.no/atc";
pub(crate) const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub(crate) const HCPCS: &str = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
pub(crate) const OURS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/treatments";
pub(crate) const TEXT: &str = "text";

pub(crate) const SSA: &[&str] = &["somatostatin-analogue", "ssa-intensification"];

/// A verdict, and of one to be confirmed whether a contraindication is not excluded, of one whose criteria are not met
/// whether that is by readings of ours alone.
pub(crate) type Case = (Verdict, bool);

pub(crate) const CASES: [Case; 7] = [
    (Verdict::Supported, false),
    (Verdict::Provisional, false),
    (Verdict::Provisional, true),
    (Verdict::Undetermined, false),
    (Verdict::NotSupported, true),
    (Verdict::NotSupported, false),
    (Verdict::Contraindicated, false),
];

pub(crate) fn case(report: &OptionReport) -> Case {
    let is_open = report
        .criteria
        .iter()
        .any(|c| c.role == Role::Contraindication && c.outcome == Outcome::Unknown);
    let mut deciding = report.criteria.iter().filter(|c| report.deciding.contains(&c.id));
    let apart = match report.verdict {
        Verdict::Provisional => is_open,
        Verdict::NotSupported => deciding.all(|c| c.interpretation),
        _ => false,
    };
    (report.verdict, apart)
}

/// What a case gives an order that means one option.
pub(crate) fn by_rule(case: Case) -> &'static str {
    match case {
        (Verdict::Supported, _) | (Verdict::Provisional, false) => "none",
        (Verdict::Undetermined, _) | (Verdict::Provisional | Verdict::NotSupported, true) => "info",
        (Verdict::NotSupported | Verdict::Contraindicated, _) => "warning",
    }
}

pub(crate) fn order(kind: &str, system: &str, code: &str) -> Value {
    let concept = match system {
        TEXT => json!({"text": code}),
        _ => json!({"coding": [{"system": system, "code": code}]}),
    };
    let key = match kind {
        "MedicationRequest" => "medicationCodeableConcept",
        _ => "code",
    };
    let mut order = json!({
        "resourceType": kind, "id": "o", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p"},
    });
    order[key] = concept;
    order
}

pub(crate) fn read(drafts: &[Value]) -> Vec<Order> {
    read_with(drafts, Codes::embedded())
}

pub(crate) fn read_with(drafts: &[Value], codes: &Codes) -> Vec<Order> {
    let entries: Vec<Value> = drafts.iter().map(|draft| json!({"resource": draft})).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string();
    let document: Document<'_> = bundle.parse().unwrap();
    let mut builder = ChartBuilder::new(Some("p"));
    builder.add(document.root());
    orders(&builder.finish().unwrap(), None, codes)
}

pub(crate) fn ordered_in(drafts: &[Value]) -> Ordered {
    ordered(&KNOWLEDGE, &read(drafts), |_| true)
}

pub(crate) fn proposed(drafts: &[Value]) -> Vec<Proposal> {
    ordered_in(drafts).proposals
}

pub(crate) fn options(drafts: &[Value]) -> Vec<Vec<String>> {
    let mut options: Vec<Vec<String>> = proposed(drafts).into_iter().map(|p| p.options).collect();
    options.sort();
    options
}

/// The cards on what the review says of the orders; those on what was given before are asked for by [`given_cards`].
pub(crate) fn cards(assessment: &Assessment, drafts: &[Value]) -> Vec<Card> {
    let policy = Policy {
        max_cards: 5,
        full: false,
        without_metastases: true,
        public_url: None,
        instance: Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let all = render_orders(&KNOWLEDGE, assessment, &ordered_in(drafts), &policy);
    all.into_iter().filter(|card| !is_of_given(card)).collect()
}

fn is_of_given(card: &Card) -> bool {
    card.summary().contains("given before")
}

/// The cards on what was given before.
pub(crate) fn given_cards(assessment: &Assessment, drafts: &[Value]) -> Vec<Card> {
    let policy = Policy {
        max_cards: 5,
        full: false,
        without_metastases: true,
        public_url: None,
        instance: Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let all = render_orders(&KNOWLEDGE, assessment, &ordered_in(drafts), &policy);
    all.into_iter().filter(is_of_given).collect()
}

pub(crate) fn word(cards: &[Card]) -> &'static str {
    match cards {
        [] => "none",
        [card] if card.indicator() == Indicator::Warning => "warning",
        [_] => "info",
        _ => "several",
    }
}

/// Every vignette's assessment.
pub(crate) static VIGNETTES: LazyLock<BTreeMap<String, Assessment>> = LazyLock::new(|| {
    let all = vignettes::embedded().unwrap().into_iter();
    all.map(|(name, vignette)| (name, assess(&KNOWLEDGE, &vignette.facts().unwrap())))
        .collect()
});

/// Those where the gate is passed.
pub(crate) static CHARTS: LazyLock<BTreeMap<&String, &Assessment>> = LazyLock::new(|| {
    let all = VIGNETTES.iter();
    all.filter(|(_, assessment)| !assessment.options.is_empty())
        .collect()
});

pub(crate) fn report<'a>(assessment: &'a Assessment, option: &str) -> &'a OptionReport {
    assessment
        .options
        .iter()
        .find(|report| report.id == option)
        .unwrap()
}

/// The first vignette in which the option is such a case, and decides: what else its code can mean is not supported.
pub(crate) fn chart(option: &str, wanted: Case) -> Option<(&'static String, &'static Assessment)> {
    let others = SSA.iter().filter(|_| option == SSA[0]).skip(1);
    VIGNETTES
        .iter()
        .filter(|(name, _)| CHARTS.contains_key(name))
        .find(|(_, assessment)| {
            case(report(assessment, option)) == wanted
                && others
                    .clone()
                    .all(|other| by_rule(case(report(assessment, other))) == "warning")
        })
}
