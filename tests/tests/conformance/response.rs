//! What goes out: requirements 1, 2 and 25 to 36, on every card of every bundled patient.

use crate::calls::{
    CALLS, DISCOVERY, HOOK, OTHER, actions, bare, cards, each, is_absolute, is_coding, link_fault, patients,
    same, suggestions, text, wrong_links,
};
use crate::server::{Answer, Service};
use comrak::nodes::NodeValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// GitHub Flavoured Markdown.
fn markdown() -> comrak::Options<'static> {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options
}

/// Errors of every kind.
fn errors() -> Vec<Answer> {
    let service = Service::demo();
    let json = [("Content-Type", "application/json")];
    vec![
        service.post(HOOK, &bare(OTHER)),
        service.post(HOOK, &json!({})),
        service.send("POST", HOOK, &json, "{"),
        service.send("POST", HOOK, &json, ""),
        service.send("POST", HOOK, &[], "{}"),
        service.get("/none"),
        service.get(HOOK),
        service.post("/cds-services/none", &bare(OTHER)),
        service.post("/assessment", &json!({})),
    ]
}

/// Where something is empty that must not be.
fn empties(place: &str, value: &Value, found: &mut Vec<String>) {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                empties(&format!("{place}/{index}"), item, found);
            }
            items.is_empty() && !["/cards", "/services"].contains(&place)
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                empties(&format!("{place}/{name}"), field, found);
            }
            fields.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => false,
    };
    if empty {
        found.push(place.to_owned());
    }
}

#[test]
fn r01_every_answer_is_json() {
    let service = Service::demo();
    let good = CALLS
        .iter()
        .map(|call| call.answer.clone())
        .chain([service.get(DISCOVERY)]);
    for answer in good {
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.json().is_object());
    }
    for answer in errors() {
        assert_eq!(answer.header("content-type"), "application/fhir+json");
        assert!(answer.json().is_object());
    }
}

#[test]
fn r02_nothing_is_null_or_empty_but_services_and_cards() {
    let discovery = Service::demo().get(DISCOVERY);
    let answers = CALLS
        .iter()
        .map(|call| call.answer.clone())
        .chain([discovery])
        .chain(errors());
    for answer in answers {
        let mut found = Vec::new();
        empties("", &answer.json(), &mut found);
        assert!(found.is_empty(), "{found:?}: {}", answer.body);
    }
}

#[test]
fn r25_success_has_cards_array() {
    assert_eq!(CALLS.len(), 3 * patients().len());
    for call in CALLS.iter() {
        assert_eq!(call.answer.status, 200, "{}: {}", call.place, call.answer.body);
        assert!(call.answer.json()["cards"].is_array(), "{}", call.place);
    }
}

#[test]
fn r25_no_advice_is_an_empty_array() {
    let answers: Vec<&Answer> = CALLS
        .iter()
        .filter(|call| call.patient == OTHER)
        .map(|call| &call.answer)
        .collect();
    assert_eq!(answers.len(), 3);
    assert!(answers.iter().all(|answer| answer.json() == json!({"cards": []})));
}

#[test]
fn r25_prefetched_and_pulled_come_to_the_same() {
    for patient in patients() {
        let answers: Vec<Vec<Value>> = CALLS
            .iter()
            .filter(|call| call.patient == patient)
            .map(|call| call.answer.cards())
            .collect();
        same(&patient, &answers[0], &answers[1]);
    }
}

#[test]
fn r26_every_error_has_an_operation_outcome() {
    for answer in errors() {
        assert!(answer.status >= 400, "{}", answer.status);
        let outcome = answer.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        let issues = each(&[(answer.status.to_string(), outcome)], "issue");
        assert!(!issues.is_empty());
        for (place, issue) in issues {
            assert_eq!(text(&place, &issue, "severity"), "error");
            text(&place, &issue, "code");
            text(&place, &issue["details"], "text");
        }
    }
    assert!(errors().iter().any(|answer| answer.status == 412));
}

#[test]
fn r27_summary_indicator_and_source_are_there() {
    for (place, card) in cards() {
        let summary = text(&place, &card, "summary");
        assert!(
            summary.encode_utf16().count() < 140 && !summary.contains('\n'),
            "{place}: {summary}"
        );
        assert!(
            ["info", "warning", "critical"].contains(&text(&place, &card, "indicator")),
            "{place}"
        );
        assert!(card["source"].is_object(), "{place}");
    }
}

#[test]
fn r27_detail_is_github_flavoured_markdown_without_html() {
    for (place, card) in cards() {
        let detail = text(&place, &card, "detail");
        let arena = comrak::Arena::new();
        let mut tables = 0;
        for node in comrak::parse_document(&arena, detail, &markdown()).descendants() {
            match &node.data.borrow().value {
                NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_) => panic!("{place}: HTML in {detail}"),
                NodeValue::CodeBlock(_) => panic!("{place}: something was taken for code in {detail}"),
                NodeValue::Table(_) => tables += 1,
                _ => {}
            }
        }
        // Each table that was meant was read as one.
        assert_eq!(
            tables,
            detail.lines().filter(|line| line.starts_with("|---")).count(),
            "{place}: {detail}"
        );
    }
}

