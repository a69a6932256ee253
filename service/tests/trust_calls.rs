//! Calls of registered callers: each token once, each tenant its own servers, and nobody else (J4, M1, S1).

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests")]

mod common;
mod trust_support;

use actix_web::test::TestRequest;
use common::{WITH_PNET, prefetched, start};
use pnet_cds::app::Application;
use pnet_cds::http::Parts;
use pnet_cds::settings::{Input, load};
use pnet_cds::site;
use pnet_cds::store::Store;
use pnet_cds::telemetry::Telemetry;
use pnet_cds::trust::{Clock, JtiStore, Once, OnceFuture, Refused, SystemClock, Trust};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, Barrier};
use trust_support::{
    BARE, Bed, DISCOVERY, EC256, EC384, HOOK, ISSUER, PUBLIC, bed, changed, claims, client, is_bare, jwks,
    key_file, logged, settings,
};

fn key_line() -> String {
    format!("jwks_file = {:?}\n", key_file(&jwks(&[&EC384])))
}

fn status(reply: &trust_support::Reply) -> (u16, Option<String>) {
    let code = reply.json()["issue"][0]["details"]["coding"][0]["code"]
        .as_str()
        .map(str::to_owned);
    (reply.status, code)
}

// J4.

#[actix_web::test]
async fn j4_a_token_is_accepted_once_on_whatever_path() {
    let bed = Bed::new(&client(&format!("{}audiences = [\"any\"]", key_line())));
    let token = EC384.token(&changed(|claims| claims["aud"] = "any".into()));
    bed.accepts(&token).await;
    bed.refuses(&token, "replayed").await;
    is_bare(&bed.post(HOOK, &token, &prefetched(WITH_PNET)).await, "replayed");
    is_bare(
        &bed.post("/assessment", &token, &prefetched(WITH_PNET)).await,
        "replayed",
    );
    // Signed anew, and still the same `jti`.
    let same = changed(|claims| claims["jti"] = "same".into());
    bed.accepts(&EC384.token(&same)).await;
    bed.refuses(&EC384.token(&same), "replayed").await;
}

#[actix_web::test]
async fn j4_a_token_is_refused_at_every_time_after_its_use() {
    let bed = bed();
    let token = EC384.token(&claims(DISCOVERY));
    bed.accepts(&token).await;
    for (seconds, reason) in [
        (1, "replayed"),
        (299, "replayed"),
        (29, "replayed"),
        (1, "expired"),
        (3600, "expired"),
    ] {
        bed.clock.advance(seconds);
        bed.refuses(&token, reason).await;
    }
}

#[actix_web::test]
async fn j4_a_refused_token_uses_up_nothing() {
    let bed = bed();
    let claims = claims(DISCOVERY);
    let right = EC384.token(&claims);
    let (message, _) = right.rsplit_once('.').unwrap();
    bed.refuses(&format!("{message}.AAAA"), "signature").await;
    let forged = trust_support::Key::new("ec384", "ES384").token(&claims);
    bed.refuses(&forged, "signature").await;
    bed.refuses(&EC384.token(&with(&claims, "aud", "x")), "audience")
        .await;
    bed.accepts(&right).await;
}

fn with(claims: &Value, name: &str, value: &str) -> Value {
    let mut claims = claims.clone();
    claims[name] = value.into();
    claims
}

#[actix_web::test]
async fn j4_the_same_jti_of_two_issuers_is_two_tokens() {
    let keys = key_line();
    let bed = Bed::new(&format!(
        "{}[[clients]]\nissuer = \"https://other.example.org\"\n{keys}",
        client(&keys)
    ));
    let claims = with(&claims(DISCOVERY), "jti", "1");
    bed.accepts(&EC384.token(&claims)).await;
    let other = with(&claims, "iss", "https://other.example.org");
    bed.accepts(&EC384.token(&other)).await;
    bed.refuses(&EC384.token(&claims), "replayed").await;
    bed.refuses(&EC384.token(&other), "replayed").await;
}

