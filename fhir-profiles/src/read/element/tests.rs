//! The tape beside fhirbolt: where both read, they read the same.

use super::*;
use crate::json::{Budget, Document};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn of(text: &str) -> Document<'_> {
    Document::parse(text, &Budget::CALL).unwrap()
}

/// An Observation with this in it.
fn with(fields: &str) -> String {
    format!(r#"{{"resourceType":"Observation","id":"o",{fields}}}"#)
}

#[test]
fn plain_shapes_are_read_on_the_tape_as_fhirbolt_reads_them() {
    for fields in [
        r#""status":"final","code":{"coding":[{"system":"s","code":"c","display":"\u00e9\n"}],"text":"t"}"#,
        r#""valueQuantity":{"value":8.50,"unit":"%","comparator":"<"}"#,
        r#""valueQuantity":{"value":-0.50,"_value":{"extension":[{"url":"a","valueDecimal":12345678901234567890.0}]}}"#,
        r#""valueBoolean":true,"subject":{"reference":"Patient/p"}"#,
        r#""_status":{"extension":[{"url":"x/data-absent-reason","valueCode":"unknown"}]}"#,
        r#""status":" ","_status":{"extension":[{"url":"a","valueString":"b"}]}"#,
        r#""status":"","code":{},"method":{"coding":[]},"bodySite":{"coding":[null,{}]}"#,
        r#""component":[{"code":{"text":"a"},"valueString":"b"},null,{"valueRange":{"low":{"value":1}}}]"#,
        r#""component":{"code":{"text":"a"}}"#,
        r#""contained":[{"id":"c","resourceType":"Specimen","collection":{"bodySite":{"text":"liver"}}}]"#,
        r##""contained":{"resourceType":"Patient","active":true,"name":[{"given":["A","B"],"_given":[null,{"id":"g"}]}]}"##,
        r#""unknown":{"other":["a",{"b":"c"},null]},"extension":[{"url":"u","valueBoolean":false}]"#,
        r#""unknown":{"extension":[{"url":"u","valueDecimal":2,"extension":[{"url":"v","valueBoolean":true}]}]}"#,
        r#""referenceRange":[{"low":{"value":1},"text":"x"}],"note":[{"text":"y"}]"#,
        r#""modifierExtension":[{"url":" "}],"implicitRules":"","meta":{"tag":[{"userSelected":true}]}"#,
        r#""text":{"status":"generated","div":"<div/>"},"method":{"text":"t","coding":{"code":"lone"}}"#,
    ] {
        let text = with(fields);
        let document = of(&text);
        assert!(is_on_tape(document.root()), "{text}");
        assert_eq!(difference(document.root()), None, "{text}");
    }
}

#[test]
fn what_fhirbolt_refuses_or_turns_into_something_else_is_left_to_it() {
    for fields in [
        r#""status":5"#,
        r#""status":true"#,
        r#""status":null"#,
        r#""valueInteger":5"#,
        r#""valueInteger":"5""#,
        r#""valueBoolean":"true""#,
        r#""valueQuantity":{"value":"8"}"#,
        r#""valueQuantity":{"value":true}"#,
        r#""valueQuantity":{"value":1E5}"#,
        r#""valueQuantity":{"value":2e-1}"#,
        r#""unknown":1"#,
        r#""component":[[]]"#,
        r#""component":["a",[1]]"#,
        r#""contained":[{"id":"c"}]"#,
        r#""contained":[{"resourceType":"Goal"}]"#,
        r#""status":{"value":"final"},"_status":{"id":"x"}"#,
        r#""status":"final","_status":{"value":"other"}"#,
        r#""status":"final","_status":{"_value":{"id":"x"}}"#,
        r#""status":"final","_status":"x""#,
        r#""status":"final","_status":[{"id":"x"}]"#,
        r#""status":"a","status":"b""#,
        r#""st\u0061tus":"final""#,
        r#""subject":{"resourceType":"Patient"}"#,
        r#""code":{"coding":[{"id":["x"]}]}"#,
        r#""extension":[{"url":["a"]}]"#,
        r#""unknown":{"extension":{"modifierExtension":"a"}}"#,
        r#""extension":"x""#,
        r#""valueTiming":{"repeat":{"frequency":1}}"#,
        r#""code":{"meta":{"tag":[]}}"#,
        r#""valueBoolean":true,"_valueBoolean":{"id":"x"}"#,
        r#""valueBoolean":{"id":"true"}"#,
        r#""valueQuantity":{"value":{"id":""}}"#,
        r#""_valueInteger":{"id":"5","extension":[{"url":"a","valueString":"b"}]}"#,
        r#""component":[{"_valueBoolean":{"id":""}}]"#,
        r#""meta":{"tag":[{"_userSelected":{"id":"u"}}]}"#,
    ] {
        let text = with(fields);
        assert!(!is_on_tape(of(&text).root()), "{text}");
    }
    for text in [
        "[]",
        "5",
        "{}",
        r#"{"resourceType":"Goal"}"#,
        r#"{"resourceType":5}"#,
    ] {
        assert!(!is_on_tape(of(text).root()), "{text}");
    }
    let deep = with(&format!(
        "\"x\":{}\"a\"{}",
        "[{\"y\":".repeat(200),
        "}]".repeat(200)
    ));
    assert!(!is_on_tape(of(&deep).root()));
}

/// Names of elements that are read, and of some that are not.
const NAMES: &[&str] = &[
    "status",
    "_status",
    "code",
    "coding",
    "text",
    "system",
    "display",
    "value",
    "_value",
    "valueQuantity",
    "valueString",
    "valueBoolean",
    "valueInteger",
    "valueCodeableConcept",
    "component",
    "extension",
    "modifierExtension",
    "url",
    "id",
    "contained",
    "resourceType",
    "subject",
    "reference",
    "meta",
    "tag",
    "userSelected",
    "referenceRange",
    "low",
    "high",
    "given",
    "_given",
    "name",
    "birthDate",
    "_birthDate",
    "active",
    "_active",
    "deceasedBoolean",
    "_valueBoolean",
    "_valueInteger",
    "bodySite",
    "ingredient",
    "unknown",
    "onsetAge",
    "effectivePeriod",
    "start",
    "dosageInstruction",
    "timing",
    "repeat",
    "count",
    "period",
    "instance",
];

fn kinds() -> impl Strategy<Value = Value> {
    let kinds = super::shapes::SHAPES.names();
    prop::sample::select(kinds).prop_map(Value::from)
}

fn odd() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => prop::sample::select(vec!["", " ", "a", "final", "Observation", "true", "5"]).prop_map(Value::from),
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::from),
        2 => (0..9i32).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let fields = prop::collection::vec((prop::sample::select(NAMES), inner.clone()), 0..5);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            3 => fields.prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_read_on_the_tape_is_what_fhirbolt_reads(
        kind in kinds(),
        fields in prop::collection::vec((prop::sample::select(NAMES), odd()), 0..6),
        last in any::<bool>(),
    ) {
        let mut resource: Map<String, Value> = Map::new();
        if !last {
            resource.insert("resourceType".to_owned(), kind.clone());
        }
        for (name, value) in fields.into_iter().filter(|(name, _)| *name != "resourceType") {
            resource.insert(name.to_owned(), value);
        }
        resource.insert("resourceType".to_owned(), kind);
        let text = Value::Object(resource).to_string();
        prop_assert_eq!(difference(of(&text).root()), None, "{}", text);
    }
}

#[test]
fn every_element_of_every_kind_is_taken_or_refused_as_fhirbolt_does_by_its_type() {
    let values = [
        json!("a"),
        json!(" "),
        json!(1),
        json!(true),
        json!(["a"]),
        json!([true]),
        json!([2.5]),
        json!({"value": "a"}),
    ];
    let mut taken = 0;
    for kind in super::shapes::SHAPES.names() {
        for name in super::shapes::names(kind) {
            for value in &values {
                let text = json!({"resourceType": kind, name: value}).to_string();
                let document = of(&text);
                assert_eq!(difference(document.root()), None, "{text}");
                taken += usize::from(is_on_tape(document.root()));
            }
        }
    }
    assert!(taken > 300, "{taken}");
}
