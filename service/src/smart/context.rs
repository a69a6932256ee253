//! `appContext`: which card and which option a launch comes from, and the place of the page that it leads to.

use cds_cards::render::{Card, CardKind};
use serde_json::{Value, json};

/// The longest context that is looked at; ours are a fraction of it.
const LONGEST: usize = 512;

/// What the link of a card carries: nothing of a chart.
pub(crate) fn of_card(card: &Card) -> String {
    let about = card.about();
    let mut context = json!({ "card": about.kind.as_str() });
    // Of a card on several options none is the one.
    if let ([only], Some(fields)) = (about.options.as_slice(), context.as_object_mut()) {
        fields.insert("option".to_owned(), only.id.as_str().into());
    }
    context.to_string()
}

/// Where a launch wants to go: of the knowledge's own words only, whatever else the context holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppContext {
    /// The kind of the card.
    pub card: Option<CardKind>,
    /// The id of an option.
    pub option: Option<String>,
}

impl AppContext {
    /// Reads what came back with the token; what is not ours is no context.
    pub(super) fn parse(text: &str, is_option: impl Fn(&str) -> bool) -> Self {
        let json: Value = match text.len() <= LONGEST {
            true => serde_json::from_str(text).unwrap_or_default(),
            false => Value::Null,
        };
        let field = |name: &str| json.get(name).and_then(Value::as_str);
        Self {
            card: field("card").and_then(|word| KINDS.into_iter().find(|kind| kind.as_str() == word)),
            option: field("option").filter(|id| is_option(id)).map(str::to_owned),
        }
    }

    /// The id of the element of the page that shows it; nothing where that is the top.
    pub(super) fn place(&self) -> Option<String> {
        if let Some(option) = &self.option {
            return Some(format!("option-{option}"));
        }
        let place = match self.card? {
            CardKind::Options | CardKind::OrderWarning => "b-options",
            CardKind::MissingData | CardKind::Question => "b-missing",
            CardKind::Discrepancy => "b-facts",
            CardKind::Pathway => return None,
        };
        Some(place.to_owned())
    }
}

const KINDS: [CardKind; 6] = [
    CardKind::Pathway,
    CardKind::Options,
    CardKind::MissingData,
    CardKind::Question,
    CardKind::Discrepancy,
    CardKind::OrderWarning,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_leads_to_a_place_of_the_page_or_to_its_top() {
        for (text, place) in [
            (r#"{"card":"options","option":"prrt"}"#, Some("option-prrt")),
            (r#"{"card":"options"}"#, Some("b-options")),
            (r#"{"card":"question"}"#, Some("b-missing")),
            (
                r#"{"card":"discrepancy","option":"\"><script>"}"#,
                Some("b-facts"),
            ),
            (r#"{"card":"pathway"}"#, None),
            (r#"{"card":7,"option":["prrt"]}"#, None),
            ("//evil.example", None),
            ("", None),
        ] {
            let context = AppContext::parse(text, |id| id == "prrt");
            assert_eq!(context.place().as_deref(), place, "{text}");
        }
        let long = format!(r#"{{"card":"options","x":"{}"}}"#, "x".repeat(LONGEST));
        assert_eq!(AppContext::parse(&long, |_| true), AppContext::default());
    }
}
