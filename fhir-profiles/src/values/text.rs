//! Numbers in free text: comparators, ranges, approximate values and the unit behind them.

use super::found::TextNumber;
use super::number::{about, decimal};
use super::{mitoses, units};
use crate::interval::{Bound, Interval};
use rust_decimal::Decimal;

/// A longer text is a comment.
const LONGEST: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparator {
    Below,
    UpTo,
    From,
    Above,
    Exactly,
}

/// The longer of two that start alike stands first.
const COMPARATORS: &[(&str, Comparator)] = &[
    ("<=", Comparator::UpTo),
    ("=<", Comparator::UpTo),
    ("≤", Comparator::UpTo),
    ("⩽", Comparator::UpTo),
    ("<", Comparator::Below),
    (">=", Comparator::From),
    ("=>", Comparator::From),
    ("≥", Comparator::From),
    ("⩾", Comparator::From),
    (">", Comparator::Above),
    ("=", Comparator::Exactly),
    ("less than or equal to", Comparator::UpTo),
    ("greater than or equal to", Comparator::From),
    ("more than or equal to", Comparator::From),
    ("less than", Comparator::Below),
    ("lower than", Comparator::Below),
    ("below", Comparator::Below),
    ("under", Comparator::Below),
    ("weniger als", Comparator::Below),
    ("kleiner als", Comparator::Below),
    ("kleiner", Comparator::Below),
    ("unter", Comparator::Below),
    ("up to", Comparator::UpTo),
    ("at most", Comparator::UpTo),
    ("not more than", Comparator::UpTo),
    ("bis zu", Comparator::UpTo),
    ("bis", Comparator::UpTo),
    ("höchstens", Comparator::UpTo),
    ("max.", Comparator::UpTo),
    ("max", Comparator::UpTo),
    ("maximal", Comparator::UpTo),
    ("at least", Comparator::From),
    ("not less than", Comparator::From),
    ("mindestens", Comparator::From),
    ("greater than", Comparator::Above),
    ("more than", Comparator::Above),
    ("higher than", Comparator::Above),
    ("above", Comparator::Above),
    ("over", Comparator::Above),
    ("mehr als", Comparator::Above),
    ("größer als", Comparator::Above),
    ("über", Comparator::Above),
    ("lte", Comparator::UpTo),
    ("gte", Comparator::From),
    ("lt", Comparator::Below),
    ("le", Comparator::UpTo),
    ("gt", Comparator::Above),
    ("ge", Comparator::From),
];

/// The same, written behind the number.
const BEHIND: &[(&str, Comparator)] = &[
    (" or greater", Comparator::From),
    (" or more", Comparator::From),
    (" or higher", Comparator::From),
    (" oder mehr", Comparator::From),
    (" or less", Comparator::UpTo),
    (" or lower", Comparator::UpTo),
    (" oder weniger", Comparator::UpTo),
];

const ABOUT: &[&str] = &[
    "ca.",
    "circa",
    "zirka",
    "ca",
    "approximately",
    "approx.",
    "approx",
    "about",
    "around",
    "roughly",
    "etwa",
    "ungefähr",
    "~",
    "≈",
    "∼",
];

const BETWEEN: &[&str] = &["between", "zwischen"];
const AND: &[&str] = &["and", "und"];
const DASHES: &[&str] = &["-", "–", "—", "‐", "‑", "−", "to", "bis"];

/// Reads a number with an optional comparator, range and unit; `None` for text that is not understood in full.
///
/// `1,500` and `1.500` are refused: a decimal in one country is a thousand in another.
pub(crate) fn number_from_text(text: &str) -> Option<TextNumber> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(rest) = ABOUT.iter().find_map(|word| strip(&text, word)) {
        let (value, rest) = leading_number(rest)?;
        return Some(TextNumber {
            interval: about(value)?,
            unit: unit(rest)?,
            approximate: true,
        });
    }
    if let Some(rest) = BETWEEN.iter().find_map(|word| strip(&text, word)) {
        let (value, rest) = leading_number(rest)?;
        let (interval, unit) = range(None, value, rest, AND)?;
        return Some(TextNumber {
            interval,
            unit,
            approximate: false,
        });
    }
    let (before, rest) = comparator(&text);
    let (behind, rest) = comparator_behind(rest);
    let (value, rest) = leading_number(rest)?;
    let (interval, unit) = match (before, behind, unit(rest)) {
        (None, given, Some(unit)) | (given, None, Some(unit)) => (one(given, value)?, unit),
        (given, None, None) => range(given, value, rest, DASHES)?,
        _ => return None,
    };
    Some(TextNumber {
        interval,
        unit,
        approximate: false,
    })
}

