//! Attacks on launches, as the security best practice for OAuth (RFC 9700) and SMART App Launch 2.2 list them.

use crate::common::pages::encoded;
use crate::ehr::{Browser, CLIENT, Ehr, ISSUER, PATIENT, is_refused, ready, state_of};
use crate::trust_support::{EC256, EC384, Key, NOW, RSA256, encode, logged};
use serde_json::{Value, json};
use std::time::Duration;

/// Signed with a key that is not the record system's, by its name.
fn forged(claims: &Value) -> String {
    Key::new("ec384", "ES384").token(claims)
}

#[actix_web::test]
async fn o1_a_state_that_was_not_given_out_or_is_missing_or_doubled_opens_nothing() {
    let (ehr, bed, mut browser) = ready();
    let path = browser.way_back(&bed, &ehr).await;
    let (path, state) = path.split_once("&state=").unwrap();
    for (query, code, status) in [
        ("".to_owned(), "foreign-launch", 403),
        ("&state=".to_owned(), "foreign-launch", 403),
        (format!("&state={}x", state), "foreign-launch", 403),
        (format!("&state={}", "A".repeat(43)), "foreign-launch", 403),
        (format!("&state={state}&state={state}"), "invalid-launch", 400),
        (format!("&state={state}&code=other"), "invalid-launch", 400),
    ] {
        let reply = browser.get(&bed, &format!("{path}{query}")).await;
        is_refused(&reply, &browser, status, code);
    }
    assert!(ehr.script().exchanges.is_empty(), "no code was sent on");
    // None of that has ended the launch of this browser.
    let reply = browser.get(&bed, &format!("{path}&state={state}")).await;
    assert_eq!(reply.status, 303);
}

#[actix_web::test]
async fn o2_an_answer_is_taken_once_and_soon() {
    let (ehr, bed, mut browser) = ready();
    let path = browser.way_back(&bed, &ehr).await;
    let cookies = browser.cookies.clone();
    assert_eq!(browser.get(&bed, &path).await.status, 303);
    let mut again = Browser { cookies };
    let reply = again.get(&bed, &path).await;
    is_refused(&reply, &again, 403, "foreign-launch");
    assert_eq!(ehr.script().exchanges.len(), 1, "a code is exchanged once");
    let mut late = Browser::default();
    let path = late.way_back(&bed, &ehr).await;
    bed.clock.advance(600);
    let reply = late.get(&bed, &path).await;
    is_refused(&reply, &late, 403, "foreign-launch");
}

#[actix_web::test]
async fn o3_the_answer_to_the_launch_of_another_browser_opens_nothing() {
    // Login CSRF: a victim who is sent here with the attacker's answer would see the attacker's patient.
    let (ehr, bed, mut attacker) = ready();
    let path = attacker.way_back(&bed, &ehr).await;
    let mut victim = Browser::default();
    let reply = victim.get(&bed, &path).await;
    is_refused(&reply, &victim, 403, "foreign-launch");
    // Also where the victim has a launch of their own under way.
    victim.launch(&bed, &ehr).await;
    let mut value = victim.cookies.values().next().unwrap().clone();
    let reply = victim.get(&bed, &path).await;
    is_refused(&reply, &victim, 403, "foreign-launch");
    let name = attacker.cookies.keys().next().unwrap().clone();
    value.push('x');
    victim.cookies.insert(name, value);
    let reply = victim.get(&bed, &path).await;
    is_refused(&reply, &victim, 403, "foreign-launch");
    assert!(ehr.script().exchanges.is_empty());
}

#[actix_web::test]
async fn o4_a_code_of_somebody_else_is_not_exchanged() {
    // Code injection: the proof key of this launch is not the one that the code was given for.
    let (ehr, bed, mut attacker) = ready();
    let stolen = ehr.authorize(&Browser::default().launch(&bed, &ehr).await);
    let location = attacker.launch(&bed, &ehr).await;
    let path = format!("/smart/callback?code={stolen}&state={}", state_of(&location));
    let reply = attacker.get(&bed, &path).await;
    is_refused(&reply, &attacker, 502, "launch-failed");
    assert!(logged().contains("smart-token"), "{}", logged());
}

