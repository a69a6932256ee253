//! Tokens and key sets to the last byte: strict base64url, UTF-8 all through, objects only (J2, J8).

#![expect(clippy::unwrap_used, reason = "tests")]

mod trust_support;

use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use trust_support::{
    Bed, DISCOVERY, EC384, ISSUER, NOW, PUBLIC, base64url, bed, changed, client, is_bare, key_file,
};

fn good() -> Value {
    changed(|_| {})
}

/// A text with these bytes in the place of `HERE`.
fn with(text: &str, bytes: &[u8]) -> Vec<u8> {
    let (before, after) = text.split_once("HERE").unwrap();
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

const NO_TEXT: [&[u8]; 5] = [
    b"\xff",
    b"\xc3",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80",
];

#[actix_web::test]
async fn a_part_that_is_no_utf_8_is_no_part_wherever_the_bytes_stand() {
    let bed = bed();
    for bytes in NO_TEXT {
        for (name, place) in [("jti", "HERE"), ("other", "HERE"), ("tenant", "a HERE")] {
            let claims = changed(|claims| claims[name] = place.into()).to_string();
            let token = EC384.token_of(EC384.header().to_string(), with(&claims, bytes));
            bed.refuses(&token, "malformed-token").await;
        }
        for text in [r#"{"x":{"HERE":1},"#, r#"{"x":["HERE"],"#, r#"{"HERE":1,"#] {
            let claims = good().to_string().replacen('{', text, 1);
            let token = EC384.token_of(EC384.header().to_string(), with(&claims, bytes));
            bed.refuses(&token, "malformed-token").await;
            let header = EC384.header().to_string().replacen('{', text, 1);
            let token = EC384.token_of(with(&header, bytes), good().to_string());
            bed.refuses(&token, "malformed-token").await;
        }
    }
    // Text of any kind is text.
    let claims = changed(|claims| claims["other"] = "\u{e4}\u{1f9ec}".into());
    bed.accepts(&EC384.token(&claims)).await;
}

/// A rightly signed token of parts as they are.
fn signed(header: &str, claims: &str) -> String {
    let message = format!("{header}.{claims}");
    let signature = base64url(EC384.sign(message.as_bytes(), EC384.alg));
    format!("{message}.{signature}")
}

#[actix_web::test]
async fn only_one_spelling_of_a_part_is_taken() {
    let bed = bed();
    let header = base64url(EC384.header().to_string());
    for length in 0..3 {
        let claims = changed(|claims| claims["pad"] = "x".repeat(length).into());
        let claims = base64url(claims.to_string());
        for other in [
            format!("{claims}="),
            format!("{claims}=="),
            format!(" {claims}"),
            format!("{claims} "),
            format!("{claims}\t"),
            format!("{claims}A"),
            format!("{}!{}", &claims[..10], &claims[10..]),
            format!("{}+{}", &claims[..10], &claims[11..]),
            format!("{}/{}", &claims[..10], &claims[11..]),
        ] {
            bed.refuses(&signed(&header, &other), "malformed-token").await;
            // One more letter is one more byte where it makes whole bytes: a header that is no JSON.
            let is_longer = other.ends_with('A') && other.len() > claims.len() && other.len() % 4 != 1;
            let reason = if is_longer { "header" } else { "malformed-token" };
            bed.refuses(&signed(&other, &header), reason).await;
        }
        // The bits that the last character has beyond the last byte.
        let stray = match claims.len() % 4 {
            2 | 3 => {
                let (start, last) = claims.split_at(claims.len() - 1);
                format!("{start}{}", char::from(last.as_bytes()[0] + 1))
            }
            _ => continue,
        };
        bed.refuses(&signed(&header, &stray), "malformed-token").await;
    }
    let right = signed(&header, &base64url(good().to_string()));
    bed.refuses(&format!("{right}="), "malformed-token").await;
    bed.refuses(&format!("{right}A"), "signature").await;
    bed.accepts(&right).await;
}

#[actix_web::test]
async fn an_array_is_no_header_and_no_claims() {
    let bed = bed();
    let claims = good();
    let aud = format!("{PUBLIC}{DISCOVERY}");
    for header in [
        json!(["ES384", "JWT", EC384.kid]),
        json!(["ES384", "JWT", EC384.kid, null, null]),
        json!([EC384.header()]),
    ] {
        bed.refuses(
            &EC384.token_of(header.to_string(), claims.to_string()),
            "malformed-token",
        )
        .await;
    }
    for claims in [
        json!([ISSUER, aud, NOW + 300, NOW, "jti-array"]),
        json!([ISSUER, [aud], NOW + 300, NOW, "jti-array", null, null]),
        json!([claims]),
    ] {
        bed.refuses(
            &EC384.token_of(EC384.header().to_string(), claims.to_string()),
            "malformed-token",
        )
        .await;
    }
}

#[test]
fn an_array_or_bytes_that_are_no_text_are_no_key() {
    let key = EC384.jwk();
    let array = json!([
        "EC", EC384.kid, "ES384", "sig", null, "P-384", key["x"], key["y"], null, null
    ]);
    for text in [
        json!({ "keys": [array] }).to_string().into_bytes(),
        json!([[key]]).to_string().into_bytes(),
        with(&json!({"keys": [key], "other": "HERE"}).to_string(), b"\xff"),
        with(&json!({"keys": [key, {"kty": "HERE"}]}).to_string(), b"\xc3"),
    ] {
        let file = key_file("");
        std::fs::write(&file, &text).unwrap();
        let settings =
            trust_support::settings(&client(&format!("jwks_file = {:?}", file.display().to_string())));
        assert!(
            trust_support::trust(&settings).1.is_err(),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }
}

#[actix_web::test]
async fn what_is_no_text_in_the_header_of_the_request_is_no_token() {
    let bed = Bed::with_keys(&[&EC384]);
    let right = EC384.token(&good());
    for bytes in [
        &b"\xff"[..],
        b"\xc3\x28",
        b"\xe4",
        "\u{e4}".as_bytes(),
        b"\t",
        b" ",
    ] {
        for value in [
            [b"Bearer ", right.as_bytes(), bytes].concat(),
            [b"Bearer ", bytes, right.as_bytes()].concat(),
            [b"Bearer", bytes, b" ", right.as_bytes()].concat(),
        ] {
            let value = HeaderValue::from_bytes(&value).unwrap();
            let request = TestRequest::get()
                .uri(DISCOVERY)
                .insert_header(("Authorization", value));
            is_bare(&bed.send(request).await, "malformed-token");
        }
    }
    bed.accepts(&right).await;
}
