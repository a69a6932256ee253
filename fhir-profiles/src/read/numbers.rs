//! The number that an Observation or component says, in the unit of its fact.

use super::element::Node;
use super::lexicon::LEXICON;
use super::phrase::{bare, greatest, without_labels};
use super::value::{CONTRADICTION, NOT_AVAILABLE, Unread, Written};
use crate::catalogue::{FactId, Kind};
use crate::codes::{Codes, Meaning, UCUM};
use crate::interval::{Bound, Interval};
use crate::values::{
    APPROXIMATE_NOTE, InFactUnit, Why, contradict, decimal, in_fact_unit, number_from_text, with_comparator,
    without_annotations,
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The unit of a Quantity: the UCUM code, else the text.
pub(super) fn unit_of(quantity: Node<'_>) -> Option<&str> {
    let ucum = quantity
        .text("system")
        .is_some_and(|s| s.trim().trim_end_matches('/') == UCUM);
    let written = |key| {
        quantity
            .text(key)
            .map(str::trim)
            .filter(|text: &&str| !text.is_empty())
    };
    if ucum {
        written("code").or_else(|| written("unit"))
    } else {
        written("unit").or_else(|| written("code"))
    }
}

/// Whether the unit that is shown and its code are both known and say different things.
fn units_contradict(quantity: Node<'_>) -> bool {
    match (quantity.text("unit"), quantity.text("code")) {
        (Some(unit), Some(code)) => contradict(unit, code),
        _ => false,
    }
}

/// A Quantity's number, without unit.
fn interval_of(quantity: Node<'_>) -> Option<(Interval, bool)> {
    let written = quantity.number("value")?;
    let value = decimal(&written).or_else(|| decimal_with_comma(&written))?;
    if quantity.has("comparator") && quantity.text("comparator").is_none() {
        return None;
    }
    with_comparator(value, quantity.text("comparator").map(str::trim))
}

/// `12,5` in the place of a number.
fn decimal_with_comma(text: &str) -> Option<Decimal> {
    let only_number = |c: char| c.is_ascii_digit() || c == ',';
    let number = number_from_text(text).filter(|_| text.chars().all(only_number))?;
    number.interval.as_exact()
}

/// A Range's number and unit.
pub(super) fn range_of(low: Option<Node<'_>>, high: Option<Node<'_>>) -> Option<(Interval, Option<String>)> {
    let end = |quantity: Option<Node<'_>>| -> Option<Option<Bound>> {
        let Some(quantity) = quantity else {
            return Some(None);
        };
        let value = decimal(&quantity.number("value")?)?;
        Some(Some(Bound {
            value,
            inclusive: true,
        }))
    };
    let units: BTreeSet<&str> = [low, high].into_iter().flatten().filter_map(unit_of).collect();
    let contradiction = [low, high].into_iter().flatten().any(units_contradict);
    if units.len() > 1 || contradiction || (low.is_none() && high.is_none()) {
        return None;
    }
    let interval = Interval::new(end(low)?, end(high)?)?;
    Some((interval, units.first().map(|unit| (*unit).to_owned())))
}

/// A Ratio's number and unit: `2 / 10 HPF`, `12 / 100`. A bare denominator is one of a percentage only: nobody can say
/// what `25 / 10` mitoses were counted in.
fn ratio_of(fact: FactId, ratio: Node<'_>) -> Option<(Interval, Option<String>)> {
    let (top, bottom) = (ratio.get("numerator")?, ratio.get("denominator")?);
    let (interval, _) = interval_of(top)?;
    if units_contradict(top) || units_contradict(bottom) {
        return None;
    }
    let divisor = decimal(&bottom.number("value").unwrap_or_else(|| "1".into()))?;
    let percentage = fact.info().unit.as_deref() == Some("%");
    // `120 {cells} / 1000 {cells}` is a fraction.
    let pure = |unit: &&str| *unit == "1" || (percentage && without_annotations(unit).is_empty());
    match unit_of(bottom).filter(|unit| !pure(unit)) {
        Some(unit) => Some((interval, Some(format!("/{divisor} {unit}")))),
        None if divisor != Decimal::ONE && !percentage => None,
        None => {
            let factor = Decimal::ONE.checked_div(divisor)?;
            let unit = unit_of(top).filter(|unit| !pure(unit)).map(str::to_owned);
            Some((
                interval.scaled(factor)?,
                unit.or_else(|| (divisor != Decimal::ONE).then(|| "1".into())),
            ))
        }
    }
}

