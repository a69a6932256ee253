//! Links from a card to the pages that hold the rules.

use super::card::{About, CardKind, Link};
use super::policy::Policy;
use crate::assessment::Verdict;
use crate::knowledge::Knowledge;

/// The links of a card: from the pathway to the rules, from a group to the options that it describes or that the
/// review advises against, from orders to the options that they can mean. None where no page is known to be reachable.
pub(super) fn of(knowledge: &Knowledge, policy: &Policy<'_>, about: &About) -> Vec<Link> {
    let Some(pages) = policy.public_url else {
        return Vec::new();
    };
    match about.kind {
        CardKind::Pathway => rules(pages),
        CardKind::Options if about.options.is_empty() => rules(pages),
        CardKind::Options | CardKind::OrderWarning => about
            .options
            .iter()
            .filter(|option| {
                about.kind == CardKind::OrderWarning
                    || !matches!(option.verdict, Verdict::Undetermined | Verdict::NotSupported)
            })
            .filter_map(|option| {
                let known = knowledge.option(&option.id)?;
                Link::absolute(&known.label, format!("{pages}/knowledge/{}", known.id))
            })
            .collect(),
        CardKind::MissingData | CardKind::Question | CardKind::Discrepancy => Vec::new(),
    }
}

fn rules(pages: &str) -> Vec<Link> {
    Link::absolute("The rules, with quotes and figures", format!("{pages}/knowledge"))
        .into_iter()
        .collect()
}
