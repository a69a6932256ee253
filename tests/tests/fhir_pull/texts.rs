//! Texts of reports and documents: the newest are searched for, and the files that they refer to are fetched.

use crate::setup::{Service, WITHOUT_PNET, answer, call, kinds, prefetched, reading, service};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use serde_json::{Value, json};

const SPARSE: &str = "sparse-chart";
/// "Liver involvement: 30 %."
const TEXT: &str = "TGl2ZXIgaW52b2x2ZW1lbnQ6IDMwICUu";

/// A search of reports or documents of which one refers to this file, with a further page that nobody needs.
fn of_file(kind: &str, url: &str) -> String {
    let attachment = json!({"contentType": "text/plain", "url": url});
    let mut record = json!({"resourceType": kind, "id": "r", "date": "2026-11-20", "effectiveDateTime": "2026-11-20",
        "status": if kind == "DiagnosticReport" { "final" } else { "current" },
        "subject": {"reference": format!("Patient/{SPARSE}")}});
    match kind {
        "DiagnosticReport" => record["presentedForm"] = json!([attachment]),
        _ => record["content"] = json!([{"attachment": attachment}]),
    }
    json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": record}],
        "link": [{"relation": "next", "url": format!("{kind}?page=2")}]})
    .to_string()
}

/// A server with one report or document, whose text is in a Binary of its own.
fn server(kind: &'static str, url: &'static str) -> ScriptedFhir {
    ScriptedFhir::start(move |_, seen: &Seen| -> Vec<Step> {
        let target = seen.target.as_str();
        if target == "/fhir/Binary/b" {
            let binary =
                json!({"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": TEXT});
            return fhir::ok(&binary.to_string());
        }
        match target.starts_with(&format!("/fhir/{kind}?")) && target.contains("_sort=-date") {
            true => fhir::ok(&of_file(kind, url)),
            false => answer(seen),
        }
    })
    .unwrap()
}

fn found(service: &Service, call: &Value) -> Vec<String> {
    let assessment = service.post("/assessment", call).json();
    let mentions = assessment["mentions"].as_array().cloned().unwrap_or_default();
    let said = mentions.iter().map(|mention| {
        format!(
            "{} {} in {}",
            mention["fact"].as_str().unwrap_or_default(),
            mention["value"],
            mention["reference"].as_str().unwrap_or_default()
        )
    });
    said.collect()
}

#[test]
fn the_texts_of_reports_are_asked_for_and_found() {
    let server = ScriptedFhir::start(|_, seen| answer(seen)).unwrap();
    let service = reading(&server);
    let call = call(&server.base(), SPARSE);
    let found = found(&service, &call);
    for expected in [
        "largest-liver-lesion 4.1 in DiagnosticReport/spa-ct",
        "portal-vein \"patent\" in DiagnosticReport/spa-ct",
        "differentiation \"well\" in DiagnosticReport/spa-path",
    ] {
        assert!(found.iter().any(|said| said == expected), "{expected}: {found:?}");
    }
    let details = service.hook(&call).details();
    assert!(details.contains("**Found in text, to be recorded**"), "{details}");
    assert!(details.contains("imaging report of 2026-11-12"), "{details}");
    assert!(!kinds(&server).contains(&"DocumentReference".to_owned()));
    // The same with everything prefetched: nothing is asked.
    let before = server.seen().len();
    let supplied = prefetched(&server.base(), SPARSE);
    assert_eq!(self::found(&service, &supplied), found);
    assert_eq!(server.seen().len(), before);
}

#[test]
fn a_text_in_a_file_of_the_callers_server_is_fetched_once() {
    for url in ["Binary/b", "https://proxy.example.org/r4/Binary/b"] {
        let server = server("DiagnosticReport", url);
        let aliases: &[&str] = &["https://proxy.example.org/r4"];
        let service = crate::setup::service_for("", &[&server.base()], aliases);
        let found = found(&service, &call(&server.base(), SPARSE));
        let expected = "liver-involvement 30 in DiagnosticReport/r";
        assert_eq!(found.first().map(String::as_str), Some(expected), "{url}");
        let kinds = kinds(&server);
        assert_eq!(kinds.iter().filter(|kind| *kind == "Binary").count(), 1);
        let pages = server
            .seen()
            .iter()
            .filter(|seen| seen.target.contains("page=2"))
            .count();
        assert_eq!(pages, 0, "the newest are enough");
    }
}

#[test]
fn a_file_elsewhere_is_not_fetched_and_said_not_to_be_read() {
    for url in [
        "https://elsewhere.example.org/Binary/b",
        "https://ehr.example.org/letter.txt",
        "../Binary/b",
    ] {
        let server = server("DiagnosticReport", url);
        let service = reading(&server);
        let assessment = service.post("/assessment", &call(&server.base(), SPARSE)).json();
        assert!(!kinds(&server).contains(&"Binary".to_owned()), "{url}");
        let not_read = assessment["notRead"].as_array().cloned().unwrap_or_default();
        let named = not_read
            .iter()
            .any(|record| record["reference"] == "DiagnosticReport/r" && record["what"] == "report, text");
        assert!(named, "{url}: {not_read:?}");
    }
}

#[test]
fn documents_are_asked_for_where_a_site_wants_them() {
    let server = server("DocumentReference", "Binary/b");
    let base = server.base();
    let of_documents = "liver-involvement 30 in DocumentReference/r".to_owned();
    let on = service("prefetch.documents = true", &[&base]);
    assert!(found(&on, &call(&base, SPARSE)).contains(&of_documents));
    let off = reading(&server);
    assert!(!found(&off, &call(&base, SPARSE)).contains(&of_documents));
}

#[test]
fn nobody_asks_for_texts_of_a_patient_without_pnet() {
    let server = server("DiagnosticReport", "Binary/b");
    found(&reading(&server), &call(&server.base(), WITHOUT_PNET));
    let kinds = kinds(&server);
    assert!(
        kinds
            .iter()
            .all(|kind| kind != "DiagnosticReport" && kind != "Binary"),
        "{kinds:?}"
    );
}
