//! Pages about patients, got and posted as a browser does.

use super::{Answer, Service};

/// A page about a patient, with the headers that each has.
pub(crate) fn page(service: &Service, path: &str) -> String {
    let answer = service.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert!(
        answer.head.contains("content-type: text/html; charset=utf-8"),
        "{path}"
    );
    assert!(answer.head.contains("cache-control: no-store"), "{path}");
    assert!(
        answer
            .head
            .contains("content-security-policy: default-src 'none'"),
        "{path}"
    );
    answer.body
}

/// As a form sends it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a form is answered with.
pub(crate) fn form(service: &Service, path: &str, fields: &[(&str, &str)], headers: &[&str]) -> Answer {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let mut all = vec!["Content-Type: application/x-www-form-urlencoded"];
    all.extend(headers);
    service.request("POST", path, &all, body.join("&").as_bytes())
}

/// The part of a page between two texts.
pub(crate) fn between<'h>(html: &'h str, from: &str, to: &str) -> &'h str {
    let (_, rest) = html.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}
