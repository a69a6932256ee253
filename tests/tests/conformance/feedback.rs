//! What became of the cards: requirements 37 to 39, and the invariants of feedback.

use crate::calls::{HOOK, PNET, prefetched, with};
use crate::issuer::{EC384, RSA384};
use crate::server::{Answer, Service};
use crate::tokens::{claims, guarded, post};
use serde_json::{Value, json};

const FEEDBACK: &str = "/cds-services/pnet-liver-metastases/feedback";
const AT: &str = "2026-11-23T10:00:00Z";

/// The ids of the cards of one call, and with each those of its suggestions.
fn sent(service: &Service) -> Vec<(String, Vec<String>)> {
    let id = |value: &Value| value["uuid"].as_str().unwrap().to_owned();
    let cards = service.post(HOOK, &prefetched(PNET)).cards();
    let suggestions = |card: &Value| {
        card["suggestions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(id)
            .collect()
    };
    cards.iter().map(|card| (id(card), suggestions(card))).collect()
}

fn overridden(card: &str) -> Value {
    json!({"card": card, "outcome": "overridden", "outcomeTimestamp": AT})
}

fn accepted(card: &str, suggestions: &[String]) -> Value {
    let ids: Vec<Value> = suggestions.iter().map(|id| json!({ "id": id })).collect();
    json!({"card": card, "outcome": "accepted", "acceptedSuggestions": ids, "outcomeTimestamp": AT})
}

fn give(service: &Service, items: &[Value]) -> Answer {
    service.post(FEEDBACK, &json!({ "feedback": items }))
}

/// Checks that an item is refused for this field.
fn refused(service: &Service, item: Value, field: &str) {
    let answer = give(service, std::slice::from_ref(&item));
    answer.is_error(400, "invalid-feedback");
    assert!(answer.body.contains(field), "{item}: {}", answer.body);
}

#[test]
fn r37_feedback_is_posted_below_the_service_and_answered_with_200() {
    let service = Service::demo();
    let (card, _) = sent(&service).remove(0);
    let answer = give(&service, &[overridden(&card)]);
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    service.get(FEEDBACK).is_error(405, "wrong-method");
    service
        .post(FEEDBACK, &json!({}))
        .is_error(400, "invalid-feedback");
    let elsewhere = "/cds-services/none/feedback";
    service
        .post(elsewhere, &json!({"feedback": [overridden(&card)]}))
        .is_error(404, "unknown-service");
}

#[test]
fn r38_every_field_of_feedback_is_taken_and_each_required_one_is_required() {
    let service = Service::demo();
    let cards = sent(&service);
    let (card, _) = &cards[0];
    let coding = &service.post(HOOK, &prefetched(PNET)).cards()[0]["overrideReasons"][0].clone();
    assert!(coding["code"].is_string(), "a reason that the card offers");
    for reason in [
        json!({ "reason": coding }),
        json!({"userComment": "why"}),
        json!({"reason": coding, "userComment": "why"}),
    ] {
        let item = with(overridden(card), |item| item["overrideReason"] = reason);
        assert_eq!(give(&service, &[item]).status, 200);
    }
    let (card, suggestions) = cards
        .iter()
        .find(|(_, suggestions)| !suggestions.is_empty())
        .unwrap();
    assert_eq!(give(&service, &[accepted(card, suggestions)]).status, 200);
    for field in ["card", "outcome", "outcomeTimestamp"] {
        let item = with(overridden(card), |item| {
            drop(item.as_object_mut().unwrap().remove(field))
        });
        refused(&service, item, field);
    }
    for time in ["yesterday", "2026-11-23", "2026-11-23T10:00:00"] {
        let item = with(overridden(card), |item| item["outcomeTimestamp"] = time.into());
        refused(&service, item, "outcomeTimestamp");
    }
}

#[test]
fn r39_feedback_comes_several_times_batched_and_late() {
    let service = Service::demo();
    let cards = sent(&service);
    let all: Vec<Value> = cards.iter().map(|(card, _)| overridden(card)).collect();
    for _ in 0..3 {
        assert_eq!(give(&service, &all).status, 200);
    }
    let later = |item: &Value| {
        with(item.clone(), |item| {
            item["outcomeTimestamp"] = "2027-11-23T10:00:00+01:00".into()
        })
    };
    let later: Vec<Value> = all.iter().map(later).collect();
    assert_eq!(give(&service, &later).status, 200);
    let unknown = overridden("00000000-0000-4000-8000-000000000000");
    give(&service, &[all[0].clone(), unknown]).is_error(404, "unknown-card");
}

#[test]
fn r39_feedback_needs_a_token_for_its_own_address() {
    let service = guarded(&[&EC384, &RSA384]);
    let cards = post(
        &service,
        HOOK,
        &EC384.token(&claims(&service, HOOK)),
        &prefetched(PNET),
    )
    .cards();
    let body = json!({"feedback": [overridden(cards[0]["uuid"].as_str().unwrap())]});
    service.post(FEEDBACK, &body).is_error(401, "unauthorized");
    post(&service, FEEDBACK, &EC384.token(&claims(&service, HOOK)), &body).is_error(401, "unauthorized");
    for key in [&EC384, &RSA384] {
        let answer = post(&service, FEEDBACK, &key.token(&claims(&service, FEEDBACK)), &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[test]
fn fsh_cds_fb_1_outcome_is_accepted_or_overridden() {
    let service = Service::demo();
    let (card, _) = sent(&service).remove(0);
    for outcome in ["", "Accepted", "ignored", "overriden"] {
        let item = with(overridden(&card), |item| item["outcome"] = outcome.into());
        refused(&service, item, "outcome");
    }
}

#[test]
fn fsh_cds_fb_2_accepted_needs_accepted_suggestions() {
    let service = Service::demo();
    let (card, _) = sent(&service).remove(0);
    refused(&service, accepted(&card, &[]), "acceptedSuggestions");
    let without = with(accepted(&card, &[]), |item| {
        drop(item.as_object_mut().unwrap().remove("acceptedSuggestions"));
    });
    refused(&service, without, "acceptedSuggestions");
}

#[test]
fn fsh_cds_fb_3_an_override_reason_has_a_reason_or_a_comment() {
    let service = Service::demo();
    let (card, _) = sent(&service).remove(0);
    for reason in [
        json!({}),
        json!({"userComment": " "}),
        json!({"reason": {"display": "x"}}),
    ] {
        let item = with(overridden(&card), |item| item["overrideReason"] = reason.clone());
        let answer = give(&service, &[item]);
        answer.is_error(400, "invalid-feedback");
    }
    let none = give(&service, &[overridden(&card)]);
    assert_eq!(none.status, 200, "a reason need not be given at all");
}

#[test]
fn sbx_its_feedback_is_taken_under_a_double_slash() {
    let service = Service::demo();
    let (card, suggestions) = sent(&service)
        .into_iter()
        .find(|(_, some)| !some.is_empty())
        .unwrap();
    let reason = json!({"reason": {"code": "newer-evidence", "system": "https://pnet-cds.github.io/fhir/CodeSystem/override-reasons"}});
    for item in [
        accepted(&card, &suggestions[..1]),
        with(overridden(&card), |item| item["overrideReason"] = reason),
    ] {
        let path = "/cds-services//pnet-liver-metastases/feedback";
        assert_eq!(service.post(path, &json!({ "feedback": [item] })).status, 200);
    }
}

#[test]
fn epic_its_feedback_with_override_reasons_is_taken() {
    let service = Service::demo();
    let (card, _) = sent(&service).remove(0);
    let coding = json!({"code": "contraindicated", "system": "urn:site", "display": "no"});
    for reasons in [
        json!({"reason": coding, "userComment": "text"}),
        json!([{ "reason": coding }]),
        json!({"extension": {
            "com.epic.cdshooks.feedback.overrideReason.reasonCategory": "45",
            "com.epic.cdshooks.feedback.overrideReason.reasonDisplay": "Other",
            "com.epic.cdshooks.feedback.overrideReason.reasonTitle": "Other"
        }, "userComment": "text"}),
    ] {
        let item = with(overridden(&card), |item| {
            item["overrideReasons"] = reasons.clone()
        });
        assert_eq!(give(&service, &[item]).status, 200, "{reasons}");
    }
    // What stands under the key is read, not passed over.
    let empty = with(overridden(&card), |item| item["overrideReasons"] = json!({}));
    give(&service, &[empty]).is_error(400, "invalid-feedback");
}
