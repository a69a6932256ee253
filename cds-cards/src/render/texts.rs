//! The card texts: templates from the knowledge, with the Markdown escaper on every value that they print.

use super::group_card::passage;
use super::markdown::{escape, tidy};
use crate::knowledge::Knowledge;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The engine's settings.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // With no delimiters changed the builder cannot fail.
    if let Ok(syntax) = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Captured blocks count as safe only under some escaping, so one is always named.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        if value.is_undefined() || value.is_none() {
            return Err(Error::new(ErrorKind::UndefinedError, "a slot without a value"));
        }
        let text = match value.as_str() {
            Some(text) if value.is_safe() => return Ok(out.write_str(text)?),
            Some(text) => escape(text),
            None => escape(&value.to_string()),
        };
        Ok(out.write_str(&text)?)
    });
    // No template can switch the escaper off.
    for filter in ["safe", "escape", "e"] {
        environment.remove_filter(filter);
    }
    environment
});

/// The texts of one knowledge, made ready once: card templates compiled, option passages with their figures in them.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    cards: Environment<'static>,
    passages: BTreeMap<String, String>,
}

impl Texts {
    /// Compiles what [`super::check_templates`] has found to be sound; what is not is left out.
    pub(crate) fn of(knowledge: &Knowledge) -> Self {
        let mut cards = ENVIRONMENT.clone();
        for (name, text) in &knowledge.cards {
            // A template that does not compile is a fault of the knowledge, reported by the check.
            drop(cards.add_template_owned(name.clone(), text.clone()));
        }
        let passages = knowledge
            .options
            .iter()
            .filter_map(|option| Some((option.id.clone(), passage(knowledge, option).ok()?)))
            .collect();
        Self { cards, passages }
    }

    /// A card's template with its slots filled, tidied.
    pub(super) fn card<C: Serialize>(&self, name: &str, context: &C) -> Result<String, Error> {
        let text = self
            .cards
            .get_template(name)?
            .render(Value::from(Serde(context)))?;
        Ok(tidy(&text))
    }

    /// The literature passage of an option.
    pub(super) fn passage(&self, option: &str) -> &str {
        self.passages.get(option).map_or("", String::as_str)
    }
}

/// The template with its slots filled, tidied; for texts that are used once.
pub(super) fn fill<C: Serialize>(name: &str, template: &str, context: &C) -> Result<String, Error> {
    let context = Value::from(Serde(context));
    ENVIRONMENT
        .render_named_str(name, template, context)
        .map(|text| tidy(&text))
}

/// Markdown made by [`fill`], to be put into another template as it stands.
pub(super) fn finished(markdown: String) -> Value {
    Value::from_safe_string(markdown)
}

/// The names that a template takes from its context (`figures.survival`), sorted; or the fault in it.
pub(super) fn slots(name: &str, template: &str) -> Result<Vec<String>, Error> {
    let environment = ENVIRONMENT.clone();
    let template = environment.template_from_named_str(name, template)?;
    let mut slots: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    slots.sort();
    Ok(slots)
}
