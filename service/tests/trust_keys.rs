//! Keys: what a key set may hold, where it is fetched from, how often, and how long it is kept (J6, J7).

mod trust_support;

use futures_util::future::join_all;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use trust_support::key_server::KeyServer;
use trust_support::{Bed, DISCOVERY, Key, claims, client, encode, jwks, key_file, logged, settings, trust};

static OLD: LazyLock<Key> = LazyLock::new(|| Key::new("old", "ES384"));
static NEW: LazyLock<Key> = LazyLock::new(|| Key::new("new", "ES256"));
static RSA: LazyLock<Key> = LazyLock::new(|| Key::new("rsa", "RS256"));

fn token(key: &Key) -> String {
    key.token(&claims(DISCOVERY))
}

fn fetching(server: &KeyServer) -> Bed {
    Bed::new(&client(&format!("jwks_url = {:?}", server.url())))
}

/// A key set in a file, if the service starts with it.
fn from_file(keys: &str) -> Result<Bed, Vec<String>> {
    let text = client(&format!("jwks_file = {:?}", key_file(keys)));
    trust(&settings(&text)).1.map(|_| Bed::new(&text))
}

/// A set of the old key, and of another one made of it.
fn beside_old(change: impl FnOnce(&mut Value)) -> String {
    let mut other = OLD.jwk();
    change(&mut other);
    json!({"keys": [other, RSA.jwk()]}).to_string()
}

// What a set may hold.

#[actix_web::test]
async fn j6_a_key_whose_parts_disagree_verifies_nothing() {
    let elsewhere = NEW.jwk();
    let changes: [(&str, Value); 16] = [
        ("use", "enc".into()),
        ("use", 1.into()),
        ("key_ops", json!(["sign"])),
        ("kty", "RSA".into()),
        ("kty", "oct".into()),
        ("kty", "ec".into()),
        ("crv", "P-256".into()),
        ("crv", "P-521".into()),
        ("crv", Value::Null),
        ("alg", "ES256".into()),
        ("alg", "HS384".into()),
        ("alg", "none".into()),
        ("x", elsewhere["x"].clone()),
        ("y", Value::Null),
        ("x", "=".into()),
        ("kid", "k".repeat(257).into()),
    ];
    for (name, value) in changes {
        let bed = from_file(&beside_old(|jwk| jwk[name] = value.clone())).unwrap();
        bed.refuses(&token(&OLD), "unknown-key").await;
        bed.accepts(&token(&RSA)).await;
    }
    let without_kid = beside_old(|jwk| drop(jwk.as_object_mut().unwrap().remove("kid")));
    from_file(&without_kid)
        .unwrap()
        .refuses(&token(&OLD), "unknown-key")
        .await;
    let off_the_curve = beside_old(|jwk| jwk["y"] = jwk["x"].clone());
    from_file(&off_the_curve)
        .unwrap()
        .refuses(&token(&OLD), "signature")
        .await;
    for harmless in [
        json!({"use": "sig"}),
        json!({"key_ops": ["verify"]}),
        json!({"x5c": ["AA"], "nbf": 1}),
    ] {
        let set = beside_old(|jwk| {
            jwk.as_object_mut()
                .unwrap()
                .extend(harmless.as_object().unwrap().clone())
        });
        from_file(&set).unwrap().accepts(&token(&OLD)).await;
    }
}

#[actix_web::test]
async fn j6_an_rsa_key_that_is_too_short_or_a_shared_secret_is_no_key() {
    let short = json!({"kid": "old", "kty": "RSA", "n": "A".repeat(170), "e": "AQAB"});
    let secret = json!({"kid": "old", "kty": "oct", "alg": "HS256", "k": "c2VjcmV0"});
    for key in [short, secret] {
        let set = json!({"keys": [key, RSA.jwk()]}).to_string();
        from_file(&set)
            .unwrap()
            .refuses(&token(&OLD), "unknown-key")
            .await;
    }
    let faults = from_file(&json!({"keys": [secret_key()]}).to_string())
        .err()
        .unwrap();
    assert!(faults[0].contains("no key that could verify"), "{faults:?}");
}

fn secret_key() -> Value {
    json!({"kid": "old", "kty": "oct", "k": "c2VjcmV0"})
}

#[actix_web::test]
async fn j6_a_kid_that_stands_twice_spoils_the_set_unless_the_algorithms_differ() {
    let other = Key::new("old", "ES384");
    let faults = from_file(&jwks(&[&OLD, &RSA, &other])).err().unwrap();
    assert!(faults[0].contains("duplicate-kid"), "{faults:?}");
    let server = KeyServer::new(&jwks(&[&other, &OLD]));
    let bed = fetching(&server);
    bed.refuses(&token(&OLD), "keys-not-available").await;
    bed.refuses(&token(&other), "keys-not-available").await;

    let same_name = Key::new("old", "ES256");
    let bed = from_file(&jwks(&[&OLD, &same_name])).unwrap();
    bed.accepts(&token(&OLD)).await;
    bed.accepts(&token(&same_name)).await;
    let claims = claims(DISCOVERY).to_string();
    let crossed = encode(OLD.header().to_string(), &claims, |message| {
        same_name.sign(message, "ES256")
    });
    bed.refuses(&crossed, "signature").await;
}

