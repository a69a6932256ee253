//! A resource cut down to the elements that are read, for when an odd field elsewhere makes the parser refuse it.

use serde_json::{Map, Value};

/// Elements that are plain text.
const TEXTS: &[&str] = &[
    "resourceType",
    "id",
    "status",
    "intent",
    "system",
    "code",
    "display",
    "text",
    "unit",
    "comparator",
    "url",
    "reference",
    "type",
    "start",
    "end",
    "lastUpdated",
    "birthDate",
    "effectiveDateTime",
    "effectiveInstant",
    "issued",
    "recordedDate",
    "onsetDateTime",
    "abatementDateTime",
    "abatementString",
    "performedDateTime",
    "occurrenceDateTime",
    "occurenceDateTime",
    "authoredOn",
    "dateAsserted",
    "statusChanged",
    "whenHandedOver",
    "whenPrepared",
    "valueString",
    "valueCode",
    "implicitRules",
];

/// Elements that hold others.
const OBJECTS: &[&str] = &[
    "meta",
    "code",
    "coding",
    "concept",
    "category",
    "clinicalStatus",
    "verificationStatus",
    "subject",
    "patient",
    "focus",
    "bodySite",
    "bodyStructure",
    "specimen",
    "parent",
    "conclusionCode",
    "collection",
    "location",
    "includedStructure",
    "structure",
    "adherence",
    "method",
    "interpretation",
    "dataAbsentReason",
    "component",
    "referenceRange",
    "low",
    "high",
    "numerator",
    "denominator",
    "effectivePeriod",
    "dispenseRequest",
    "validityPeriod",
    "reason",
    "reasonCode",
    "reasonReference",
    "statusReason",
    "usedCode",
    "onsetPeriod",
    "abatementPeriod",
    "abatementAge",
    "abatementRange",
    "performedPeriod",
    "occurrencePeriod",
    "occurencePeriod",
    "occurrence",
    "effective",
    "stage",
    "summary",
    "type",
    "extension",
    "modifierExtension",
    "contained",
    "medication",
    "medicationCodeableConcept",
    "medicationReference",
    "ingredient",
    "itemCodeableConcept",
    "valueQuantity",
    "valueRange",
    "valueRatio",
    "valueCodeableConcept",
    "valueCoding",
    "reference",
    "status",
    "appliesTo",
    "age",
    "usedCode",
    "used",
    "outcome",
    "conclusionCode",
];

const FLAGS: &[&str] = &["doNotPerform", "abatementBoolean", "valueBoolean"];
const NUMBERS: &[&str] = &["value", "valueInteger", "valueDecimal"];

/// Something that is read is of the wrong shape.
struct Odd;

/// The cleaned JSON, and whether a value was of a shape that cannot be kept; `None` if anything else that is read is odd.
pub(super) fn cleaned(json: &str) -> Option<(String, bool)> {
    let Value::Object(resource) = serde_json::from_str(json).ok()? else {
        return None;
    };
    let mut lost = false;
    let kept = object(resource, &mut lost).ok()?;
    Some((written(&Value::Object(kept)), lost))
}

/// The same JSON with the type of every resource before its other fields.
pub(super) fn type_first(json: &str) -> Option<String> {
    Some(written(&serde_json::from_str(json).ok()?))
}

fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let is_type = |key: &str| key == "resourceType";
            let first = fields.iter().filter(|(key, _)| is_type(key));
            let rest = fields.iter().filter(|(key, _)| !is_type(key));
            text.push('{');
            for (position, (key, value)) in first.chain(rest).enumerate() {
                if position > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(key.clone()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn object(fields: Map<String, Value>, lost: &mut bool) -> Result<Map<String, Value>, Odd> {
    let mut kept = Map::new();
    for (key, value) in fields {
        let is_value = key.starts_with("value") && key != "value";
        let known = [TEXTS, OBJECTS, FLAGS, NUMBERS]
            .iter()
            .any(|list| list.contains(&key.as_str()));
        if !known {
            // A value of a kind that no fact is written in is still a value.
            *lost |= is_value && !value.is_null();
            continue;
        }
        match one(&key, value, lost) {
            // R4 has no such values, or not with a fraction; a Quantity without unit says the same.
            Ok(Some(value)) if matches!(key.as_str(), "valueInteger" | "valueDecimal") => {
                let quantity = Map::from_iter([("value".to_owned(), value)]);
                kept.insert("valueQuantity".to_owned(), Value::Object(quantity));
            }
            Ok(Some(value)) => {
                kept.insert(key, value);
            }
            Ok(None) => {}
            Err(Odd) if is_value => *lost = true,
            Err(odd) => return Err(odd),
        }
    }
    Ok(kept)
}

fn one(key: &str, value: Value, lost: &mut bool) -> Result<Option<Value>, Odd> {
    let is = |list: &[&str]| list.contains(&key);
    match value {
        Value::Null => Ok(None),
        Value::Object(fields) if is(OBJECTS) => {
            let kept = object(fields, lost)?;
            Ok((!kept.is_empty()).then_some(Value::Object(kept)))
        }
        Value::Array(items) if is(OBJECTS) => {
            let mut kept = Vec::new();
            for item in items {
                kept.extend(one(key, item, lost)?);
            }
            Ok((!kept.is_empty()).then_some(Value::Array(kept)))
        }
        Value::String(_) if is(TEXTS) || is(OBJECTS) => Ok(Some(value)),
        Value::String(text) if is(NUMBERS) => Ok(Some(Value::String(text))),
        Value::Bool(_) if is(FLAGS) => Ok(Some(value)),
        Value::Number(number) if is(NUMBERS) => Ok(Some(Value::Number(number))),
        _ => Err(Odd),
    }
}