#[actix_web::test]
async fn j4_tenants_of_one_issuer_share_what_was_used() {
    let keys = key_line();
    let tenant = |name: &str| client(&format!("{keys}tenants = [{name:?}]"));
    let bed = Bed::new(&format!("{}{}", tenant("a"), tenant("b")));
    let claims = with(&claims(DISCOVERY), "tenant", "a");
    bed.accepts(&EC384.token(&claims)).await;
    bed.refuses(&EC384.token(&with(&claims, "tenant", "b")), "replayed")
        .await;
}

#[actix_web::test]
async fn j4_a_full_store_refuses_until_there_is_room() {
    let keys = key_line();
    let bed = Bed::new(&format!(
        "auth.replay_capacity = 20\n{}[[clients]]\nissuer = \"https://other.example.org\"\n{keys}",
        client(&keys)
    ));
    for _ in 0..20 {
        bed.accepts(&EC384.token(&claims(DISCOVERY))).await;
    }
    for _ in 0..20 {
        // No fault of the token, and so no 401.
        let reply = bed.discover(&EC384.token(&claims(DISCOVERY))).await;
        assert_eq!(status(&reply), (503, Some("replay-full".into())));
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert!(logged().contains("reason=\"replay-store-full\""), "{}", logged());
    }
    let other = with(&claims(DISCOVERY), "iss", "https://other.example.org");
    bed.accepts(&EC384.token(&other)).await;
    bed.clock.advance(330);
    bed.accepts(&bed.token(&EC384)).await;
}

#[derive(Debug)]
struct Down;

impl JtiStore for Down {
    fn accept<'a>(&'a self, _: Once<'a>) -> OnceFuture<'a> {
        Box::pin(async { Err(Refused::Down) })
    }
}

/// A service whose store of tokens is down.
fn with_store_down() -> Bed {
    let mut bed = Bed::with_keys(&[&EC384]);
    let settings = settings(&format!(
        "server.public_url = \"{PUBLIC}\"\n{}",
        client(&key_line())
    ));
    let trust = Trust::new(&settings, "http://x", Arc::clone(&bed.clock) as _, Arc::new(Down)).unwrap();
    let parts = Parts {
        evaluator: site::load(&settings).unwrap(),
        trust,
        store: Store::in_memory(1).unwrap(),
        telemetry: Telemetry::new(&settings.telemetry).unwrap(),
    };
    let today = || jiff::civil::date(2026, 11, 23);
    bed.application = Application::of(&settings, "http://x", today, parts).unwrap();
    bed
}

#[actix_web::test]
async fn j4_nobody_is_let_in_while_the_store_is_down() {
    let bed = with_store_down();
    for path in [HOOK, "/assessment", &format!("{HOOK}/feedback")] {
        let reply = bed
            .post(path, &EC384.token(&claims(path)), &prefetched(WITH_PNET))
            .await;
        // No fault of the token, and so no 401; the caller is to try again.
        assert_eq!(status(&reply), (503, Some("store-unavailable".into())), "{path}");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert!(logged().contains("reason=\"replay-store-down\""), "{}", logged());
        // Who has no genuine token learns nothing of it.
        let forged = trust_support::Key::new("ec384", "ES384").token(&claims(path));
        is_bare(
            &bed.post(path, &forged, &prefetched(WITH_PNET)).await,
            "signature",
        );
    }
}

#[actix_web::test]
async fn j4_discovery_needs_a_genuine_token_but_not_the_store() {
    let bed = with_store_down();
    bed.accepts(&EC384.token(&claims(DISCOVERY))).await;
    let forged = trust_support::Key::new("ec384", "ES384").token(&claims(DISCOVERY));
    bed.refuses(&forged, "signature").await;
    bed.refuses("", "malformed-token").await;
}

#[test]
fn j4_of_a_hundred_copies_at_once_exactly_one_is_accepted() {
    // No public address: on loopback it is the one listened on.
    let service = start(&client(&key_line()));
    for round in 0..5 {
        let now = SystemClock::default().seconds();
        let token = EC384.token(&json!({
            "iss": ISSUER, "aud": format!("http://{}{DISCOVERY}", service.address),
            "iat": now, "exp": now + 300, "jti": format!("parallel-{round}")
        }));
        let barrier = Arc::new(Barrier::new(100));
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let (token, barrier) = (token.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    service.request(
                        "GET",
                        DISCOVERY,
                        &[&format!("Authorization: Bearer {token}")],
                        b"",
                    )
                })
            })
            .collect();
        let answers: Vec<_> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let refused = answers
            .iter()
            .filter(|answer| answer.status == 401 && answer.body == BARE);
        assert_eq!(refused.count(), 99);
    }
}