/// From 1 on.
const ROMAN: &[&str] = &["I", "II", "III", "IV", "V"];

fn number_in_text(fact: FactId, text: &str) -> Result<InFactUnit, Unread> {
    let (whole, text) = (text.trim(), bare(fact, text));
    let info = fact.info();
    // Only behind a label: `IV` alone is a vein.
    if info.kind == Kind::Score
        && text.len() < whole.len()
        && let Some(score) = ROMAN.iter().position(|roman| *roman == text)
    {
        let score = Decimal::from(score) + Decimal::ONE;
        return Ok(in_fact_unit(fact, Interval::exactly(score), None)?);
    }
    if info.zero.iter().any(|zero| *zero == text.to_lowercase()) {
        return Ok(in_fact_unit(fact, Interval::exactly(Decimal::ZERO), None)?);
    }
    let found = match fact {
        FactId::TumourSize | FactId::LargestLiverLesion => number_from_text(text).or_else(|| greatest(text)),
        // The fields of `2/10` are the ones that mitoses are counted in.
        FactId::Mitoses if text.ends_with("/10") => number_from_text(&format!("{text} HPF")),
        _ => number_from_text(text),
    }
    .ok_or(Why::NoNumber)?;
    noted(
        in_fact_unit(fact, found.interval, found.unit.as_deref())?,
        found.approximate,
    )
}

fn noted(mut number: InFactUnit, approximate: bool) -> Result<InFactUnit, Unread> {
    if approximate && !number.notes.iter().any(|note| note == APPROXIMATE_NOTE) {
        number.notes.push(APPROXIMATE_NOTE.to_owned());
    }
    Ok(number)
}

/// The value as a number in the fact's unit.
pub(super) fn number(fact: FactId, written: &Written<'_>, codes: &Codes) -> Result<InFactUnit, Unread> {
    if let Some(nothing) = written.nothing() {
        return Err(nothing);
    }
    match written {
        Written::Quantity(quantity) => {
            let (interval, approximate) = interval_of(*quantity).ok_or(Why::NoNumber)?;
            if units_contradict(*quantity) {
                return Err(Why::UnitsContradict.into());
            }
            let mut number = in_fact_unit(fact, interval, unit_of(*quantity))?;
            if fact == FactId::Ki67
                && number.notes.is_empty()
                && (number.interval.as_exact())
                    .is_some_and(|value| value > Decimal::ZERO && value < Decimal::ONE)
            {
                number
                    .notes
                    .push("below 1 %: a fraction may have been meant".into());
            }
            noted(number, approximate)
        }
        Written::Range(range) => {
            let (interval, unit) = range_of(range.get("low"), range.get("high")).ok_or(Why::NoNumber)?;
            Ok(in_fact_unit(fact, interval, unit.as_deref())?)
        }
        Written::Ratio(ratio) => {
            let (interval, unit) = ratio_of(fact, *ratio).ok_or(Why::NoNumber)?;
            Ok(in_fact_unit(fact, interval, unit.as_deref())?)
        }
        Written::Number(number) => {
            let value = decimal(number).ok_or(Why::NoNumber)?;
            Ok(in_fact_unit(fact, Interval::exactly(value), None)?)
        }
        Written::Text(text) => coded_number(fact, written, &[*text], codes),
        Written::Concept(concept) => coded_number(fact, written, &concept.texts().collect::<Vec<_>>(), codes),
        _ => Err(Why::NoNumber.into()),
    }
}

