//! Draft orders matched to options: what of the knowledge an order can mean. Codes are read before this, verdicts after.

use crate::knowledge::{Knowledge, OptionKnowledge, OrderMeaning};
use fhir_profiles::{Order, Treatment, UnreadOrder};
use std::collections::BTreeSet;

/// An order as a card names it; chart data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderName {
    /// `Type/id`, or the position in the Bundle.
    pub reference: String,
    /// What is ordered, as written.
    pub wording: String,
}

/// Orders that can mean the same options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Ids of the options, in the order of the specification's table; at least one.
    pub options: Vec<String>,
    /// Whether it is our reading that the orders mean these options.
    pub interpretation: bool,
    /// The orders; at least one.
    pub orders: Vec<OrderName>,
}

/// An order of which nobody can tell what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it stands, as a card names it; chart data.
    pub reference: String,
    /// Why.
    pub why: UnreadOrder,
}

/// What the orders of a call come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ordered {
    /// What can be judged.
    pub proposals: Vec<Proposal>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Ordered {
    /// Whether there is nothing to say of the orders, whoever the patient is.
    pub fn is_empty(&self) -> bool {
        self.proposals.is_empty() && self.unread.is_empty()
    }
}

/// What the orders that are to be checked, by their position, can mean; orders of nothing in the knowledge are left out.
///
/// Interpretation I20: each treatment that an order names is judged by itself, and where it can mean several options, they
/// stand together, so that a card speaks against the order only if none of them is open.
pub fn ordered(knowledge: &Knowledge, drafts: &[Order], is_checked: impl Fn(usize) -> bool) -> Ordered {
    let ordered: BTreeSet<Treatment> = drafts
        .iter()
        .flat_map(|order| order.treatments.iter().copied())
        .collect();
    let mut found = Ordered::default();
    let mut known = BTreeSet::new();
    for (_, order) in drafts.iter().enumerate().filter(|(at, _)| is_checked(*at)) {
        for treatment in &order.treatments {
            if let Some(proposal) = proposal(knowledge, order, *treatment, &ordered) {
                add(&mut found.proposals, proposal, &mut known);
            }
        }
        if let Some(why) = order.unread.clone() {
            found.unread.push(Unread {
                reference: order.reference.clone(),
                why,
            });
        }
    }
    found
}

/// The options that a treatment means, in the order of the specification's table; `is_beside` says what else there is.
pub(crate) fn meant(
    knowledge: &Knowledge,
    treatment: Treatment,
    is_beside: impl Fn(Treatment) -> bool,
) -> Vec<(&OptionKnowledge, &OrderMeaning)> {
    let means = |meaning: &&OrderMeaning| {
        meaning.treatments.contains(&treatment) && !meaning.unless_with.iter().copied().any(&is_beside)
    };
    let options = knowledge.options.iter();
    options
        .filter_map(|option| Some((option, option.orders.iter().find(means)?)))
        .collect()
}

fn proposal(
    knowledge: &Knowledge,
    order: &Order,
    treatment: Treatment,
    ordered: &BTreeSet<Treatment>,
) -> Option<Proposal> {
    let meant = meant(knowledge, treatment, |other| ordered.contains(&other));
    let ours = meant.iter().any(|(_, meaning)| meaning.interpretation);
    (!meant.is_empty()).then(|| Proposal {
        options: meant.iter().map(|(option, _)| option.id.clone()).collect(),
        interpretation: meant.len() > 1 || ours,
        orders: vec![OrderName {
            reference: order.reference.clone(),
            wording: order.wording.clone(),
        }],
    })
}

/// Orders of the same options stand on one card, each once; `known` has those that do, with the card.
fn add(found: &mut Vec<Proposal>, mut new: Proposal, known: &mut BTreeSet<(usize, OrderName)>) {
    let card = found.iter().position(|proposal| proposal.options == new.options);
    let at = card.unwrap_or(found.len());
    new.orders.retain(|order| known.insert((at, order.clone())));
    match found.get_mut(at) {
        Some(proposal) => {
            proposal.interpretation &= new.interpretation;
            proposal.orders.append(&mut new.orders);
        }
        None => found.push(new),
    }
}