#[test]
fn r27_each_card_of_an_answer_has_a_uuid_of_its_own() {
    for call in CALLS.iter() {
        let cards = call.answer.cards();
        let ids: BTreeSet<&str> = cards.iter().map(|card| text(&call.place, card, "uuid")).collect();
        assert_eq!(ids.len(), cards.len(), "{}", call.place);
        for id in ids {
            assert_eq!(uuid::Uuid::try_parse(id).unwrap().to_string(), id);
        }
    }
}

#[test]
fn r28_suggestions_come_with_the_selection_behaviour() {
    let with: Vec<_> = cards()
        .into_iter()
        .filter(|(_, card)| card.get("suggestions").is_some())
        .collect();
    assert!(!with.is_empty());
    for (place, card) in with {
        assert!(
            ["any", "at-most-one"].contains(&text(&place, &card, "selectionBehavior")),
            "{place}"
        );
    }
}

#[test]
fn r29_each_override_reason_has_a_display() {
    let reasons = each(&cards(), "overrideReasons");
    assert!(!reasons.is_empty());
    for (place, reason) in reasons {
        is_coding(&place, &reason, true);
    }
}

#[test]
fn r30_source_has_label_topic_and_absolute_addresses() {
    for (place, card) in cards() {
        let source = &card["source"];
        text(&place, source, "label");
        is_coding(&place, &source["topic"], true);
        for name in ["url", "icon"]
            .into_iter()
            .filter(|name| source.get(name).is_some())
        {
            is_absolute(&place, text(&place, source, name));
        }
    }
}

#[test]
fn r31_each_coding_has_code_and_system() {
    for (place, card) in cards() {
        is_coding(&place, &card["source"]["topic"], false);
    }
    for (place, reason) in each(&cards(), "overrideReasons") {
        is_coding(&place, &reason, false);
    }
    for (place, action) in actions() {
        for (place, coding) in each(&[(place, action["resource"]["code"].clone())], "coding") {
            is_coding(&place, &coding, false);
        }
    }
}

#[test]
fn r32_a_suggestion_has_a_label_and_does_something() {
    for (place, suggestion) in suggestions() {
        text(&place, &suggestion, "label");
        text(&place, &suggestion, "uuid");
        assert!(
            suggestion.get("isRecommended").is_none_or(Value::is_boolean),
            "{place}"
        );
        assert!(
            suggestion["actions"]
                .as_array()
                .is_some_and(|actions| !actions.is_empty()),
            "{place}"
        );
    }
}

#[test]
fn r32_each_suggestion_of_an_answer_has_a_uuid_of_its_own() {
    for call in CALLS.iter() {
        let cards: Vec<_> = call
            .answer
            .cards()
            .into_iter()
            .map(|card| (call.place.clone(), card))
            .collect();
        let found = each(&cards, "suggestions");
        let ids: BTreeSet<&str> = found
            .iter()
            .map(|(place, one)| text(place, one, "uuid"))
            .collect();
        assert_eq!(ids.len(), found.len(), "{}", call.place);
    }
}

#[test]
fn r33_an_action_creates_a_whole_new_resource_about_the_patient() {
    let patients = patients();
    for (place, action) in actions() {
        assert_eq!(action["type"], "create", "{place}");
        text(&place, &action, "description");
        assert!(action.get("resourceId").is_none(), "{place}");
        let resource = &action["resource"];
        assert_eq!(resource["resourceType"], "ServiceRequest", "{place}");
        assert!(
            resource.get("id").is_none(),
            "{place}: a new resource has no id yet"
        );
        // Required in R4.
        assert_eq!(
            (&resource["status"], &resource["intent"]),
            (&json!("draft"), &json!("proposal")),
            "{place}"
        );
        let subject = text(&place, &resource["subject"], "reference")
            .strip_prefix("Patient/")
            .unwrap();
        assert!(
            patients.contains(subject) && place.starts_with(subject),
            "{place}: {subject}"
        );
    }
}

#[test]
fn r34_a_link_is_labelled_and_absolute_or_smart() {
    let links = each(&cards(), "links");
    assert!(!links.is_empty());
    for (place, link) in links {
        assert_eq!(link_fault(&link), None, "{place}");
        // A card that starts itself may never be seen.
        assert!(link.get("autolaunchable").is_none(), "{place}");
    }
    assert!(wrong_links().iter().all(|link| link_fault(link).is_some()));
}

#[test]
fn r35_nothing_is_done_without_being_asked() {
    for call in CALLS.iter() {
        assert!(
            call.answer.json().get("systemActions").is_none(),
            "{}",
            call.place
        );
    }
}

#[test]
fn r36_nothing_needs_a_client_of_3_0() {
    for (place, suggestion) in suggestions() {
        assert!(suggestion.get("actionSelectionBehavior").is_none(), "{place}");
    }
}

#[test]
fn r09_action_selection_behaviour_is_never_used() {
    assert!(
        CALLS
            .iter()
            .all(|call| !call.answer.body.contains("actionSelectionBehavior"))
    );
}