/// The number of a coded answer, or of a text, by what its codes mean and its texts say.
fn coded_number(
    fact: FactId,
    written: &Written<'_>,
    texts: &[&str],
    codes: &Codes,
) -> Result<InFactUnit, Unread> {
    let mut coded: Vec<InFactUnit> = Vec::new();
    let mut not_assessed = false;
    for coding in written.codings() {
        for meaning in codes.meanings(&coding) {
            let number = match meaning {
                Meaning::Spans(of, text) if of == fact => number_in_text(fact, text)?,
                Meaning::Counts(of, count) if of == fact => {
                    in_fact_unit(fact, Interval::exactly(Decimal::from(count)), None)?
                }
                Meaning::NotAssessed(of) => {
                    not_assessed |= of == fact;
                    continue;
                }
                Meaning::NoAnswer => {
                    not_assessed = true;
                    continue;
                }
                _ => continue,
            };
            if !coded.contains(&number) {
                coded.push(number);
            }
        }
    }
    let mut said: Vec<InFactUnit> = Vec::new();
    let mut unread = None;
    for text in texts {
        match number_in_text(fact, text) {
            Ok(number) => said.push(number),
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    let mut found = coded.iter().chain(&said);
    let Some(first) = found.next() else {
        return Err(match unread {
            _ if not_assessed => Unread::Nothing("not assessed"),
            _ if written.says_nothing_of(fact) => Unread::Nothing(NOT_AVAILABLE),
            Some(why) if matches!(written, Written::Text(_)) => why,
            _ => Why::NoNumber.into(),
        });
    };
    let disagrees = |other: &InFactUnit| other.interval.intersection(&first.interval).is_none();
    if not_assessed || coded.len() > 1 || found.any(disagrees) {
        return Err(Unread::Unreadable(CONTRADICTION));
    }
    Ok(first.clone())
}

/// The value as a whole number, or an interval between two.
pub(super) fn score(fact: FactId, written: &Written<'_>, codes: &Codes) -> Result<InFactUnit, Unread> {
    let number = number(fact, written, codes)?;
    let whole = |end: Option<Bound>| end.is_none_or(|bound| bound.value.fract().is_zero());
    if whole(number.interval.low()) && whole(number.interval.high()) {
        Ok(number)
    } else {
        Err(Why::OutOfRange.into())
    }
}

/// The performance status that the code of an answer means.
pub(super) fn coded_ecog(written: &Written<'_>, codes: &Codes) -> Option<i64> {
    let codings = written.codings();
    let meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
    let counts: BTreeSet<i64> = meanings
        .filter_map(|meaning| match meaning {
            Meaning::Counts(FactId::Ecog, count) => Some(count),
            _ => None,
        })
        .collect();
    counts.first().copied().filter(|_| counts.len() == 1)
}

/// The value as a whole Karnofsky index, in percent or without unit.
pub(super) fn karnofsky(written: &Written<'_>) -> Option<i64> {
    let (interval, unit) = match written {
        Written::Quantity(quantity) => {
            let (interval, approximate) = interval_of(*quantity)?;
            (
                Some(interval).filter(|_| !approximate)?,
                unit_of(*quantity).map(str::to_owned),
            )
        }
        Written::Number(number) => (Interval::exactly(decimal(number)?), None),
        Written::Text(text) => from_plain_text(text)?,
        Written::Concept(concept) => from_plain_text(concept.said()?)?,
        _ => return None,
    };
    let fits = unit.is_none_or(|unit| unit == "%" || unit == "1" || unit.starts_with('{'));
    let value = interval
        .as_exact()
        .filter(|value| fits && value.fract().is_zero())?;
    i64::try_from(value).ok()
}

fn from_plain_text(text: &str) -> Option<(Interval, Option<String>)> {
    let found = number_from_text(without_labels(&LEXICON.karnofsky.labels, text))?;
    (!found.approximate).then_some((found.interval, found.unit))
}
