//! `pnet-cds probe`, by running the binary against the sandbox and against servers with habits of their own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use actix_web::rt::System;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use common::binary::{pnet_cds, printed};
use common::{NOTHING, WITH_PNET, demo, searchset};
use fhir_profiles::Codes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;

const LOCAL: &str = "urn:oid:1.2.3.4";

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().arg("probe").args(arguments).output().unwrap())
}

fn probe(base: &str, patient: &str) -> Value {
    let (code, out, err) = run(&["--fhir", base, "--patient", patient, "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

/// A FHIR server that answers a request with a resource.
fn server(answer: impl Fn(&HttpRequest) -> Value + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let make = move || {
            let answer = answer.clone();
            let handler = move |request: HttpRequest| {
                let body = answer(&request);
                async move {
                    HttpResponse::Ok()
                        .content_type("application/fhir+json")
                        .body(body.to_string())
                }
            };
            App::new().default_service(web::to(handler))
        };
        let server = HttpServer::new(make).workers(1).listen(listener).unwrap();
        System::new().block_on(server.run()).unwrap();
    });
    format!("http://{address}/r4")
}

fn of(kind: &str, id: &str, patient: &str, code: Value) -> Value {
    let subject = json!({"reference": format!("Patient/{patient}")});
    json!({"resourceType": kind, "id": id, "subject": subject, "code": code, "status": "final"})
}

/// What a server with local codes has; it looks at the patient and at nothing else.
fn careless(request: &HttpRequest) -> Value {
    let path = request.path();
    if path == "/r4/Patient/p" {
        return json!({"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01"});
    }
    if !request.query_string().contains("patient=p&") {
        return searchset(NOTHING);
    }
    let pnet = json!({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C25.4"}]});
    let mut ki67 = of(
        "Observation",
        "ki67",
        "p",
        json!({"coding": [{"system": LOCAL, "code": "KI67L", "display": "Ki-67 \u{1b}[31mlabelling"}]}),
    );
    ki67["valueString"] = json!("8 %");
    ki67["effectiveDateTime"] = json!("2025-01-01");
    let mut mitoses = of("Observation", "mitoses", "p", json!({"text": "Mitotic rate"}));
    mitoses["effectiveDateTime"] = json!("2026-01-01");
    let potassium = of(
        "Observation",
        "k",
        "p",
        json!({"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}]}),
    );
    match path {
        "/r4/Condition" => searchset([of("Condition", "c", "p", pnet)]),
        "/r4/Observation" => searchset([ki67, mitoses, potassium]),
        _ => searchset(NOTHING),
    }
}

fn check<'a>(report: &'a Value, part: &str) -> &'a Value {
    let checks = report["serverChecks"].as_array().unwrap().iter();
    let mut found = checks.filter(|check| check["what"].as_str().unwrap().contains(part));
    found.next().unwrap()
}

#[test]
fn the_sandbox_honours_everything_and_the_facts_are_those_of_the_service() {
    let service = demo();
    let base = format!("http://{}/sandbox/fhir", service.address);
    let report = probe(&base, WITH_PNET);
    for check in report["serverChecks"].as_array().unwrap() {
        assert_ne!(check["result"], "not-honoured", "{check}");
    }
    for search in report["searches"].as_array().unwrap() {
        assert_eq!(search["state"], "complete", "{search}");
    }
    let assessment = &report["assessment"];
    let expected = service.post("/assessment", &common::prefetched(WITH_PNET)).json();
    assert_eq!(assessment["options"], expected["options"]);
    assert!(!report.to_string().contains("null"), "no nulls");
}

#[test]
fn the_table_says_fact_by_fact_what_was_read_and_from_where() {
    let base = format!("http://{}/sandbox/fhir", demo().address);
    let patient = format!("Patient/{WITH_PNET}");
    let (code, out, err) = run(&["--fhir", &base, "--patient", &patient, "--as-of", "2026-11-23"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "as of 2026-11-23",
        "What the service pulls",
        "conditions                complete",
        "What the server honours",
        "Facts found",
        "Ki-67",
        "Observation/",
        "Facts without a record",
    ] {
        assert!(out.contains(part), "{part} is not in\n{out}");
    }
    assert!(!out.contains('\x1b'), "colour in a pipe");
}

#[test]
fn what_a_server_ignores_is_told() {
    let report = probe(&server(careless), "p");
    for (part, result) in [
        ("every answer is of this patient", "honoured"),
        ("Observation: a `patient`", "honoured"),
        ("Observation: a `code` that no record has", "not-honoured"),
        ("Procedure: a `code` that no record has", "honoured"),
        ("_count=1", "not-honoured"),
        ("_sort=-date", "not-honoured"),
        ("`code` finds what has the code", "not-honoured"),
    ] {
        assert_eq!(check(&report, part)["result"], result, "{part}");
    }
}

#[test]
fn codes_that_look_relevant_come_with_a_concept_map_that_loads() {
    let base = server(careless);
    let report = probe(&base, "p");
    let found: Vec<(&str, &str, &str)> = report["unmapped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap();
            (text("system"), text("code"), text("suggests"))
        })
        .collect();
    assert_eq!(
        found,
        [
            (LOCAL, "KI67L", "ki67"),
            ("urn:pnet-cds:text", "Mitotic rate", "mitoses")
        ],
        "potassium is no fact"
    );
    assert_eq!(report["unmapped"][0]["references"], json!(["Observation/ki67"]));
    let map = report["conceptMap"].to_string();
    let codes = Codes::with_maps(&BTreeMap::from([("site.json".to_owned(), map)])).unwrap();
    assert!(codes.knows(LOCAL, "KI67L") && !Codes::embedded().knows(LOCAL, "KI67L"));
    let (_, out, _) = run(&["--fhir", &base, "--patient", "p"]);
    assert!(
        out.contains("perhaps ki67; in Observation/ki67") && out.contains("\"ConceptMap\""),
        "{out}"
    );
    assert!(!out.contains('\x1b'), "a display can colour the terminal");
    let (_, pasted) = out.split_once("check every target\n").unwrap();
    let mut pasted = serde_json::Deserializer::from_str(pasted).into_iter::<Value>();
    assert_eq!(pasted.next().unwrap().unwrap(), report["conceptMap"]);
}

#[test]
fn a_condition_from_which_nothing_was_read_is_listed_as_it_is_written() {
    let base = server(|request| {
        let written = json!({"coding": [{"system": "ICD10", "code": "C25.4", "display": "Malignant neoplasm of endocrine pancreas"}]});
        match request.path() {
            "/r4/Patient/p" => json!({"resourceType": "Patient", "id": "p"}),
            "/r4/Condition" => searchset([of("Condition", "c1", "p", written)]),
            _ => searchset(NOTHING),
        }
    });
    let report = probe(&base, "p");
    let expected = json!([{"reference": "Condition/c1", "codes": ["ICD10 | C25.4 | Malignant neoplasm of endocrine pancreas"]}]);
    assert_eq!(report["conditionsPassedOver"], expected);
    let (code, table, _) = run(&["--fhir", &base, "--patient", "p"]);
    assert_eq!(code, 0);
    assert!(
        table.contains("Condition/c1: ICD10 | C25.4 | Malignant neoplasm of endocrine pancreas"),
        "{table}"
    );
    // What a fact rests on is not among them.
    let sandbox = demo();
    let report = probe(
        &format!("http://{}/sandbox/fhir", sandbox.address),
        "registry-record",
    );
    assert_eq!(report["conditionsPassedOver"], Value::Null);
}

#[test]
fn an_answer_that_is_not_understood_comes_with_the_element_that_maps_it() {
    let base = server(|request| match request.path() {
        "/r4/Observation" => {
            let fact = |code: &str| json!({"coding": [{"system": "https://pnet-cds.github.io/fhir/CodeSystem/facts", "code": code}]});
            let mut text = of("Observation", "pv", "p", fact("portal-vein"));
            text["valueString"] = json!("frei durchgängig");
            let mut coded = of("Observation", "res", "p", fact("resectability"));
            coded["valueCodeableConcept"] =
                json!({"coding": [{"system": LOCAL, "code": "RES2", "display": "grenzwertig"}]});
            let mut read = of("Observation", "pv2", "p", fact("primary-resectable"));
            read["valueString"] = json!("ja");
            let mut unknown = of("Observation", "gi", "p", fact("gi-shunt"));
            unknown["valueString"] = json!("nicht beurteilbar");
            searchset([text, coded, read, unknown])
        }
        _ => careless(request),
    });
    let report = probe(&base, "p");
    let answers = report["unmappedAnswers"].as_array().unwrap();
    let found: Vec<[&Value; 4]> = answers
        .iter()
        .map(|one| [&one["fact"], &one["system"], &one["code"], &one["references"][0]])
        .collect();
    assert_eq!(
        found,
        [
            [
                &json!("resectability"),
                &json!(LOCAL),
                &json!("RES2"),
                &json!("Observation/res")
            ],
            [
                &json!("portal-vein"),
                &json!("urn:pnet-cds:text"),
                &json!("frei durchgängig"),
                &json!("Observation/pv")
            ],
        ]
    );
    let mut group = answers[1]["group"].clone();
    let target = &mut group["element"][0]["target"][0]["code"];
    assert_eq!(target, "occluded | partial | patent");
    *target = json!("patent");
    let map = json!({"resourceType": "ConceptMap", "status": "active", "group": [group]}).to_string();
    let codes = Codes::with_maps(&BTreeMap::from([("site.json".to_owned(), map)])).unwrap();
    assert!(codes.knows("urn:pnet-cds:text", "frei durchgängig"));
    let (_, out, _) = run(&["--fhir", &base, "--patient", "p"]);
    assert!(
        out.contains("portal-vein: urn:pnet-cds:text | frei durchgängig"),
        "{out}"
    );
    assert!(out.contains("occluded | partial | patent"), "{out}");
}

#[test]
fn another_patients_data_are_named_and_left_out() {
    let base = server(|request| match request.path() {
        "/r4/Procedure" => searchset([of(
            "Procedure",
            "canary",
            "somebody-else",
            json!({"text": "Whipple"}),
        )]),
        _ => careless(request),
    });
    let report = probe(&base, "p");
    assert_eq!(check(&report, "every answer")["result"], "not-honoured");
    assert!(
        report["hook"]
            .as_str()
            .unwrap()
            .starts_with("412 another-patient")
    );
    let searches = report["searches"].as_array().unwrap();
    let procedures = searches
        .iter()
        .find(|search| search["key"] == "procedures")
        .unwrap();
    assert!(
        procedures["notes"][0]
            .as_str()
            .unwrap()
            .contains("another patient's data")
    );
    assert_eq!(report["assessment"]["facts"]["pnet"]["value"], "present");
    let text = report.to_string();
    assert!(!text.contains("somebody-else") && !text.contains("canary") && !text.contains("Whipple"));
}

#[test]
fn what_the_server_says_beside_the_data_is_shown() {
    let base = server(|request| {
        let mut answer = careless(request);
        if request.path() == "/r4/Condition" {
            let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "warning",
                "code": "not-supported", "diagnostics": "unknown parameter _count"}]});
            let entry = json!({"search": {"mode": "outcome"}, "resource": outcome});
            answer["entry"].as_array_mut().unwrap().push(entry);
        }
        answer
    });
    let report = probe(&base, "p");
    let conditions = &report["searches"][1];
    assert_eq!(conditions["state"], "complete");
    assert_eq!(
        conditions["notes"],
        json!(["the server says (warning): unknown parameter _count"])
    );
}

