//! The pages in required mode: the rules are open, every page about a patient asks for a token as the hooks do.

mod common;
mod trust_support;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use common::{WITH_PNET, prefetched};
use trust_support::{Bed, EC384, HOOK, PUBLIC, claims, client, is_bare, jwks, key_file};

fn bed() -> Bed {
    let key = format!("jwks_file = {:?}\n", key_file(&jwks(&[&EC384])));
    Bed::new(&format!(
        "workbench.enabled = true\ndemo.enabled = true\n{}",
        client(&key)
    ))
}

fn with_token(request: TestRequest, path: &str) -> TestRequest {
    request.insert_header(("Authorization", format!("Bearer {}", EC384.token(&claims(path)))))
}

#[actix_web::test]
async fn pages_about_patients_ask_for_a_token_as_the_hooks_do() {
    let bed = bed();
    for path in ["/", "/?patient=sparse-chart", "/board?patient=sparse-chart"] {
        is_bare(&bed.send(TestRequest::get().uri(path)).await, "no-token");
        let form = TestRequest::default().method(Method::POST).uri(path);
        let form = form.insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        is_bare(
            &bed.send(form.set_payload("patient=sparse-chart")).await,
            "no-token",
        );
    }
    // A token for the hook is none for a page.
    let wrong = with_token(TestRequest::get().uri("/?patient=sparse-chart"), HOOK);
    assert_eq!(bed.send(wrong).await.status, 401);
    let right = with_token(TestRequest::get().uri("/?patient=sparse-chart"), "/");
    let reply = bed.send(right).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let right = with_token(TestRequest::get().uri("/board?patient=sparse-chart"), "/board");
    assert_eq!(bed.send(right).await.status, 200);
}

#[actix_web::test]
async fn the_rules_are_open_and_cards_link_to_them_but_to_no_page_that_a_browser_could_not_open() {
    let bed = bed();
    for path in ["/knowledge", "/knowledge/prrt"] {
        let reply = bed.send(TestRequest::get().uri(path)).await;
        assert_eq!(reply.status, 200, "{path}");
    }
    let reply = bed
        .post(HOOK, &EC384.token(&claims(HOOK)), &prefetched(WITH_PNET))
        .await;
    let links = &reply.json()["cards"][0]["links"];
    assert_eq!(links.as_array().unwrap().len(), 1, "{links}");
    assert_eq!(links[0]["url"], format!("{PUBLIC}/knowledge"));
}
