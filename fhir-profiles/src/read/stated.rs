//! What a record that is not read could have stated, by its codes or else by its kind.

use super::known::Known;
use crate::catalogue::FactId::{self, *};
use crate::catalogue::{Catalogue, observed};
use crate::chart::{Coding, Item, is_of_medication};
use crate::codes::{Meaning, Named, Site};
use std::collections::BTreeSet;

/// What a metastasis of a site that is not named can bear on.
const SOME_METASTASIS: [FactId; 4] = [
    LiverMetastases,
    ExtrahepaticMetastases,
    DistantLymphNodeMetastases,
    DiffusePeritonealMetastases,
];

/// What a record could have stated.
pub(super) enum Stated {
    /// These facts, since its codes mean them.
    Named(BTreeSet<FactId>),
    /// One of these, as every record of its kind.
    Any(BTreeSet<FactId>),
}

impl Stated {
    pub(super) fn facts(&self) -> &BTreeSet<FactId> {
        match self {
            Self::Named(facts) | Self::Any(facts) => facts,
        }
    }
}

/// What a record could have stated. A code of which nothing is read excludes every fact only where the code itself
/// can be trusted.
pub(super) fn stated(known: &Known<'_>, item: &Item<'_>, trusted: bool) -> Stated {
    if item.has_two_types() {
        return Stated::Any(known.codes.catalogue().facts().collect());
    }
    let said = known.medications.said(&item.narrow);
    let around = std::iter::once(&*item.narrow).chain(&item.narrow.contained);
    let codings = around.flat_map(|narrow| {
        let parts = narrow.components.iter().chain(&narrow.value);
        narrow.code.codings.iter().chain(parts)
    });
    let named: BTreeSet<FactId> = codings
        .chain(&said.codings)
        .flat_map(|coding| known.codes.meanings(coding))
        .flat_map(facts_of)
        .collect();
    if !named.is_empty() {
        return Stated::Named(named);
    }
    let is_coded = |coding: &Coding<'_>| {
        coding.written().is_some() && !coding.is_text() && coding.code_without_system().is_none()
    };
    if trusted && item.narrow.code.codings.iter().any(is_coded) {
        return Stated::Named(BTreeSet::new());
    }
    Stated::Any(of_kind(known.codes.catalogue(), item.kind()))
}

/// The facts that a code can bear on, the facts that follow from others among them.
fn facts_of(meaning: Meaning) -> Vec<FactId> {
    let metastasis = |site| match site {
        Site::Liver => vec![LiverMetastases],
        Site::Peritoneum => vec![ExtrahepaticMetastases, DiffusePeritonealMetastases],
        Site::LymphNodes => vec![ExtrahepaticMetastases, DistantLymphNodeMetastases],
        Site::OtherOrgan | Site::Pancreas => vec![ExtrahepaticMetastases],
    };
    match meaning {
        Meaning::Fact(M) | Meaning::Asks(M) => vec![M, LiverMetastases, ExtrahepaticMetastases],
        Meaning::Fact(TumourSize) | Meaning::Asks(TumourSize) => vec![TumourSize, LargestLiverLesion],
        Meaning::Fact(fact) | Meaning::Asks(fact) => vec![fact],
        Meaning::Ki67Presence => vec![Ki67],
        Meaning::Grade { .. } => vec![GradeRecorded, Differentiation],
        Meaning::Histology => vec![Pnet, Functioning],
        Meaning::Karnofsky => vec![Ecog],
        Meaning::MetastasisSite => SOME_METASTASIS.to_vec(),
        Meaning::HistoryOfLiverMetastases => vec![LiverMetastases],
        Meaning::Says(LiverReserve, _) => vec![LiverReserve],
        Meaning::Names(named) => match named {
            Named::Pnet | Named::NetOfSomeSite | Named::PancreaticTumour | Named::DigestiveTumour => {
                vec![Pnet]
            }
            Named::NonFunctioning => vec![Functioning],
            Named::Syndrome(_) => vec![Pnet, Functioning],
            Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => vec![fact],
            Named::Metastasis(site) => metastasis(site),
            Named::MetastasisOfSomeSite => SOME_METASTASIS.to_vec(),
            Named::PortalVeinThrombosis => vec![PortalVein],
        },
        Meaning::Resection { whipple } => match whipple {
            true => vec![
                PrimaryResected,
                PriorPancreaticoduodenectomy,
                BilioentericAnastomosis,
            ],
            false => vec![PrimaryResected],
        },
        Meaning::Drug(_) => vec![OnSsa, PriorSystemicTherapy],
        _ => Vec::new(),
    }
}

/// What records of a kind can state.
fn of_kind(catalogue: &Catalogue, kind: &str) -> BTreeSet<FactId> {
    let observed: Vec<&str> = observed().collect();
    let themes: &[&str] = match kind {
        "Patient" => return BTreeSet::from([Age]),
        "Condition" => &["conditions"],
        "Observation" => &observed,
        "DiagnosticReport" => &["reports"],
        "Procedure" => &["procedures"],
        "Medication" => &["medications"],
        kind if is_of_medication(kind) => &["medications"],
        _ => &[],
    };
    themes
        .iter()
        .flat_map(|theme| catalogue.of_theme(theme))
        .collect()
}
