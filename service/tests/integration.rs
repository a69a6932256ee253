//! The guide for integration engineers tells the truth: its table of errors, its settings, its samples, its requests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside the test functions"
)]

mod common;

use common::binary::{pnet_cds, printed};
use common::{Service, demo};
use pnet_cds::errors::Denied;
use pnet_cds::errors::ErrorCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The address of the guide and its samples, in the place of the port that a test got.
const ADDRESS: &str = "http://127.0.0.1:8080";
const START: &str = "<!-- errors: written by `UPDATE=1 cargo test -p pnet-cds --test integration` -->\n";
const END: &str = "<!-- /errors -->";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(docs().join(file)).unwrap_or_default()
}

fn guide() -> String {
    read("INTEGRATION.md")
}

fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Checks that a file holds this text, or writes it.
fn holds(file: &str, made: &str) {
    if is_update() {
        std::fs::write(docs().join(file), made).unwrap();
    }
    assert!(
        read(file) == made,
        "{file} is another; run with UPDATE=1 and read the difference"
    );
}

// The table of errors.

fn table() -> String {
    let mut errors = ErrorCode::ALL.to_vec();
    errors.sort_by_key(|error| (error.status(), error.code()));
    let mut out =
        String::from("\n| Code | Status | The answer says | Cause | Fix |\n|---|---|---|---|---|\n");
    for error in errors {
        let (code, status) = (error.code(), error.status());
        let texts = [error.text(), error.cause(), error.fix()];
        assert!(!texts.concat().contains('|'), "`{code}` would break the table");
        writeln!(out, "| `{code}` | {status} | {} |", texts.join(" | ")).unwrap();
    }
    out.push('\n');
    out
}

#[test]
fn the_table_of_errors_is_that_of_the_program() {
    let text = guide();
    let (before, rest) = text.split_once(START).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    holds(
        "INTEGRATION.md",
        &format!("{before}{START}{}{END}{after}", table()),
    );
}

#[test]
fn every_reason_of_a_refused_token_is_explained() {
    let text = guide();
    for reason in Denied::ALL.iter().map(|reason| reason.word()) {
        let of_a_launch = reason.starts_with("smart-");
        assert_eq!(
            text.contains(&format!("\n| `{reason}` |")),
            !of_a_launch,
            "{reason}"
        );
    }
}

/// What stands between backticks and looks like a setting is one.
#[test]
fn every_setting_that_the_guide_names_exists() {
    let (code, known, told) = printed(pnet_cds().arg("settings").output().unwrap());
    assert_eq!(code, 0, "{told}");
    let sections: BTreeSet<&str> = known
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
        .collect();
    let text = guide();
    let named: BTreeSet<&str> = text
        .split('`')
        .filter(|word| {
            let of_a_setting = |c: char| c.is_ascii_lowercase() || c == '.' || c == '_';
            let section = word.split_once('.').map_or("", |(section, _)| section);
            word.chars().all(of_a_setting) && sections.contains(section) && !word.ends_with('.')
        })
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        let variable = format!("PNET_CDS_{}", name.replace('.', "__").to_uppercase());
        // Those of a client stand in its example, or in what is said of it.
        let of_a_client = known.contains(&format!("# {name} =")) || known.contains(&format!("`{name}`"));
        assert!(
            known.contains(&format!("# {variable}\n")) || of_a_client,
            "`{name}`"
        );
    }
}

// The samples.

/// A sample request and where it is sent.
struct Sample {
    name: String,
    path: &'static str,
    request: Value,
}

/// What the service's own FHIR server has under these keys of discovery.
fn prefetch(service: &Service, patient: &str, keys: &[&str]) -> Value {
    let discovery = service.get("/cds-services").json();
    let templates = discovery["services"][0]["prefetch"].as_object().unwrap();
    let wanted = templates
        .iter()
        .filter(|(key, _)| keys.is_empty() || keys.contains(&key.as_str()));
    let found = wanted.map(|(key, template)| {
        let query = template
            .as_str()
            .unwrap()
            .replace("{{context.patientId}}", patient)
            .replace('|', "%7C");
        (key.clone(), service.get(&format!("/sandbox/fhir/{query}")).json())
    });
    Value::Object(found.collect())
}

/// Two draft orders, of which the review has something to say on the first.
fn drafts(patient: &str) -> Value {
    let order = |id: &str, system: &str, code: &str, display: &str| {
        json!({"resource": {
            "resourceType": "ServiceRequest", "id": id, "status": "draft", "intent": "order",
            "subject": {"reference": format!("Patient/{patient}")},
            "code": {"coding": [{"system": system, "code": code, "display": display}]},
        }})
    };
    json!({"resourceType": "Bundle", "type": "collection", "entry": [
        order("tace", "http://snomed.info/sct", "314617008", "Chemoembolization of liver metastases"),
        order("chromogranin", "http://loinc.org", "9811-1", "Chromogranin A"),
    ]})
}

