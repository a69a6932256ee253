//! Cards as a record system draws them: from the JSON that the service sends, so that nothing else can be shown.

use super::markdown;
use crate::http::State;
use cds_cards::render::Card;
use minijinja::Value as Html;
use serde::Serialize;
use serde_json::Value;

/// A card as drawn.
#[derive(Debug, Serialize)]
pub(super) struct CardView {
    uuid: String,
    indicator: String,
    summary: String,
    detail: Html,
    source: String,
    source_url: String,
    suggestions: Vec<Offer>,
    links: Vec<Offer>,
    reasons: Vec<Reason>,
}

/// A suggestion by its identifier, or a link by its address.
#[derive(Debug, Serialize)]
struct Offer {
    label: String,
    target: String,
}

#[derive(Debug, Serialize)]
struct Reason {
    code: String,
    system: String,
    display: String,
}

pub(super) fn views(state: &State, cards: &[Card]) -> Vec<CardView> {
    cards.iter().map(|card| view(state, card)).collect()
}

fn view(state: &State, card: &Card) -> CardView {
    let json = serde_json::to_value(card).unwrap_or_default();
    CardView {
        uuid: text(&json, "/uuid"),
        indicator: text(&json, "/indicator"),
        summary: text(&json, "/summary"),
        detail: markdown::html(&text(&json, "/detail"), state.advisor.evaluator.linked()),
        source: text(&json, "/source/label"),
        source_url: text(&json, "/source/url"),
        suggestions: each(&json, "/suggestions", |one| Offer {
            label: text(one, "/label"),
            target: text(one, "/uuid"),
        }),
        links: each(&json, "/links", |one| Offer {
            label: text(one, "/label"),
            target: text(one, "/url"),
        }),
        reasons: each(&json, "/overrideReasons", |one| Reason {
            code: text(one, "/code"),
            system: text(one, "/system"),
            display: text(one, "/display"),
        }),
    }
}

fn text(json: &Value, pointer: &str) -> String {
    let value = json.pointer(pointer).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn each<T>(json: &Value, pointer: &str, make: impl FnMut(&Value) -> T) -> Vec<T> {
    let list = json.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().map(make).collect()
}
