//! The tape beside serde_json, and what is too much.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// The value as serde_json has it, made from the tape alone.
fn value(json: Json<'_>) -> Value {
    match json.kind() {
        JsonKind::Null => Value::Null,
        JsonKind::True | JsonKind::False => Value::Bool(json.truth().unwrap()),
        JsonKind::Number => Value::Number(json.number().unwrap().parse().unwrap()),
        JsonKind::Text => Value::String(json.text().unwrap().to_owned()),
        JsonKind::List => json.items().map(value).collect(),
        JsonKind::Object => {
            let fields = json
                .fields()
                .map(|field| (field.key().into_owned(), value(field)));
            Value::Object(fields.collect())
        }
    }
}

/// Both take the text and read the same from it, or neither takes it.
fn agree(text: &str) {
    let ours = Document::parse(text, &Budget::FILE);
    let theirs: Result<Value, _> = serde_json::from_str(text);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(value(ours.root()), theirs, "{text}");
            assert_eq!(
                ours.root().raw(),
                text.trim_matches([' ', '\n', '\r', '\t']),
                "{text}"
            );
        }
        (Err(fault), Err(error)) => {
            assert_eq!(
                fault.kind == FaultKind::Ended,
                error.is_eof(),
                "{text}: {fault} and {error}"
            );
        }
        (ours, theirs) => panic!("{text}: {ours:?} and {theirs:?}"),
    }
}

fn of(text: &str) -> Document<'_> {
    Document::parse(text, &Budget::CALL).unwrap()
}

fn over(text: &str) -> Over {
    match Document::parse(text, &Budget::CALL).unwrap_err().kind {
        FaultKind::Over(over) => over,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_json_and_what_is_not_is_as_serde_json_has_it() {
    for text in [
        "",
        " ",
        "null",
        "nul",
        "nulll",
        "true",
        "tru",
        "false",
        "falsy",
        "0",
        "-0",
        "-",
        "00",
        "01",
        "-01",
        "1.",
        "1.5",
        ".5",
        "1.5e",
        "1e5",
        "1E+5",
        "1e-05",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "1 2",
        "12345678901234567890123",
        "1.50",
        "\"\"",
        "\"",
        "\"a",
        "\"a\"b",
        "\"\\",
        "\"\\\"",
        "\"\\\"\"",
        "\"\\x\"",
        "\"\\u\"",
        "\"\\u12\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"é🙂\"",
        "\"\t\"",
        "\"\u{1f}\"",
        "\"\u{7f}\"",
        "\"a\nb\"",
        "[]",
        "[ ]",
        "[",
        "]",
        "[,]",
        "[1,]",
        "[1 2]",
        "[1,2]",
        "[[],[[]]]",
        "[}",
        "{]",
        "{}",
        "{ }",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" : 1 , \"b\":[ ]}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}}",
        "{\"a\":1} ",
        "{\"a\":1} x",
        "{1:2}",
        "{\"\\u0061\":1}",
        "{\"a\":{\"b\":{\"c\":[{}]}}}",
        "\u{feff}{}",
        "[1,\"a\",null,true]",
        "\\",
        "'a'",
        "/* */1",
        "[1]\u{0}",
        "\u{a0}1",
        "{\"\":\"\"}",
        "tnull",
        "[-]",
        "[\"12345678\\n90\"]",
        "\"12345678\u{1}\"",
        "\"1234567\\\"\"",
        "\"12345678ü\"",
    ] {
        agree(text);
        agree(&format!(" \r\n\t{text}\n"));
        agree(&format!("[{text}]"));
        agree(&format!("{{\"k\":{text}}}"));
    }
}

/// JSON, and what is left of it where a byte is taken out, doubled or replaced.
fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,9})?([eE][-+]?[0-9]{1,2})?",
        any::<String>().prop_map(|text| Value::String(text).to_string()),
        "[\"]([a-z\"é🙂]|\\\\[\"\\\\/bfnrtu]|\\\\u[0-9a-fA-F]{4}|\\\\ud83d\\\\ude00){0,12}[\"]",
    ];
    leaf.prop_recursive(6, 60, 24, |inner| {
        let key = "[a-d]{0,2}|\\\\u006[1-3]";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6)
                .prop_map(|items| format!("[{}]", items.join(" ,\n"))),
            proptest::collection::vec((key, inner), 0..24).prop_map(|fields| {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("\"{key}\" : {value}"))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

/// Whether a key stands twice, by looking at each pair.
fn doubled(json: Json<'_>) -> bool {
    let keys: Vec<_> = json.fields().map(Json::key).collect();
    let here = keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key));
    here || json.fields().chain(json.items()).any(doubled)
}

