//! Draft orders: which treatments they order, by code or by name. No fact is read from them.

use super::drugs::{ANALOGUE, Drugs, as_given, named};
use super::element::{Node, Tree};
use super::products::{Medications, Said};
use super::wording::{ORDERS, OrderOf, Place, drugs_ordered, is_elsewhere, is_liver, orders_procedure};
use crate::chart::{Chart, Coding, Item};
use crate::codes::system::LOINC;
use crate::codes::{Codes, Meaning, Site};
use crate::text::has_words;
use crate::treatments::Treatment;
use std::collections::{BTreeMap, BTreeSet};

/// Statuses of what is no order, or none any more. Interpretation I24: a status that is missing or unknown is one that a
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

/// Categories of tests: the codes of HL7's categories and tables, of SNOMED CT, and their names.
const LABORATORY: &[&str] = &["laboratory", "lab", "108252007"];
const IMAGING: &[&str] = &["imaging", "radiology", "rad", "363679005"];

/// One order of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// `Type/id`, or the position in the Bundle; chart data.
    pub reference: String,
    /// What is ordered, as written; chart data, escaped wherever it is shown.
    pub wording: String,
    /// What it orders; several where it names several.
    pub treatments: BTreeSet<Treatment>,
    /// Why nobody can tell what it orders; nothing where it says so, be it something that is not read.
    pub unread: Option<Unread>,
    full_url: Option<String>,
}

/// Why it is not known what an order is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Neither it nor its Medication has a code or a name.
    Unnamed,
    /// It has no name, and what it refers to is not among the resources.
    Unsent {
        /// The references that lead nowhere, as written; chart data.
        references: Vec<String>,
    },
}

/// Drafts by every name that a member of `context.selections` may call them by.
#[derive(Default)]
struct Names<'o> {
    /// By id, by `Type/id`, and by the `fullUrl` of the entry.
    ids: BTreeMap<&'o str, Vec<usize>>,
    references: BTreeMap<&'o str, Vec<usize>>,
    urls: BTreeMap<&'o str, Vec<usize>>,
    /// How many steps references have, which of most have two.
    steps: BTreeSet<usize>,
}

impl<'o> Names<'o> {
    fn of(drafts: &'o [Order]) -> Self {
        let mut names = Self::default();
        for (at, draft) in drafts.iter().enumerate() {
            let (_, id) = draft.reference.split_once('/').unwrap_or_default();
            if !id.is_empty() {
                names.ids.entry(id).or_default().push(at);
                names.references.entry(&draft.reference).or_default().push(at);
                names.steps.insert(draft.reference.matches('/').count() + 1);
            }
            if let Some(url) = draft.full_url.as_deref() {
                names.urls.entry(url).or_default().push(at);
            }
        }
        names
    }

    /// Takes out the drafts that a selection means: by `Type/id`, the bare id, an address that ends in `Type/id`, or the
    /// `fullUrl`; whether it means any, be it that another has taken them out.
    fn take(&mut self, selection: &str, taken: &mut BTreeSet<usize>) -> bool {
        let selection = selection.trim();
        let selection = selection.split("/_history").next().unwrap_or(selection);
        let ends = self.steps.iter().map(|steps| {
            let start = selection.rmatch_indices('/').nth(steps - 1);
            start.map_or(selection, |(at, _)| selection.get(at + 1..).unwrap_or(selection))
        });
        let ends: Vec<&str> = ends.collect();
        let mut found = false;
        let mut look_up = |names: &mut BTreeMap<&str, Vec<usize>>, name: &str| {
            if let Some(drafts) = names.get_mut(name) {
                found = true;
                taken.extend(drafts.drain(..));
            }
        };
        look_up(&mut self.ids, selection);
        look_up(&mut self.urls, selection);
        for end in ends {
            look_up(&mut self.references, end);
        }
        found
    }
}

/// The positions of the drafts that the members of `context.selections` mean; nothing where one of them means none.
pub fn selected<'s>(
    drafts: &[Order],
    selections: impl IntoIterator<Item = &'s str>,
) -> Option<BTreeSet<usize>> {
    let mut names = Names::of(drafts);
    let mut taken = BTreeSet::new();
    let mut selections = selections.into_iter();
    selections
        .all(|selection| names.take(selection, &mut taken))
        .then_some(taken)
}

/// The ServiceRequests, MedicationRequests and Procedures of a chart that are orders, with what they order; an order of
/// something else has no treatments. Medications that an order refers to are looked for in the order, among the drafts
/// and then among the `records`. An order that cannot be read as FHIR is read by its code alone.
pub fn orders(drafts: &Chart<'_>, records: Option<&Chart<'_>>, codes: &Codes) -> Vec<Order> {
    let medications = Medications::of(records.into_iter().chain([drafts]));
    let is_kind =
        |item: &&Item<'_>| matches!(item.kind(), "ServiceRequest" | "MedicationRequest" | "Procedure");
    let found = drafts.items().iter().filter(is_kind).filter_map(|item| {
        let tree = Tree::parse(item.json);
        if tree.as_ref().is_some_and(|tree| is_no_order(tree.root())) {
            return None;
        }
        let around = tree
            .as_ref()
            .map(|tree| around(tree.root(), kind(item), codes))
            .unwrap_or_else(|| Around::nothing(kind(item)));
        let said = medications.said(&item.narrow);
        if item.doubled.is_some() {
            // Which of the two counts is anybody's guess.
            return Some(Order {
                reference: item.place(),
                wording: String::new(),
                treatments: BTreeSet::new(),
                unread: Some(Unread::Unnamed),
                full_url: item.full_url.map(str::to_owned),
            });
        }
        Some(Order {
            reference: item.place(),
            treatments: treatments(&said.codings, &said.texts, &around, codes),
            unread: unread(&said),
            wording: said.wording,
            full_url: item.full_url.map(str::to_owned),
        })
    });
    found.collect()
}

