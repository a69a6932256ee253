//! Attacks on sessions: whose patient, which form, whose cookie, in which frame.

use crate::ehr::{Browser, Ehr, OTHER, PATIENT, fields, is_refused, ready};
use crate::trust_support::Reply;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::post;
use actix_web::{App, HttpRequest, HttpResponse};
use pnet_cds::call::Call;
use pnet_cds::errors::Failure;
use pnet_cds::http::boundary;
use pnet_cds::smart::Session;
use serde_json::{Value, json};

#[actix_web::test]
async fn o10_without_a_patient_nothing_is_shown() {
    let (ehr, bed, mut browser) = ready();
    for patient in [
        Value::Null,
        "".into(),
        "../Patient".into(),
        "a b".into(),
        "a/b".into(),
        "x?_id=y".into(),
    ] {
        ehr.script().grant["patient"] = patient;
        let reply = browser.open(&bed, &ehr).await;
        is_refused(&reply, &browser, 403, "launch-without-patient");
    }
    ehr.script().grant["patient"] = json!(["a"]);
    is_refused(&browser.open(&bed, &ehr).await, &browser, 502, "launch-failed");
    assert!(ehr.script().read.is_empty());
}

#[actix_web::test]
async fn o11_a_session_is_of_one_patient_and_of_one_launch() {
    let (ehr, bed, mut browser) = ready();
    browser.open(&bed, &ehr).await;
    let first = browser.session().unwrap().to_owned();
    let reply = browser
        .get(&bed, &format!("/smart/patient?patient={OTHER}"))
        .await;
    assert_eq!(reply.status, 403);
    assert!(
        reply.body.contains("<code>session-patient</code>"),
        "{}",
        reply.body
    );
    assert!(ehr.script().read.is_empty(), "nothing was read for it");
    let own = format!("/smart/patient?patient={PATIENT}");
    assert_eq!(browser.get(&bed, &own).await.status, 200);
    // Another chart opened in the same browser: the session of the first is over, its pages show and write nothing more.
    ehr.script().grant["patient"] = "sparse-chart".into();
    browser.open(&bed, &ehr).await;
    assert_ne!(browser.session().unwrap(), first, "its name is new");
    assert_eq!(browser.get(&bed, &own).await.status, 403);
    let mut old = Browser::default();
    old.cookies.insert("__Host-pnet-cds-session".to_owned(), first);
    assert_eq!(old.get(&bed, &own).await.status, 401);
}

#[actix_web::test]
async fn o12_a_session_cannot_be_put_into_a_browser_before_its_launch() {
    let (ehr, bed, mut victim) = ready();
    let planted = "A".repeat(43);
    victim
        .cookies
        .insert("__Host-pnet-cds-session".to_owned(), planted.clone());
    assert_eq!(victim.get(&bed, "/smart/patient").await.status, 401);
    victim.open(&bed, &ehr).await;
    let mut attacker = Browser::default();
    attacker
        .cookies
        .insert("__Host-pnet-cds-session".to_owned(), planted);
    assert_eq!(attacker.get(&bed, "/smart/patient").await.status, 401);
    assert_eq!(victim.get(&bed, "/smart/patient").await.status, 200);
    // Of two cookies of that name, one from elsewhere, neither counts.
    let both = format!(
        "__Host-pnet-cds-session={0}; __Host-pnet-cds-session=x",
        victim.session().unwrap()
    );
    let request = TestRequest::get()
        .uri("/smart/patient")
        .insert_header(("Cookie", both));
    assert_eq!(bed.send(request).await.status, 401);
}

/// A form of a colleague: it holds a session, and has its hidden fields checked.
async fn form(
    session: Session,
    call: Call,
    request: HttpRequest,
    body: String,
) -> Result<HttpResponse, Failure> {
    let fields = fields(&body);
    session.check_form(
        &call,
        request.headers(),
        fields.get("csrf").map_or("", String::as_str),
    )?;
    session.check_patient(&call, &fields["patient"])?;
    Ok(HttpResponse::Ok().body(format!("{} {:?}", session.patient(), session.fhir_user())))
}

/// What tells a page its secret, as its template would.
async fn secret(session: Session) -> HttpResponse {
    HttpResponse::Ok().body(session.csrf().to_owned())
}