#[actix_web::test]
async fn o5_an_answer_of_another_server_is_not_taken() {
    let (ehr, bed, mut browser) = ready();
    ehr.script().description["authorization_response_iss_parameter_supported"] = true.into();
    for iss in [
        "",
        "&iss=https://evil.example",
        "&iss=",
        &format!("&iss={}", ehr.base()),
    ] {
        let path = browser.way_back(&bed, &ehr).await;
        let reply = browser.get(&bed, &format!("{path}{iss}")).await;
        is_refused(&reply, &browser, 403, "foreign-launch");
    }
    assert!(ehr.script().exchanges.is_empty());
    let path = browser.way_back(&bed, &ehr).await;
    assert_eq!(
        browser.get(&bed, &format!("{path}&iss={ISSUER}")).await.status,
        303
    );
    // A server that does not say so may not say another name either.
    let (ehr, bed, mut browser) = ready();
    let path = browser.way_back(&bed, &ehr).await;
    let reply = browser
        .get(&bed, &format!("{path}&iss=https://evil.example"))
        .await;
    is_refused(&reply, &browser, 403, "foreign-launch");
}

#[actix_web::test]
async fn o6_only_registered_servers_are_asked_and_browsers_sent_nowhere_else() {
    let (ehr, bed, mut browser) = ready();
    let evil = Ehr::new();
    for iss in [
        evil.base(),
        format!("{}.evil.example", ehr.base()),
        format!("{}@evil.example", ehr.base()),
        format!("{}/../other", ehr.base()),
        format!("{}?x=1", ehr.base()),
        ehr.origin.clone(),
        "http://169.254.169.254/latest".to_owned(),
        String::new(),
    ] {
        let path = format!("/smart/launch?launch=l&iss={}", encoded(&iss));
        let reply = browser.get(&bed, &path).await;
        is_refused(&reply, &browser, 403, "unregistered-issuer");
        assert_eq!(reply.header("location"), None);
    }
    assert_eq!((evil.script().asked, ehr.script().asked), (0, 0));
    // What an address says of where to go is not read.
    let path = format!(
        "/smart/launch?iss={}&launch=l&redirect_uri=https://evil.example&aud=https://evil.example&next=//evil.example",
        ehr.base()
    );
    let reply = browser.get(&bed, &path).await;
    let location = reply.header("location").unwrap();
    assert!(
        location.starts_with(&format!("{}/authorize?", ehr.origin)) && !location.contains("evil"),
        "{location}"
    );
    for path in [
        "/smart/launch",
        "/smart/launch?launch=l",
        &format!("/smart/launch?iss={0}&iss={0}", ehr.base()),
        &format!("/smart/launch?iss={}&launch=", ehr.base()),
    ] {
        is_refused(&browser.get(&bed, path).await, &browser, 400, "invalid-launch");
    }
    ehr.script().grant["appContext"] = "//evil.example".into();
    let reply = browser.open(&bed, &ehr).await;
    assert_eq!(reply.header("location"), Some("patient"));
}

#[actix_web::test]
async fn o7_a_server_without_proof_keys_by_sha_256_is_not_used() {
    for methods in [json!(["plain"]), json!([]), Value::Null] {
        let ehr = Ehr::new();
        ehr.script().description["code_challenge_methods_supported"] = methods;
        let bed = ehr.service("");
        let mut browser = Browser::default();
        let reply = browser
            .get(&bed, &format!("/smart/launch?iss={}&launch=l", ehr.base()))
            .await;
        is_refused(&reply, &browser, 502, "launch-failed");
    }
}

