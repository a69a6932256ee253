//! Calls from web pages: off, or for exactly the origins that are listed (C1).

mod common;
mod trust_support;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use common::{WITH_PNET, prefetched};
use std::time::Duration;
use trust_support::key_server::KeyServer;
use trust_support::{Bed, DISCOVERY, EC384, HOOK, bed, claims, client, is_bare, jwks, key_file};

const ORIGIN: &str = "https://ehr.example.org";

fn listed() -> Bed {
    let keys = format!("jwks_file = {:?}", key_file(&jwks(&[&EC384])));
    Bed::new(&format!(
        "server.cors_origins = [\"{ORIGIN}\", \"http://localhost:8080\"]\n{}",
        client(&keys)
    ))
}

fn preflight(path: &str, origin: &str) -> TestRequest {
    TestRequest::default()
        .method(Method::OPTIONS)
        .uri(path)
        .insert_header(("Origin", origin))
        .insert_header(("Access-Control-Request-Method", "POST"))
        .insert_header(("Access-Control-Request-Headers", "authorization,content-type"))
}

fn call(path: &str, origin: &str) -> TestRequest {
    let token = EC384.token(&claims(path));
    let request = if path == DISCOVERY {
        TestRequest::get()
    } else {
        TestRequest::post()
    };
    request
        .uri(path)
        .insert_header(("Origin", origin))
        .insert_header(("Content-Type", "application/json"))
        .insert_header(("Authorization", format!("Bearer {token}")))
        .set_payload(prefetched(WITH_PNET).to_string())
}

#[actix_web::test]
async fn c1_it_is_off_by_default() {
    let bed = bed();
    for path in [DISCOVERY, HOOK] {
        let asked = bed.send(preflight(path, ORIGIN)).await;
        assert_eq!(asked.status, 405);
        let called = bed.send(call(path, ORIGIN)).await;
        assert_eq!(called.status, 200);
        for reply in [asked, called] {
            assert!(
                reply
                    .headers
                    .iter()
                    .all(|(name, _)| !name.starts_with("access-control"))
            );
        }
    }
}

#[actix_web::test]
async fn c1_a_preflight_needs_no_token_and_names_what_is_allowed() {
    let bed = listed();
    for path in [
        DISCOVERY,
        HOOK,
        "/cds-services/pnet-liver-metastases/feedback",
        "/assessment",
    ] {
        for origin in [ORIGIN, "http://localhost:8080"] {
            let reply = bed.send(preflight(path, origin)).await;
            assert_eq!((reply.status, reply.body.as_str()), (204, ""));
            for (name, value) in [
                ("access-control-allow-origin", origin),
                ("access-control-allow-methods", "GET, POST, OPTIONS"),
                ("access-control-allow-headers", "Authorization, Content-Type"),
                ("vary", "Origin"),
            ] {
                assert_eq!(reply.header(name), Some(value), "{path}");
            }
            assert_eq!(reply.header("access-control-allow-credentials"), None);
        }
    }
}

#[actix_web::test]
async fn c1_an_answer_is_for_its_origin_only() {
    let bed = listed();
    for path in [DISCOVERY, HOOK] {
        let reply = bed.send(call(path, ORIGIN)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
    // Errors can be read by the page too, also those from outside of the handlers.
    let refused = bed
        .send(
            TestRequest::get()
                .uri(DISCOVERY)
                .insert_header(("Origin", ORIGIN)),
        )
        .await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(refused.body, trust_support::BARE);
    let slow = KeyServer::new(&jwks(&[&EC384]));
    slow.delays(Duration::from_secs(1));
    let hurried = Bed::new(&format!(
        "server.cors_origins = [\"{ORIGIN}\"]\nserver.request_deadline = \"200 ms\"\n{}",
        client(&format!("jwks_url = {:?}", slow.url()))
    ));
    let late = hurried.send(call(DISCOVERY, ORIGIN)).await;
    assert_eq!(late.status, 503);
    assert_eq!(late.header("access-control-allow-origin"), Some(ORIGIN));
    assert!(late.body.contains("deadline-exceeded"), "{}", late.body);
}

#[actix_web::test]
async fn c1_other_origins_get_nothing_that_lets_a_page_read_it() {
    let bed = listed();
    for origin in [
        "null",
        "*",
        "https://ehr.example.org.evil.example",
        "https://evil-ehr.example.org",
        "https://sub.ehr.example.org",
        "http://ehr.example.org",
        "https://ehr.example.org:8443",
        "https://ehr.example.org/",
        "https://EHR.example.org",
        "https://ehr.example.org, https://evil.example",
        "http://localhost",
        "",
    ] {
        for reply in [
            bed.send(preflight(HOOK, origin)).await,
            bed.send(call(HOOK, origin)).await,
            bed.send(call(DISCOVERY, origin)).await,
        ] {
            assert!(
                reply
                    .headers
                    .iter()
                    .all(|(name, _)| !name.starts_with("access-control")),
                "{origin}: {:?}",
                reply.headers
            );
            assert_eq!(reply.header("vary"), Some("Origin"), "{origin}");
        }
    }
    // Without an origin it is a call as any other.
    let request = TestRequest::get().uri(DISCOVERY);
    is_bare_with_vary(&bed, request).await;
}

async fn is_bare_with_vary(bed: &Bed, request: TestRequest) {
    let mut reply = bed.send(request).await;
    assert_eq!(reply.header("vary"), Some("Origin"));
    reply.headers.retain(|(name, _)| name != "vary");
    is_bare(&reply, "no-token");
}

#[actix_web::test]
async fn c1_options_without_an_origin_is_no_preflight() {
    let bed = listed();
    let plain = TestRequest::default().method(Method::OPTIONS).uri(HOOK);
    assert_eq!(bed.send(plain).await.status, 405);
    let no_method = TestRequest::default()
        .method(Method::OPTIONS)
        .uri(HOOK)
        .insert_header(("Origin", ORIGIN));
    assert_eq!(bed.send(no_method).await.status, 405);
}
