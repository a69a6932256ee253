//! The cards on draft orders: a warning for what the review does not support, one card for what could not be checked.

use super::card::{Card, Indicator, Kind};
use super::order_card::{self, Judged};
use super::{Draft, Maker, Policy};
use crate::assessment::{Assessment, Gate};
use crate::knowledge::Knowledge;
use crate::orders::{Ordered, Proposal, Unread};

/// The cards on what orders propose, warnings first; none for an order of which nothing speaks against it and nothing
/// that could is open, and none for a patient to whom the options surely do not apply.
///
/// A warning stands by itself unless that would make more cards than the policy allows; then the last holds the rest.
/// Orders that could not be read stand on the card of what is open. Interpretation: they alone make one only for a
/// patient to whom the options apply, since most of what is ordered for anybody is none of them.
pub fn render_orders(
    knowledge: &Knowledge,
    assessment: &Assessment,
    orders: &Ordered,
    policy: &Policy<'_>,
) -> Vec<Card> {
    let maker = Maker {
        knowledge,
        assessment,
        policy,
    };
    let (proposals, unread) = (orders.proposals.as_slice(), orders.unread.as_slice());
    if assessment.gate != Gate::Passed {
        let all: Vec<&Proposal> = proposals
            .iter()
            .filter(|proposal| order_card::may_apply(knowledge, assessment, proposal))
            .collect();
        let card = (!all.is_empty()).then(|| maker.order_open(&all, unread));
        return card.into_iter().collect();
    }
    let of = |wanted: Judged| -> Vec<&Proposal> {
        let judged = |proposal: &&Proposal| order_card::judge(&order_card::reports(assessment, proposal));
        proposals.iter().filter(|p| judged(p) == wanted).collect()
    };
    let (against, open) = (of(Judged::Against), of(Judged::Open));
    let has_open = !open.is_empty() || !unread.is_empty();
    let room = policy.max_cards.saturating_sub(usize::from(has_open)).max(1);
    let (single, rest) = match against.len() {
        few if few <= room => against.split_at(few),
        _ => against.split_at(room - 1),
    };
    let mut cards: Vec<Card> = single.iter().map(|one| maker.order_warning(&[one])).collect();
    if !rest.is_empty() {
        cards.push(maker.order_warning(rest));
    }
    if has_open {
        cards.push(maker.order_open(&open, unread));
    }
    cards
}

impl Maker<'_> {
    fn order_warning(&self, proposals: &[&Proposal]) -> Card {
        let view = order_card::warning(self.knowledge, self.assessment, proposals);
        let wordings = order_card::warning_summary(self.knowledge, self.assessment, proposals);
        let options: Vec<&str> = proposals
            .iter()
            .flat_map(|p| &p.options)
            .map(String::as_str)
            .collect();
        let about = self.of_orders(proposals);
        self.card(Draft {
            indicator: Indicator::Warning,
            apart: Some(options.join("+")),
            ..Draft::new(about, wordings, "order-warning.md", view)
        })
    }

    fn order_open(&self, proposals: &[&Proposal], unread: &[Unread]) -> Card {
        let view = order_card::open(self.knowledge, self.assessment, proposals, unread);
        let wordings = order_card::open_summary(self.knowledge, self.assessment, proposals, unread);
        let facts = order_card::missing_facts(self.assessment, proposals);
        let about = self.of_orders(proposals);
        self.card(Draft {
            suggestions: self.requests(Kind::OrderWarning, &facts),
            ..Draft::new(about, wordings, "order-undetermined.md", view)
        })
    }

    /// The options that orders can mean, each once.
    fn of_orders(&self, proposals: &[&Proposal]) -> super::About {
        let mut options = Vec::new();
        for report in proposals
            .iter()
            .flat_map(|proposal| order_card::reports(self.assessment, proposal))
        {
            if !options
                .iter()
                .any(|known: &&crate::assessment::OptionReport| known.id == report.id)
            {
                options.push(report);
            }
        }
        self.about(Kind::OrderWarning, None, options.into_iter())
    }
}
