//! Card texts are minijinja templates: their slots must exist, and every figure must be used.

use super::files::Files;
use super::model::Figure;
use super::section::Place;
use minijinja::Environment;
use std::collections::{BTreeMap, BTreeSet};

/// Reads `cards/*.md`; a text that is no template is reported. Their slots are checked by the renderer, which fills them.
pub(super) fn cards(source: &Files<'_>) -> BTreeMap<String, String> {
    let mut cards = BTreeMap::new();
    for place in source.folder("cards/") {
        if variables(place).is_some() {
            cards.insert(
                place.file.trim_start_matches("cards/").to_owned(),
                place.text.to_owned(),
            );
        }
    }
    cards
}

/// Reads an option's `card.md`: its slots are the option's figures as `figures.<id with _ for ->`, each used.
pub(super) fn option_card(source: &Files<'_>, folder: &str, figures: &[Figure]) -> Option<String> {
    let place = source.place(&format!("options/{folder}/card.md"))?;
    let used = variables(place)?;
    let known: BTreeMap<String, &str> = figures
        .iter()
        .map(|figure| {
            (
                format!("figures.{}", figure.id.replace('-', "_")),
                figure.id.as_str(),
            )
        })
        .collect();
    for name in &used {
        if !known.contains_key(name) {
            place.fault(line_of(place.text, name), format!("unknown slot `{name}`"));
        }
    }
    for (slot, id) in &known {
        if !used.contains(slot) {
            place.fault(1, format!("figure `{id}` is not used: `{slot}` stands nowhere"));
        }
    }
    Some(place.text.to_owned())
}

/// The slots of a template; `None` if it is none or empty (reported).
fn variables(place: Place<'_>) -> Option<BTreeSet<String>> {
    if place.text.trim().is_empty() {
        place.fault(1, "the text is empty");
        return None;
    }
    let environment = Environment::new();
    match environment.template_from_str(place.text) {
        Ok(template) => Some(template.undeclared_variables(true).into_iter().collect()),
        Err(error) => {
            let what = error
                .detail()
                .map_or_else(|| error.kind().to_string(), str::to_owned);
            place.fault(error.line().unwrap_or(1), what);
            None
        }
    }
}

fn line_of(text: &str, name: &str) -> usize {
    text.lines()
        .position(|line| line.contains(name))
        .map_or(1, |position| position + 1)
}