// M1 and S1.

fn two_tenants() -> Bed {
    let keys = key_line();
    let tenant = |name: &str| {
        client(&format!(
            "{keys}tenants = [{name:?}]\nfhir_servers = [\"https://fhir.example.org/{name}\"]"
        ))
    };
    Bed::new(&format!("{}{}", tenant("a"), tenant("b")))
}

fn of_tenant(tenant: &str) -> String {
    EC384.token(&with(&claims(HOOK), "tenant", tenant))
}

fn on_server(server: &str) -> Value {
    let mut body = prefetched(WITH_PNET);
    body["fhirServer"] = server.into();
    body
}

#[actix_web::test]
async fn m1_a_tenant_is_one_that_is_registered() {
    let bed = two_tenants();
    for tenant in ["", "c", "A", "a ", "a,b", "*"] {
        let token = EC384.token(&changed(|claims| claims["tenant"] = tenant.into()));
        bed.refuses(&token, "tenant-not-registered").await;
    }
    bed.refuses(&EC384.token(&claims(DISCOVERY)), "tenant-not-registered")
        .await;
    for tenant in ["a", "b"] {
        bed.accepts(&EC384.token(&changed(|claims| claims["tenant"] = tenant.into())))
            .await;
    }
    // Where no tenants are registered the claim says nothing.
    let any = Bed::with_keys(&[&EC384]);
    any.accepts(&EC384.token(&changed(|claims| claims["tenant"] = "whatever".into())))
        .await;
}

#[actix_web::test]
async fn m1_s1_each_tenant_names_its_own_fhir_servers_and_learns_nothing_of_others() {
    let bed = two_tenants();
    for tenant in ["a", "b"] {
        let own = format!("https://fhir.example.org/{tenant}");
        for server in [
            own.clone(),
            format!("{own}/"),
            own.replace("fhir.", "FHIR."),
            own.replace(".org", ".org:443"),
        ] {
            let reply = bed.post(HOOK, &of_tenant(tenant), &on_server(&server)).await;
            assert_eq!(reply.status, 200, "{server}: {}", reply.body);
        }
    }
    let refused = bed
        .post(HOOK, &of_tenant("a"), &on_server("https://nobody.example.org/r4"))
        .await;
    assert_eq!(status(&refused), (403, Some("unregistered-fhir-server".into())));
    for server in [
        "https://fhir.example.org/b",
        "https://fhir.example.org",
        "https://fhir.example.org/ab",
        "https://fhir.example.org/a/b",
        "https://fhir.example.org/b/../a",
        "https://fhir.example.org/%61",
        "https://fhir.example.org//a",
        "https://fhir.example.org/a?x=1",
        "https://fhir.example.org/a#",
        "https://fhir.example.org.evil.example/a",
        "https://fhir.example.org@evil.example/a",
        "https://evil.example/https://fhir.example.org/a",
        "https://fhir.example.org:8443/a",
        "https://fhir.example.org./a",
        "http://fhir.example.org/a",
        "http://169.254.169.254/a",
        "http://127.0.0.1:1/sandbox/fhir",
        "file:///etc/passwd",
        "",
    ] {
        let reply = bed.post(HOOK, &of_tenant("a"), &on_server(server)).await;
        assert_eq!(reply, refused, "{server}");
        let text = logged();
        assert!(
            text.contains("fhirServer not registered") && text.contains(ISSUER),
            "{text}"
        );
        assert!(server.is_empty() || !text.contains(server), "{text}");
    }
}