fn one(comparator: Option<Comparator>, value: Decimal) -> Option<Interval> {
    Some(match comparator {
        None | Some(Comparator::Exactly) => Interval::exactly(value),
        Some(Comparator::Below) => Interval::below(value),
        Some(Comparator::UpTo) => Interval::up_to(value),
        Some(Comparator::From) => Interval::from(value),
        Some(Comparator::Above) => Interval::above(value),
    })
}

/// The second half of `3-5 %`, `3 % to 5 %` or `> 3 to ≤ 5 %`.
fn range(
    first: Option<Comparator>,
    low: Decimal,
    rest: &str,
    dashes: &[&str],
) -> Option<(Interval, Option<String>)> {
    for (position, _) in rest.char_indices() {
        let (before, after) = rest.split_at_checked(position)?;
        let Some(after) = dashes.iter().find_map(|dash| strip(after, dash)) else {
            continue;
        };
        let Some(low_unit) = unit(before) else {
            continue;
        };
        let (second, after) = comparator(after);
        let Some((high, after)) = leading_number(after) else {
            continue;
        };
        let Some(high_unit) = unit(after) else {
            continue;
        };
        if low_unit.is_some() && low_unit != high_unit {
            continue;
        }
        // `> 3-5` says nothing of its upper end and `< 3-5` nothing at all.
        let (low_included, high_included) = match (first, second) {
            (None, None) => (true, true),
            (low, Some(high)) => (
                match low {
                    None | Some(Comparator::From) => true,
                    Some(Comparator::Above) => false,
                    _ => return None,
                },
                match high {
                    Comparator::UpTo => true,
                    Comparator::Below => false,
                    _ => return None,
                },
            ),
            _ => return None,
        };
        let end = |value, inclusive| Some(Bound { value, inclusive });
        let interval = Interval::new(end(low, low_included), end(high, high_included))?;
        return Some((interval, high_unit));
    }
    None
}

fn comparator(text: &str) -> (Option<Comparator>, &str) {
    COMPARATORS
        .iter()
        .find_map(|(written, comparator)| strip(text, written).map(|rest| (Some(*comparator), rest)))
        .unwrap_or((None, text))
}

fn comparator_behind(text: &str) -> (Option<Comparator>, &str) {
    BEHIND
        .iter()
        .find_map(|(written, comparator)| {
            let (head, tail) = text.split_at_checked(text.len().checked_sub(written.len())?)?;
            tail.eq_ignore_ascii_case(written)
                .then_some((Some(*comparator), head))
        })
        .unwrap_or((None, text))
}

/// The rest behind a word or sign, in any case; a word must end there.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for wanted in word.chars() {
        let found = rest.next()?;
        if found != wanted && !found.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    let rest = rest.as_str();
    let is_word = word.ends_with(char::is_alphabetic);
    if is_word && rest.starts_with(char::is_alphabetic) {
        return None;
    }
    Some(rest.trim_start())
}

/// A number at the start, with point or comma, and what follows it.
fn leading_number(text: &str) -> Option<(Decimal, &str)> {
    let (sign, body) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let digits_end = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = body.split_at_checked(digits_end(body))?;
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(after) => {
            let (fraction, rest) = after.split_at_checked(digits_end(after))?;
            (Some(fraction), rest)
        }
        None => (None, rest),
    };
    // A leading zero is a registry code (`012`), three decimals may be thousands.
    let thousands = fraction.is_some_and(|digits| digits.len() == 3) && whole != "0";
    let more_digits = rest.starts_with(['.', ',', '\'', '’']);
    if thousands || more_digits {
        return None;
    }
    let number = match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    };
    Some((decimal(&number)?, rest))
}

/// What stands behind a number: `Some(None)` for nothing, the unit as written, or `None` if it is no unit.
fn unit(text: &str) -> Option<Option<String>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let starts_like_a_unit = text.starts_with(|c: char| c.is_alphabetic() || "%[{/µ".contains(c));
    let names_something = text.contains(|c: char| c.is_alphabetic() || c == '%' || c == '#');
    // `12 H` and `12 L` are flags of the laboratory, not henry and litre.
    let is_flag = text.len() == 1 && text.starts_with(|c: char| c.is_ascii_uppercase());
    // `3 cm-5` is half a range and no power, although UCUM could read it as one.
    let is_range = text
        .split('-')
        .skip(1)
        .any(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    if !starts_like_a_unit || !names_something || is_flag || is_range {
        return None;
    }
    let known = mitoses::per(text).is_some()
        || units::is_percent(text)
        || units::is_count(text)
        || units::tidy(text).is_some();
    known.then(|| Some(text.to_owned()))
}
