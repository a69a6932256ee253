//! The form of a launched chart: it reads and writes the record of its patient with the session's token, and nothing else.

use crate::common::pages::{between, encoded};
use crate::ehr::{Browser, Ehr, OTHER, ready};
use crate::trust_support::{Bed, Reply};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

const SPARSE: &str = "sparse-chart";
const WRITING: &str = "launch patient/*.rs patient/Observation.c patient/Provenance.c";

/// A launch for a chart with much to ask, of which the server lets these scopes be used.
async fn launched(scope: &str) -> (Ehr, Bed, Browser) {
    let (ehr, bed, mut browser) = ready();
    ehr.script().grant["patient"] = SPARSE.into();
    ehr.script().grant["scope"] = scope.into();
    assert_eq!(browser.open(&bed, &ehr).await.status, 303);
    (ehr, bed, browser)
}

/// The form, opened, with its hidden fields.
async fn opened(bed: &Bed, browser: &mut Browser) -> (String, Vec<(String, String)>) {
    let reply = browser.get(bed, "/form").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let hidden = ["patient", "key", "csrf"].map(|name| {
        let value = between(&reply.body, &format!("name=\"{name}\" value=\""), "\"");
        (name.to_owned(), value.to_owned())
    });
    (reply.body, hidden.into())
}

async fn sent(
    bed: &Bed,
    browser: &mut Browser,
    hidden: &[(String, String)],
    fields: &[(&str, &str)],
) -> Reply {
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<String> = hidden
        .chain(fields.iter().copied())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let request = TestRequest::post()
        .uri("/form")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(all.join("&"));
    browser.send(bed, request).await
}

const SAVED: [(&str, &str); 3] = [
    ("act", "save"),
    ("chosen.resectability", "unresectable"),
    ("chosen.mitoses", "mention.0"),
];

#[actix_web::test]
async fn it_writes_one_transaction_in_the_users_name_and_shows_what_moves() {
    let (ehr, bed, mut browser) = launched(WRITING).await;
    let page = browser.get(&bed, "/smart/patient").await.body;
    assert!(page.contains("href=\"../form\""), "{page}");
    let (html, hidden) = opened(&bed, &mut browser).await;
    assert!(
        !html.contains("Workbench") && !html.contains("synthetic patient:"),
        "nothing leads elsewhere"
    );
    assert!(html.contains("id=\"save\"") && !html.contains("id=\"forget\""));
    let reply = sent(&bed, &mut browser, &hidden, &SAVED).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let saved = between(&reply.body, "<h2 id=\"saved-title\">", "</section>");
    assert!(
        saved.contains("Resectability: Not resectable") && saved.contains("class=\"verdict supported\""),
        "{saved}"
    );
    let [bundle] = &ehr.script().written.clone()[..] else {
        panic!("one transaction")
    };
    assert_eq!(bundle["type"], "transaction");
    let entries = bundle["entry"].as_array().unwrap();
    let kinds: Vec<&Value> = entries
        .iter()
        .map(|entry| &entry["resource"]["resourceType"])
        .collect();
    assert_eq!(kinds, ["Observation", "Observation", "Provenance"]);
    for entry in &entries[..2] {
        assert_eq!(
            entry["resource"]["subject"]["reference"],
            format!("Patient/{SPARSE}")
        );
        assert_eq!(
            entry["resource"]["performer"],
            json!([{"reference": "Practitioner/7"}])
        );
        assert!(
            entry["request"]["ifNoneExist"]
                .as_str()
                .unwrap()
                .starts_with("identifier=")
        );
    }
    assert_eq!(
        entries[2]["resource"]["agent"][0]["who"]["reference"],
        "Practitioner/7"
    );
    let again = sent(&bed, &mut browser, &hidden, &SAVED).await;
    assert!(again.body.contains("Saved before, and not again"));
    assert_eq!(ehr.script().written.len(), 1);
}

