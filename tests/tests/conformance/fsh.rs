//! The invariants of the standard's logical models.

use crate::calls::{
    CALLS, HOOK, PNET, actions, authorization, bare, cards, each, ehr, prefetched, reader_of, same,
    suggestions, text, with,
};
use crate::server::Service;
use serde_json::{Value, json};

#[test]
fn fsh_cds_r_1_a_token_without_a_server_goes_nowhere() {
    let service = Service::demo();
    let plain = service.post(HOOK, &prefetched(PNET));
    let call = with(prefetched(PNET), |call| {
        call["fhirAuthorization"] = authorization()
    });
    same("token alone", &service.post(HOOK, &call).cards(), &plain.cards());
    let nothing = with(bare(PNET), |call| call["fhirAuthorization"] = authorization());
    service.post(HOOK, &nothing).is_error(412, "missing-patient");
}

#[test]
fn fsh_cds_r_2_patient_scopes_are_accepted_without_patient_and_refused_with_another() {
    let server = ehr();
    let service = reader_of(&server);
    let call = with(bare(PNET), |call| {
        call["fhirServer"] = server.base().into();
        call["fhirAuthorization"] = authorization();
        call["fhirAuthorization"]
            .as_object_mut()
            .unwrap()
            .remove("patient");
    });
    assert!(!service.post(HOOK, &call).cards().is_empty());
    let seen = server.seen().len();
    let other = with(call, |call| {
        call["fhirAuthorization"]["patient"] = "someone-else".into()
    });
    service.post(HOOK, &other).is_error(412, "another-patient");
    assert_eq!(server.seen().len(), seen);
}

/// At most one recommended suggestion where one is to be chosen.
fn resp_1(card: &Value) -> bool {
    let suggestions = card["suggestions"].as_array().into_iter().flatten();
    card["selectionBehavior"] != "at-most-one"
        || suggestions.filter(|one| one["isRecommended"] == true).count() <= 1
}

/// A deletion names an id and no resource.
fn resp_2(action: &Value) -> bool {
    action["type"] != "delete" || (action.get("resourceId").is_some() && action.get("resource").is_none())
}

/// `appContext` is for smart links.
fn resp_3(link: &Value) -> bool {
    link["type"] == "smart" || link.get("appContext").is_none()
}

#[test]
fn fsh_cds_resp_1_at_most_one_is_recommended_where_one_is_to_be_chosen() {
    for (place, card) in cards() {
        assert!(resp_1(&card), "{place}");
    }
    let two = json!([{"isRecommended": true}, {"isRecommended": true}]);
    assert!(!resp_1(
        &json!({"selectionBehavior": "at-most-one", "suggestions": two})
    ));
}

#[test]
fn fsh_cds_resp_2_a_deletion_names_an_id_and_no_resource() {
    for (place, action) in actions() {
        assert!(resp_2(&action), "{place}");
    }
    assert!(!resp_2(&json!({"type": "delete", "resource": {}})) && !resp_2(&json!({"type": "delete"})));
}

#[test]
fn fsh_cds_resp_3_app_context_is_for_smart_apps() {
    for (place, link) in each(&cards(), "links") {
        assert!(resp_3(&link), "{place}");
    }
    assert!(!resp_3(&json!({"type": "absolute", "appContext": "x"})));
}

#[test]
fn fsh_cds_resp_4_each_override_reason_has_a_display() {
    let reasons = each(&cards(), "overrideReasons");
    assert!(!reasons.is_empty());
    for (place, reason) in reasons {
        text(&place, &reason, "display");
    }
}

#[test]
fn fsh_cds_resp_5_each_action_has_a_description() {
    for (place, action) in actions() {
        text(&place, &action, "description");
    }
}

#[test]
fn fsh_cds_resp_6_suggestions_come_with_the_selection_behaviour() {
    for (place, card) in cards() {
        assert_eq!(
            card.get("suggestions").is_some(),
            card.get("selectionBehavior").is_some(),
            "{place}"
        );
    }
}

/// The default where it is left out.
fn resp_7(suggestion: &Value) -> bool {
    let given = suggestion.get("actionSelectionBehavior");
    given.is_none_or(|given| ["all", "any", "at-most-one"].iter().any(|word| given == word))
}

#[test]
fn fsh_cds_resp_7_action_selection_behaviour_is_of_the_list() {
    for (place, suggestion) in suggestions() {
        assert!(resp_7(&suggestion), "{place}");
    }
    assert!(!resp_7(&json!({"actionSelectionBehavior": "some"})));
}

#[test]
fn fsh_cds_response_is_nothing_but_cards() {
    for call in CALLS.iter() {
        let answer = call.answer.json();
        let names: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(names, ["cards"], "{}", call.place);
    }
}
