//! The cards on draft orders: a warning for what the review does not support, one card for what could not be checked.

use super::card::{About, Card, CardKind, Indicator};
use super::maker::{Draft, Maker};
use super::order_card::{self, Judged};
use super::policy::Policy;
use crate::assessment::{Assessment, Gate};
use crate::knowledge::Knowledge;
use crate::orders::{Ordered, Proposal, Unread};

/// The cards on what orders propose, warnings first; none for an order of which nothing speaks against it and nothing
/// that could is open, and none for a patient to whom the options surely do not apply.
///
/// What fails by readings of ours alone informs and does not warn, as does an order of what was given before (section 5).
/// A warning stands by itself unless that would make more cards than the policy allows; then the last holds the rest.
/// Orders that could not be read stand on the card of what is open. Interpretation I21: they alone make one only for a
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
    let by_reading = of(Judged::AgainstByReading);
    let is_repeated = |proposal: &&Proposal| !order_card::given_before(assessment, proposal).is_empty();
    let repeated: Vec<&Proposal> = proposals.iter().filter(is_repeated).collect();
    let has_open = !open.is_empty() || !unread.is_empty();
    let others = [!by_reading.is_empty(), !repeated.is_empty(), has_open];
    let others = others.into_iter().filter(|is| *is).count();
    let room = policy.max_cards.saturating_sub(others).max(1);
    let (single, rest) = match against.len() {
        few if few <= room => against.split_at(few),
        _ => against.split_at(room - 1),
    };
    let warning = |proposals: &[&Proposal]| maker.order_against(proposals, Indicator::Warning);
    let mut cards: Vec<Card> = single.iter().map(|one| warning(&[one])).collect();
    if !rest.is_empty() {
        cards.push(warning(rest));
    }
    if !by_reading.is_empty() {
        cards.push(maker.order_against(&by_reading, Indicator::Info));
    }
    if !repeated.is_empty() {
        cards.push(maker.order_given(&repeated));
    }
    if has_open {
        cards.push(maker.order_open(&open, unread));
    }
    cards
}

impl Maker<'_> {
    fn order_given(&self, proposals: &[&Proposal]) -> Card {
        let view = order_card::given(self.assessment, proposals);
        let wordings = order_card::given_summary(self.assessment, proposals);
        let about = self.of_orders(proposals);
        self.card(Draft {
            apart: Some("given".to_owned()),
            ..Draft::new(about, wordings, "order-given.md", view)
        })
    }

    fn order_against(&self, proposals: &[&Proposal], indicator: Indicator) -> Card {
        let view = order_card::warning(self.knowledge, self.assessment, proposals);
        let wordings = order_card::warning_summary(self.knowledge, self.assessment, proposals);
        let options: Vec<&str> = proposals
            .iter()
            .flat_map(|p| &p.options)
            .map(String::as_str)
            .collect();
        let about = self.of_orders(proposals);
        self.card(Draft {
            indicator,
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
            suggestions: self.requests(CardKind::OrderWarning, &facts),
            ..Draft::new(about, wordings, "order-undetermined.md", view)
        })
    }

    /// The options that orders can mean, each once.
    fn of_orders(&self, proposals: &[&Proposal]) -> About {
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
        self.about(CardKind::OrderWarning, None, options.into_iter())
    }
}
