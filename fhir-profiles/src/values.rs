//! Numbers as charts write them, turned into intervals in the unit of their fact.

mod found;
mod hpf;
mod mitoses;
mod number;
mod text;
mod units;

#[cfg(test)]
mod tests;

use crate::catalogue::id::FactId;
use crate::catalogue::info::{FactInfo, Kind};
use crate::interval::{Bound, Interval};
use rust_decimal::Decimal;

pub(crate) use found::{InFactUnit, TextNumber, Why};
pub(crate) use number::{decimal, with_comparator};
pub(crate) use text::number_from_text;
use units::not_this;
pub(crate) use units::{contradict, convert, without_annotations};

/// Whether a unit can be that of a fact: percent, a count, or one of UCUM as it stands there, which can be converted.
pub(crate) fn is_unit(unit: &str) -> bool {
    matches!(unit, "%" | "{#}")
        || units::tidy(unit).is_some_and(|ucum| ucum == unit && units::commensurable(unit, unit))
}

/// What the evidence of an approximate number says.
pub(crate) const APPROXIMATE_NOTE: &str = "± 20 % for an approximate value";

/// Brings a number with the unit as written into the unit of `fact`; for markers the unit is kept and tidied.
///
/// # Errors
/// [`Why`] the number cannot be used.
pub(crate) fn in_fact_unit(fact: FactId, interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    let info = fact.info();
    let unit = unit.map(str::trim).filter(|text| !text.is_empty());
    let read = match (info.kind, info.unit.as_deref()) {
        (Kind::Marker, _) => marker(interval, unit),
        (Kind::Score, _) => count(info, interval, unit),
        (Kind::Number, Some(target)) => match target {
            "%" => percent(info, interval, unit),
            "/10 HPF" => hpf::per_10_hpf(interval, unit),
            "{#}" => count(info, interval, unit),
            _ => measure(info, target, interval, unit),
        },
        _ => Err(Why::WrongUnit),
    }?;
    possible(info, read)
}

/// A number that a person types for a fact: exact, with a comparator or a range, with the fact's unit where none is typed.
///
/// # Errors
/// What is wrong with it, in our own words; an approximate number ("about 5") is none that can be recorded.
pub fn entered(fact: FactId, text: &str) -> Result<Interval, &'static str> {
    let number = number_from_text(text).filter(|number| !number.approximate);
    let number = number.ok_or_else(|| Why::NoNumber.text())?;
    let unit = number.unit.as_deref().or(fact.info().unit.as_deref());
    let read = in_fact_unit(fact, number.interval, unit).map_err(Why::text)?;
    Ok(read.interval)
}

/// Refuses numbers that cannot occur, a written end far beyond the possible range included (`11-2024`); the ± 20 %
/// of an approximate value may pass it.
fn possible(info: &FactInfo, read: InFactUnit) -> Result<InFactUnit, Why> {
    // No quantity of this catalogue can be negative, markers included.
    let least = Interval::from(info.min.unwrap_or(Decimal::ZERO));
    let range = match info.max {
        Some(max) => least.intersection(&Interval::up_to(max)),
        None => Some(least),
    };
    let beyond = |end: Option<Bound>| {
        end.is_some_and(|end| info.max.is_some_and(|max| end.value > max * Decimal::new(12, 1)))
    };
    match range.and_then(|range| range.intersection(&read.interval)) {
        Some(_) if !beyond(read.interval.high()) => Ok(read),
        _ => Err(Why::OutOfRange),
    }
}

fn marker(interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    // No code of a marker fixes the unit of its laboratory.
    let text = unit.ok_or(Why::MissingUnit)?;
    Ok(InFactUnit {
        interval,
        unit: Some(units::tidy(text).ok_or(Why::UnknownUnit)?),
        notes: Vec::new(),
    })
}