#[actix_web::test]
async fn s1_the_assessment_asks_the_same_of_a_hook_request() {
    let bed = two_tenants();
    let token = || EC384.token(&with(&claims("/assessment"), "tenant", "a"));
    let reply = bed
        .post("/assessment", &token(), &on_server("https://fhir.example.org/b"))
        .await;
    assert_eq!(status(&reply), (403, Some("unregistered-fhir-server".into())));
    let reply = bed
        .post("/assessment", &token(), &on_server("https://fhir.example.org/a"))
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        bed.post("/assessment", &token(), &common::chart(WITH_PNET))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn s3_an_access_token_for_another_patient_is_412() {
    let bed = two_tenants();
    let mut body = on_server("https://fhir.example.org/a");
    body["fhirAuthorization"] = json!({
        "access_token": "x", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "cds",
        "patient": WITH_PNET
    });
    assert_eq!(bed.post(HOOK, &of_tenant("a"), &body).await.status, 200);
    body["fhirAuthorization"]["patient"] = "somebody-else".into();
    let reply = bed.post(HOOK, &of_tenant("a"), &body).await;
    assert_eq!(status(&reply), (412, Some("another-patient".into())));
    assert!(!reply.body.contains("somebody-else"));
}

// What needs a token and what does not.

#[actix_web::test]
async fn without_a_token_nothing_about_a_request_is_told() {
    let bed = bed();
    let post = |path: &str| TestRequest::post().uri(path);
    for path in [HOOK, "/assessment", "/cds-services/other"] {
        is_bare(&bed.send(post(path)).await, "no-token");
        is_bare(&bed.send(post(path).set_payload("{")).await, "no-token");
        let compressed = post(path).insert_header(("Content-Encoding", "br"));
        is_bare(&bed.send(compressed).await, "no-token");
        let large = post(path).insert_header(("Content-Length", "99999999"));
        is_bare(&bed.send(large).await, "no-token");
    }
    is_bare(&bed.send(TestRequest::get().uri(DISCOVERY)).await, "no-token");
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(bed.send(TestRequest::get().uri(path)).await.status, 200);
    }
}

#[actix_web::test]
async fn discovery_can_be_opened_alone() {
    let bed = Bed::new(&format!("auth.open_discovery = true\n{}", client(&key_line())));
    assert_eq!(bed.send(TestRequest::get().uri(DISCOVERY)).await.status, 200);
    // A token that is sent all the same is not looked at.
    assert_eq!(bed.discover("x").await.status, 200);
    is_bare(&bed.send(TestRequest::post().uri(HOOK)).await, "no-token");
}

#[actix_web::test]
async fn in_open_mode_nobody_needs_a_token() {
    let bed = Bed::new(&format!("auth.mode = \"open\"\n{}", client(&key_line())));
    for token in ["x", "", &EC256.token(&claims(HOOK))] {
        let reply = bed
            .post(HOOK, token, &on_server("https://nobody.example.org/r4"))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let open = |listen: &str, more: &str| {
        let text = format!("server.listen = \"{listen}\"\nauth.mode = \"open\"\n{more}");
        load(&Input {
            file: Some(("f".into(), text)),
            environment: Vec::new(),
        })
    };
    for listen in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[::ffff:127.0.0.1]:80"] {
        assert!(open(listen, "").is_err(), "{listen}");
        assert!(open(listen, "auth.allow_open_network = true").is_ok(), "{listen}");
    }
    for listen in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
        assert!(open(listen, "").is_ok(), "{listen}");
    }
}

#[actix_web::test]
async fn the_demo_can_be_called_with_a_token() {
    let bed = Bed::new(&format!("demo.enabled = true\n{}", client(&key_line())));
    let mut body = on_server("http://127.0.0.1:1/sandbox/fhir");
    body.as_object_mut().unwrap().remove("prefetch");
    let reply = bed.post(HOOK, &EC384.token(&claims(HOOK)), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(!reply.json()["cards"].as_array().unwrap().is_empty());
    is_bare(&bed.post(HOOK, "", &body).await, "malformed-token");
}

#[test]
fn serve_reports_every_key_file_that_cannot_be_used_and_ends_with_2() {
    let config = key_file(&format!(
        "server.listen = \"127.0.0.1:0\"\n{}[[clients]]\nissuer = \"x\"\njwks_file = {:?}\n",
        client("jwks_file = \"/nowhere/keys.json\""),
        key_file("{}")
    ));
    let output = Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .env_clear()
        .args(["serve", "--config", config.to_str().unwrap()])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("/nowhere/keys.json") && told.contains("not-a-key-set"),
        "{told}"
    );
}