/// Half of a character is no reason to lose a text, so here we differ.
fn has_half(text: &str) -> bool {
    strings::whole(text).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_json_is_read_as_serde_json_reads_it(text in text()) {
        if !has_half(&text) {
            agree(&text);
        }
        let whole = strings::whole(&text).unwrap_or_else(|| text.clone());
        prop_assert_eq!(Document::parse(&*text, &Budget::CALL), Document::parse(whole, &Budget::CALL));
    }

    #[test]
    fn what_is_nearly_json_is_no_json_where_serde_json_says_so(text in text(), at: usize, with in "[\\[\\]{}:,\"\\\\0-9eE.+ \\-a-z\n]?") {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let place = at % places.len();
        let (from, to) = (places[place], places[(place + 1).min(places.len() - 1)]);
        let text = format!("{}{with}{}", &text[..from], &text[to..]);
        if !has_half(&text) {
            agree(&text);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_told_at_every_depth(text in text()) {
        let Ok(document) = Document::parse(text, &Budget::CALL) else { return Ok(()) };
        prop_assert_eq!(document.root().has_doubled_key(), doubled(document.root()));
        prop_assert_eq!(document.root().doubled_key().is_some(), doubled(document.root()));
    }
}

#[test]
fn the_first_key_that_stands_twice_is_named_however_it_is_written() {
    for (json, key) in [
        (r#"{"a":1,"a":2}"#, Some("a")),
        (r#"{"b":{"a":[{"c":1,"d":2,"c":3}]}}"#, Some("c")),
        (r#"{"status":"final", "st\u0061tus" : "x"}"#, Some("status")),
        (r#"{"a":{"x":[1,{"y":"}"}]},"b":"\"","a":0}"#, Some("a")),
        (r#"{"":1,"":2}"#, Some("")),
        (r#"{"a":{"a":{"a":1}}}"#, None),
        (r#"[{"a":1},{"a":2}]"#, None),
        (r#"{"a":"a","b":"\"a\":","c":["a","a"]}"#, None),
        (
            r#"{"coding":[{"code":"1","system":"s"},{"code":"2","system":"s"}]}"#,
            None,
        ),
        ("5", None),
        ("\"a\"", None),
        ("{}", None),
    ] {
        assert_eq!(of(json).root().doubled_key().as_deref(), key, "{json}");
    }
    let many: Vec<String> = (0..100).map(|n| format!("\"k{n}\":{{}}")).collect();
    let once = format!("{{{}}}", many.join(","));
    assert_eq!(of(&once).root().doubled_key(), None);
    let twice = once.replace("\"k99\"", "\"k7\"");
    assert_eq!(of(&twice).root().doubled_key().as_deref(), Some("k7"));
}

#[test]
fn members_are_found_and_numbers_are_as_written() {
    let document = of(r#"{"a":[1.50,{"b":null}],"\u0063":"x\ny","d":true}"#);
    let root = document.root();
    assert_eq!(
        root.get("a").unwrap().items().next().unwrap().number(),
        Some("1.50")
    );
    assert_eq!(root.get("c").unwrap().text(), Some("x\ny"));
    assert_eq!(root.get("c").unwrap().raw(), r#""x\ny""#);
    assert_eq!(root.get("d").unwrap().truth(), Some(true));
    assert!(root.get("b").is_none() && root.get("a").unwrap().get("b").is_none());
    assert_eq!(root.get("a").unwrap().height(), 2);
    assert_eq!(root.items_or_self().count(), 1);
    assert_eq!(root.get("a").unwrap().items_or_self().count(), 2);
    assert_eq!(root.get("c").unwrap().items_or_self().count(), 0);
}

#[test]
fn something_is_said_where_anything_but_nothing_stands() {
    for nothing in ["null", "[]", "{}", "\" \"", "[null,{\"a\":\"\"}]", "{\"b\":[[]]}"] {
        assert!(!of(nothing).root().says_something(), "{nothing}");
    }
    for something in ["0", "false", "\"a\"", "[[{\"a\":[null,1]}]]"] {
        assert!(of(something).root().says_something(), "{something}");
    }
}

#[test]
fn a_fault_says_where_it_is() {
    for (text, line, column) in [
        ("{\n  \"a\": x}", 2, 8),
        ("", 1, 0),
        ("{\"a\":1} x", 1, 9),
        ("[1,\n2", 2, 1),
    ] {
        let fault = Document::parse(text, &Budget::CALL).unwrap_err();
        assert_eq!((fault.line, fault.column), (line, column), "{text:?}");
    }
}

#[test]
fn what_is_too_much_is_named_before_anything_is_made_of_it() {
    let list =
        |key: &str, item: &str, count: usize| format!("{{\"{key}\":[{}]}}", vec![item; count].join(","));
    for (what, key, item) in [
        (Counted::Entries, "entry", "{}"),
        (Counted::Contained, "contained", "{}"),
        (Counted::Components, "component", "{}"),
        (Counted::Codings, "coding", "0"),
        (Counted::Extensions, "extension", "{}"),
        (Counted::Extensions, "modifierExtension", "{}"),
        (Counted::Identifiers, "identifier", "null"),
        (Counted::Ingredients, "ingredient", "{}"),
        (Counted::Selections, "selections", "\"a\""),
    ] {
        let limit = Budget::CALL.of(what);
        assert_eq!(over(&list(key, item, limit + 1)), Over { what, limit }, "{key}");
        assert!(
            Document::parse(list(key, item, limit), &Budget::CALL).is_ok(),
            "{key}"
        );
        let one = format!("{{\"{key}\":{item}}}");
        let lone = format!("[{}]", vec![one; limit + 1].join(","));
        assert_eq!(over(&lone).what, what, "{key}");
    }
    let references = format!(
        "[{}]",
        vec!["{\"reference\":\"\"}"; Budget::CALL.references + 1].join(",")
    );
    assert_eq!(over(&references).what, Counted::References);
    let keys: Vec<String> = (0..=Budget::CALL.prefetch)
        .map(|n| format!("\"{n}\":0"))
        .collect();
    assert_eq!(
        over(&format!("{{\"prefetch\":{{{}}}}}", keys.join(","))).what,
        Counted::Prefetch
    );
    let drafts = list("entry", "{}", Budget::CALL.draft_orders + 1);
    assert_eq!(
        over(&format!("{{\"draftOrders\":{drafts}}}")).what,
        Counted::DraftOrders
    );
    assert!(Document::parse(format!("{{\"draftOrders\":{{}},\"b\":{drafts}}}"), &Budget::CALL).is_ok());
    let long = "x".repeat(Budget::CALL.text + 1);
    assert_eq!(over(&format!("\"{long}\"")).what, Counted::Text);
    assert_eq!(
        over(&format!("{{\"{}\":1}}", "x".repeat(70_000))).what,
        Counted::Text
    );
    assert!(Document::parse(format!("{{\"data\":\"{long}\"}}"), &Budget::CALL).is_ok());
    let deep = "[".repeat(Budget::CALL.depth + 1);
    assert_eq!(over(&deep).what, Counted::Depth);
    assert_eq!(
        over(&format!("[{}", "0,".repeat(Budget::CALL.values))).what,
        Counted::Values
    );
    assert_eq!(
        over(&deep).to_string(),
        format!("more than {} levels of objects and arrays", Budget::CALL.depth)
    );
}

#[test]
fn every_limit_has_words_and_a_file_may_hold_as_much_as_a_call() {
    for what in Counted::ALL {
        assert!(
            Budget::CALL.of(*what) > 0 && Budget::FILE.of(*what) >= Budget::CALL.of(*what),
            "{what:?}"
        );
        assert!(!what.text().is_empty());
        assert_eq!(Counted::of_number(Counted::number(Some(*what))), Some(*what));
    }
    assert_eq!(Counted::of_number(Counted::number(None)), None);
}
