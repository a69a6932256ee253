//! What the knowledge is: its edition, what it is for, and what stands on every card.

use super::coding::Coding;
use crate::assessment::{Cited, KnowledgeRef};
use fhir_profiles::FactId;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// `package.toml`.
#[derive(Debug)]
pub struct Package {
    /// Id, version, hash, cut-off.
    pub reference: KnowledgeRef,
    /// Human title.
    pub title: String,
    /// What it is for.
    pub intended_use: String,
    /// What it must not be used for.
    pub misuse: String,
    /// The review's citation in one line.
    pub citation: String,
    /// The review's DOI link, absolute https.
    pub citation_url: String,
    /// Label of `Card.source`.
    pub source_label: String,
    /// `Card.source.topic` by card (`assessment`, `options-surgery`).
    pub topics: BTreeMap<String, Coding>,
    /// What no rule looks at, for the assessment card.
    pub not_looked_at: String,
    /// What no rule looks at and a record can say: a presence of one of these is said first of all.
    pub outside: Vec<FactId>,
    /// From which age on the review concerns a patient, in years, and what is said of a younger one.
    pub adults: (Decimal, String),
    /// Limits of the evidence, one sentence each.
    pub limits: Vec<Cited>,
    /// The review's guiding sentences.
    pub principles: Vec<Cited>,
    /// The 13 source attributes (CDS transparency), name and text.
    pub attributes: Vec<(String, String)>,
    /// Reasons a clinician can give for overriding a card.
    pub override_reasons: Vec<Coding>,
    /// What changed, newest version first: version and text.
    pub changes: Vec<(String, String)>,
}
