//! A CDS Hooks card as types that cannot be wrong: what the standard requires cannot be left out, nothing is empty.

use super::nonempty::Text;
use super::resource::{Created, FullCoding};
use crate::assessment::{Group, Verdict};
use crate::knowledge::{Coding, Package};
use crate::markdown::{plain, shorten, unlinked, utf16};
use fhir_profiles::FactId;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// The one line of a card: 1 to 139 characters of plain text on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Summary(String);

impl Summary {
    /// The standard says fewer than 140.
    pub const LIMIT: usize = 139;

    /// The text as a summary, cut at a word boundary with an ellipsis where it is too long, and without anything that a
    /// reader would make a link of; `None` if nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = unlinked(text);
        (!text.is_empty()).then(|| Self(shorten(&text, Self::LIMIT).into_owned()))
    }

    /// The first wording that fits uncut, else the last one cut.
    pub(super) fn first_fitting(wordings: &[String]) -> Option<Self> {
        let fits = wordings.iter().find(|wording| utf16(wording) <= Self::LIMIT);
        Self::new(fits.or(wordings.last())?)
    }

    /// For wordings that are all empty, which no card has.
    pub(super) fn nothing() -> Self {
        Self("PNET liver metastases".to_owned())
    }

    /// As a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How urgent a card is; this product never interrupts with `critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Indicator {
    /// For information.
    Info,
    /// Something in the record or the order does not fit.
    Warning,
}

impl Indicator {
    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }
}

/// What a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardKind {
    /// The situation and what the review names for it.
    Pathway,
    /// One group of options.
    Options,
    /// What knowing more would settle.
    MissingData,
    /// One fact that can be recorded with a click.
    Question,
    /// What in the record does not fit together.
    Discrepancy,
    /// A draft order that the review does not support, or that could not be checked.
    OrderWarning,
}

impl CardKind {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pathway => "pathway",
            Self::Options => "options",
            Self::MissingData => "missing-data",
            Self::Question => "question",
            Self::Discrepancy => "discrepancy",
            Self::OrderWarning => "order-warning",
        }
    }
}

/// Where a card's content comes from: the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CardSource {
    label: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<FullCoding>,
}

impl CardSource {
    /// The source that the knowledge names. Its parts are checked at load; what a caller leaves out is left out here.
    pub(super) fn of(package: &Package, topic: Option<&Coding>) -> Self {
        let label = Text::new(&package.source_label).or_else(|| Text::new(&package.title));
        Self {
            label: label.unwrap_or_else(Text::product),
            url: Text::new(&package.citation_url).filter(|url| url.as_str().starts_with("https://")),
            topic: topic.and_then(FullCoding::new),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Action {
    r#type: &'static str,
    description: Text,
    resource: Created,
}

/// A suggestion: one action that creates one draft request or one Observation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    label: Text,
    #[serde(serialize_with = "uuid_text")]
    uuid: Uuid,
    actions: [Action; 1],
}

impl Suggestion {
    pub(super) fn creating(uuid: Uuid, label: Text, resource: Created) -> Self {
        // The description is what some record systems show instead of the label.
        let action = Action {
            r#type: "create",
            description: label.clone(),
            resource,
        };
        Self {
            label,
            uuid,
            actions: [action],
        }
    }

    /// Its identifier, as feedback names it.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }
}

/// At least one suggestion, always with the selection behaviour.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestions {
    selection_behavior: &'static str,
    suggestions: Vec<Suggestion>,
}

impl Suggestions {
    /// The suggestions, if there are any: any of them, or for a question at most one.
    pub(super) fn new(suggestions: Vec<Suggestion>, kind: CardKind) -> Option<Self> {
        (!suggestions.is_empty()).then_some(Self {
            selection_behavior: match kind {
                CardKind::Question => "at-most-one",
                _ => "any",
            },
            suggestions,
        })
    }
}

/// An option on a card with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OptionVerdict {
    /// Option id.
    pub id: String,
    /// Its verdict.
    pub verdict: Verdict,
}

/// What the card is, for feedback and for the engineer who reads the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// What the card is about.
    pub kind: CardKind,
    /// The group of an options card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// The options that the card speaks of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionVerdict>,
    /// Knowledge version.
    pub knowledge: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Extension {
    #[serde(rename = "io.github.pnet-cds.card")]
    card: About,
}

/// The longest context of a launch: it travels in addresses, and no record system has said how much it takes.
const LONGEST_CONTEXT: usize = 256;

/// A link: one that any browser can open, or one by which a record system launches a page of ours for its patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    label: Text,
    url: Text,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_context: Option<Text>,
}

impl Link {
    /// A link to an absolute http or https address, if it is one and the label is not empty.
    pub fn absolute(label: &str, url: String) -> Option<Self> {
        let absolute = url.starts_with("https://") || url.starts_with("http://");
        let whole = !url.contains(|c: char| c.is_whitespace() || c.is_control());
        Some(Self {
            label: Text::new(&plain(label))?,
            url: Text::new(&url).filter(|_| absolute && whole)?,
            r#type: "absolute",
            app_context: None,
        })
    }

