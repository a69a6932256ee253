//! Hormones and chromogranin A with the laboratory's own range and verdict (specification, section 4).

use super::element::Node;
use super::numbers::{self, range_of};
use super::put::unread;
use super::record::Record;
use super::value::Written;
use crate::catalogue::FactId;
use crate::codes::{Codes, Coding, system};
use crate::facts::{FactsBuilder, Flag, Reading, Source, Value};
use crate::interval::Interval;
use crate::values::{InFactUnit, convert, in_fact_unit, number_from_text};

pub(super) fn marker(
    codes: &Codes,
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
) {
    let number = match numbers::number(fact, written, codes) {
        Ok(number) => number,
        Err(why) => return unread(facts, fact, record, written.recorded(), why),
    };
    let range = reference_range(fact, part, &number);
    let stated = stated_flag(part);
    let computed = range.as_ref().and_then(|range| place_in(&number.interval, range));
    let mut evidence = record.evidence(written.recorded());
    evidence.notes.extend(number.notes);
    if let (Some(stated), Some(computed)) = (stated, computed)
        && stated != computed
    {
        let note = format!(
            "the laboratory says {}, its range {}",
            stated.as_str(),
            computed.as_str()
        );
        evidence.notes.push(note);
    }
    let mut reading = Reading::new(Value::Number(number.interval), Source::Observation, evidence);
    reading.unit = number.unit;
    reading.codes = test_codes(part);
    reading.flag = stated.or(computed);
    reading.reference_range = range;
    facts.reading(fact, reading);
}

/// The codes of the test, by which its values are compared with each other.
fn test_codes(part: Node<'_>) -> Vec<String> {
    let codings = part.get("code").map(Node::codings).unwrap_or_default();
    codings.iter().filter_map(Coding::identity).collect()
}

/// The one reference range, in the unit of the reading; several ranges (by age, by sex) say nothing without a choice.
fn reference_range(fact: FactId, part: Node<'_>, number: &InFactUnit) -> Option<Interval> {
    let is_normal = |range: &Node<'_>| {
        range.get("type").is_none_or(|kind| {
            kind.codings().iter().any(|coding| {
                let code = coding
                    .code_in(system::RANGE_MEANING)
                    .or(coding.code_in(system::TEXT));
                code.or(coding.code_without_system()) == Some("normal")
            })
        })
    };
    let mut ranges = part.all("referenceRange").filter(is_normal);
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return None;
    };
    let (interval, unit) = range_of(range.get("low"), range.get("high")).or_else(|| {
        let text = number_from_text(range.text("text")?)?;
        (!text.approximate).then_some((text.interval, text.unit))
    })?;
    match (unit, number.unit.as_deref()) {
        (None, _) => {
            // Without a unit it is in that of the value as written, which may have been converted.
            number.notes.is_empty().then_some(interval)
        }
        (Some(unit), Some(target)) if unit != target => {
            let converted = in_fact_unit(fact, interval, Some(&unit)).ok()?;
            match converted.unit.as_deref() {
                Some(same) if same == target => Some(converted.interval),
                Some(other) => convert(converted.interval, other, target),
                None => None,
            }
        }
        (Some(_), None) => None,
        (Some(_), Some(_)) => Some(interval),
    }
}

fn place_in(value: &Interval, range: &Interval) -> Option<Flag> {
    let above = range.high().and_then(|high| {
        let beyond = if high.inclusive {
            Interval::above(high.value)
        } else {
            Interval::from(high.value)
        };
        beyond.intersection(value)
    });
    let below = range.low().and_then(|low| {
        let beneath = if low.inclusive {
            Interval::below(low.value)
        } else {
            Interval::up_to(low.value)
        };
        beneath.intersection(value)
    });
    match (below, range.intersection(value), above) {
        (None, None, Some(_)) => Some(Flag::High),
        (Some(_), None, None) => Some(Flag::Low),
        (None, Some(_), None) => Some(Flag::Normal),
        _ => None,
    }
}

/// H, L or N by code (HL7 v3 and v2 share the letters), or in words.
fn stated_flag(part: Node<'_>) -> Option<Flag> {
    let mut found: Vec<Flag> = Vec::new();
    for interpretation in part.all("interpretation") {
        let codings = interpretation.codings();
        let said = |coding| Coding::code_in(coding, system::INTERPRETATION).or(coding.code_in(system::TEXT));
        for said in codings
            .iter()
            .filter_map(|coding| said(coding).or(coding.display()))
        {
            let flag = match said.trim().to_uppercase().as_str() {
                "H" | "HH" | "HU" | "H>" | "HIGH" | "ABOVE NORMAL" => Flag::High,
                "L" | "LL" | "LU" | "L<" | "LOW" | "BELOW NORMAL" => Flag::Low,
                "N" | "NORMAL" => Flag::Normal,
                _ => continue,
            };
            if !found.contains(&flag) {
                found.push(flag);
            }
        }
    }
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}
