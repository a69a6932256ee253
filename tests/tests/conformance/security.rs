//! Who may call: requirements 40 to 48.

use crate::calls::{CALLS, DISCOVERY, HOOK, PNET, bare, cards, prefetched, same, with};
use crate::issuer::{EC384, Key, RSA384, base64url, encode};
use crate::server::{Answer, Service};
use crate::tokens::{ISSUER, JKU, claims, client, guarded, now, post, refuses};
use acceptance::scripted_fhir::ScriptedFhir;
use serde_json::{Value, json};

/// Claims with one change.
fn changed(service: &Service, change: impl FnOnce(&mut Value)) -> Value {
    with(claims(service, HOOK), change)
}

/// Checks that a token is accepted: what comes after it is looked at.
fn accepts(service: &Service, token: &str) {
    let answer = post(service, HOOK, token, &prefetched(PNET));
    assert!(!answer.cards().is_empty());
}

#[test]
fn r40_a_call_that_can_expose_a_chart_needs_a_token() {
    let service = guarded(&[&EC384]);
    service
        .post(HOOK, &prefetched(PNET))
        .is_error(401, "unauthorized");
    service
        .post("/assessment", &prefetched(PNET))
        .is_error(401, "unauthorized");
    service.get(DISCOVERY).is_error(401, "unauthorized");
    refuses(&service, "");
    accepts(&service, &EC384.token(&claims(&service, HOOK)));
}

#[test]
fn r41_header_has_alg_kid_and_typ_and_may_have_jku() {
    let service = guarded(&[&EC384]);
    for name in ["alg", "kid", "typ"] {
        let remove = |header: &mut Value| drop(header.as_object_mut().unwrap().remove(name));
        refuses(&service, &EC384.token_with(remove, &claims(&service, HOOK)));
    }
    let other_type = |header: &mut Value| header["typ"] = "at+jwt".into();
    refuses(&service, &EC384.token_with(other_type, &claims(&service, HOOK)));
    let registered = |header: &mut Value| header["jku"] = JKU.into();
    accepts(&service, &EC384.token_with(registered, &claims(&service, HOOK)));
}

#[test]
fn r42_each_required_claim_is_required_and_aud_is_the_address_called() {
    let service = guarded(&[&EC384]);
    for name in ["iss", "aud", "exp", "iat", "jti"] {
        let claims = changed(&service, |claims| {
            drop(claims.as_object_mut().unwrap().remove(name))
        });
        refuses(&service, &EC384.token(&claims));
    }
    for aud in [
        service.url(DISCOVERY),
        service.base.clone(),
        service.url("/cds-services/x"),
        "*".to_owned(),
    ] {
        refuses(
            &service,
            &EC384.token(&changed(&service, |claims| claims["aud"] = aud.into())),
        );
    }
    let list = json!(["https://other.example.org", service.url(HOOK)]);
    accepts(
        &service,
        &EC384.token(&changed(&service, |claims| claims["aud"] = list)),
    );
    let tenant = changed(&service, |claims| claims["tenant"] = "a".into());
    accepts(&service, &EC384.token(&tenant));
    for (iat, exp) in [
        (now() - 600, now() - 300),
        (now() + 300, now() + 600),
        (now(), now() + 7200),
    ] {
        let late = changed(&service, |claims| {
            claims["iat"] = iat.into();
            claims["exp"] = exp.into();
        });
        refuses(&service, &EC384.token(&late));
    }
}

#[test]
fn r43_no_signature_and_no_shared_secret_is_accepted() {
    let service = guarded(&[&EC384, &RSA384]);
    let claims = || claims(&service, HOOK).to_string();
    let header = |alg: &str| json!({"alg": alg, "typ": "JWT", "kid": EC384.kid}).to_string();
    for alg in ["none", "None", "NONE", ""] {
        let (header, claims) = (base64url(header(alg)), base64url(claims()));
        refuses(&service, &format!("{header}.{claims}."));
        refuses(&service, &format!("{header}.{claims}.AA"));
    }
    let secret = EC384.pem();
    for (alg, hash) in [
        ("HS256", aws_lc_rs::hmac::HMAC_SHA256),
        ("HS384", aws_lc_rs::hmac::HMAC_SHA384),
    ] {
        let key = aws_lc_rs::hmac::Key::new(hash, secret.as_bytes());
        let sign = |message: &[u8]| aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec();
        refuses(&service, &encode(header(alg), claims(), sign));
    }
    // A right signature under the name of another algorithm.
    refuses(&service, &EC384.token_of(header("RS384"), claims()));
}

#[test]
fn r43_both_recommended_algorithms_are_accepted() {
    let service = guarded(&[&EC384, &RSA384]);
    for key in [&EC384, &RSA384] {
        accepts(&service, &key.token(&claims(&service, HOOK)));
    }
}