#[actix_web::test]
async fn j6_what_is_no_key_set_is_not_taken() {
    let good = jwks(&[&OLD]);
    let many: Vec<Value> = (0..257)
        .map(|number| json!({"kid": number.to_string()}))
        .collect();
    let ten_thousand: Vec<Value> = (0..10_000).map(|_| OLD.jwk()).collect();
    let texts = [
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        format!("[{}]", OLD.jwk()),
        "null".to_owned(),
        "{\"keys\":{}}".to_owned(),
        "{\"keys\":null}".to_owned(),
        "<html>".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}x"),
        good.replacen('{', "{\"keys\":[],", 1),
        json!({ "keys": many }).to_string(),
        json!({ "keys": ten_thousand }).to_string(),
        format!("{good}{}", " ".repeat(256 << 10)),
        "[".repeat(100_000),
        format!("{{\"keys\":{}", "[".repeat(100_000)),
    ];
    for text in texts {
        let start = &text[..text.len().min(40)];
        assert!(from_file(&text).is_err(), "{start}");
        let server = KeyServer::new(&text);
        let bed = fetching(&server);
        bed.refuses(&token(&OLD), "keys-not-available").await;
        // Keys that are there are kept.
        server.serves(&good);
        bed.clock.advance(5);
        bed.accepts(&bed.token(&OLD)).await;
        server.serves(&text);
        bed.clock.advance(30);
        bed.refuses(&bed.token(&NEW), "unknown-key").await;
        bed.accepts(&bed.token(&OLD)).await;
        assert_eq!(server.asked(), 3, "{start}");
    }
}

// Fetching.

#[actix_web::test]
async fn j7_a_rotated_key_is_picked_up_and_a_withdrawn_one_is_dropped() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    let bed = fetching(&server);
    bed.accepts(&bed.token(&OLD)).await;
    bed.clock.advance(29);
    server.serves(&jwks(&[&NEW]));
    bed.refuses(&bed.token(&NEW), "unknown-key").await;
    assert_eq!(server.asked(), 1);
    bed.clock.advance(1);
    bed.accepts(&bed.token(&NEW)).await;
    bed.refuses(&bed.token(&OLD), "unknown-key").await;
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn j7_a_withdrawn_key_is_dropped_without_an_unknown_one() {
    let server = KeyServer::new(&jwks(&[&OLD, &NEW]));
    let bed = fetching(&server);
    bed.accepts(&bed.token(&OLD)).await;
    server.serves(&jwks(&[&NEW]));
    // Past the refresh the request does not wait, long past it does.
    bed.clock.advance(1200);
    bed.refuses(&bed.token(&OLD), "unknown-key").await;
    assert_eq!(server.asked(), 2);
    server.serves(&jwks(&[]));
    bed.clock.advance(1200);
    bed.refuses(&bed.token(&NEW), "unknown-key").await;
}

#[actix_web::test]
async fn j7_a_refresh_in_the_background_makes_nobody_wait() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    let bed = fetching(&server);
    bed.accepts(&bed.token(&OLD)).await;
    server.delays(Duration::from_millis(400));
    bed.clock.advance(600);
    let start = Instant::now();
    bed.accepts(&bed.token(&OLD)).await;
    assert!(
        start.elapsed() < Duration::from_millis(300),
        "{:?}",
        start.elapsed()
    );
    actix_web::rt::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(server.asked(), 2);
    bed.accepts(&bed.token(&OLD)).await;
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn j7_ten_thousand_unknown_kids_lead_to_one_fetch_in_thirty_seconds() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    let bed = fetching(&server);
    bed.accepts(&bed.token(&OLD)).await;
    let right = bed.token(&OLD);
    let claims = right.split('.').nth(1).unwrap();
    for round in 1..=3 {
        bed.clock.advance(30);
        let start = server.asked();
        let tokens = (0..3400).map(|number| {
            let header =
                json!({"alg": "ES384", "typ": "JWT", "kid": format!("{round}-{number}")}).to_string();
            format!("{}.{claims}.AAAA", trust_support::base64url(header))
        });
        assert_eq!(bed.statuses(tokens).await, [401].into());
        assert_eq!(server.asked() - start, 1);
    }
    bed.accepts(&bed.token(&OLD)).await;
}