#[actix_web::test]
async fn o8_a_description_does_not_lead_inside() {
    for (name, value) in [
        ("token_endpoint", "http://169.254.169.254/token"),
        ("token_endpoint", "https://10.1.2.3/token"),
        ("token_endpoint", "https://localhost/token"),
        ("token_endpoint", "http://login.example.org/token"),
        ("jwks_uri", "https://[::1]/keys"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("authorization_endpoint", "http://login.example.org/authorize"),
    ] {
        let ehr = Ehr::new();
        ehr.script().description[name] = value.into();
        let bed = ehr.service("");
        let mut browser = Browser::default();
        let path = format!("/smart/launch?iss={}&launch=l", ehr.base());
        let reply = browser.get(&bed, &path).await;
        is_refused(&reply, &browser, 502, "launch-failed");
        // Who calls often does not make the service ask often.
        browser.get(&bed, &path).await;
        assert_eq!(ehr.script().asked, 1, "{value}");
    }
}

#[actix_web::test]
async fn o8_many_launches_at_once_ask_a_server_once() {
    for usable in [true, false] {
        let ehr = Ehr::new();
        if !usable {
            ehr.script().description["code_challenge_methods_supported"] = Value::Null;
        }
        let bed = ehr.service("");
        let path = format!("/smart/launch?iss={}&launch=l", ehr.base());
        let launches = (0..30).map(|_| async { Browser::default().get(&bed, &path).await.status });
        let statuses = futures_util::future::join_all(launches).await;
        let expected = if usable { 303 } else { 502 };
        assert!(statuses.iter().all(|status| *status == expected), "{statuses:?}");
        assert_eq!(ehr.script().asked, 1);
    }
}

#[actix_web::test]
async fn o9_an_identity_that_is_not_of_this_launch_opens_nothing() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 12] = [
        ("nonce", |claims| claims["nonce"] = "other".into()),
        ("no audience", |claims| claims["aud"] = json!([])),
        ("audience", |claims| claims["aud"] = "other".into()),
        ("several audiences", |claims| {
            claims["aud"] = json!([CLIENT, "other"])
        }),
        ("another party", |claims| claims["azp"] = "other".into()),
        ("issuer", |claims| claims["iss"] = "https://evil.example".into()),
        ("issuer with a slash", |claims| {
            claims["iss"] = format!("{ISSUER}/").into()
        }),
        ("expired", |claims| claims["exp"] = (NOW - 31).into()),
        ("from the future", |claims| claims["iat"] = (NOW + 31).into()),
        ("no end", |claims| claims["exp"] = Value::Null),
        ("no issuer", |claims| claims["iss"] = Value::Null),
        ("a user that is no text", |claims| {
            claims["fhirUser"] = json!(["x"])
        }),
    ];
    let (ehr, bed, mut browser) = ready();
    let identity = ehr.script().identity.clone();
    for (what, change) in changes {
        ehr.script().identity = identity.clone();
        change(ehr.script().identity.as_mut().unwrap());
        let reply = browser.open(&bed, &ehr).await;
        assert_eq!(reply.status, 502, "{what}");
        is_refused(&reply, &browser, 502, "launch-failed");
        assert!(logged().contains("smart-id-token"), "{what}: {}", logged());
    }
    ehr.script().identity = identity;
    type Signer = fn(&Value) -> String;
    let signers: [(&str, Signer); 4] = [
        ("another key of the same name", forged),
        ("a key that is not published", |claims| EC256.token(claims)),
        ("none", |claims| {
            encode(
                json!({"alg": "none", "kid": "ec384"}).to_string(),
                claims.to_string(),
                |_| Vec::new(),
            )
        }),
        ("a shared secret", |claims| {
            encode(
                json!({"alg": "HS256", "kid": "ec384"}).to_string(),
                claims.to_string(),
                |_| vec![7; 32],
            )
        }),
    ];
    for (what, signer) in signers {
        ehr.script().signed_by = signer;
        let reply = browser.open(&bed, &ehr).await;
        assert_eq!(reply.status, 502, "{what}");
        is_refused(&reply, &browser, 502, "launch-failed");
    }
    ehr.script().signed_by = |claims| EC384.token(claims);
    ehr.script().identity = None;
    is_refused(&browser.open(&bed, &ehr).await, &browser, 502, "launch-failed");
}

