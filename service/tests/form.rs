//! The form for the meeting: what it shows, what it writes, and what it does with what cannot be written.

#![expect(
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside the test functions"
)]

mod common;

use common::pages::{between, form, page};
use common::{Answer, Service, demo};
use serde_json::{Value, json};

const SPARSE: &str = "sparse-chart";
/// The day of the tests' service.
const TODAY: &str = "2026-11-23";

/// The form of a patient, opened; its key beside it.
fn opened(service: &Service, patient: &str) -> (String, String) {
    let html = page(service, &format!("/form?patient={patient}"));
    let key = key(&html);
    (html, key)
}

fn key(html: &str) -> String {
    between(html, "name=\"key\" value=\"", "\"").to_owned()
}

/// What the form is answered with when it is sent with these fields.
fn sent(service: &Service, key: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("patient", SPARSE), ("key", key), ("act", act)];
    all.extend(fields);
    form(service, "/form", &all, &[])
}

/// The part of the form that asks for a fact.
fn field<'h>(html: &'h str, fact: &str) -> &'h str {
    between(html, &format!("<fieldset id=\"{fact}\""), "</fieldset>")
}

/// The resources of a type that the sandbox has for the patient, those of the form by their identifier.
fn written(service: &Service, kind: &str) -> Vec<Value> {
    let found = service
        .get(&format!("/sandbox/fhir/{kind}?patient={SPARSE}&_count=500"))
        .json();
    let entries = found["entry"].as_array().cloned().unwrap_or_default();
    let resources = entries.into_iter().map(|entry| entry["resource"].clone());
    let is_of_form = |one: &Value| {
        one.to_string()
            .contains("https://pnet-cds.github.io/fhir/form-answers")
    };
    resources.filter(is_of_form).collect()
}

fn cards(service: &Service) -> Vec<Value> {
    let call = json!({"hook": "patient-view", "fhirServer": format!("http://{}/sandbox/fhir", service.address),
        "hookInstance": common::INSTANCE, "context": {"userId": "Practitioner/1", "patientId": SPARSE}});
    service.hook(&call).cards()
}

#[test]
fn it_asks_for_every_fact_of_the_form_and_chooses_nothing() {
    let service = demo();
    let (html, _) = opened(&service, SPARSE);
    let knowledge = cds_cards::Knowledge::embedded().unwrap();
    let facts = knowledge.form.sections.iter().flat_map(|section| &section.facts);
    let mut asked = 0;
    for fact in facts {
        let field = field(&html, fact.as_str());
        assert!(field.contains("name=\"day."), "{fact}");
        asked += 1;
    }
    assert!(asked >= 15, "{asked}");
    assert_eq!(html.matches("<fieldset id=").count(), asked);
    assert!(!html.contains(" checked"));
    assert!(!html.contains("type=\"hidden\" name=\"chosen"));
    let resectability = field(&html, "resectability");
    assert!(
        resectability.contains("settles 5 to 7 options"),
        "{resectability}"
    );
    assert!(
        resectability.contains("<p class=\"recorded\">not recorded</p>"),
        "{resectability}"
    );
}

#[test]
fn what_texts_mention_is_offered_with_its_words_and_what_is_recorded_with_its_record() {
    let service = demo();
    let (html, _) = opened(&service, SPARSE);
    let mitoses = field(&html, "mitoses");
    assert!(mitoses.contains("value=\"mention.0\""), "{mitoses}");
    assert!(mitoses.contains("found in the pathology report of "), "{mitoses}");
    assert!(mitoses.contains("<q>"), "{mitoses}");
    let full = page(&service, "/form?patient=prrt-krenning-4");
    let uptake = field(&full, "sstr-uptake");
    assert!(uptake.contains("Recorded: <strong>"), "{uptake}");
    assert!(uptake.contains("Observation&#x2f;prr-sstr-uptake"), "{uptake}");
}

