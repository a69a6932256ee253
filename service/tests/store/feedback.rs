//! `POST /cds-services/{id}/feedback` as callers meet it.

use crate::common::{Service, WITH_PNET, prefetched};
use crate::program::{Program, overridden};
use crate::support::{demo_in_memory, instance, on_both, rows};
use crate::trust_support::{Bed, EC384, HOOK, claims, client, is_bare, jwks, key_file};
use serde_json::{Value, json};

const FEEDBACK: &str = "/cds-services/pnet-liver-metastases/feedback";
const AT: &str = "2026-11-23T10:00:00Z";

fn ids(service: &Service) -> Vec<String> {
    let cards = service.hook(&crate::support::call(instance())).cards();
    cards
        .iter()
        .map(|card| card["uuid"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    fn both_forms_of_reasons_batched_and_repeated(url) {
        let program = Program::open(url);
        let (card, suggestion) = program.offer(instance());
        let cards = [card, program.cards(instance()).remove(0)];
        let more = program.cards(instance());
        let coding = json!({"code": "newer-evidence", "system": "urn:s"});
        let body = json!({"feedback": [
            {"card": cards[0], "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion}], "outcomeTimestamp": AT},
            {"card": cards[1], "outcome": "overridden", "acceptedSuggestions": null, "outcomeTimestamp": AT, "overrideReason": {"reason": coding}},
            {"card": more[0], "outcome": "overridden", "outcomeTimestamp": "2026-11-23T11:00:00.5+01:00",
             "overrideReasons": [{"reason": coding, "userComment": "why not"}]},
            {"card": more[1], "outcome": "overridden", "outcomeTimestamp": AT},
        ]});
        for path in [FEEDBACK, "/cds-services//pnet-liver-metastases/feedback", FEEDBACK] {
            let answer = program.service.post(path, &body);
            assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
        }
        let kept = rows(url, "SELECT outcome, reasons, comment, answered_ms FROM issued_cards WHERE outcome IS NOT NULL");
        assert_eq!(kept, [
            "accepted|||1795428000000",
            "overridden|urn:s|newer-evidence||1795428000000",
            "overridden|urn:s|newer-evidence||1795428000500",
            "overridden|||1795428000000",
        ].map(str::to_owned).into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    }

    fn a_suggestion_that_was_never_sent_is_404_and_nothing_of_it_is_kept(url) {
        let program = Program::open(url);
        let (card, suggestion) = program.offer(instance());
        let (_, of_another) = program.offer(instance());
        let accepted = |ids: &[&str]| {
            let ids: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({"feedback": [{"card": card, "outcome": "accepted", "acceptedSuggestions": ids, "outcomeTimestamp": AT}]})
        };
        let made_up = instance().to_string();
        for ids in [&["x"][..], &[&made_up], &[&of_another], &[&suggestion, &made_up]] {
            program.service.post(FEEDBACK, &accepted(ids)).is_error(404, "unknown-card");
        }
        assert_eq!(rows(url, "SELECT card FROM issued_cards WHERE outcome IS NOT NULL").len(), 0);
        let spelled = suggestion.to_uppercase();
        assert_eq!(program.service.post(FEEDBACK, &accepted(&[&spelled])).status, 200);
    }

    fn an_unknown_card_is_404_and_the_others_are_kept(url) {
        let program = Program::open(url);
        let cards = program.cards(instance());
        let item = |card: &str| overridden(card)["feedback"][0].clone();
        let mixed = json!({"feedback": [item(&cards[0]), item("made-up"), item(&instance().to_string()), item(&cards[1])]});
        program.service.post(FEEDBACK, &mixed).is_error(404, "unknown-card");
        assert_eq!(rows(url, "SELECT card FROM issued_cards WHERE outcome IS NOT NULL").len(), 2);
    }
}

#[test]
fn f1_what_is_wrong_or_too_much_is_refused_whole_and_soon() {
    let service = demo_in_memory();
    let card = ids(&service).remove(0);
    let item = overridden(&card)["feedback"][0].clone();
    let many = |items: usize| json!({"feedback": vec![item.clone(); items]});
    service
        .post(FEEDBACK, &many(501))
        .is_error(413, "too-much-feedback");
    // Over the limit of bodies.
    service
        .post(FEEDBACK, &many(100_000))
        .is_error(413, "body-too-large");
    let mut wrong = many(3);
    wrong["feedback"][2]["outcome"] = "ignored".into();
    let answer = service.post(FEEDBACK, &wrong);
    answer.is_error(400, "invalid-feedback");
    assert!(
        answer.body.contains("`feedback[2]`: `outcome`"),
        "{}",
        answer.body
    );
    service
        .post(FEEDBACK, &json!([]))
        .is_error(400, "invalid-feedback");
    service
        .request("POST", FEEDBACK, &["Content-Type: application/json"], b"{")
        .is_error(400, "malformed-json");
    service
        .request("POST", FEEDBACK, &[], b"{}")
        .is_error(415, "wrong-content-type");
    service.get(FEEDBACK).is_error(405, "wrong-method");
    service
        .post("/cds-services/other/feedback", &many(1))
        .is_error(404, "unknown-service");
    assert_eq!(service.post(FEEDBACK, &many(500)).status, 200);
}

fn with(mut claims: Value, tenant: &str) -> String {
    claims["tenant"] = tenant.into();
    EC384.token(&claims)
}

#[actix_web::test]
async fn m1_a_tenant_learns_nothing_of_the_cards_of_another() {
    let keys = format!("jwks_file = {:?}\n", key_file(&jwks(&[&EC384])));
    let bed = Bed::new(&client(&format!("{keys}tenants = [\"a\", \"b\"]")));
    let hooked = bed
        .post(HOOK, &with(claims(HOOK), "a"), &prefetched(WITH_PNET))
        .await;
    let card = hooked.json()["cards"][0]["uuid"].as_str().unwrap().to_owned();
    let of_other = bed
        .post(FEEDBACK, &with(claims(FEEDBACK), "b"), &overridden(&card))
        .await;
    let of_nobody = bed
        .post(
            FEEDBACK,
            &with(claims(FEEDBACK), "b"),
            &overridden(&instance().to_string()),
        )
        .await;
    assert_eq!(of_other.status, 404);
    assert_eq!(of_other, of_nobody);
    let own = bed
        .post(FEEDBACK, &with(claims(FEEDBACK), "a"), &overridden(&card))
        .await;
    assert_eq!(own.status, 200, "{}", own.body);
}

#[actix_web::test]
async fn f1_feedback_needs_a_token_for_its_own_address() {
    let bed = Bed::with_keys(&[&EC384]);
    let hooked = bed
        .post(HOOK, &EC384.token(&claims(HOOK)), &prefetched(WITH_PNET))
        .await;
    let card = hooked.json()["cards"][0]["uuid"].as_str().unwrap().to_owned();
    is_bare(
        &bed.post(FEEDBACK, &EC384.token(&claims(HOOK)), &overridden(&card))
            .await,
        "audience",
    );
    is_bare(&bed.post(FEEDBACK, "", &json!({})).await, "malformed-token");
    let token = EC384.token(&claims(FEEDBACK));
    assert_eq!(bed.post(FEEDBACK, &token, &overridden(&card)).await.status, 200);
    is_bare(&bed.post(FEEDBACK, &token, &overridden(&card)).await, "replayed");
    // The sandbox has two slashes, in the address that it calls and in its tokens.
    let doubled = "/cds-services//pnet-liver-metastases/feedback";
    let token = EC384.token(&claims(doubled));
    assert_eq!(bed.post(doubled, &token, &overridden(&card)).await.status, 200);
}
