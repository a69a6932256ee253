//! A service that wants tokens, and tokens for it.

use crate::issuer::Key;
use crate::server::{Answer, Service, file};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const ISSUER: &str = "https://ehr.example.org";
/// The registered address of the issuer's keys, which nobody fetches.
pub(crate) const JKU: &str = "https://ehr.example.org/jwks.json";

/// A service that knows one issuer, with its keys in a file.
pub(crate) fn guarded(keys: &[&Key]) -> Service {
    Service::start(&format!(
        "auth.mode = \"required\"\n{}",
        client(ISSUER, JKU, keys, "")
    ))
}

/// `[[clients]]` for an issuer, with more lines.
pub(crate) fn client(issuer: &str, jku: &str, keys: &[&Key], more: &str) -> String {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    let keys = file("keys.json", &json!({ "keys": keys }).to_string());
    format!("[[clients]]\nissuer = {issuer:?}\njwks_file = {keys:?}\naccepted_jku = [{jku:?}]\n{more}\n")
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// An id that no other token has.
pub(crate) fn nonce() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{:032x}", NEXT.fetch_add(1, Ordering::SeqCst))
}

/// Right claims for a path.
pub(crate) fn claims(service: &Service, path: &str) -> Value {
    let (now, jti) = (now(), nonce());
    json!({"iss": ISSUER, "aud": service.url(path), "exp": now + 300, "iat": now, "jti": jti})
}

/// Calls a path with a token.
pub(crate) fn post(service: &Service, path: &str, token: &str, body: &Value) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", token.as_str()),
    ];
    service.send("POST", path, &headers, &body.to_string())
}

/// Checks that a call of the hook with this token gets the one bare 401.
pub(crate) fn refuses(service: &Service, token: &str) {
    let answer = post(service, crate::calls::HOOK, token, &json!({}));
    answer.is_error(401, "unauthorized");
    assert_eq!(
        answer.json()["issue"][0]["details"]["text"],
        "not authorised",
        "{token}"
    );
}