#[actix_web::test]
async fn j7_requests_that_need_the_same_keys_share_one_fetch() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    server.delays(Duration::from_millis(200));
    let bed = fetching(&server);
    let tokens: Vec<String> = (0..50).map(|_| bed.token(&OLD)).collect();
    let replies = join_all(tokens.iter().map(|token| bed.discover(token))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(server.asked(), 1);
}

#[actix_web::test]
async fn j7_a_caller_that_goes_away_does_not_end_the_fetch() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    server.delays(Duration::from_millis(200));
    let bed = fetching(&server);
    let token = bed.token(&OLD);
    let waiting = within(Duration::from_millis(50), bed.discover(&token)).await;
    assert!(waiting.is_none());
    bed.accepts(&bed.token(&OLD)).await;
    assert_eq!(server.asked(), 1);
}

async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let sleep = actix_web::rt::time::sleep(limit);
    match futures_util::future::select(Box::pin(future), Box::pin(sleep)).await {
        futures_util::future::Either::Left((output, _)) => Some(output),
        futures_util::future::Either::Right(_) => None,
    }
}

#[actix_web::test]
async fn j7_old_keys_verify_while_the_key_server_is_down_until_they_are_too_old() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    let bed = fetching(&server);
    bed.accepts(&bed.token(&OLD)).await;
    server.answers("503 Service Unavailable", "", "");
    for hours in 1..=24 {
        bed.clock.advance(3600);
        bed.accepts(&bed.token(&OLD)).await;
        assert!(server.asked() <= 1 + hours, "{hours}: {}", server.asked());
    }
    bed.clock.advance(1);
    bed.refuses(&bed.token(&OLD), "keys-not-available").await;
    server.serves(&jwks(&[&OLD]));
    bed.clock.advance(30);
    bed.accepts(&bed.token(&OLD)).await;
}

#[actix_web::test]
async fn j7_without_keys_it_tries_again_and_is_not_ready_meanwhile() {
    let server = KeyServer::new("");
    server.answers("500 Internal Server Error", "", "");
    let bed = fetching(&server);
    let ready = || bed.send(actix_web::test::TestRequest::get().uri("/health/ready"));
    assert_eq!(ready().await.status, 503);
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.asked(), 1);
    for _ in 0..20 {
        bed.refuses(&bed.token(&OLD), "keys-not-available").await;
        assert_eq!(ready().await.status, 503);
    }
    assert_eq!(server.asked(), 1);
    server.serves(&jwks(&[&OLD]));
    bed.clock.advance(5);
    assert_eq!(ready().await.status, 503);
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ready().await.status, 200);
    bed.accepts(&bed.token(&OLD)).await;
    assert_eq!(server.asked(), 2);
}

#[actix_web::test]
async fn j7_a_slow_key_server_is_left_after_two_seconds() {
    let server = KeyServer::new(&jwks(&[&OLD]));
    server.delays(Duration::from_secs(4));
    let bed = fetching(&server);
    let start = Instant::now();
    bed.refuses(&bed.token(&OLD), "keys-not-available").await;
    assert!(start.elapsed() > Duration::from_millis(1900) && start.elapsed() < Duration::from_millis(3500));
    assert!(logged().contains("timed-out"), "{}", logged());
}

#[actix_web::test]
async fn j7_a_redirect_is_not_followed_and_other_answers_are_no_keys() {
    let canary = KeyServer::new(&jwks(&[&OLD]));
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let server = KeyServer::new("");
        server.answers(status, &format!("Location: {}\r\n", canary.url()), &jwks(&[&OLD]));
        fetching(&server)
            .refuses(&token(&OLD), "keys-not-available")
            .await;
    }
    for status in ["201 Created", "206 Partial Content", "404 Not Found", "500 Error"] {
        let server = KeyServer::new("");
        server.answers(status, "", &jwks(&[&OLD]));
        fetching(&server)
            .refuses(&token(&OLD), "keys-not-available")
            .await;
    }
    assert_eq!(canary.asked(), 0);
}

// jku.

