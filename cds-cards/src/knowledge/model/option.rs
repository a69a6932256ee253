//! An option: what it asks for, what is said of it and what orders mean it.

use super::criterion::Criterion;
use super::place::Place;
use crate::assessment::{Cited, Group, Role};
use fhir_profiles::Treatment;
use std::collections::{BTreeMap, BTreeSet};

/// One option.
#[derive(Debug)]
pub struct OptionKnowledge {
    /// Its id.
    pub id: String,
    /// What a clinician calls it.
    pub label: String,
    /// What it is called where room is short.
    pub short: String,
    /// Whether the review gives it no criterion of its own: it is never the only option named in a summary.
    pub by_analogy: bool,
    /// Its group.
    pub group: Group,
    /// What limits its use whatever the patient ("only within clinical studies"), if anything.
    pub restriction: Option<Cited>,
    /// Its criteria in order.
    pub criteria: Vec<(String, Role)>,
    /// The statements a criterion rests on in this option, where they are not those of the criterion itself.
    pub statements: BTreeMap<String, Vec<String>>,
    /// Criteria that the review does not name for this option: an interpretation here, whatever they are elsewhere.
    pub interpreted: BTreeSet<String>,
    /// Criteria whose place in this option is a site's own, whatever their rule.
    pub of_site: BTreeSet<String>,
    /// What speaks for it without changing the verdict.
    pub favours: Vec<Aspect>,
    /// What to be careful of without changing the verdict.
    pub cautions: Vec<Aspect>,
    /// Ways to carry it out.
    pub variants: Vec<Aspect>,
    /// Outcome figures as literature.
    pub figures: Vec<Figure>,
    /// Further sentences of the review.
    pub notes: Vec<Cited>,
    /// What the review says of harm, in one line.
    pub side_effects: Vec<Cited>,
    /// Where it stands in the review's sequence.
    pub place: Place,
    /// What orders mean it; none for an option of a site's own that no known treatment means.
    pub orders: Vec<OrderMeaning>,
    /// Ids of since-publication notes that stand before its benefits.
    pub before_benefits: Vec<String>,
    /// Ids of the other since-publication notes.
    pub since_publication: Vec<String>,
    /// Ids of corrections.
    pub corrections: Vec<String>,
    /// `card.md`: the option's passage in a group card.
    pub card: String,
}

impl OptionKnowledge {
    /// The statements that a criterion rests on in this option.
    pub fn statements_of<'a>(&'a self, criterion: &'a Criterion) -> &'a [String] {
        self.statements
            .get(&criterion.id)
            .unwrap_or(&criterion.statements)
    }

    /// Whether that this option asks for a criterion, or the criterion itself, is an interpretation.
    pub fn interprets(&self, criterion: &Criterion) -> bool {
        criterion.interpretation || self.interpreted.contains(&criterion.id)
    }

    /// Ids of every since-publication note on it, those before its benefits first.
    pub fn all_notes(&self) -> impl Iterator<Item = &String> {
        self.before_benefits.iter().chain(&self.since_publication)
    }
}

/// Treatments of which an order means the option.
#[derive(Debug)]
pub struct OrderMeaning {
    /// Any of these.
    pub treatments: Vec<Treatment>,
    /// Not where one of these is ordered too: then the order belongs to a regimen that the review does not have.
    pub unless_with: Vec<Treatment>,
    /// Whether it is meant by orders only: no record of a treatment given tells it.
    pub orders_only: bool,
    /// Whether the reading is ours.
    pub interpretation: bool,
}

/// A favour, caution or variant.
#[derive(Debug)]
pub struct Aspect {
    /// Its id (specification section 5, end).
    pub id: String,
    /// What a clinician reads.
    pub label: String,
    /// Criteria that must all be met for it to apply.
    pub when: Vec<String>,
    /// Statements it rests on.
    pub statements: Vec<String>,
}

/// An outcome figure: the number stands here once.
#[derive(Debug)]
pub struct Figure {
    /// Slot name in `card.md`.
    pub id: String,
    /// The figure in words with number and unit, built from the parts in `option.toml` ("5-year survival approaching 85 %").
    pub text: String,
    /// Statement it is quoted from.
    pub statement: String,
    /// Correction shown beside it.
    pub correction: Option<String>,
}
