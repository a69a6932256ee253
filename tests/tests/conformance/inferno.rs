//! The server-side checks of the Inferno CRD test kit, done again.

use crate::calls::{
    CALLS, DISCOVERY, HOOK, PNET, actions, authorization, bare, cards, each, ehr, link_fault, prefetched,
    reader_of, suggestions, text, with, wrong_links,
};
use crate::issuer::{EC384, RSA384};
use crate::server::Service;
use crate::tokens::{claims, guarded, post};
use serde_json::{Value, json};

#[test]
fn i02_discovery_is_200_and_json() {
    let service = Service::demo();
    let answer = service.send("GET", DISCOVERY, &[("Accept", "application/json")], "");
    assert_eq!(answer.status, 200);
    assert!(answer.json().is_object());
    let guarded = guarded(&[&EC384]);
    let token = format!("Bearer {}", EC384.token(&claims(&guarded, DISCOVERY)));
    let headers = [("Accept", "application/json"), ("Authorization", token.as_str())];
    let answer = guarded.send("GET", DISCOVERY, &headers, "");
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn i03_services_is_an_array() {
    assert!(Service::demo().get(DISCOVERY).json()["services"].is_array());
}

#[test]
fn i04_each_service_has_hook_description_and_id() {
    let answer = Service::demo().get(DISCOVERY).json();
    for (place, service) in each(&[(String::new(), answer)], "services") {
        for name in ["hook", "description", "id"] {
            text(&place, &service, name);
        }
    }
}

#[test]
fn i05_calls_with_tokens_of_both_recommended_algorithms_are_200_and_json() {
    let service = guarded(&[&EC384, &RSA384]);
    for key in [&EC384, &RSA384] {
        let token = key.token_with(
            |header| header["jku"] = crate::tokens::JKU.into(),
            &claims(&service, HOOK),
        );
        let answer = post(&service, HOOK, &token, &prefetched(PNET));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.json().is_object());
    }
}

#[test]
fn i06_a_request_with_every_field_is_accepted() {
    let server = ehr();
    let call = with(prefetched(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
        call["context"]["encounterId"] = "e1".into();
        call["extension"] = json!({"org.example.x": "y"});
    });
    assert!(!reader_of(&server).post(HOOK, &call).cards().is_empty());
}

#[test]
fn i07_users_of_every_type_are_accepted_and_ids_hold_no_path() {
    let service = Service::demo();
    for user in [
        "Practitioner/1",
        "PractitionerRole/1",
        "Patient/1",
        "RelatedPerson/1",
    ] {
        let call = with(prefetched(PNET), |call| call["context"]["userId"] = user.into());
        assert_eq!(service.post(HOOK, &call).status, 200, "{user}");
    }
    for id in ["Patient/p", "a/b", "../p"] {
        service.post(HOOK, &bare(id)).is_error(400, "invalid-patient-id");
    }
}

#[test]
fn i08_cards_is_an_array() {
    assert!(CALLS.iter().all(|call| call.answer.json()["cards"].is_array()));
}

#[test]
fn i09_summary_indicator_and_source_are_not_blank() {
    for (place, card) in cards() {
        text(&place, &card, "summary");
        text(&place, &card, "indicator");
        assert!(
            card["source"]
                .as_object()
                .is_some_and(|source| !source.is_empty()),
            "{place}"
        );
    }
}

#[test]
fn i10_summary_shorter_than_140() {
    for (place, card) in cards() {
        let summary = text(&place, &card, "summary");
        assert!(summary.chars().count() < 140, "{place}: {summary}");
    }
}

#[test]
fn i11_indicator_is_of_the_list() {
    for (place, card) in cards() {
        assert!(
            ["info", "warning", "critical"].contains(&text(&place, &card, "indicator")),
            "{place}"
        );
    }
}

#[test]
fn i12_source_has_label_and_topic_with_code_and_system() {
    for (place, card) in cards() {
        text(&place, &card["source"], "label");
        text(&place, &card["source"]["topic"], "code");
        text(&place, &card["source"]["topic"], "system");
    }
}

#[test]
fn i13_optional_fields_are_of_their_type_and_not_blank() {
    for (place, card) in cards() {
        for name in ["uuid", "detail"]
            .into_iter()
            .filter(|name| card.get(name).is_some())
        {
            text(&place, &card, name);
        }
        for name in ["suggestions", "overrideReasons", "links"] {
            let list = card
                .get(name)
                .is_none_or(|list| list.as_array().is_some_and(|list| !list.is_empty()));
            assert!(list, "{place}: {name}");
        }
    }
}

#[test]
fn i14_selection_behaviour_comes_with_suggestions() {
    for (place, card) in cards()
        .into_iter()
        .filter(|(_, card)| card.get("suggestions").is_some())
    {
        assert!(
            ["any", "at-most-one"].contains(&text(&place, &card, "selectionBehavior")),
            "{place}"
        );
    }
}

#[test]
fn i15_override_reasons_have_code_system_and_display() {
    for (place, reason) in each(&cards(), "overrideReasons") {
        for name in ["code", "system", "display"] {
            text(&place, &reason, name);
        }
    }
}

#[test]
fn i16_links_have_label_type_and_address() {
    let links = each(&cards(), "links");
    assert!(!links.is_empty());
    for (place, link) in links {
        assert_eq!(link_fault(&link), None, "{place}");
    }
    assert!(wrong_links().iter().all(|link| link_fault(link).is_some()));
}

#[test]
fn i17_suggestions_have_a_label_and_actions_that_are_not_empty() {
    for (place, suggestion) in suggestions() {
        text(&place, &suggestion, "label");
        let some = |actions: &Value| actions.as_array().is_some_and(|actions| !actions.is_empty());
        assert!(suggestion.get("actions").is_none_or(some), "{place}");
    }
}

/// What is wrong with a ServiceRequest of R4 that uses no other elements than ours.
fn request_fault(resource: &Value) -> Option<String> {
    let names = resource.as_object()?.keys().map(String::as_str);
    let known = [
        "resourceType",
        "status",
        "intent",
        "subject",
        "code",
        "reasonCode",
    ];
    let other = names.into_iter().find(|name| !known.contains(name));
    let concept = &resource["code"];
    let display = concept["text"].is_string()
        && concept["coding"]
            .as_array()
            .is_some_and(|codings| !codings.is_empty());
    let fine = resource["resourceType"] == "ServiceRequest"
        && ["draft", "active"]
            .iter()
            .any(|status| resource["status"] == *status)
        && ["proposal", "plan", "order"]
            .iter()
            .any(|intent| resource["intent"] == *intent)
        && resource["subject"]["reference"]
            .as_str()
            .is_some_and(|subject| subject.starts_with("Patient/"))
        && display;
    other
        .map(str::to_owned)
        .or_else(|| (!fine).then(|| resource.to_string()))
}

#[test]
fn i18_actions_have_type_description_and_a_fhir_resource() {
    for (place, action) in actions() {
        text(&place, &action, "description");
        assert_eq!(
            text(&place, &action, "type"),
            "create",
            "{place}: no card updates or deletes"
        );
        assert!(action["resource"].is_object(), "{place}");
        assert_eq!(request_fault(&action["resource"]), None, "{place}");
    }
}

#[test]
fn i19_system_actions_are_an_array_where_they_are_there() {
    for call in CALLS.iter() {
        assert!(
            call.answer
                .json()
                .get("systemActions")
                .is_none_or(Value::is_array),
            "{}",
            call.place
        );
    }
}