fn count(info: &FactInfo, interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    match unit {
        None => {}
        Some(text) if units::is_count(text) => {}
        Some(text) => return Err(not_this(text)),
    }
    // Half a lesion or a score between two scores is a misread field.
    if interval.as_exact().is_some_and(|value| !value.fract().is_zero()) {
        return Err(Why::OutOfRange);
    }
    Ok(InFactUnit {
        interval,
        unit: info.unit.clone(),
        notes: Vec::new(),
    })
}

fn percent(info: &FactInfo, interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    let (interval, notes) = match unit {
        None if !info.bare => return Err(Why::MissingUnit),
        None if may_be_fraction(&interval) => return Err(Why::Ambiguous),
        None => (interval, vec!["no unit recorded: read as percent".into()]),
        Some(text) if units::is_percent(text) => (interval, Vec::new()),
        Some("1") if is_fraction(&interval) => {
            let scaled = interval.scaled(Decimal::ONE_HUNDRED).ok_or(Why::OutOfRange)?;
            (scaled, vec![format!("converted from the fraction {interval}")])
        }
        Some("1") => return Err(Why::Ambiguous),
        Some(text) => return Err(not_this(text)),
    };
    Ok(InFactUnit {
        interval,
        unit: info.unit.clone(),
        notes,
    })
}

/// Whether every recorded end is a possible fraction and so is some number of the interval.
fn is_fraction(interval: &Interval) -> bool {
    let possible = Interval::between(Decimal::ZERO, Decimal::ONE);
    [interval.low(), interval.high()]
        .into_iter()
        .flatten()
        .all(|end| end.value <= Decimal::ONE)
        && possible.is_some_and(|range| range.intersection(interval).is_some())
}

/// Whether a bare percentage may have been meant as a fraction: it holds numbers between 0 and 1, and no end says
/// that more than a fraction was meant. A fraction of 1 widened by 20 % ends at 1.2; so `ca. 0,9` stays ambiguous.
fn may_be_fraction(interval: &Interval) -> bool {
    let end = |value, inclusive| Some(crate::interval::Bound { value, inclusive });
    let inside = Interval::new(end(Decimal::ZERO, false), end(Decimal::ONE, false))
        .and_then(|range| range.intersection(interval))
        .is_some();
    inside
        && [interval.low(), interval.high()]
            .into_iter()
            .flatten()
            .all(|end| end.value <= Decimal::new(12, 1))
}

fn measure(info: &FactInfo, target: &str, interval: Interval, unit: Option<&str>) -> Result<InFactUnit, Why> {
    let Some(text) = unit else {
        return if info.bare {
            Ok(InFactUnit {
                interval,
                unit: Some(target.to_owned()),
                notes: Vec::new(),
            })
        } else {
            Err(Why::MissingUnit)
        };
    };
    let ucum = units::tidy(text).ok_or(Why::UnknownUnit)?;
    let (converted, how) = if units::commensurable(&ucum, target) {
        let converted = convert(interval, &ucum, target).ok_or(Why::OutOfRange)?;
        (converted, String::new())
    } else {
        let mass = info.molar_mass.ok_or(Why::WrongUnit)?;
        if !units::commensurable(&ucum, "pmol/L") {
            return Err(Why::WrongUnit);
        }
        // pmol/L × g/mol = pg/L, a thousandth of it per mL.
        let factor = mass * Decimal::new(1, 3);
        let converted = convert(interval, &ucum, "pmol/L")
            .and_then(|molar| molar.scaled(factor))
            .and_then(|mass| convert(mass, "pg/mL", target))
            .ok_or(Why::OutOfRange)?;
        (converted, format!(" with {} g/mol", mass.normalize()))
    };
    let notes = if converted == interval && how.is_empty() {
        Vec::new()
    } else {
        vec![format!(
            "converted from {interval} {}{how}",
            units::without_annotations(text)
        )]
    };
    Ok(InFactUnit {
        interval: converted,
        unit: Some(target.to_owned()),
        notes,
    })
}
