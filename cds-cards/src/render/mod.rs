//! From an [`Assessment`] to CDS Hooks cards: which cards, in which order, with texts from the knowledge.
//!
//! The texts are templates (minijinja) in `knowledge/cards/*.md` and `knowledge/options/<id>/card.md`. Every value that
//! a slot prints is escaped for Markdown; no filter or tag switches that off. A slot without a value is a fault, and
//! [`check_templates`] finds it when the knowledge is loaded. A text that fails all the same, or runs too long, gives way to
//! the built-in one ([`Card::text_replaced`]). The context of each:
//!
//! - `options/<id>/card.md`: `figures.<id>` for each `[[figure]]` of the option (`-` in its id written `_`), as wording
//!   with number, unit, statement and correction. Every figure is used, and nothing else is there.
//! - `cards/pathway.md`: `sheet` (a [`Sheet`]: its fields are its slots), `check` (what does not fit together, where there
//!   is no card on it), `found` and `found_more` (as below, where no card follows on what to settle first), `since` (notes),
//!   `left_out`, `version`, `cut_off`, `as_of`.
//! - `cards/without.md`: `liver_metastases`, `problems`, `not_read`, `version`.
//! - `cards/options.md`: `label`, `against` (`label`, `reasons`), `shared` (criteria that several options ask for),
//!   `options` (`label`, `verdict`, `given`, `restriction`, `before` (notes that stand before its benefits), `rule_out`,
//!   `ruled_out`, `confirm`, `met`, `variants`, `favours`, `cautions`, `passage`, `sentences`, `side_effects`,
//!   `corrections`), `others` (`label`, `verdict`, `given`, `deciding`, `limit`, `interpretation`, `more`), `notes`, `version`, `cut_off`.
//!   `rule_out` are contraindications not excluded by the record, `ruled_out` those that are; `confirm` and `met` are the other criteria.
//! - `cards/missing-data.md`: `facts` (`label`, `why`, `settles`, `needed`, `unread`), `more`, `found` (values in texts, to
//!   be recorded: `label`, `value`, `quote`, `source`), `found_more`, `notes.<id>` as above, `version`.
//! - `cards/question.md`: `question`, `settles`, `needed`, `found` (`value`, `quote`, `source`), `day`, `version`.
//! - `cards/discrepancy.md`: `items` (`id`, `text`, `consequence`, `records`), `notes.<id>` as above, `version`.
//! - `cards/order-warning.md`: `items` (`orders`: `wording`, `reference`; `interpretation`; `options`: `label`, `verdict`,
//!   `restriction`, `corrections`, `reasons`: `criterion`, `records`, `quotes`: `id`, `section`, `text`), `notes`, `version`, `cut_off`.
//! - `cards/order-undetermined.md`: `gate` (why no option was assessed), `items` as above, `unread` (`reference`,
//!   `why`), `problems`, `problems_more`, `version`.
//! - `cards/unreadable.md`: `records`, `count`, `places` (`place`, `problem`), `more`, `named` (records), `version`.
//! - `cards/order-given.md`: `items` (`orders` as above; `given`: `label`, `text`), `version`.
//!
//! Parts of these: a criterion has `text`, `brief`, `shared`, `statements`, `interpretation`, `borderline`, `note`; a
//! sentence `text`, `statements` (variants, favours and cautions are sentences); a note `id`, `topic`, `text`,
//! `confidence`; a correction `id`, `text`; a record (chart data) `fact`,
//! `recorded`, `date`, `reference`, `notes`. A text that is not there is empty, a list that is not there has no entry.

mod card;
mod check;
mod evidence;
mod findings;
pub mod form;
mod group_card;
mod links;
mod markdown;
mod markers;
mod not_read;
pub mod notes;
mod order_card;
mod orders;
mod pathway_card;
mod question;
mod refused;
mod resource;
mod sample;
mod scope;
pub mod sheet;
mod suggestions;
mod summary;
mod texts;
pub mod words;

pub use card::{About, Card, Indicator, Kind, Link, OptionVerdict, Suggestion, Suggestions, Summary, Text};
pub use check::{TemplateFault, check_templates};
pub use evidence::Sentence;
pub use findings::{Found, found, missing_facts};
pub use markdown::{WORD_JOINER, escape, plain};
pub use markers::{Marker, markers};
pub use not_read::not_read;
pub use orders::render_orders;
pub use question::{questions, tumour};
pub use resource::{Reference, Subject};
pub use scope::{genetic_syndromes, outside};
pub use sheet::{Most, Sheet, sheet};
pub(crate) use texts::Texts;

use crate::assessment::{Assessment, Gate, Group, MissingFact, OptionReport};
use crate::knowledge::Knowledge;
use card::Source;
use fhir_profiles::{FactId, stop};
use pathway_card::Elsewhere;
use question::Asked;
use serde::Serialize;
use uuid::Uuid;

