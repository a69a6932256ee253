//! A fact, a criterion and an option that a site adds in its knowledge directory, read, asked for and shown everywhere without
//! a line of code.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "../common/mod.rs"]
mod common;
mod set_up;

use actix_web::rt::System;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use common::binary::{pnet_cds, printed};
use common::pages::{form, page};
use common::{NOTHING, Service, WITH_PNET, changed, chart, searchset, start};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The code under which the site's radiology sends the volume.
const VOLUME: &str = "99901-8";
const FACTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
const OPTION: &str = "splenic-embolisation";
const LABEL: &str = "Partial splenic embolisation";

fn overlay() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site_knowledge")
}

fn settings() -> String {
    format!("[knowledge]\ndir = {:?}\n", overlay().display().to_string())
}

fn site() -> Service {
    start(&format!("{}[demo]\nenabled = true\n", settings()))
}

/// A file of settings for the command line.
fn config(name: &str, more: &str) -> String {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, settings() + more).unwrap();
    file.display().to_string()
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn observation(id: &str, code: Value, day: &str, value: Value) -> Value {
    let mut observation = json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": code,
        "subject": {"reference": format!("Patient/{WITH_PNET}")}, "effectiveDateTime": day,
    });
    let fields = value.as_object().unwrap().clone();
    observation.as_object_mut().unwrap().extend(fields);
    observation
}

fn quantity(value: f64, unit: &str) -> Value {
    json!({"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}})
}

/// No varices, and a spleen above the limit, in another unit than the fact's, after a reading below the limit.
fn volumes() -> Vec<Value> {
    vec![
        observation(
            "varices",
            loinc("99902-6"),
            "2026-10-01",
            json!({"valueString": "none"}),
        ),
        observation("spleen-new", loinc(VOLUME), "2026-10-01", quantity(0.82, "L")),
        observation("spleen-old", loinc(VOLUME), "2025-10-01", quantity(310.0, "mL")),
    ]
}

/// A bundled patient with further records, as a Bundle.
fn bundle(more: &[Value]) -> Value {
    let mut bundle = chart(WITH_PNET);
    let entries = bundle["entry"].as_array_mut().unwrap();
    entries.extend(more.iter().map(|resource| json!({"resource": resource})));
    bundle
}

/// The same patient, prefetched.
fn request(more: &[Value]) -> Value {
    changed(WITH_PNET, |request| {
        request["prefetch"]["liver"] = searchset(more);
    })
}

fn option(assessment: &Value) -> &Value {
    let mut options = assessment["options"].as_array().unwrap().iter();
    options.find(|option| option["id"] == OPTION).unwrap()
}

fn texts(cards: &[Value]) -> String {
    cards.iter().map(Value::to_string).collect()
}

/// What is true of the assessment whichever way the chart came in.
#[track_caller]
fn is_supported(assessment: &Value) {
    assert_eq!(
        option(assessment)["verdict"],
        "supported",
        "{}",
        option(assessment)
    );
    let fact = &assessment["facts"]["spleen-volume"];
    assert_eq!(
        (&fact["status"], &fact["unit"]),
        (&json!("known"), &json!("mL")),
        "{fact}"
    );
    assert_eq!(fact["value"].to_string(), "820", "{fact}");
    assert_eq!(fact["evidence"][0]["notes"][0], "converted from 0.82 L", "{fact}");
    assert_eq!(fact["older"][0]["recorded"], "310.0 mL", "{fact}");
    let differs = assessment["discrepancies"].as_array().unwrap().iter();
    let mut older =
        differs.filter(|one| one["id"] == "older-reading-differs" && one["facts"][0] == "spleen-volume");
    let text = older.next().unwrap()["text"].as_str().unwrap();
    assert!(text.contains("Spleen volume") && text.contains(LABEL), "{text}");
}

#[test]
fn discovery_asks_for_the_sites_codes() {
    let discovery = site().get("/cds-services").json();
    let prefetch = &discovery["services"][0]["prefetch"];
    for (key, token) in [
        ("liver", format!("http://loinc.org|{VOLUME}")),
        ("liver", format!("{FACTS}|spleen-volume")),
        ("liver", "http://loinc.org|99902-6".to_owned()),
        ("status", format!("{FACTS}|splenomegaly")),
        ("status", "http://hl7.org/fhir/sid/icd-10|R16.1".to_owned()),
    ] {
        let template = prefetch[key].as_str().unwrap();
        assert!(
            template.split([',', '=']).any(|part| part == token),
            "{token} is not in {template}"
        );
    }
    // The code of an answer is not asked for.
    assert!(!prefetch.to_string().contains("99902000"), "{prefetch}");
}

#[test]
fn a_prefetched_chart_gets_a_verdict() {
    let service = site();
    let assessment = service.post("/assessment", &request(&volumes())).json();
    is_supported(&assessment);
    let cards = service.hook(&request(&volumes())).cards();
    assert!(texts(&cards).contains(LABEL), "{}", texts(&cards));
    let posted = service.post("/assessment", &bundle(&volumes())).json();
    assert_eq!(posted["options"], assessment["options"]);
    assert_eq!(posted["facts"], assessment["facts"]);
}

/// A FHIR server that gives an Observation of the site's only to who asks for its code.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let handler = |request: HttpRequest| {
            let body = answer(request.path(), request.query_string()).to_string();
            async move {
                HttpResponse::Ok()
                    .content_type("application/fhir+json")
                    .body(body)
            }
        };
        let server = HttpServer::new(move || App::new().default_service(web::to(handler)));
        let server = server.workers(1).listen(listener).unwrap();
        System::new().block_on(server.run()).unwrap();
    });
    format!("http://{address}/r4")
}

