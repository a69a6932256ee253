//! The cards for an assessment: which, and in which order.

use super::card::{Card, CardKind, Indicator, Suggestion};
use super::maker::{Draft, Maker};
use super::pathway_card::{self, Elsewhere};
use super::policy::Policy;
use super::question::Asked;
use super::{findings, group_card, suggestions, summary, unreadable, words};
use crate::assessment::{Assessment, Gate, Group, OptionReport};
use crate::knowledge::Knowledge;
use fhir_profiles::stop;

/// The cards for an assessment, most useful first. The same assessment and policy give the same cards.
pub fn render(knowledge: &Knowledge, assessment: &Assessment, policy: &Policy<'_>) -> Vec<Card> {
    let maker = Maker {
        knowledge,
        assessment,
        policy,
    };
    match assessment.gate {
        Gate::NoPnet => return maker.unreadable().into_iter().collect(),
        Gate::NoLiverMetastases if policy.without_metastases => return vec![maker.without()],
        Gate::NoLiverMetastases => return Vec::new(),
        Gate::Passed => {}
    }
    let full = policy.full || policy.public_url.is_none();
    let mut groups: Vec<Group> = Group::ALL
        .into_iter()
        .filter(|group| full && maker.has_card(*group))
        .collect();
    let mut missing = maker.missing();
    let mut discrepancy = maker.discrepancy();
    let mut room = policy.max_cards.saturating_sub(1);
    let mut left_out = Vec::new();
    if missing.is_some() && room == 0 {
        missing = None;
        left_out.push("what to settle first".to_owned());
    }
    room -= usize::from(missing.is_some());
    for group in groups.drain(groups.len().min(room)..) {
        left_out.push(words::group(group).to_lowercase());
    }
    // A question displaces no card on options.
    let questions = maker.questions(room.saturating_sub(groups.len()));
    room -= questions.len();
    // It never displaces another card: what it says is then a line of the first.
    discrepancy = discrepancy.filter(|_| groups.len() < room);
    let elsewhere = Elsewhere {
        settles: missing.is_some(),
        is_checked: discrepancy.is_some(),
    };
    let mut cards = vec![maker.pathway(elsewhere, left_out)];
    cards.extend(missing);
    cards.extend(questions);
    cards.extend(discrepancy);
    let groups = groups.into_iter().take_while(|_| !stop::is_wanted());
    cards.extend(groups.map(|group| maker.group(group)));
    cards
}

impl Maker<'_> {
    /// The card that is read. The referral stands on it where no card follows on what to settle first.
    fn pathway(&self, elsewhere: Elsewhere, left_out: Vec<String>) -> Card {
        let (view, filled) = pathway_card::view(self.knowledge, self.assessment, elsewhere, left_out);
        let options = self.assessment.pathway.iter().flat_map(|pathway| &pathway.places);
        let options = options.filter_map(|place| self.assessment.option(&place.option));
        let about = self.about(CardKind::Pathway, None, options);
        let wordings = view.summary().to_vec();
        let draft = Draft {
            suggestions: self
                .referral()
                .filter(|_| !elsewhere.settles)
                .into_iter()
                .collect(),
            ..Draft::new(about, wordings, "pathway.md", view)
        };
        self.with_text(draft, filled)
    }

    fn without(&self) -> Card {
        let view = pathway_card::without(self.assessment);
        let about = self.about(CardKind::Pathway, None, [].into_iter());
        self.card(Draft::new(
            about,
            summary::without(self.assessment),
            "without.md",
            view,
        ))
    }

    /// One referral for the whole answer, with the questions for the meeting.
    fn referral(&self) -> Option<Suggestion> {
        let subject = self.subject();
        suggestions::referral(self.knowledge, self.policy, subject.as_ref(), self.assessment)
    }

    fn has_card(&self, group: Group) -> bool {
        self.assessment.options.iter().any(|option| option.group == group)
    }

    fn group(&self, group: Group) -> Card {
        let of_group: Vec<&OptionReport> = self
            .assessment
            .options
            .iter()
            .filter(|o| o.group == group)
            .collect();
        let view = group_card::view(self.knowledge, self.assessment, group);
        let named = of_group
            .iter()
            .copied()
            .filter(|option| group_card::is_named(option));
        let about = self.about(CardKind::Options, Some(group), named);
        let wordings = summary::group(self.knowledge, group, &of_group);
        self.card(Draft::new(about, wordings, "options.md", view))
    }

    fn missing(&self) -> Option<Card> {
        let facts = findings::missing_facts(self.assessment);
        if facts.is_empty() {
            return None;
        }
        let labels: Vec<String> = facts
            .iter()
            .map(|missing| missing.fact.info().label.clone())
            .collect();
        let view = findings::missing(self.knowledge, self.assessment);
        let mut requests = self.requests(CardKind::MissingData, &facts);
        requests.extend(self.referral());
        let about = self.about(CardKind::MissingData, None, [].into_iter());
        Some(self.card(Draft {
            suggestions: requests,
            ..Draft::new(about, summary::missing(&labels), "missing-data.md", view)
        }))
    }

    /// One card for each fact that is asked for, at most so many.
    fn questions(&self, most: usize) -> Vec<Card> {
        let subject = self.subject();
        let asked = self.policy.asking.of(self.knowledge, self.assessment);
        let card = |asked: Asked<'_>| {
            let suggestions = asked.suggestions(self.assessment, subject.as_ref(), self.policy);
            // Without anything to press it asks for nothing that the card before does not say.
            (!suggestions.is_empty()).then(|| {
                let about = self.about(CardKind::Question, None, [].into_iter());
                let view = asked.view(self.knowledge, self.assessment);
                let fact = asked.question.fact;
                self.card(Draft {
                    apart: Some(fact.to_string()),
                    suggestions,
                    ..Draft::new(about, asked.summary(), "question.md", view)
                })
                .asking(Some(fact))
            })
        };
        asked.into_iter().filter_map(card).take(most).collect()
    }

    fn discrepancy(&self) -> Option<Card> {
        let wordings = summary::discrepancy(self.assessment);
        if wordings.is_empty() {
            return None;
        }
        let view = findings::discrepancies(self.knowledge, self.assessment);
        let about = self.about(CardKind::Discrepancy, None, [].into_iter());
        Some(self.card(Draft {
            indicator: Indicator::Warning,
            ..Draft::new(about, wordings, "discrepancy.md", view)
        }))
    }

    fn unreadable(&self) -> Option<Card> {
        let view = unreadable::unreadable(self.assessment)?;
        let about = self.about(CardKind::Pathway, None, [].into_iter());
        let wordings = if view.is_named() {
            summary::named()
        } else {
            summary::unreadable(view.records())
        };
        Some(self.card(Draft::new(about, wordings, "unreadable.md", view)))
    }
}