#[test]
fn r44_an_issuer_or_jku_that_is_not_registered_is_refused_and_never_fetched() {
    let service = guarded(&[&EC384]);
    for iss in ["https://evil.example.org", "https://ehr.example.org/", ""] {
        refuses(
            &service,
            &EC384.token(&changed(&service, |claims| claims["iss"] = iss.into())),
        );
    }
    let stranger = Key::new("stranger", "ES384");
    let keys = json!({"keys": [stranger.jwk()]}).to_string();
    let server = ScriptedFhir::start(move |_, _| acceptance::scripted_fhir::fhir::ok(&keys)).unwrap();
    let jku = |header: &mut Value| header["jku"] = format!("{}/keys", server.base()).into();
    refuses(&service, &stranger.token_with(jku, &claims(&service, HOOK)));
    refuses(&service, &EC384.token_with(jku, &claims(&service, HOOK)));
    assert_eq!(server.connections(), 0);
}

#[test]
fn r45_a_token_is_accepted_once() {
    let service = guarded(&[&EC384]);
    let token = EC384.token(&claims(&service, HOOK));
    accepts(&service, &token);
    refuses(&service, &token);
}

#[test]
fn r45_every_refusal_is_the_same_and_no_token_is_logged() {
    let service = guarded(&[&EC384]);
    let token = EC384.token(&changed(&service, |claims| claims["aud"] = "sand_man".into()));
    let refused = |token: &str| -> Answer {
        let mut answer = post(&service, HOOK, token, &json!({}));
        // The time, and the number by which the caller can ask about the call.
        answer
            .headers
            .retain(|(name, _)| name != "date" && name != "x-request-id");
        answer.headers.sort();
        answer
    };
    let first = refused(&token);
    for other in ["", "x", "a.b.c", &RSA384.token(&claims(&service, HOOK))] {
        assert_eq!(refused(other), first, "{other}");
    }
    assert!(service.logs("reason=\"audience\""), "{}", service.logged());
    for part in token.split('.') {
        assert!(!service.logged().contains(part), "{}", service.logged());
    }
}

#[test]
fn r46_a_listed_origin_may_call_and_its_preflight_needs_no_token() {
    const ORIGIN: &str = "https://sandbox.example.org";
    let service = Service::start(&format!(
        "server.cors_origins = [{ORIGIN:?}]\nauth.mode = \"required\"\n{}",
        client(ISSUER, JKU, &[&EC384], "")
    ));
    for (method, path) in [("GET", DISCOVERY), ("POST", HOOK)] {
        let headers = [
            ("Origin", ORIGIN),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", "authorization,content-type"),
        ];
        let answer = service.send("OPTIONS", path, &headers, "");
        assert!((200..300).contains(&answer.status), "{}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
        assert!(answer.header("access-control-allow-methods").contains(method));
        let allowed = answer.header("access-control-allow-headers").to_lowercase();
        assert!(
            allowed.contains("authorization") && allowed.contains("content-type"),
            "{allowed}"
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let token = format!("Bearer {}", EC384.token(&claims(&service, DISCOVERY)));
    let headers = [("Origin", ORIGIN), ("Authorization", token.as_str())];
    let answer = service.send("GET", DISCOVERY, &headers, "");
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, ORIGIN)
    );
}

#[test]
fn r46_no_other_origin_is_let_in() {
    for service in [
        guarded(&[&EC384]),
        Service::start("server.cors_origins = [\"https://sandbox.example.org\"]\n"),
    ] {
        for origin in [
            "https://evil.example.org",
            "null",
            "https://sandbox.example.org.evil.example.org",
        ] {
            let answer = service.send("GET", DISCOVERY, &[("Origin", origin)], "");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        }
    }
}

#[test]
fn r48_extensions_are_objects_with_reversed_domain_names_and_unknown_ones_are_ignored() {
    for (place, card) in cards() {
        for (name, value) in card["extension"].as_object().unwrap() {
            assert!(
                name.matches('.').count() >= 2 && name.starts_with("io."),
                "{place}: {name}"
            );
            assert!(value.is_object(), "{place}: {name}");
        }
    }
    let plain = CALLS
        .iter()
        .find(|call| call.patient == PNET)
        .unwrap()
        .answer
        .cards();
    let call = with(prefetched(PNET), |call| {
        call["extension"] = json!({"com.epic.cdshooks.request.bpa-trigger-action": "60", "x": null});
        call["context"]["extension"] = json!({"org.example": [1]});
        call["unknown"] = json!([{}]);
    });
    same(
        "unknown extensions",
        &Service::demo().post(HOOK, &call).cards(),
        &plain,
    );
    let alone = with(bare(PNET), |call| call["extension"] = json!({"org.example": {}}));
    Service::demo()
        .post(HOOK, &alone)
        .is_error(412, "missing-patient");
}
