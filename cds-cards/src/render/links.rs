//! Links from a card to the pages that hold the rules.

use super::card::{About, Kind, Link};
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
        Kind::Pathway => rules(pages),
        Kind::Options if about.options.is_empty() => rules(pages),
        Kind::Options | Kind::OrderWarning => about
            .options
            .iter()
            .filter(|option| {
                about.kind == Kind::OrderWarning
                    || !matches!(option.verdict, Verdict::Undetermined | Verdict::NotSupported)
            })
            .filter_map(|option| {
                let known = knowledge.option(&option.id)?;
                Link::absolute(&known.label, format!("{pages}/knowledge/{}", known.id))
            })
            .collect(),
        Kind::MissingData | Kind::Question | Kind::Discrepancy => Vec::new(),
    }
}

fn rules(pages: &str) -> Vec<Link> {
    Link::absolute("The rules, with quotes and figures", format!("{pages}/knowledge"))
        .into_iter()
        .collect()
}