#[test]
fn saving_writes_each_answer_once_and_the_cards_change() {
    let service = demo();
    let before = cards(&service);
    let (_, key) = opened(&service, SPARSE);
    let fields = [
        ("chosen.resectability", "unresectable"),
        ("chosen.mitoses", "mention.0"),
        ("typed.liver-involvement", "20-25"),
        ("chosen.ecog", "1"),
        ("day.ecog", "2026-11-01"),
        ("chosen.portal-vein", ""),
        ("typed.ki67", ""),
    ];
    let saved = sent(&service, &key, "save", &fields);
    assert_eq!(saved.status, 200, "{}", saved.body);
    let said = between(&saved.body, "<h2 id=\"saved-title\">", "</section>");
    assert!(said.starts_with("Saved</h2>"), "{said}");
    for text in ["Resectability", "Mitotic count", "20-25 %", "ECOG"] {
        assert!(said.contains(text), "{text}: {said}");
    }
    assert!(said.contains("class=\"verdict"), "{said}");
    let observations = written(&service, "Observation");
    let code = |one: &Value| one["code"]["coding"][0]["code"].as_str().unwrap().to_owned();
    let mut codes: Vec<String> = observations.iter().map(code).collect();
    codes.sort();
    assert_eq!(codes, ["ecog", "liver-involvement", "mitoses", "resectability"]);
    let of = |fact: &str| observations.iter().find(|one| code(one) == fact).unwrap();
    assert_eq!(of("ecog")["effectiveDateTime"], "2026-11-01");
    assert_eq!(of("ecog")["valueInteger"], 1);
    assert!(of("ecog").get("focus").is_none());
    let focus = of("mitoses")["focus"][0]["reference"].as_str().unwrap();
    assert!(focus.starts_with("Condition/"), "{focus}");
    assert_eq!(of("resectability")["effectiveDateTime"], TODAY);
    assert_eq!(
        of("resectability")["performer"][0]["reference"],
        "Practitioner/workbench"
    );
    assert_eq!(of("liver-involvement")["valueRange"]["low"]["value"], 20);
    let mitoses = of("mitoses");
    assert!(
        mitoses["extension"][0]["valueReference"]["reference"].is_string(),
        "{mitoses}"
    );
    assert_ne!(mitoses["effectiveDateTime"], TODAY);
    let [provenance] = &written(&service, "Provenance")[..] else {
        panic!("one Provenance")
    };
    assert_eq!(provenance["target"].as_array().unwrap().len(), 4);
    assert_eq!(
        provenance["entity"][0]["what"],
        mitoses["extension"][0]["valueReference"]
    );
    for target in provenance["target"].as_array().unwrap() {
        let reference = target["reference"].as_str().unwrap();
        assert_eq!(
            service.get(&format!("/sandbox/fhir/{reference}")).status,
            200,
            "{reference}"
        );
    }
    let after = cards(&service);
    assert_ne!(before[0]["summary"], after[0]["summary"]);
    assert!(
        after[0]["summary"]
            .as_str()
            .unwrap()
            .starts_with("Not resectable"),
        "{}",
        after[0]["summary"]
    );

    let again = sent(&service, &key, "save", &fields);
    assert!(again.body.contains("Saved before, and not again"));
    assert_eq!(written(&service, "Observation").len(), 4);
    assert_eq!(written(&service, "Provenance").len(), 1);

    let other = sent(&service, &key, "save", &[("chosen.resectability", "resectable")]);
    assert!(other.body.contains("id=\"saved-title\">Saved<"));
    assert_eq!(
        written(&service, "Observation").len(),
        5,
        "another answer is another record"
    );

    let forgotten = sent(&service, &key, "forget", &[]);
    assert_eq!(forgotten.status, 200);
    assert!(written(&service, "Observation").is_empty());
    assert_eq!(cards(&service)[0]["summary"], before[0]["summary"]);
    let anew = sent(&service, &key, "save", &fields);
    assert!(anew.body.contains("id=\"saved-title\">Saved<"));
    assert_eq!(written(&service, "Observation").len(), 4);
}

#[test]
fn what_cannot_be_recorded_is_said_and_nothing_is_written_or_lost() {
    let service = demo();
    let (_, key) = opened(&service, SPARSE);
    for (name, value, fault) in [
        ("typed.ki67", "high", "no number that can be read"),
        ("typed.ki67", "101", "outside the possible range"),
        ("typed.ki67", "15 cm", "the unit does not fit this fact"),
        ("typed.ki67", "ca. 15", "no number that can be read"),
        ("typed.liver-lesion-count", "2.5", "outside the possible range"),
        ("chosen.resectability", "perhaps", "none of the answers"),
        ("chosen.ki67", "mention.7", "the text is no longer there"),
        ("day.ecog", "2026-11-01", "a day without an answer"),
    ] {
        let fact = name.split_once('.').unwrap().1;
        let good = ("chosen.portal-vein", "patent");
        let answer = sent(&service, &key, "save", &[good, (name, value)]);
        assert_eq!(answer.status, 422, "{name}={value}");
        assert!(
            answer
                .body
                .contains("Nothing was saved: one answer cannot be recorded"),
            "{name}={value}"
        );
        let wrong = field(&answer.body, fact);
        assert!(wrong.contains(fault), "{name}={value}: {wrong}");
        if name.starts_with("typed") {
            assert!(wrong.contains(&format!("value=\"{value}\"")), "{wrong}");
        }
        assert!(field(&answer.body, "portal-vein").contains("value=\"patent\" checked"));
        assert_eq!(key_of(&answer), key);
        assert!(written(&service, "Observation").is_empty());
    }
    let days = [("chosen.ecog", "1"), ("day.ecog", "2999-01-01")];
    assert!(field(&sent(&service, &key, "save", &days).body, "ecog").contains("lies ahead"));
    let two = [("chosen.mitoses", "mention.0"), ("typed.mitoses", "15")];
    assert!(field(&sent(&service, &key, "save", &two).body, "mitoses").contains("two answers"));
    let nothing = sent(&service, &key, "save", &[]);
    assert!(nothing.body.contains("no question has an answer"));
}