/// One request a hook, without and with prefetch. Those on orders prefetch the two keys that are needed, and no more.
fn samples(service: &Service) -> Vec<Sample> {
    let core: &[&str] = &["patient", "conditions"];
    let hooks: [(&str, &str, &str, &[&str]); 3] = [
        (
            "patient-view",
            "/cds-services/pnet-liver-metastases",
            "sparse-chart",
            &[],
        ),
        (
            "order-select",
            "/cds-services/pnet-order-select",
            "portal-vein-thrombosis",
            core,
        ),
        (
            "order-sign",
            "/cds-services/pnet-order-sign",
            "portal-vein-thrombosis",
            core,
        ),
    ];
    let mut samples = Vec::new();
    for (hook, path, patient, keys) in hooks {
        for with_prefetch in [false, true] {
            let mut context = json!({"userId": "Practitioner/demo", "patientId": patient});
            if hook == "order-select" {
                context["selections"] = json!(["ServiceRequest/tace"]);
            }
            if hook != "patient-view" {
                context["draftOrders"] = drafts(patient);
            }
            let instance = format!("5d9c1d5e-1f0a-4c41-9c35-{:012}", samples.len() + 1);
            let mut request = json!({"hook": hook, "hookInstance": instance});
            if !with_prefetch {
                request["fhirServer"] = format!("http://{}/sandbox/fhir", service.address).into();
            }
            request["context"] = context;
            if with_prefetch {
                request["prefetch"] = prefetch(service, patient, keys);
            }
            let name = match with_prefetch {
                true => format!("{hook}-prefetch"),
                false => hook.to_owned(),
            };
            samples.push(Sample { name, path, request });
        }
    }
    samples
}

/// As a file has it: laid out, and under the address of the guide.
fn written(service: &Service, value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap();
    format!(
        "{}\n",
        text.replace(&format!("http://{}", service.address), ADDRESS)
    )
}

/// What a file says, sent to this service.
fn of_file(service: &Service, file: &str) -> String {
    read(file).replace(ADDRESS, &format!("http://{}", service.address))
}

/// Feedback on the cards of an answer: a suggestion taken, and a card put aside for a reason that it offers.
fn feedback(answer: &Value) -> Value {
    let at = "2026-11-23T10:15:00Z";
    let cards = answer["cards"].as_array().unwrap();
    let suggesting = cards
        .iter()
        .find(|card| card.get("suggestions").is_some())
        .unwrap();
    json!({"feedback": [
        {"card": suggesting["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": suggesting["suggestions"][0]["uuid"]}],
         "outcomeTimestamp": at},
        {"card": cards[0]["uuid"], "outcome": "overridden", "overrideReason": {"reason": cards[0]["overrideReasons"][1]},
         "outcomeTimestamp": at},
    ]})
}

/// To the byte but for the port of the service, which each test gets another one of. The day of evaluation is that of
/// every test (2026-11-23), since it stands in the cards; their ids follow from `hookInstance`.
#[test]
fn each_sample_is_made_of_a_demo_patient_and_answered_as_it_says() {
    let service = demo();
    let mut first = None;
    for Sample { name, path, request } in samples(&service) {
        holds(
            &format!("samples/{name}.request.json"),
            &written(&service, &request),
        );
        let answer = service.post(path, &request);
        assert!(!answer.cards().is_empty(), "{name} has no card to show");
        let answer = answer.json();
        holds(
            &format!("samples/{name}.answer.json"),
            &written(&service, &answer),
        );
        first.get_or_insert(answer);
    }
    let feedback = feedback(&first.unwrap());
    holds("samples/feedback.request.json", &written(&service, &feedback));
    let path = "/cds-services/pnet-liver-metastases/feedback";
    let answer = service.post(path, &feedback);
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    demo().post(path, &feedback).is_error(404, "unknown-card");
}

/// The two ways to the same data lead to the same cards.
#[test]
fn what_is_prefetched_and_what_is_fetched_says_the_same() {
    let told = |file: &str| {
        let answer: Value = serde_json::from_str(&read(file)).unwrap();
        let cards = answer["cards"].as_array().unwrap().iter();
        cards
            .map(|card| (card["summary"].clone(), card["detail"].clone()))
            .collect::<Vec<_>>()
    };
    for hook in ["patient-view", "order-select", "order-sign"] {
        let (fetched, prefetched) = (
            format!("samples/{hook}.answer.json"),
            format!("samples/{hook}-prefetch.answer.json"),
        );
        assert_eq!(told(&fetched), told(&prefetched), "{hook}");
    }
}

