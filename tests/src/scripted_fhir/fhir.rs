//! Answers as FHIR servers give them.

use super::{Seen, Step};
use std::fmt::Write as _;

/// The patient of every answer.
pub const PATIENT: &str = "p1";

/// An answer with status, extra headers (`Name: value\r\n`) and body.
pub fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

/// Status 200 with FHIR JSON.
pub fn ok(json: &str) -> Vec<Step> {
    vec![Step::Send(http(
        200,
        "Content-Type: application/fhir+json;charset=utf-8\r\n",
        json,
    ))]
}

/// A status with an OperationOutcome.
pub fn status(status: u16, headers: &str) -> Vec<Step> {
    let headers = format!("Content-Type: application/fhir+json\r\n{headers}");
    vec![Step::Send(http(status, &headers, &outcome("error")))]
}

/// An OperationOutcome with one issue.
pub fn outcome(severity: &str) -> String {
    format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"processing"}}]}}"#
    )
}

/// So many resources of a type, each of the patient, ids from `first` on.
pub fn resources(kind: &str, first: usize, count: usize) -> Vec<String> {
    let resource = |id: usize| {
        format!(
            r#"{{"resourceType":"{kind}","id":"{kind}-{id}","subject":{{"reference":"Patient/{PATIENT}"}}}}"#
        )
    };
    (first..first + count).map(resource).collect()
}

/// A page of a search.
pub fn page(resources: &[String], next: Option<&str>) -> String {
    let mut text =
        String::from(r#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"x"}"#);
    if let Some(next) = next {
        let _ = write!(text, r#",{{"relation":"next","url":"{next}"}}"#);
    }
    text.push_str(r#"],"entry":["#);
    for (index, resource) in resources.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}{{"search":{{"mode":"match"}},"resource":{resource}}}"#
        );
    }
    text.push_str("]}");
    text
}

/// The value of a parameter of the query, as written.
pub fn parameter<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    seen.query()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, v)| v)
}

/// Pages of the Conditions of a well-behaved server.
pub const CONDITION_PAGES: usize = 3;

/// A well-behaved server: the patient, three pages of two Conditions, two of anything else.
pub fn healthy(seen: &Seen) -> Vec<Step> {
    match seen.kind() {
        "Patient" => ok(&format!(r#"{{"resourceType":"Patient","id":"{PATIENT}"}}"#)),
        "Condition" => {
            let number = parameter(seen, "page")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1usize);
            let next = format!("Condition?page={}", number + 1);
            let next = (number < CONDITION_PAGES).then_some(next.as_str());
            ok(&page(&resources("Condition", number * 2, 2), next))
        }
        kind => ok(&page(&resources(kind, 1, 2), None)),
    }
}
