//! Calls of the hook: what a client sends about a bundled patient, and the answers to all of them.

use crate::issuer::EC384;
use crate::orders;
use crate::server::{Answer, Service};
use crate::tokens::{ISSUER, JKU, client};
use acceptance::here;
use acceptance::scripted_fhir::ScriptedFhir;
use acceptance::scripted_fhir::fhir::{ok, status};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

pub(crate) const DISCOVERY: &str = "/cds-services";
pub(crate) const HOOK: &str = "/cds-services/pnet-liver-metastases";
pub(crate) const INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
/// A patient with cards of most kinds.
pub(crate) const PNET: &str = "insulinoma-debulking";
/// A patient without a PNET.
pub(crate) const OTHER: &str = "pancreatic-adenocarcinoma";
/// The access token that [`ehr`] wants to see.
pub(crate) const ACCESS: &str = "canary-access-token";

/// One call and its answer.
pub(crate) struct Call {
    pub(crate) place: String,
    pub(crate) patient: String,
    pub(crate) answer: Answer,
}

/// The answers about every bundled patient: everything prefetched, and nothing prefetched but a FHIR server named.
pub(crate) static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let service = Service::demo();
    let mut calls = Vec::new();
    for patient in patients() {
        for (how, body) in [
            ("prefetched", prefetched(&patient)),
            ("pulled", pulled(&service, &patient)),
        ] {
            calls.push(Call {
                place: format!("{patient}, {how}"),
                patient: patient.clone(),
                answer: service.post(HOOK, &body),
            });
        }
        calls.push(Call {
            place: format!("{patient}, orders"),
            patient: patient.clone(),
            answer: service.post(orders::SIGN, &orders::signing_everything(&service, &patient)),
        });
    }
    calls
});

/// The templates as discovery publishes them.
static TEMPLATES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let services = Service::demo().get(DISCOVERY).json();
    let templates = services["services"][0]["prefetch"].as_object().unwrap().iter();
    templates
        .map(|(key, query)| (key.clone(), query.as_str().unwrap().to_owned()))
        .collect()
});

pub(crate) fn templates() -> &'static [(String, String)] {
    &TEMPLATES
}

/// The ids of the bundled patients.
pub(crate) fn patients() -> BTreeSet<String> {
    let files = std::fs::read_dir(here().join("../service/demo/patients")).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect()
}

/// A call with nothing but what is required.
pub(crate) fn bare(patient: &str) -> Value {
    json!({
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": patient},
    })
}

/// A call that leaves everything to be fetched from the sandbox.
pub(crate) fn pulled(service: &Service, patient: &str) -> Value {
    with(bare(patient), |call| {
        call["fhirServer"] = service.url("/sandbox/fhir").into()
    })
}

/// A call with every published template resolved, as a client does.
pub(crate) fn prefetched(patient: &str) -> Value {
    let service = Service::demo();
    let mut prefetch = Map::new();
    for (key, query) in templates() {
        let query = query
            .replace("{{context.patientId}}", patient)
            .replace('|', "%7C");
        let answer = service.get(&format!("/sandbox/fhir/{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        prefetch.insert(key.clone(), answer.json());
    }
    with(bare(patient), |call| call["prefetch"] = prefetch.into())
}

/// The same with one change.
pub(crate) fn with(mut value: Value, change: impl FnOnce(&mut Value)) -> Value {
    change(&mut value);
    value
}

/// Nothing found.
pub(crate) fn empty() -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "total": 0})
}

/// A search or read that failed.
pub(crate) fn outcome() -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]})
}

/// A FHIR server with the bundled patients that asks for the access token.
pub(crate) fn ehr() -> ScriptedFhir {
    slow_ehr(Duration::ZERO)
}

/// The same, which takes this long for every answer.
pub(crate) fn slow_ehr(pause: Duration) -> ScriptedFhir {
    let sandbox = Service::demo();
    let server = ScriptedFhir::start(move |_, seen| {
        std::thread::sleep(pause);
        if seen.header("authorization") != Some(&format!("Bearer {ACCESS}")) {
            return status(401, "");
        }
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let answer = sandbox.send(
            &seen.method,
            &format!("/sandbox{}", seen.target),
            &[kind],
            &seen.body,
        );
        match answer.status {
            200 => ok(&answer.body),
            other => status(other, ""),
        }
    });
    server.unwrap()
}

/// `fhirAuthorization` for [`ehr`].
pub(crate) fn authorization() -> Value {
    json!({
        "access_token": ACCESS, "token_type": "Bearer", "expires_in": 300,
        "scope": "patient/*.rs", "subject": "pnet-cds", "patient": PNET,
    })
}