#[actix_web::test]
async fn a_key_goes_unnamed_only_where_there_is_no_other() {
    let keys: [(Vec<&Key>, u16); 2] = [(vec![&EC384], 303), (vec![&EC384, &RSA256], 502)];
    for (keys, status) in keys {
        let (ehr, bed, mut browser) = ready();
        ehr.script().keys = keys;
        ehr.script().signed_by = |claims| {
            let header = json!({"alg": "ES384"}).to_string();
            encode(header, claims.to_string(), |message| EC384.sign(message, "ES384"))
        };
        assert_eq!(browser.open(&bed, &ehr).await.status, status);
        assert_eq!(browser.session().is_some(), status == 303);
    }
}

#[actix_web::test]
async fn o16_an_answer_that_is_no_token_opens_nothing() {
    let token = |kind: &str| json!({"access_token": "t", "token_type": kind, "patient": PATIENT}).to_string();
    let json = "application/json";
    for (what, answer) in [
        (
            "huge",
            (
                200,
                json,
                format!("{{\"access_token\":\"{}\"}}", "x".repeat(70_000)),
            ),
        ),
        ("not JSON", (200, json, "access_token=t".to_owned())),
        ("a list", (200, json, "[\"t\",\"Bearer\"]".to_owned())),
        ("a page", (200, "text/html", "<html>".to_owned())),
        ("nothing", (200, json, String::new())),
        ("another type", (200, json, token("mac"))),
        ("DPoP", (200, json, token("DPoP"))),
        (
            "no type",
            (
                200,
                json,
                json!({"access_token": "t", "patient": PATIENT}).to_string(),
            ),
        ),
        (
            "no token",
            (
                200,
                json,
                json!({"token_type": "Bearer", "patient": PATIENT}).to_string(),
            ),
        ),
        (
            "refused",
            (
                400,
                json,
                json!({"error": "invalid_client", "error_description": "hunter2"}).to_string(),
            ),
        ),
        ("broken", (500, json, "{}".to_owned())),
        ("elsewhere", (307, json, "{}".to_owned())),
    ] {
        let ehr = Ehr::new();
        let bed = ehr.service("");
        let mut browser = Browser::default();
        ehr.script().token_answer = Some(answer);
        let reply = browser.open(&bed, &ehr).await;
        assert_eq!(reply.status, 502, "{what}: {}", reply.body);
        is_refused(&reply, &browser, 502, "launch-failed");
        assert!(!reply.body.contains("hunter2") && !logged().contains("hunter2"));
    }
    let (ehr, bed, mut browser) = ready();
    ehr.script().delay = Duration::from_secs(4);
    is_refused(&browser.open(&bed, &ehr).await, &browser, 502, "launch-failed");
}

#[actix_web::test]
async fn o17_a_refusal_is_said_in_our_words() {
    let (ehr, bed, mut browser) = ready();
    for (error, said) in [
        ("access_denied", "`access_denied`"),
        ("%3Cscript%3E", "refused the launch</p>"),
    ] {
        let location = browser.launch(&bed, &ehr).await;
        let path = format!(
            "/smart/callback?error={error}&error_description=%3Cscript%3Ehunter2&state={}",
            state_of(&location)
        );
        let reply = browser.get(&bed, &path).await;
        is_refused(&reply, &browser, 403, "launch-refused");
        assert!(reply.body.contains(said), "{}", reply.body);
        assert!(!reply.body.contains("hunter2") && !logged().contains("hunter2"));
    }
    assert!(ehr.script().exchanges.is_empty());
}