#[actix_web::test]
async fn o20_what_the_record_system_refuses_or_leaves_open_is_said_and_kept() {
    let (ehr, bed, mut browser) = launched(WRITING).await;
    let (_, hidden) = opened(&bed, &mut browser).await;
    let outcome =
        json!({"resourceType": "OperationOutcome", "issue": [{"diagnostics": "<b>secret</b>"}]}).to_string();
    for (status, body, written, shown, code) in [
        (403, outcome.clone(), false, 502, "did not take the answers"),
        (422, outcome.clone(), false, 502, "did not take the answers"),
        (
            500,
            outcome.clone(),
            false,
            504,
            "did not say whether it has written the answers",
        ),
        (
            200,
            outcome.clone(),
            false,
            504,
            "did not say whether it has written the answers",
        ),
        (
            200,
            "nonsense".to_owned(),
            true,
            504,
            "did not say whether it has written the answers",
        ),
    ] {
        ehr.script().write_answer = Some((status, body, written));
        let reply = sent(&bed, &mut browser, &hidden, &SAVED[..2]).await;
        assert_eq!(reply.status, shown, "{status}");
        assert!(reply.body.contains(code), "{status}: {}", reply.body);
        assert!(!reply.body.contains("secret"), "{status}");
        let said = between(&reply.body, "<ul id=\"said\">", "</ul>");
        assert!(said.contains("Resectability: Not resectable"), "{said}");
        assert!(reply.body.contains("value=\"unresectable\" checked"), "{status}");
    }
    // The last was written and its answer lost: sent again it carries the same identifiers, by which it is written once.
    ehr.script().write_answer = None;
    let reply = sent(&bed, &mut browser, &hidden, &SAVED[..2]).await;
    assert_eq!(reply.status, 200);
    let script = ehr.script();
    let conditions = |bundle: &Value| -> Vec<String> {
        let entries = bundle["entry"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["request"]["ifNoneExist"].to_string())
            .collect()
    };
    for bundle in &script.written {
        assert_eq!(conditions(bundle), conditions(&script.written[0]));
    }
}

#[actix_web::test]
async fn o18_a_form_of_another_session_site_or_patient_writes_nothing() {
    let (ehr, bed, mut browser) = launched(WRITING).await;
    let (_, hidden) = opened(&bed, &mut browser).await;
    let with = |name: &str, value: &str| -> Vec<(String, String)> {
        let mut changed = hidden.clone();
        changed
            .iter_mut()
            .filter(|(known, _)| known == name)
            .for_each(|(_, old)| *old = value.to_owned());
        changed
    };
    for (fields, code) in [
        (with("csrf", ""), "stale-form"),
        (with("csrf", "x"), "stale-form"),
        (with("patient", OTHER), "session-patient"),
    ] {
        let reply = sent(&bed, &mut browser, &fields, &SAVED).await;
        assert_eq!(reply.status, 403, "{code}");
        assert!(
            reply.body.contains(&format!("<code>{code}</code>")),
            "{}",
            reply.body
        );
        assert!(
            reply.body.contains("<li>Resectability: unresectable</li>"),
            "nothing that was put in is lost"
        );
    }
    let mut nobody = Browser::default();
    let reply = sent(&bed, &mut nobody, &hidden, &SAVED).await;
    assert_eq!(reply.status, 401);
    assert!(
        reply.body.contains("<code>no-session</code>") && reply.body.contains("Resectability: unresectable")
    );
    assert_eq!(
        browser.get(&bed, &format!("/form?patient={OTHER}")).await.status,
        403
    );
    assert!(ehr.script().written.is_empty());
}

#[actix_web::test]
async fn o19_a_launch_that_may_only_read_saves_nothing() {
    let (ehr, bed, mut browser) = launched("launch patient/*.rs").await;
    let (html, hidden) = opened(&bed, &mut browser).await;
    assert!(!html.contains("id=\"save\"") && html.contains("id=\"download\""));
    assert!(html.contains("lets this page read and not write"));
    let fields = [("act", "download"), ("chosen.ecog", "1")];
    let reply = sent(&bed, &mut browser, &hidden, &fields).await;
    let bundle: Value = serde_json::from_str(&reply.body).unwrap();
    // Without the right to write it, a Provenance would have the whole transaction refused.
    assert_eq!(bundle["entry"].as_array().unwrap().len(), 1);
    let reply = sent(&bed, &mut browser, &hidden, &SAVED).await;
    assert_eq!(reply.status, 502);
    assert!(ehr.script().written.is_empty());
}
