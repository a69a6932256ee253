//! What one code can mean.

use crate::catalogue::id::FactId;
use crate::facts::{Basis, System};

/// A part of the body that decides what a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Liver,
    Pancreas,
    OtherOrgan,
    Peritoneum,
    LymphNodes,
}

/// What the code of a Condition names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Pnet,
    NetOfSomeSite,
    PancreaticTumour,
    DigestiveTumour,
    NonFunctioning,
    Syndrome(&'static str),
    Presence(FactId),
    /// A word of a fact of which several may hold, once and for all.
    Holds(FactId, &'static str),
    Metastasis(Site),
    MetastasisOfSomeSite,
    PortalVeinThrombosis,
    /// Close to a fact, but no evidence of it: shown.
    Hint(FactId),
}

/// What one code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The project's own code of a fact.
    Fact(FactId),
    /// An Observation with this code gives the fact.
    Asks(FactId),
    Ki67Presence,
    Grade {
        net: bool,
    },
    Histology,
    Karnofsky,
    /// A report that may contain Observations; nothing is read from itself.
    Report,
    MetastasisSite,
    HistoryOfLiverMetastases,
    /// The classification is clinical or pathological.
    By(Basis),
    Affirms,
    Denies,
    Says(FactId, &'static str),
    NotAssessed(FactId),
    Counts(FactId, i64),
    Spans(FactId, &'static str),
    At(Site),
    Under(System),
    Names(Named),
    Morphology,
    Resection {
        whipple: bool,
    },
    Drug(&'static str),
    /// A treatment that is no drug, as an order names it; no fact is read from it.
    Treats(&'static str),
    /// A mapped code of one of the project's own value codes.
    Word(&'static str),
    /// A grade, if it was given by the method of the WHO.
    WhoGrade(&'static str),
    /// The code says that there is no answer.
    NoAnswer,
}
