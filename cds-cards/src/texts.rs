//! The card texts: templates from the knowledge, with the Markdown escaper on every value that they print.

use crate::embedded;
use crate::markdown::{escaped, tidy};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The card texts that must be there.
pub(crate) const CARDS: [&str; 10] = [
    "pathway.md",
    "without.md",
    "options.md",
    "missing-data.md",
    "question.md",
    "discrepancy.md",
    "unreadable.md",
    "order-warning.md",
    "order-undetermined.md",
    "order-given.md",
];

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
            Some(text) => escaped(text),
            None => return Ok(out.write_str(&escaped(&value.to_string()))?),
        };
        Ok(out.write_str(&text)?)
    });
    // No template can switch the escaper off; what a text names of these is refused with its line before.
    for filter in ["safe", "escape", "e", "tojson", "urlencode"] {
        environment.remove_filter(filter);
    }
    environment.remove_global("debug");
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment
});

/// What a text may use up: the cards of the richest patient use a twentieth of it.
const FUEL: u64 = 200_000;
/// How deep loops and macros of a text may stand in each other.
const DEPTH: usize = 100;
/// No card text is longer, in bytes: several times the longest of a patient.
const LONGEST: usize = 128 * 1024;

/// The texts that are compiled in, for a site's text that fails.
static BUILT_IN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut cards = ENVIRONMENT.clone();
    let mut files = embedded::files();
    for name in CARDS {
        if let Some(text) = files.remove(&format!("cards/{name}")) {
            // The tests of the crate compile and fill each.
            drop(cards.add_template_owned(name, text));
        }
    }
    cards
});

/// A card's text, and whether it is the one that is compiled in because the site's could not be made.
pub(crate) struct Filled {
    pub(crate) text: String,
    pub(crate) is_replaced: bool,
}

/// What is said of an option whatever the patient: lists of sentences and corrections, and its passage.
#[derive(Debug, Clone)]
pub(crate) struct Literature {
    pub(crate) restriction: Value,
    pub(crate) passage: Value,
    pub(crate) sentences: Value,
    pub(crate) side_effects: Value,
    pub(crate) corrections: Value,
}

/// The texts of one knowledge, made ready once: card templates compiled, option passages with their figures in them.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    cards: Environment<'static>,
    literature: BTreeMap<String, Literature>,
}

impl Texts {
    /// Compiles what [`check_templates`](crate::render::check_templates) has found to be sound; what is not is left out.
    pub(crate) fn new(texts: &BTreeMap<String, String>, literature: BTreeMap<String, Literature>) -> Self {
        let mut cards = ENVIRONMENT.clone();
        for (name, text) in texts {
            // A template that does not compile is a fault of the knowledge, reported by the check.
            drop(cards.add_template_owned(name.clone(), text.clone()));
        }
        Self { cards, literature }
    }

    /// A card's template with its slots filled, tidied; where a site's fails or runs too long, the built-in one.
    pub(crate) fn card<C: Serialize>(&self, name: &str, context: &C) -> Option<Filled> {
        let context = Value::from(Serde(context));
        let of = |texts: &Environment<'static>| made(texts, name, context.clone()).ok();
        let own = of(&self.cards).map(|text| (text, false));
        let (text, is_replaced) = own.or_else(|| Some((of(&BUILT_IN)?, true)))?;
        Some(Filled { text, is_replaced })
    }

    /// What is said of an option whatever the patient, made at load.
    pub(crate) fn literature(&self, option: &str) -> Option<&Literature> {
        self.literature.get(option)
    }
}

fn made(texts: &Environment<'_>, name: &str, context: Value) -> Result<String, Error> {
    whole(texts.get_template(name)?.render(context)?)
}

/// Tidied; what is too long is a fault.
fn whole(text: String) -> Result<String, Error> {
    if text.len() > LONGEST {
        return Err(Error::new(ErrorKind::InvalidOperation, "the text is too long"));
    }
    Ok(tidy(&text))
}

/// The template with its slots filled, tidied; for texts that are used once.
pub(crate) fn fill<C: Serialize>(name: &str, template: &str, context: &C) -> Result<String, Error> {
    let context = Value::from(Serde(context));
    whole(ENVIRONMENT.render_named_str(name, template, context)?)
}

/// Markdown made by [`fill`], to be put into another template as it stands.
pub(crate) fn finished(markdown: String) -> Value {
    Value::from_safe_string(markdown)
}

/// Something that a template reads and that is not made again for each patient.
pub(crate) fn ready<T: Serialize>(value: &T) -> Value {
    Value::from(Serde(value))
}

/// The names that a template takes from its context (`figures.survival`), sorted; or the fault in it.
pub(crate) fn slots(name: &str, template: &str) -> Result<Vec<String>, Error> {
    let environment = ENVIRONMENT.clone();
    let template = environment.template_from_named_str(name, template)?;
    let mut slots: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    slots.sort();
    Ok(slots)
}