#[actix_web::test]
async fn o13_a_form_needs_the_secret_of_its_session_and_is_ours() {
    let (ehr, bed, mut browser) = ready();
    browser.open(&bed, &ehr).await;
    let app = App::new()
        .wrap(from_fn(boundary))
        .configure(|config| bed.application.configure(config))
        .route("/test/form", post().to(form))
        .route("/test/secret", post().to(secret));
    let service = init_service(app).await;
    let cookie = format!("__Host-pnet-cds-session={}", browser.session().unwrap());
    let ask = |path: &str| TestRequest::default().method(Method::POST).uri(path);
    let reply = call_service(
        &service,
        ask("/test/secret")
            .insert_header(("Cookie", cookie.clone()))
            .to_request(),
    )
    .await;
    let csrf = String::from_utf8(actix_web::test::read_body(reply).await.to_vec()).unwrap();
    assert!(csrf.len() >= 43 && Some(csrf.as_str()) != browser.session());
    for (body, site, status) in [
        (format!("csrf={csrf}&patient={PATIENT}"), "same-origin", 200),
        (format!("csrf={csrf}&patient=Patient/{PATIENT}"), "none", 200),
        (format!("patient={PATIENT}"), "same-origin", 403),
        (format!("csrf=&patient={PATIENT}"), "same-origin", 403),
        (format!("csrf={csrf}x&patient={PATIENT}"), "same-origin", 403),
        (format!("csrf={csrf}&patient={PATIENT}"), "cross-site", 403),
        (format!("csrf={csrf}&patient={PATIENT}"), "same-site", 403),
        (format!("csrf={csrf}&patient={OTHER}"), "same-origin", 403),
    ] {
        let request = ask("/test/form").insert_header(("Cookie", cookie.clone()));
        let request = request
            .insert_header(("Sec-Fetch-Site", site))
            .set_payload(body.clone());
        let reply = actix_web::test::try_call_service(&service, request.to_request()).await;
        let found = reply.map_or_else(|error| error.error_response().status(), |reply| reply.status());
        assert_eq!(found.as_u16(), status, "{body} {site}");
    }
    let request = ask("/test/form").set_payload(format!("csrf={csrf}&patient={PATIENT}"));
    let reply = actix_web::test::try_call_service(&service, request.to_request()).await;
    assert_eq!(reply.unwrap().status().as_u16(), 401, "no session");
}

#[actix_web::test]
async fn o14_cookies_are_of_this_host_and_out_of_reach_of_scripts() {
    let cookies = |reply: &Reply| -> Vec<String> {
        let headers = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
        headers.map(|(_, value)| value.clone()).collect()
    };
    for (more, site) in [
        ("", "SameSite=Lax"),
        (
            "smart.frame_origins = [\"https://ehr.example.org\"]",
            "SameSite=None; Partitioned",
        ),
    ] {
        let ehr = Ehr::new();
        let bed = ehr.service(more);
        let mut browser = Browser::default();
        let reply = browser
            .get(&bed, &format!("/smart/launch?iss={}&launch=l", ehr.base()))
            .await;
        let begun = cookies(&reply);
        assert!(
            begun[0].starts_with("__Host-pnet-cds-launch-") && begun[0].contains("; Max-Age=600"),
            "{begun:?}"
        );
        let reply = browser.open(&bed, &ehr).await;
        let opened = cookies(&reply);
        assert_eq!(opened.len(), 2);
        assert!(
            opened
                .iter()
                .any(|cookie| cookie.starts_with("__Host-pnet-cds-session=") && !cookie.contains("Max-Age"))
        );
        for cookie in begun.iter().chain(&opened) {
            assert!(
                cookie.contains("; Path=/; HttpOnly; Secure; ") && !cookie.contains("Domain"),
                "{cookie}"
            );
            assert!(cookie.contains(site), "{cookie}");
        }
    }
}

#[actix_web::test]
async fn o15_pages_are_framed_by_the_registered_origins_only_and_hand_no_address_on() {
    for (more, ancestors, frames) in [
        ("", "'none'", Some("DENY")),
        (
            "smart.frame_origins = [\"https://ehr.example.org\", \"https://portal.example.org\"]",
            "https://ehr.example.org https://portal.example.org",
            None,
        ),
    ] {
        let ehr = Ehr::new();
        let bed = ehr.service(more);
        let mut browser = Browser::default();
        let begun = browser
            .get(&bed, &format!("/smart/launch?iss={}&launch=l", ehr.base()))
            .await;
        let opened = browser.open(&bed, &ehr).await;
        let page = browser.get(&bed, "/smart/patient").await;
        let refused = Browser::default().get(&bed, "/smart/patient").await;
        for reply in [&page, &refused] {
            let policy = reply.header("content-security-policy").unwrap();
            assert!(
                policy.ends_with(&format!("; frame-ancestors {ancestors}")),
                "{policy}"
            );
            assert_eq!(reply.header("x-frame-options"), frames);
        }
        for reply in [begun, opened, page, refused] {
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
        // Other pages stay as they are.
        let knowledge = browser.get(&bed, "/knowledge").await;
        assert_eq!(knowledge.header("x-frame-options"), Some("DENY"));
    }
}