    /// A link by which a record system launches a page for its patient (SMART App Launch), handing on what it is told here;
    /// nothing if the address is not one, or the context not short.
    pub fn smart(label: &str, url: String, app_context: &str) -> Option<Self> {
        let short = (1..=LONGEST_CONTEXT).contains(&app_context.len());
        Some(Self {
            r#type: "smart",
            app_context: Some(Text::new(app_context).filter(|_| short)?),
            ..Self::absolute(label, url)?
        })
    }

    /// What a clinician reads.
    pub fn label(&self) -> &str {
        self.label.as_str()
    }

    /// Where it leads.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// One card. Made by [`super::render`] only.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    #[serde(serialize_with = "uuid_text")]
    uuid: Uuid,
    summary: Summary,
    indicator: Indicator,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Text>,
    source: CardSource,
    #[serde(flatten)]
    suggestions: Option<Suggestions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    override_reasons: Vec<FullCoding>,
    extension: Extension,
    #[serde(skip)]
    replaced: Option<&'static str>,
    #[serde(skip)]
    asks: Option<FactId>,
}

impl Card {
    /// A card without links and override reasons.
    pub(super) fn new(
        uuid: Uuid,
        summary: Summary,
        indicator: Indicator,
        detail: &str,
        source: CardSource,
        suggestions: Vec<Suggestion>,
        about: About,
    ) -> Self {
        Self {
            uuid,
            summary,
            indicator,
            detail: Text::new(detail),
            source,
            suggestions: Suggestions::new(suggestions, about.kind),
            links: Vec::new(),
            override_reasons: Vec::new(),
            extension: Extension { card: about },
            replaced: None,
            asks: None,
        }
    }

    /// The card that asks for a fact.
    pub(super) fn asking(mut self, fact: Option<FactId>) -> Self {
        self.asks = fact;
        self
    }

    /// The fact that it asks for, of a question.
    pub fn asks(&self) -> Option<FactId> {
        self.asks
    }

    /// The card with the name of its text where that could not be made.
    pub(super) fn of_text(mut self, template: &'static str, is_replaced: bool) -> Self {
        self.replaced = is_replaced.then_some(template);
        self
    }

    /// The name of the knowledge's text that could not be made for this card, so that the built-in one stands on it.
    pub fn text_replaced(&self) -> Option<&'static str> {
        self.replaced
    }

    /// The card with the reasons for which a clinician can override it.
    pub(super) fn with_override_reasons(mut self, package: &Package) -> Self {
        self.override_reasons = package
            .override_reasons
            .iter()
            .filter_map(FullCoding::new)
            .collect();
        self
    }

    /// The card with one more link.
    #[must_use]
    pub fn with_link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// Its identifier, as feedback names it.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// Its one line.
    pub fn summary(&self) -> &str {
        self.summary.as_str()
    }

    /// Its Markdown.
    pub fn detail(&self) -> &str {
        self.detail.as_ref().map_or("", Text::as_str)
    }

    /// Its urgency.
    pub fn indicator(&self) -> Indicator {
        self.indicator
    }

    /// Its links.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// What it is about.
    pub fn about(&self) -> &About {
        &self.extension.card
    }

    /// Its suggestions.
    pub fn suggestions(&self) -> &[Suggestion] {
        self.suggestions.as_ref().map_or(&[], |some| &some.suggestions)
    }
}

fn uuid_text<S: Serializer>(uuid: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_short_and_on_one_line() {
        assert_eq!(Summary::new(" \n\t"), None);
        assert_eq!(Summary::new("a\nb").unwrap().as_str(), "a b");
        let long = Summary::new(&"word ".repeat(60)).unwrap();
        assert!(utf16(long.as_str()) <= Summary::LIMIT);
        assert!(long.as_str().ends_with("word…"));
        assert_eq!(Summary::new(&"x".repeat(139)).unwrap().as_str().len(), 139);
    }

    #[test]
    fn a_link_that_launches_has_a_short_context_and_an_address() {
        let url = || "https://cds.example.org/smart/launch".to_owned();
        let link = Link::smart("Open", url(), "{\"card\":\"pathway\"}").unwrap();
        let json = serde_json::to_value(&link).unwrap();
        assert_eq!(
            (json["type"].as_str(), json["appContext"].as_str()),
            (Some("smart"), Some("{\"card\":\"pathway\"}"))
        );
        let json = serde_json::to_value(Link::absolute("Open", url()).unwrap()).unwrap();
        assert_eq!(json.get("appContext"), None);
        for (address, context) in [
            ("/smart/launch", "x"),
            ("https://a.example", ""),
            ("https://a.example", &"x".repeat(257)),
        ] {
            assert_eq!(
                Link::smart("Open", address.to_owned(), context),
                None,
                "{address} {context}"
            );
        }
    }
}