fn answer(path: &str, query: &str) -> Value {
    let chart = chart(WITH_PNET);
    let entries = chart["entry"].as_array().unwrap().iter();
    let resources = || entries.clone().map(|entry| entry["resource"].clone());
    let kind = path.trim_start_matches("/r4/");
    if kind.starts_with("Patient/") {
        return resources()
            .find(|resource| resource["resourceType"] == "Patient")
            .unwrap();
    }
    if !query.contains(&format!("patient={WITH_PNET}")) {
        return searchset(NOTHING);
    }
    let mut found: Vec<Value> = resources()
        .filter(|resource| resource["resourceType"] == kind)
        .collect();
    if kind == "Observation" && query.contains(VOLUME) {
        found.extend(volumes());
        found.push(observation(
            "local",
            json!({"text": "Milzvolumen (CT)"}),
            "2026-01-01",
            quantity(1.0, "L"),
        ));
    }
    searchset(found)
}

#[test]
fn a_pulled_chart_gets_the_same_verdict_and_probe_tells_how() {
    let base = server();
    let client = format!(
        "fhir.deadline = \"5 s\"\nserver.request_deadline = \"30 s\"\nauth.mode = \"open\"\n[[clients]]\nissuer = \"i\"\n\
         jwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [{base:?}]\n"
    );
    let dir = settings().replace("[knowledge]\n", "knowledge.");
    let service = start(&(dir + &client));
    let call = json!({
        "hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": base,
        "context": {"userId": "Practitioner/1", "patientId": WITH_PNET},
    });
    let cards = texts(&service.hook(&call).cards());
    assert!(cards.contains(LABEL), "{cards}");
    is_supported(&service.post("/assessment", &call).json());

    let config = config("probe.toml", "");
    let probe = |format: &str| {
        let (code, out, err) = run(&[
            "probe",
            "--config",
            &config,
            "--fhir",
            &base,
            "--patient",
            WITH_PNET,
            "--as-of",
            "2026-11-23",
            "--format",
            format,
        ]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    };
    let report: Value = serde_json::from_str(&probe("json")).unwrap();
    is_supported(&report["assessment"]);
    // A code that nothing reads is suggested for the site's own fact by the site's own word.
    assert!(report.to_string().contains("spleen-volume"), "{report}");
    let table = probe("table");
    for part in ["Spleen volume", "Observation/spleen-new", "Milzvolumen (CT)"] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    let suggested = table.split_once("Milzvolumen (CT)").unwrap().1;
    assert!(suggested.contains("spleen-volume"), "{suggested}");
}

#[test]
fn the_command_line_says_it_in_every_form() {
    let config = config("assess.toml", "");
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spleen.json");
    fs::write(&file, bundle(&volumes()).to_string()).unwrap();
    let file = file.display().to_string();
    let told = |command: &[&str]| {
        let mut arguments = vec!["--config", &config, "--as-of", "2026-11-23"];
        arguments.splice(0..0, command.iter().copied());
        let (code, out, err) = run(&[arguments.as_slice(), &[&file]].concat());
        assert_eq!(
            (code, err.is_empty() || command[0] == "screen"),
            (0, true),
            "{err}"
        );
        out
    };
    let json: Value = serde_json::from_str(&told(&["assess", "--format", "json"])).unwrap();
    is_supported(&json);
    let text = told(&["assess", "--format", "text"]);
    assert!(text.contains(LABEL) && text.contains("820 mL"), "{text}");
    let cards: Value = serde_json::from_str(&told(&["assess", "--format", "cards"])).unwrap();
    assert!(cards.to_string().contains(LABEL), "{cards}");
    let screened: Value = serde_json::from_str(&told(&["screen", "--format", "ndjson"])).unwrap();
    assert_eq!(screened["options"], json["options"]);
    let table = told(&["screen", "--format", "csv"]);
    let (head, row) = table.split_once('\n').unwrap();
    let column = head.trim().split(',').position(|name| name == OPTION).unwrap();
    assert!(row.contains("supported"), "{row}");
    assert!(column > 0, "{head}");

    let dir = overlay().display().to_string();
    let (code, out, err) = run(&["knowledge", "check", &dir]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("20 options") && out.contains("3 facts of the site"),
        "{out}"
    );
    for (id, part) in [
        (
            "spleen-volume",
            "Spleen volume (spleen-volume): a fact of kind number in mL",
        ),
        ("large-spleen", "spleen-volume > 500 mL: met"),
        (OPTION, "spleen above 500 mL"),
        ("ki67", "Ki-67 (ki67): a fact of kind number in %"),
    ] {
        let (code, out, _) = run(&["knowledge", "show", "--dir", &dir, id]);
        assert_eq!(code, 0);
        assert!(out.contains(part), "{part} is not in {out}");
    }
    assert_eq!(
        run(&["knowledge", "show", "spleen-volume"]).0,
        2,
        "not without the directory"
    );
}

#[test]
fn the_pages_show_it_and_ask_what_if() {
    let service = site();
    for (path, part) in [
        ("/knowledge", LABEL),
        ("/knowledge/splenic-embolisation", "spleen above 500 mL"),
    ] {
        let answer = service.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(part), "{part} is not on {path}");
    }
    let shown = form(
        &service,
        "/",
        &[("request", &bundle(&volumes()).to_string()), ("option", OPTION)],
        &[],
    );
    assert_eq!(shown.status, 200, "{}", shown.body);
    for part in [
        LABEL,
        "Spleen volume",
        "820",
        "<option value=\"spleen-volume\">Spleen volume</option>",
    ] {
        assert!(shown.body.contains(part), "{part} is not on the page");
    }
    let asked = page(
        &service,
        &format!("/?patient={WITH_PNET}&option={OPTION}&fact=spleen-volume"),
    );
    assert!(
        asked.contains("Volume of the spleen by CT or MRI"),
        "the form asks it as the site does"
    );
    let supposed = page(
        &service,
        &format!("/?patient={WITH_PNET}&option={OPTION}&if.spleen-volume=900"),
    );
    assert!(supposed.contains("Volume of the spleen") || supposed.contains("Spleen volume 900 mL"));
    let beyond = page(&service, &format!("/?patient={WITH_PNET}&if.spleen-volume=90000"));
    assert!(!beyond.contains("90000"), "no spleen is as large");
}

