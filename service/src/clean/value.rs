//! Values as clean Observations hold them.

use cds_cards::assessment::FactValue;
use cds_cards::knowledge::Coding;
use fhir_profiles::codes::{FACT_VALUES, SNOMED, UCUM, code_systems};
use fhir_profiles::facts::{Basis, Reading, Value as Said};
use fhir_profiles::{FactId, Interval, Word};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What the guide calls each word of a fact, by its code.
pub fn displays() -> &'static BTreeMap<String, String> {
    static DISPLAYS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let system = code_systems().find(|(id, _)| FACT_VALUES.ends_with(id));
        let system: Option<Value> = system.and_then(|(_, json)| serde_json::from_str(json).ok());
        let concepts = system
            .as_ref()
            .and_then(|system| system.get("concept")?.as_array());
        let concepts = concepts.into_iter().flatten();
        concepts
            .filter_map(|concept| {
                let text = |name| concept.get(name)?.as_str().map(str::to_owned);
                Some((text("code")?, text("display")?))
            })
            .collect()
    });
    &DISPLAYS
}

/// A word of the guide's CodeSystem of values.
pub(super) fn coding(word: &str) -> Value {
    match displays().get(word) {
        Some(display) => json!({"system": FACT_VALUES, "code": word, "display": display}),
        None => json!({"system": FACT_VALUES, "code": word}),
    }
}

/// A unit as it is shown, and its UCUM code.
pub(super) type Unit<'a> = Option<(&'a str, &'a str)>;

/// The element of a reading's value, with its name; or why there is none.
pub(super) fn element(
    id: FactId,
    reading: &Reading,
    unit: Unit<'_>,
) -> Result<(&'static str, Value), &'static str> {
    match &reading.value {
        Said::Word(word) => Ok(concept(&[*word], prefix(id, reading), syndrome(id, reading))),
        Said::Words(words) => Ok(concept(&words.iter().copied().collect::<Vec<_>>(), None, None)),
        Said::Number(interval) => number(interval, unit),
    }
}

/// The letter that says how a category was found.
fn prefix(id: FactId, reading: &Reading) -> Option<char> {
    match (id, reading.basis) {
        (FactId::T | FactId::N | FactId::M, Basis::Pathological) => Some('p'),
        (FactId::T | FactId::N | FactId::M, Basis::Clinical) => Some('c'),
        _ => None,
    }
}

/// The code of the syndrome that a tumour causes, by what the reader calls it: one of the codes by which it is read.
const SYNDROMES: [(&str, &str, &str); 5] = [
    ("insulinoma", "25324008", "Insulinoma"),
    ("glucagonoma", "302823005", "Glucagonoma (disorder)"),
    ("gastrinoma", "53132006", "Zollinger-Ellison syndrome (disorder)"),
    (
        "VIPoma",
        "253005002",
        "Vasoactive intestinal peptide-secreting tumor (disorder)",
    ),
    ("carcinoid syndrome", "35868009", "Carcinoid syndrome (disorder)"),
];

fn syndrome(id: FactId, reading: &Reading) -> Option<Value> {
    let named = reading.detail.as_deref().filter(|_| id == FactId::Functioning)?;
    let (_, code, display) = SYNDROMES.iter().find(|(name, ..)| *name == named)?;
    Some(json!({"system": SNOMED, "code": code, "display": display}))
}

fn concept(words: &[Word], prefix: Option<char>, syndrome: Option<Value>) -> (&'static str, Value) {
    let codings = words.iter().map(|word| coding(word.as_str()));
    let codings: Vec<Value> = codings.chain(syndrome).collect();
    let mut concept = json!({"coding": codings});
    if let (Some(prefix), [word], Some(concept)) = (prefix, words, concept.as_object_mut()) {
        concept.insert("text".to_owned(), json!(format!("{prefix}{word}")));
    }
    ("valueCodeableConcept", concept)
}

/// One number, one end, or two that both belong to it: FHIR has nothing for an interval between two ends of which one does not.
fn number(interval: &Interval, unit: Unit<'_>) -> Result<(&'static str, Value), &'static str> {
    let of = |value, comparator| quantity(value, comparator, unit);
    if let Some(value) = interval.as_exact() {
        return Ok(
            match value.to_i64().filter(|_| unit.is_none() && value.is_integer()) {
                Some(whole) => ("valueInteger", json!(whole)),
                None => ("valueQuantity", of(value, None)),
            },
        );
    }
    match (interval.low(), interval.high()) {
        (Some(low), Some(high)) if low.inclusive && high.inclusive => Ok((
            "valueRange",
            json!({"low": of(low.value, None), "high": of(high.value, None)}),
        )),
        (Some(low), None) => {
            let comparator = if low.inclusive { ">=" } else { ">" };
            Ok(("valueQuantity", of(low.value, Some(comparator))))
        }
        (None, Some(high)) => {
            let comparator = if high.inclusive { "<=" } else { "<" };
            Ok(("valueQuantity", of(high.value, Some(comparator))))
        }
        (None, None) => Err("an interval without ends is no value of FHIR"),
        (Some(_), Some(_)) => {
            Err("an interval between two ends of which one does not belong to it is no value of FHIR")
        }
    }
}

fn quantity(value: Decimal, comparator: Option<&str>, unit: Unit<'_>) -> Value {
    let mut quantity = json!({"value": FactValue::Number(value)});
    if let Some(quantity) = quantity.as_object_mut() {
        if let Some(comparator) = comparator {
            quantity.insert("comparator".to_owned(), json!(comparator));
        }
        if let Some((unit, code)) = unit {
            quantity.insert("unit".to_owned(), json!(unit));
            quantity.insert("system".to_owned(), json!(UCUM));
            quantity.insert("code".to_owned(), json!(code));
        }
    }
    quantity
}

/// A laboratory's range, as far as FHIR can hold it.
pub(super) fn range(interval: &Interval, unit: Unit<'_>) -> Option<Value> {
    let end = |bound: Option<fhir_profiles::interval::Bound>| match bound {
        Some(bound) if bound.inclusive => Ok(Some(quantity(bound.value, None, unit))),
        Some(_) => Err(()),
        None => Ok(None),
    };
    let (low, high) = (end(interval.low()).ok()?, end(interval.high()).ok()?);
    let ends = [("low", low), ("high", high)];
    let ends: serde_json::Map<String, Value> = ends
        .into_iter()
        .filter_map(|(name, end)| Some((name.to_owned(), end?)))
        .collect();
    (!ends.is_empty()).then_some(Value::Object(ends))
}

/// A coding with what it is called, where that is known.
pub(super) fn full(coding: &Coding) -> Value {
    json!({"system": coding.system, "code": coding.code, "display": coding.display})
}
