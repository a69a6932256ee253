//! Tests by numbers: bands between limits, and how long a status must have lasted.

use super::calls::{call, calls, fact};
use super::cover;
use super::limits::{self, Limits, Unnamed};
use super::model::{Band, Call, Limit, MONTHS, Test};
use super::section::{At, Section};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::interval::Bound;
use fhir_profiles::{FactId, Interval};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A test of kind `range`, and its limits.
pub(super) fn range(section: &Section<'_>) -> (Option<Test>, Limits) {
    let fact = fact(section);
    let unit = section.optional_text("unit");
    let limits = limits::read(section, unit.as_ref().map(|unit| unit.value.as_str()));
    let test = between(section, fact, unit.as_ref(), limits.as_deref());
    (test, limits)
}

fn between(
    section: &Section<'_>,
    fact: Option<FactId>,
    unit: Option<&At<String>>,
    limits: Option<&[At<Limit>]>,
) -> Option<Test> {
    let borderline = limits::named(section, "borderline", limits);
    let mut used: Vec<&str> = Vec::new();
    let bands = section.sections("bands", |section| band(section, limits, &mut used));
    let line = section.line_of("bands");
    let name = fact.map_or("", FactId::as_str);
    let words = calls(section, name, fact.map(|fact| fact.info().words.as_slice()));
    let fact = fact?;
    let info = fact.info();
    let unfit = match info.kind {
        Kind::Number | Kind::Score => None,
        Kind::Marker => Some("is reported in each laboratory's own unit: no limit can be set"),
        Kind::Presence | Kind::Words | Kind::Several => Some("has no numbers: kind must be words"),
    };
    if let Some(unfit) = unfit {
        section.fault(section.line_of("reads"), format!("`{name}` {unfit}"));
        return None;
    }
    check_unit(section, name, unit, info.unit.as_deref());
    // A band that could not be read leaves a gap that is no further fault.
    if bands.iter().all(Option::is_some) {
        let intervals: Vec<Interval> = bands.iter().flatten().map(|(band, _)| band.interval).collect();
        for (position, what) in cover::faults(&intervals, info.min, info.max) {
            let at = position.and_then(|position| bands.get(position)?.as_ref());
            section.fault(at.map_or(line, |(_, line)| *line), what);
        }
        for limit in limits.unwrap_or_default() {
            if !used.contains(&limit.value.name.as_str()) {
                section.fault(limit.line, format!("no band ends at `{}`", limit.value.name));
            }
        }
    }
    Some(Test::Range {
        fact,
        bands: bands.into_iter().flatten().map(|(band, _)| band).collect(),
        words,
        borderline: borderline.ok()?.map(|limit| limit.value),
    })
}

fn check_unit(section: &Section<'_>, name: &str, unit: Option<&At<String>>, expected: Option<&str>) {
    match (unit, expected) {
        (Some(unit), Some(expected)) if unit.value != expected => section.fault(
            unit.line,
            format!(
                "unit `{}` is not the unit of `{name}`, which is `{expected}`",
                unit.value
            ),
        ),
        (None, Some(expected)) => section.fault(
            section.line(),
            format!("`unit` is missing: `{name}` is in `{expected}`"),
        ),
        (Some(unit), None) => section.fault(unit.line, format!("`{name}` has no unit")),
        _ => {}
    }
}

/// One band and its line; the names of the limits at its ends are added to `used`.
fn band<'l>(
    section: &Section<'_>,
    limits: Option<&'l [At<Limit>]>,
    used: &mut Vec<&'l str>,
) -> Option<(Band, usize)> {
    let mut end = |key, inclusive| -> Result<Option<Bound>, Unnamed> {
        let limit = limits::named(section, key, limits)?;
        used.extend(limit.map(|limit| limit.name.as_str()));
        Ok(limit.map(|limit| Bound {
            value: limit.value,
            inclusive,
        }))
    };
    let ends = [
        end("above", false),
        end("from", true),
        end("below", false),
        end("up-to", true),
        end("exactly", true),
    ];
    let call = call(section.text("call"), section);
    let interpretation = section.flag("interpreted");
    let [Ok(above), Ok(from), Ok(below), Ok(up_to), Ok(exactly)] = ends else {
        return None;
    };
    let twice = (above.is_some() && from.is_some()) || (below.is_some() && up_to.is_some());
    let (low, high) = (above.or(from), below.or(up_to));
    let interval = match exactly {
        Some(exactly) if low.is_none() && high.is_none() => Some(Interval::exactly(exactly.value)),
        None if !twice && (low.is_some() || high.is_some()) => Interval::new(low, high),
        _ => None,
    };
    let Some(interval) = interval else {
        section.fault(
            section.line(),
            "a band has `exactly`, or one or both of a lower end (`above` or `from`) and a higher upper end (`below` or `up-to`)",
        );
        return None;
    };
    Some((
        Band {
            interval,
            call: call?,
            interpretation,
        },
        section.line(),
    ))
}

/// A test of kind `lasting`, and its limit.
pub(super) fn lasting(section: &Section<'_>) -> (Option<Test>, Limits) {
    let fact = fact(section);
    if let Some(other) = fact.filter(|fact| *fact != FactId::DiseaseStatus) {
        section.fault(
            section.line_of("reads"),
            format!("only `disease-status` lasts, not `{other}`"),
        );
    }
    if let Some(unit) = section.text("unit").filter(|unit| unit.value != MONTHS) {
        let what = format!("unit `{}`: how long it lasts is in `{MONTHS}`", unit.value);
        section.fault(unit.line, what);
    }
    let (months, limits) = months(section);
    let longer = timed(section, "longer", fact);
    let shorter = timed(section, "shorter", fact);
    let test = fact.zip(months).map(|(fact, months)| Test::Lasting {
        fact,
        months,
        longer,
        shorter,
    });
    (test, limits)
}

/// The one limit, which is a whole number of months.
fn months(section: &Section<'_>) -> (Option<i32>, Limits) {
    let limits = limits::read(section, Some(MONTHS));
    let whole = |limit: &Limit| {
        i32::try_from(limit.value)
            .ok()
            .filter(|whole| *whole > 0 && Decimal::from(*whole) == limit.value)
    };
    let months = match limits.as_deref() {
        Some([only]) => whole(&only.value),
        Some(_) => None,
        None => return (None, None),
    };
    let Some(months) = months else {
        let what = "`limit` must be one whole number of months above 0";
        section.fault(section.line_of("limit"), what);
        return (None, None);
    };
    (Some(months), limits)
}

fn timed(section: &Section<'_>, key: &'static str, fact: Option<FactId>) -> BTreeMap<String, Call> {
    let list = fact.map(|fact| fact.info().words.as_slice());
    let calls = section.section(key, |table| {
        let mut calls = BTreeMap::new();
        for (word, text) in table.all_texts() {
            if list.is_some_and(|list| !list.contains(&word.value)) {
                table.fault(
                    word.line,
                    format!(
                        "`{}` is no word of `{}`",
                        word.value,
                        fact.map_or("", FactId::as_str)
                    ),
                );
            } else if let Some(call) = call(Some(text), table) {
                calls.insert(word.value, call);
            }
        }
        for word in list.unwrap_or_default() {
            if !calls.contains_key(word) {
                table.fault(table.line(), format!("gap: `{word}` has no call in `{key}`"));
            }
        }
        calls
    });
    if calls.is_none() {
        section.fault(section.line(), format!("`{key}` is missing"));
    }
    calls.unwrap_or_default()
}
