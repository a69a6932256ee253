//! The limits of criteria: each number stands once, under a name by which bands mean it and texts take it.

use super::model::Limit;
use super::numbers::{self, Names};
use super::phrase::{filled, slots};
use super::section::{At, Section};
use rust_decimal::Decimal;

/// The limits of a criterion, or `None` where they could not be read (reported): then nothing is said of what needs them.
pub(super) type Limits = Option<Vec<At<Limit>>>;

/// `limit = 75`, or by names `limit = { low = 70, high = 90 }`.
pub(super) fn read(section: &Section<'_>, unit: Option<&str>) -> Limits {
    let numbers = section.named_numbers("limit")?;
    let limit = |(name, number): (String, At<Decimal>)| At {
        line: number.line,
        value: Limit {
            name,
            value: number.value,
            unit: unit.map(str::to_owned),
        },
    };
    Some(numbers.into_iter().map(limit).collect())
}

/// The limit that a key names, `None` where the key is left out; `Err` where it cannot be told, which is reported unless the
/// limits themselves have a fault.
pub(super) fn named<'l>(
    section: &Section<'_>,
    key: &'static str,
    limits: Option<&'l [At<Limit>]>,
) -> Result<Option<&'l Limit>, Unnamed> {
    let name = section.name(key, "the name of a limit").map_err(|()| Unnamed)?;
    let Some(name) = name else { return Ok(None) };
    let limits = limits.ok_or(Unnamed)?;
    let found = limits.iter().find(|limit| limit.value.name == name.value);
    if found.is_none() {
        let names: Vec<&str> = limits.iter().map(|limit| limit.value.name.as_str()).collect();
        let what = format!(
            "no limit is named `{}`: there is {}",
            name.value,
            names.join(", ")
        );
        section.fault(name.line, what);
    }
    found.map(|limit| Some(&limit.value)).ok_or(Unnamed)
}

/// A key that should name a limit and names none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unnamed;

/// What fills a slot of a text that speaks of limits.
pub(super) enum Filling {
    /// This.
    With(String),
    /// There is no such slot.
    Unknown,
    /// It belongs to something that has a fault itself.
    Untold,
}

/// How a text may say a number.
pub(super) enum Saying {
    /// By a slot alone, so that it follows the limit.
    BySlot,
    /// As it stands too, where it is one of these limits: what the review itself says must not follow a change, and is a fault
    /// after it. `None` where the limits could not be read.
    OneOf(Option<Vec<Decimal>>),
}

impl Saying {
    /// What is wrong with a number that stands in a text as it is.
    fn fault(&self, number: &numbers::Said<'_>) -> Option<String> {
        let text = number.text;
        match self {
            Self::BySlot => Some(format!(
                "`{text}` is no limit of a criterion: a label has no number but by a slot such as `{{limit}}`"
            )),
            Self::OneOf(None) => None,
            Self::OneOf(Some(limits)) => {
                let is_one = number.value.is_some_and(|value| limits.contains(&value));
                (!is_one).then(|| format!("`{text}` in this text is no limit of the criterion: write `{{limit}}` for its own, any other number in words"))
            }
        }
    }
}

/// The text with its slots filled; a slot that there is not and a number that is no limit are reported.
pub(super) fn said(
    section: &Section<'_>,
    names: &Names,
    text: At<String>,
    saying: &Saying,
    filling: impl Fn(&str) -> Filling,
) -> String {
    let bare = filled(&text.value, |_| " ".to_owned()).unwrap_or_default();
    for number in numbers::said(&bare, names) {
        if let Some(what) = saying.fault(&number) {
            section.fault(text.line, what);
        }
    }
    for slot in slots(&text.value) {
        if matches!(filling(slot), Filling::Unknown) {
            section.fault(text.line, format!("unknown slot `{slot}`"));
        }
    }
    let value = |slot: &str| match filling(slot) {
        Filling::With(value) => value,
        Filling::Unknown | Filling::Untold => String::new(),
    };
    filled(&text.value, value).unwrap_or(text.value)
}

/// What fills a slot in a text of the criterion that has these limits.
pub(super) fn own(limits: &Limits, slot: &str) -> Filling {
    let Some(limits) = limits else {
        return Filling::Untold;
    };
    let found = limits.iter().find(|limit| limit.value.name == slot);
    found.map_or(Filling::Unknown, |limit| Filling::With(limit.value.shown()))
}

/// The numbers themselves.
pub(super) fn values(limits: &Limits) -> Option<Vec<Decimal>> {
    let limits = limits.as_ref()?.iter();
    Some(limits.map(|limit| limit.value.value).collect())
}