/// A service that may read this server for anybody.
pub(crate) fn reader_of(server: &ScriptedFhir) -> Service {
    let servers = format!("fhir_servers = [\"{}\"]", server.base());
    let client = client(ISSUER, JKU, &[&EC384], &servers);
    Service::start(&format!(
        "auth.mode = \"open\"\nfhir.deadline = \"4 s\"\n{client}"
    ))
}

/// Every card of every answer, with its place.
pub(crate) fn cards() -> Vec<(String, Value)> {
    let cards = CALLS.iter().flat_map(|call| {
        let cards = call.answer.cards().into_iter().enumerate();
        cards.map(|(index, card)| (format!("{}, card {index}", call.place), card))
    });
    let cards: Vec<_> = cards.collect();
    assert!(cards.len() > 100, "{}", cards.len());
    cards
}

/// What stands in the list of this name in each of these, with its place.
pub(crate) fn each(of: &[(String, Value)], list: &str) -> Vec<(String, Value)> {
    let items = of
        .iter()
        .filter_map(|(place, value)| Some((place, value.get(list)?)));
    items
        .flat_map(|(place, items)| {
            let items = items
                .as_array()
                .unwrap_or_else(|| panic!("{place}: `{list}` is no array"));
            items
                .iter()
                .enumerate()
                .map(move |(index, item)| (format!("{place}, {list} {index}"), item.clone()))
        })
        .collect()
}

/// Every suggestion.
pub(crate) fn suggestions() -> Vec<(String, Value)> {
    let found = each(&cards(), "suggestions");
    assert!(found.len() > 50, "{}", found.len());
    found
}

/// Every action of every suggestion.
pub(crate) fn actions() -> Vec<(String, Value)> {
    let found = each(&suggestions(), "actions");
    assert!(found.len() > 50, "{}", found.len());
    found
}

/// A text that is there and says something.
pub(crate) fn text<'a>(place: &str, of: &'a Value, name: &str) -> &'a str {
    let found = of[name]
        .as_str()
        .unwrap_or_else(|| panic!("{place}: `{name}` is no string"));
    assert!(!found.trim().is_empty(), "{place}: `{name}` is blank");
    found
}

/// Checks `http(s)://host/...`.
pub(crate) fn is_absolute(place: &str, url: &str) {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    assert!(
        !host.is_empty() && !url.contains(char::is_whitespace),
        "{place}: {url}"
    );
}

/// What is wrong with a link.
pub(crate) fn link_fault(link: &Value) -> Option<&'static str> {
    let word = |name: &str| link[name].as_str().unwrap_or_default();
    let url = word("url");
    let absolute = ["https://", "http://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    match word("type") {
        _ if word("label").trim().is_empty() => Some("no label"),
        _ if !absolute || url.contains(char::is_whitespace) => Some("no absolute address"),
        "smart" => None,
        "absolute" if link.get("appContext").is_some() => Some("appContext on an absolute link"),
        "absolute" => None,
        _ => Some("neither absolute nor smart"),
    }
}

/// Links that are wrong, each in its way.
pub(crate) fn wrong_links() -> [Value; 5] {
    let url = "https://example.org/x";
    [
        json!({"label": " ", "url": url, "type": "absolute"}),
        json!({"label": "a", "url": "/x", "type": "absolute"}),
        json!({"label": "a", "url": "https://", "type": "smart"}),
        json!({"label": "a", "url": url, "type": "relative"}),
        json!({"label": "a", "url": url, "type": "absolute", "appContext": "x"}),
    ]
}

/// Checks a Coding; with `display` where the standard asks for it.
pub(crate) fn is_coding(place: &str, coding: &Value, display: bool) {
    text(place, coding, "code");
    text(place, coding, "system");
    if display || coding.get("display").is_some() {
        text(place, coding, "display");
    }
}

/// The cards without their links, which name the address of the service and, where there is one, of its FHIR server.
fn without_links(cards: &[Value]) -> Vec<Value> {
    let mut cards = cards.to_vec();
    for card in cards.iter_mut().filter_map(Value::as_object_mut) {
        card.remove("links");
    }
    cards
}

/// Checks that two answers have the same cards but for links, and names the first place where they do not.
pub(crate) fn same(place: &str, found: &[Value], expected: &[Value]) {
    let (found, expected) = (&without_links(found), &without_links(expected));
    let texts =
        [found, expected].map(|cards| serde_json::to_string_pretty(cards).unwrap().replace("\\n", "\n"));
    let mut lines = texts[0].lines().zip(texts[1].lines());
    let other = lines.find(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{place}: {} and {} cards; {other:#?}",
        found.len(),
        expected.len()
    );
}