#[test]
fn the_rules_of_reading_hold_for_it_as_for_every_fact() {
    let service = site();
    let assess = |more: &[Value]| service.post("/assessment", &bundle(more)).json();
    let own = json!({"coding": [{"system": FACTS, "code": "spleen-volume"}]});
    let at = |code: &Value, value: Value| observation("s", code.clone(), "2026-10-01", value);
    let text = |text: &str| json!({"valueString": text});
    for (written, value) in [
        (quantity(820.0, "mL"), "820"),
        (quantity(820.0, "cm3"), "820"),
        (text("820 ml"), "820"),
        (text("Milzvolumen: 820 mL"), "820"),
        (
            json!({"valueQuantity": {"value": 600, "unit": "mL", "comparator": ">"}}),
            "null",
        ),
    ] {
        for code in [&own, &loinc(VOLUME)] {
            let assessment = assess(&[at(code, written.clone())]);
            let fact = &assessment["facts"]["spleen-volume"];
            assert_eq!(fact["value"].to_string(), value, "{written}: {fact}");
            assert_eq!(option(&assessment)["verdict"], "provisional", "{written}");
        }
    }
    // Exactly on the limit it is not above it.
    assert_eq!(
        option(&assess(&[at(&own, quantity(500.0, "mL"))]))["verdict"],
        "not-supported"
    );
    // An interval over the limit is for a person to judge.
    let across = assess(&[at(&own, text("400-600 mL"))]);
    assert_eq!(option(&across)["verdict"], "provisional");
    assert_eq!(option(&across)["criteria"][0]["reason"], "judgement");

    for unreadable in [
        quantity(0.8, "kg"),
        text("large"),
        quantity(820.0, ""),
        quantity(82000.0, "mL"),
    ] {
        let assessment = assess(&[at(&own, unreadable.clone())]);
        let fact = &assessment["facts"]["spleen-volume"];
        assert_eq!(
            (&fact["status"], &fact["reason"]),
            (&json!("unknown"), &json!("unreadable")),
            "{unreadable}: {fact}"
        );
        assert_eq!(option(&assessment)["verdict"], "undetermined");
    }
    let mut planned = at(&own, quantity(820.0, "mL"));
    planned["status"] = json!("registered");
    let assessment = assess(&[planned.clone()]);
    assert_eq!(assessment["facts"]["spleen-volume"]["reason"], "missing");
    assert_eq!(
        assessment["facts"]["spleen-volume"]["shown"][0]["reference"],
        "Observation/s"
    );
    planned["status"] = json!("made-up");
    assert_eq!(
        assess(&[planned])["facts"]["spleen-volume"]["gap"],
        "status-not-understood"
    );

    // Nothing recorded: it is asked for, and knowing it settles the option.
    let assessment = assess(&[]);
    let missing = assessment["missing"].as_array().unwrap().iter();
    let mut volume = missing.filter(|missing| missing["fact"] == "spleen-volume");
    let volume = volume.next().unwrap();
    assert_eq!(volume["settles"], json!({"least": 0, "most": 1}), "{volume}");
    assert_eq!(volume["for"][0]["options"], json!([OPTION]), "{volume}");

    // Two readings of one day that lead to different outcomes are in conflict.
    let mut other = at(&own, quantity(300.0, "mL"));
    other["id"] = json!("other");
    let assessment = assess(&[at(&own, quantity(820.0, "mL")), other]);
    assert_eq!(assessment["facts"]["spleen-volume"]["reason"], "conflicting");
}

