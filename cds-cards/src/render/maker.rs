//! What all cards have in common: how one is made of its parts.

use super::card::{About, Card, CardKind, CardSource, Indicator, OptionVerdict, Suggestion};
use super::policy::Policy;
use super::resource::Subject;
use super::topics::topic;
use super::{links, suggestions, summary};
use crate::assessment::{Assessment, Group, MissingFact, OptionReport};
use crate::knowledge::Knowledge;
use crate::texts::Filled;
use serde::Serialize;

/// What stands in a card whose text could not be made, which the check at load excludes.
const NO_TEXT: &str = "The text of this card could not be made. The summary stands; see the knowledge check.";

/// Makes the cards of one answer.
pub(super) struct Maker<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) assessment: &'a Assessment,
    pub(super) policy: &'a Policy<'a>,
}

impl Maker<'_> {
    pub(super) fn requests(&self, card: CardKind, facts: &[MissingFact]) -> Vec<Suggestion> {
        let subject = self.subject();
        suggestions::for_missing(
            self.knowledge,
            self.policy,
            subject.as_ref(),
            card.as_str(),
            facts,
        )
    }

    pub(super) fn subject(&self) -> Option<Subject> {
        self.assessment.subject.as_deref().and_then(Subject::new)
    }

    pub(super) fn about<'o>(
        &self,
        kind: CardKind,
        group: Option<Group>,
        options: impl Iterator<Item = &'o OptionReport>,
    ) -> About {
        About {
            kind,
            group,
            options: options
                .map(|o| OptionVerdict {
                    id: o.id.clone(),
                    verdict: o.verdict,
                })
                .collect(),
            knowledge: self.assessment.knowledge.version.clone(),
        }
    }

    pub(super) fn card<V: Serialize>(&self, draft: Draft<V>) -> Card {
        let filled = self.knowledge.texts.card(draft.template, &draft.view);
        self.with_text(draft, filled)
    }

    pub(super) fn with_text<V>(&self, draft: Draft<V>, filled: Option<Filled>) -> Card {
        let Draft { about, template, .. } = draft;
        let parts = [
            Some(about.kind.as_str()),
            about.group.map(Group::as_str),
            draft.apart.as_deref(),
        ];
        let name = parts
            .into_iter()
            .flatten()
            .fold("card".to_owned(), |name, part| format!("{name}/{part}"));
        let is_replaced = filled.as_ref().is_none_or(|filled| filled.is_replaced);
        let detail = filled.map(|filled| filled.text).filter(|text| !text.is_empty());
        let links = links::of(self.knowledge, self.policy, &about);
        let package = &self.knowledge.package;
        let card = Card::new(
            self.policy.uuid(&name),
            summary::of(&draft.wordings),
            draft.indicator,
            detail.as_deref().unwrap_or(NO_TEXT),
            CardSource::of(package, package.topics.get(&topic(template, about.group))),
            draft.suggestions,
            about,
        );
        let card = card.with_override_reasons(package).of_text(template, is_replaced);
        links.into_iter().fold(card, Card::with_link)
    }
}

/// What a card says, and what tells it from the other cards of an answer.
pub(super) struct Draft<V> {
    pub(super) about: About,
    /// For a kind of which there may be several.
    pub(super) apart: Option<String>,
    pub(super) indicator: Indicator,
    pub(super) wordings: Vec<String>,
    pub(super) template: &'static str,
    pub(super) view: V,
    pub(super) suggestions: Vec<Suggestion>,
}

impl<V> Draft<V> {
    /// A card that informs, the only one of its kind and group, without suggestions.
    pub(super) fn new(about: About, wordings: Vec<String>, template: &'static str, view: V) -> Self {
        Self {
            about,
            apart: None,
            indicator: Indicator::Info,
            wordings,
            template,
            view,
            suggestions: Vec::new(),
        }
    }
}