fn key_of(answer: &Answer) -> String {
    key(&answer.body)
}

#[test]
fn the_answers_can_be_taken_away_as_a_bundle_without_writing_them() {
    let service = demo();
    let (_, key) = opened(&service, SPARSE);
    let answer = sent(&service, &key, "download", &[("chosen.ecog", "2")]);
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("content-type: application/fhir+json"),
        "{}",
        answer.head
    );
    assert!(
        answer.head.contains("attachment; filename=\"answers.json\""),
        "{}",
        answer.head
    );
    assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
    let bundle = answer.json();
    assert_eq!(bundle["type"], "transaction");
    let entries = bundle["entry"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let identifier = &entries[0]["resource"]["identifier"][0];
    let once = format!(
        "identifier={}|{}",
        identifier["system"].as_str().unwrap(),
        identifier["value"].as_str().unwrap()
    );
    assert_eq!(entries[0]["request"]["ifNoneExist"], once);
    assert_eq!(
        entries[1]["resource"]["target"][0]["reference"],
        entries[0]["fullUrl"]
    );
    assert!(written(&service, "Observation").is_empty());
}

#[test]
fn an_address_alone_writes_nothing_and_a_foreign_page_nothing_either() {
    let service = demo();
    let (_, key) = opened(&service, SPARSE);
    let led = format!("/form?patient={SPARSE}&key={key}&act=save&chosen.ecog=1");
    assert!(!page(&service, &led).contains("saved-title"));
    let fields = [
        ("patient", SPARSE),
        ("key", key.as_str()),
        ("act", "save"),
        ("chosen.ecog", "1"),
    ];
    let foreign = form(&service, "/form", &fields, &["Sec-Fetch-Site: cross-site"]);
    assert_eq!(foreign.status, 403);
    assert!(written(&service, "Observation").is_empty());
}

#[test]
fn who_is_no_synthetic_patient_has_no_form() {
    let service = demo();
    for (path, status) in [
        ("/form", 400),
        ("/form?patient=nobody", 412),
        ("/form?patient=pancreatic-adenocarcinoma", 404),
    ] {
        let answer = service.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(answer.body.contains("<h1>Form for the meeting</h1>"), "{path}");
    }
}

#[test]
fn a_write_that_is_refused_loses_no_answer() {
    let service = demo();
    let (_, key) = opened(&service, SPARSE);
    let mut refused = None;
    for number in 0..60 {
        let involved = number.to_string();
        let fields = [
            ("typed.liver-involvement", &*involved),
            ("chosen.ecog", "1"),
            ("chosen.portal-vein", "patent"),
            ("chosen.margins", "R0"),
        ];
        let answer = sent(&service, &format!("{}{number:02}", &key[..34]), "save", &fields);
        if answer.status != 200 {
            refused = Some((number, answer));
            break;
        }
    }
    let (number, answer) = refused.unwrap();
    assert_eq!(answer.status, 422);
    assert!(
        answer
            .body
            .contains("Nothing was saved: the sandbox keeps no more for this patient")
    );
    let said = between(&answer.body, "<ul id=\"said\">", "</ul>");
    assert!(
        said.contains(&format!("{number} %")) && said.contains("ECOG performance status: 1"),
        "{said}"
    );
    assert!(field(&answer.body, "portal-vein").contains("value=\"patent\" checked"));
    assert!(field(&answer.body, "liver-involvement").contains(&format!("value=\"{number}\"")));
    let nobody = form(
        &service,
        "/form",
        &[("patient", "nobody"), ("act", "save"), ("typed.ki67", "12")],
        &[],
    );
    assert_eq!(nobody.status, 412);
    assert!(nobody.body.contains("<li>Ki-67: 12</li>"), "{}", nobody.body);
}