#[test]
fn presence_and_words_are_read_as_well() {
    let service = site();
    let assess = |more: &[Value]| service.post("/assessment", &bundle(more)).json();
    let value = |assessment: &Value, fact: &str| assessment["facts"][fact]["value"].clone();
    let splenomegaly = json!({
        "resourceType": "Condition", "id": "splenomegaly",
        "subject": {"reference": format!("Patient/{WITH_PNET}")},
        "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "R16.1"}]},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
    });
    let assessment = assess(std::slice::from_ref(&splenomegaly));
    assert_eq!(value(&assessment, "splenomegaly"), "present");
    assert!(
        option(&assessment)["favours"] == json!(["splenomegaly"]),
        "{}",
        option(&assessment)
    );
    let mut past = splenomegaly.clone();
    past["clinicalStatus"]["coding"][0]["code"] = json!("resolved");
    assert_eq!(value(&assess(&[past]), "splenomegaly"), "absent");
    let own = json!({"coding": [{"system": FACTS, "code": "splenomegaly"}]});
    let observed = observation("o", own, "2026-10-01", json!({"valueBoolean": false}));
    assert_eq!(value(&assess(&[observed]), "splenomegaly"), "absent");

    let varices = |value: Value| observation("v", loinc("99902-6"), "2026-10-01", value);
    for (written, word) in [
        (json!({"valueString": "small"}), "small"),
        (json!({"valueString": "Grade 3"}), "large"),
        (
            json!({"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "99902000"}]}}),
            "large",
        ),
    ] {
        assert_eq!(
            value(&assess(&[varices(written.clone())]), "varices"),
            word,
            "{written}"
        );
    }
    let mut records = volumes().split_off(1);
    records.push(varices(json!({"valueString": "large"})));
    assert_eq!(option(&assess(&records))["verdict"], "not-supported");
    let unread = assess(&[varices(json!({"valueString": "some"}))]);
    assert_eq!(unread["facts"]["varices"]["reason"], "unreadable");
}