/// Interpretation I25: a code that nobody here knows is the code of something else, and a name is as good as a code.
fn unread(said: &Said<'_>) -> Option<Unread> {
    if !said.wording.is_empty() {
        return None;
    }
    Some(match said.unsent.as_slice() {
        [] => Unread::Unnamed,
        some => Unread::Unsent {
            references: some.iter().map(|reference| (*reference).to_owned()).collect(),
        },
    })
}

fn is_no_order(node: Node<'_>) -> bool {
    let status = node.text("status").unwrap_or_default().trim();
    NO_ORDER.contains(&status) || node.flag("doNotPerform") == Some(true)
}

/// What else than its code an order says of what it is.
struct Around<'t> {
    kind: OrderOf,
    /// Whether it is filed as a test of the laboratory.
    laboratory: bool,
    imaging: bool,
    /// How its body sites are written.
    sites: Vec<&'t str>,
    liver: bool,
    elsewhere: bool,
}

impl Around<'_> {
    fn nothing(kind: OrderOf) -> Self {
        Self {
            kind,
            laboratory: false,
            imaging: false,
            sites: Vec::new(),
            liver: false,
            elsewhere: false,
        }
    }
}

fn kind(item: &Item<'_>) -> OrderOf {
    match item.kind() {
        "MedicationRequest" => OrderOf::Medication,
        _ => OrderOf::Service,
    }
}

fn around<'t>(node: Node<'t>, kind: OrderOf, codes: &Codes) -> Around<'t> {
    let is_filed = |names: &[&str]| {
        node.all("category").any(|category| {
            let named = |text: &str| names.iter().any(|name| has_words(text, name));
            category.texts().any(named)
                || category
                    .codings()
                    .iter()
                    .any(|coding| coding.written().is_some_and(named))
        })
    };
    let at = |wanted: fn(Site) -> bool| {
        node.all("bodySite")
            .flat_map(Node::codings)
            .flat_map(|coding| codes.meanings(&coding))
            .any(|meaning| matches!(meaning, Meaning::At(site) if wanted(site)))
    };
    Around {
        kind,
        laboratory: kind == OrderOf::Service && is_filed(LABORATORY),
        imaging: kind == OrderOf::Service && is_filed(IMAGING),
        sites: node.all("bodySite").flat_map(Node::texts).collect(),
        liver: at(|site| site == Site::Liver),
        elsewhere: at(|site| site != Site::Liver),
    }
}

/// What a Procedure was, by the code and the names by which an order would have asked for it.
pub(super) fn done(
    node: Node<'_>,
    codings: &[Coding<'_>],
    texts: &[&str],
    codes: &Codes,
) -> BTreeSet<Treatment> {
    let around = around(node, OrderOf::Service, codes);
    let named = treatments(codings, texts, &around, codes);
    named
        .into_iter()
        .filter_map(|treatment| as_given(treatment.as_str()))
        .collect()
}

/// Whether a text may name a treatment, wherever in the body it is done.
pub(super) fn may_be_named(texts: &[&str], codes: &Codes) -> bool {
    let mut procedures = ORDERS.procedures.iter();
    let procedures = procedures.any(|procedure| orders_procedure(texts, &procedure.names));
    procedures || named(texts, codes).next().is_some()
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

/// What a concept orders, drugs in a ServiceRequest included unless it is a test: LOINC has the names of tests alone.
fn treatments(
    codings: &[Coding<'_>],
    texts: &[&str],
    around: &Around<'_>,
    codes: &Codes,
) -> BTreeSet<Treatment> {
    let is_loinc = |coding: &&Coding<'_>| coding.is_in(LOINC);
    let tests: BTreeSet<Option<&str>> = codings.iter().filter(is_loinc).map(Coding::display).collect();
    let is_of_test = |text: &str| tests.contains(&Some(text));
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !is_of_test(text)).collect();
    let coded = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::Treats(treatment) => Treatment::parse(treatment),
            Meaning::Resection { .. } => Treatment::parse("pancreatic-resection"),
            _ => None,
        });
    let places: Vec<&str> = texts.iter().chain(&around.sites).copied().collect();
    let is_there = |place: Place| match place {
        Place::Any => true,
        Place::Liver => around.liver || is_liver(&places),
        Place::NotElsewhere => {
            around.liver || is_liver(&places) || !(around.elsewhere || is_elsewhere(&places))
        }
    };
    let named = ORDERS
        .procedures
        .iter()
        .filter(|procedure| is_there(procedure.place) && orders_procedure(&texts, &procedure.names))
        .filter_map(|procedure| Treatment::parse(&procedure.treatment));
    let mut found: BTreeSet<Treatment> = coded.chain(named).collect();
    if !around.laboratory && tests.is_empty() {
        let mut drugs = drugs_ordered(codings, &texts, around.kind, codes);
        if around.imaging {
            // Departments of nuclear medicine file their therapies with their scans.
            drugs.retain(|drug| *drug == "lutetium-dotatate");
        }
        found.extend(of_drugs(drugs));
    }
    found
}