// The requests for HTTP clients.

struct Request<'a> {
    method: &'a str,
    /// Without the query.
    path: &'a str,
    query: &'a str,
    file: Option<&'a str>,
}

/// The request of a block, whose first line is a title.
fn request(block: &str) -> Option<Request<'_>> {
    let lines = || block.lines().skip(1);
    let (method, target) =
        lines().find_map(|line| line.split_once(' ').filter(|_| !line.starts_with('<')))?;
    let target = target.strip_prefix("{{base}}").unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let file = lines().find_map(|line| line.strip_prefix("< ./"));
    Some(Request {
        method,
        path,
        query,
        file,
    })
}

fn requests(text: &str) -> Vec<Request<'_>> {
    text.split("\n###").skip(1).filter_map(request).collect()
}

/// The path of a document whose pattern a path follows.
fn described<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    let follows = |pattern: &str| {
        let (given, parts) = (path.split('/'), pattern.split('/'));
        given.clone().count() == parts.clone().count()
            && given
                .zip(parts)
                .all(|(given, part)| part.starts_with('{') || given == part)
    };
    let paths = document["paths"].as_object().unwrap();
    let exact = paths.get(path);
    exact.or_else(|| {
        paths
            .iter()
            .find(|(pattern, _)| follows(pattern))
            .map(|(_, path)| path)
    })
}

/// Sent from top to bottom, as its first lines say.
#[test]
fn every_request_of_the_http_file_is_one_of_the_document_and_is_answered() {
    let (service, text) = (demo(), read("pnet-cds.http"));
    let document = service.get("/openapi.json").json();
    assert!(text.contains(&format!("@base = {ADDRESS}\n")));
    let all = requests(&text);
    assert_eq!(all.len(), text.matches("{{base}}").count());
    let mut sent = BTreeSet::new();
    for Request {
        method,
        path,
        query,
        file,
    } in all
    {
        let operations =
            described(&document, path).unwrap_or_else(|| panic!("the document does not have {path}"));
        assert!(operations.get(method.to_lowercase()).is_some(), "{method} {path}");
        let body = file.map(|file| of_file(&service, file)).unwrap_or_default();
        assert!(file.is_none() || !body.is_empty(), "{file:?} is not there");
        sent.extend(file);
        let target = match query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        let answer = service.request(
            method,
            &target,
            &["Content-Type: application/json"],
            body.as_bytes(),
        );
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.body);
    }
    let names = std::fs::read_dir(docs().join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let samples: BTreeSet<String> = names
        .filter(|name| name.ends_with(".request.json"))
        .map(|name| format!("samples/{name}"))
        .collect();
    let sent: BTreeSet<String> = sent.into_iter().map(str::to_owned).collect();
    assert_eq!(samples, sent);
}

/// The file of samples that an example is, by where it stands.
fn sample_of(operation: &str, place: &str, name: &str) -> String {
    match (operation, place) {
        ("hook", "answer") => format!("samples/{name}.answer.json"),
        _ => format!("samples/{name}.request.json"),
    }
}

#[test]
fn the_examples_of_the_document_are_the_samples() {
    let service = demo();
    let document = service.get("/openapi.json").json();
    let mut found = BTreeMap::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap_or_default();
            for (place, media) in [
                (
                    "request",
                    &operation["requestBody"]["content"]["application/json"],
                ),
                (
                    "answer",
                    &operation["responses"]["200"]["content"]["application/json"],
                ),
            ] {
                for (name, example) in media["examples"].as_object().into_iter().flatten() {
                    found.insert(sample_of(id, place, name), example["value"].clone());
                }
            }
        }
    }
    let of_hooks =
        ["patient-view", "order-select", "order-sign"].map(|hook| sample_of("hook", "request", hook));
    let of_answers =
        ["patient-view", "order-select", "order-sign"].map(|hook| sample_of("hook", "answer", hook));
    let feedback = sample_of("feedback", "request", "feedback");
    for file in of_hooks.iter().chain(&of_answers).chain([&feedback]) {
        assert!(found.contains_key(file), "{file} is no example");
    }
    for (file, example) in found {
        let sample: Value = serde_json::from_str(&of_file(&service, &file)).unwrap();
        assert!(
            example == sample,
            "the example of {file} is another; after UPDATE=1, build again"
        );
    }
}