#[actix_web::test]
async fn j7_jku_is_compared_and_never_fetched() {
    let canary = KeyServer::new(&jwks(&[&NEW]));
    let server = KeyServer::new(&jwks(&[&OLD]));
    let bed = fetching(&server);
    let (url, evil) = (server.url(), canary.url());
    let host = url
        .trim_start_matches("http://")
        .trim_end_matches("/keys")
        .to_owned();
    let evil_host = evil
        .trim_start_matches("http://")
        .trim_end_matches("/keys")
        .to_owned();
    let with = |key: &Key, jku: Value| key.token_with(|header| header["jku"] = jku, &claims(DISCOVERY));
    let wrong = [
        evil.clone(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("http://{host}/other"),
        format!("http://{host}@{evil_host}/keys"),
        format!("http://user@{host}/keys"),
        format!("{url}#{evil}"),
        format!("{evil}#{url}"),
        format!("{url}?x={evil}"),
        format!("{url}/"),
        format!("{url}/../keys"),
        format!("{url}%00"),
        format!("{url}\\@{evil_host}"),
        format!(" {url}"),
        url.to_uppercase(),
        url.replace("http", "https"),
        url.replace("127.0.0.1", "localhost"),
        url.replace("127.0.0.1", "2130706433"),
        url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        url.replace("127.0.0.1", "xn--bcher-kva.example"),
        format!("http://{host}.evil.example/keys"),
        String::new(),
    ];
    for jku in wrong {
        bed.refuses(&with(&NEW, json!(jku)), "jku-not-registered").await;
        bed.refuses(&with(&OLD, json!(jku)), "jku-not-registered").await;
    }
    for jku in [json!(null), json!(1), json!([url])] {
        bed.refuses(&with(&OLD, jku), "header").await;
    }
    assert_eq!((server.asked(), canary.asked()), (0, 0));
    bed.accepts(&with(&OLD, json!(url))).await;
    bed.refuses(&with(&NEW, json!(url)), "unknown-key").await;
    assert_eq!((server.asked(), canary.asked()), (1, 0));
}

#[actix_web::test]
async fn one_issuer_may_have_several_key_servers() {
    let (one, two) = (KeyServer::new(&jwks(&[&OLD])), KeyServer::new(&jwks(&[&NEW])));
    let bed = Bed::new(&client(&format!(
        "jwks_urls = [{:?}, {:?}]",
        one.url(),
        two.url()
    )));
    for key in [&*OLD, &*NEW] {
        bed.accepts(&token(key)).await;
    }
    let with =
        |key: &Key, url: String| key.token_with(|header| header["jku"] = url.into(), &claims(DISCOVERY));
    bed.accepts(&with(&OLD, one.url())).await;
    bed.accepts(&with(&NEW, two.url())).await;
    // A key is looked for where the token says it is.
    bed.refuses(&with(&OLD, two.url()), "unknown-key").await;
    one.answers("500 Error", "", "");
    bed.clock.advance(120);
    bed.accepts(&bed.token(&NEW)).await;
}

// Files.

#[actix_web::test]
async fn a_key_file_is_read_again_when_it_changes_and_kept_when_it_breaks() {
    let file = key_file(&jwks(&[&OLD]));
    let bed = Bed::new(&client(&format!("jwks_file = {file:?}")));
    bed.accepts(&token(&OLD)).await;
    std::fs::write(&file, jwks(&[&NEW])).unwrap();
    bed.accepts(&token(&NEW)).await;
    bed.refuses(&token(&OLD), "unknown-key").await;
    std::fs::write(&file, "{").unwrap();
    bed.accepts(&token(&NEW)).await;
    assert!(logged().contains("old keys kept"), "{}", logged());
    std::fs::remove_file(&file).unwrap();
    bed.accepts(&token(&NEW)).await;
    // As Kubernetes does it: a link to another file.
    std::os::unix::fs::symlink(key_file(&jwks(&[&OLD])), &file).unwrap();
    bed.accepts(&token(&OLD)).await;
    bed.refuses(&token(&NEW), "unknown-key").await;
}

#[actix_web::test]
async fn with_a_key_file_jku_is_one_that_was_registered_beside_it() {
    let file = key_file(&jwks(&[&OLD]));
    let canary = KeyServer::new(&jwks(&[&OLD]));
    let bed = Bed::new(&client(&format!(
        "jwks_file = {file:?}\naccepted_jku = [{:?}]",
        canary.url()
    )));
    let with = |url: String| OLD.token_with(|header| header["jku"] = url.into(), &claims(DISCOVERY));
    bed.accepts(&with(canary.url())).await;
    bed.refuses(&with(format!("{}/", canary.url())), "jku-not-registered")
        .await;
    assert_eq!(canary.asked(), 0);
}

#[test]
fn every_file_that_cannot_be_used_is_reported_at_once() {
    let text = "auth.ca_file = \"/nowhere/ca.pem\"\n";
    let faults = trust(&settings(&format!(
        "{text}{}",
        client("jwks_file = \"/nowhere\"")
    )))
    .1
    .err()
    .unwrap();
    assert!(faults[0].contains("auth.ca_file"), "{faults:?}");
    let two = format!(
        "{}[[clients]]\nissuer = \"x\"\njwks_file = {:?}\n",
        client("jwks_file = \"/nowhere/keys.json\""),
        key_file("{}")
    );
    let faults = trust(&settings(&two)).1.err().unwrap();
    assert_eq!(faults.len(), 2);
    assert!(
        faults[0].contains("`clients.jwks_file`: /nowhere/keys.json"),
        "{faults:?}"
    );
    assert!(faults[1].contains("not-a-key-set"), "{faults:?}");
}