/// What the caller decides about the cards.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// At most so many cards. The pathway card stays whatever it says.
    pub max_cards: usize,
    /// Whether the options are described on cards, by group; they always are where no page is linked.
    pub full: bool,
    /// Whether a patient without liver metastases gets a card.
    pub without_metastases: bool,
    /// Where a clinician's browser finds the knowledge pages, without a slash at the end; cards link there if it is known.
    pub public_url: Option<&'a str>,
    /// `hookInstance`, from which the identifiers of cards and suggestions follow.
    pub instance: Uuid,
    /// What is asked.
    pub asking: Asking<'a>,
}

/// Which facts are asked for, and who would record them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asking<'a> {
    /// At most so many questions, each on a card of its own.
    pub most: usize,
    /// Facts that are not asked for now: their question was put aside for this patient.
    pub paused: &'a [FactId],
    /// Who looks at the chart (`Practitioner/id`), the performer of what is recorded.
    pub user: Option<&'a str>,
}

impl Policy<'_> {
    fn uuid(&self, name: &str) -> Uuid {
        Uuid::new_v5(&self.instance, name.as_bytes())
    }
}

/// What stands in a card whose text could not be made, which the check at load excludes.
const NO_TEXT: &str = "The text of this card could not be made. The summary stands; see the knowledge check.";

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

struct Maker<'a> {
    knowledge: &'a Knowledge,
    assessment: &'a Assessment,
    policy: &'a Policy<'a>,
}

impl Maker<'_> {
    /// The card that is read. The referral stands on it where no card follows on what to settle first.
    fn pathway(&self, elsewhere: Elsewhere, left_out: Vec<String>) -> Card {
        let (view, filled) = pathway_card::view(self.knowledge, self.assessment, elsewhere, left_out);
        let options = self.assessment.pathway.iter().flat_map(|pathway| &pathway.places);
        let options = options.filter_map(|place| self.assessment.option(&place.option));
        let about = self.about(Kind::Pathway, None, options);
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
        let about = self.about(Kind::Pathway, None, [].into_iter());
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
        let about = self.about(Kind::Options, Some(group), named);
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
        let mut requests = self.requests(Kind::MissingData, &facts);
        requests.extend(self.referral());
        let about = self.about(Kind::MissingData, None, [].into_iter());
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
                let about = self.about(Kind::Question, None, [].into_iter());
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
        let about = self.about(Kind::Discrepancy, None, [].into_iter());
        Some(self.card(Draft {
            indicator: Indicator::Warning,
            ..Draft::new(about, wordings, "discrepancy.md", view)
        }))
    }

    fn unreadable(&self) -> Option<Card> {
        let view = findings::unreadable(self.assessment)?;
        let about = self.about(Kind::Pathway, None, [].into_iter());
        let wordings = if view.is_named() {
            summary::named()
        } else {
            summary::unreadable(view.records())
        };
        Some(self.card(Draft::new(about, wordings, "unreadable.md", view)))
    }

    fn requests(&self, card: Kind, facts: &[MissingFact]) -> Vec<Suggestion> {
        let subject = self.subject();
        suggestions::for_missing(
            self.knowledge,
            self.policy,
            subject.as_ref(),
            card.as_str(),
            facts,
        )
    }

    fn subject(&self) -> Option<Subject> {
        self.assessment.subject.as_deref().and_then(Subject::new)
    }

    fn about<'o>(
        &self,
        kind: Kind,
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

    fn card<V: Serialize>(&self, draft: Draft<V>) -> Card {
        let filled = self.knowledge.texts.card(draft.template, &draft.view);
        self.with_text(draft, filled)
    }

    fn with_text<V>(&self, draft: Draft<V>, filled: Option<texts::Filled>) -> Card {
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
            Source::of(package, package.topics.get(&topic(template, about.group))),
            draft.suggestions,
            about,
        );
        let card = card.with_override_reasons(package).of_text(template, is_replaced);
        links.into_iter().fold(card, Card::with_link)
    }
}

/// What a card says, and what tells it from the other cards of an answer.
struct Draft<V> {
    about: About,
    /// For a kind of which there may be several.
    apart: Option<String>,
    indicator: Indicator,
    wordings: Vec<String>,
    template: &'static str,
    view: V,
    suggestions: Vec<Suggestion>,
}

impl<V> Draft<V> {
    /// A card that informs, the only one of its kind and group, without suggestions.
    fn new(about: About, wordings: Vec<String>, template: &'static str, view: V) -> Self {
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

/// What the topic of a card is found by in the knowledge: its text, and its group.
fn topic(template: &str, group: Option<Group>) -> String {
    let stem = template.trim_end_matches(".md");
    match group {
        Some(group) => format!("{stem}-{}", group.as_str()),
        None => stem.to_owned(),
    }
}

/// Every topic that the knowledge must have.
fn topics() -> impl Iterator<Item = String> {
    let groups = Group::ALL.map(|group| topic("options.md", Some(group)));
    let others = check::CARDS.into_iter().filter(|name| *name != "options.md");
    others.map(|name| topic(name, None)).chain(groups)
}
