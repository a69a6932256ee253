//! The diagnoses that codes name, and which of them are of a tumour.

use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Named, Site};

/// Whether what a code names is of a tumour.
pub(super) fn names_a_tumour(named: Named) -> bool {
    match named {
        Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => is_of_a_tumour(fact),
        Named::PortalVeinThrombosis => false,
        _ => true,
    }
}

/// The fact that such a code is shown on.
pub(super) fn stated_by(named: Named) -> FactId {
    match named {
        Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => fact,
        Named::Metastasis(Site::LymphNodes) => FactId::DistantLymphNodeMetastases,
        Named::Metastasis(_) | Named::MetastasisOfSomeSite => FactId::ExtrahepaticMetastases,
        Named::NonFunctioning | Named::Syndrome(_) => FactId::Functioning,
        _ => FactId::Pnet,
    }
}

/// The diagnoses that codes name.
pub(super) fn names(codings: &[Coding<'_>], codes: &Codes) -> Vec<Named> {
    let meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
    let named = meanings.filter_map(|meaning| match meaning {
        Meaning::Names(named) => Some(named),
        _ => None,
    });
    named.collect()
}

/// Facts of the tumour and its metastases, of which another tumour has its own.
pub(super) fn is_of_a_tumour(fact: FactId) -> bool {
    fact.is_of_one_tumour() || fact.info().of_a_tumour
}