fn token_file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_token_is_shown_to_the_server_and_to_nobody_else() {
    let base = server(|request| {
        let authorization = request.headers().get("authorization");
        match authorization.and_then(|value| value.to_str().ok()) {
            Some("Bearer canary-4711") => careless(request),
            _ => {
                json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]})
            }
        }
    });
    let file = token_file("probe-token", "canary-4711\n");
    let with = [
        "--fhir",
        &base,
        "--patient",
        "p",
        "--token-file",
        file.to_str().unwrap(),
    ];
    let (code, out, err) = run(&with);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains("canary-4711") && !err.contains("canary-4711"));
    let (code, out, err) = run(&with[..4]);
    assert_eq!(code, 2, "{out}");
    assert!(
        err.contains("`conditions` could not be fetched: the server reported an error"),
        "{err}"
    );
    assert!(out.contains("412 missing-patient"), "{out}");
}

#[test]
fn wrong_input_and_a_server_that_is_not_there_end_with_2() {
    let empty = token_file("probe-empty-token", "\n");
    let empty = empty.to_str().unwrap();
    for (arguments, said) in [
        (
            &["--fhir", "fhir.example.org", "--patient", "p"][..],
            "--fhir `fhir.example.org`",
        ),
        (
            &["--fhir", "http://fhir.example.org/r4", "--patient", "p"],
            "expected `https`",
        ),
        (
            &["--fhir", "http://127.0.0.1:9/r4", "--patient", "a/b"],
            "--patient",
        ),
        (
            &[
                "--fhir",
                "http://127.0.0.1:9/r4",
                "--patient",
                "p",
                "--token-file",
                "none",
            ],
            "none: ",
        ),
        (
            &[
                "--fhir",
                "http://127.0.0.1:9/r4",
                "--patient",
                "p",
                "--token-file",
                empty,
            ],
            "token is empty",
        ),
        (
            &["--fhir", "http://127.0.0.1:9/r4", "--patient", "p"],
            "could not be connected to",
        ),
        (&["--fhir", "http://127.0.0.1:9/r4"], "--patient"),
    ] {
        let (code, _, err) = run(arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(err.contains(said), "{said} is not in {err}");
    }
}
