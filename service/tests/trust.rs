//! Tokens: what a caller has to show, and that everything else gets the same bare answer (J1, J2, J6, J7, J8).

mod trust_support;

use aws_lc_rs::hmac;
use serde_json::{Value, json};
use trust_support::{
    BARE, Bed, DISCOVERY, EC256, EC384, ISSUER, Key, NOW, PUBLIC, RSA256, all, base64url, bed, changed,
    claims, client, encode, is_bare, jwks, key_file,
};

fn good() -> Value {
    claims(DISCOVERY)
}

#[actix_web::test]
async fn a_right_token_of_every_algorithm_is_accepted() {
    let bed = bed();
    for key in all() {
        bed.accepts(&key.token(&good())).await;
    }
}

#[actix_web::test]
async fn an_rsa_key_without_alg_takes_both_rsa_algorithms_and_no_other() {
    let mut jwk = RSA256.jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    let file = key_file(&json!({"keys": [jwk]}).to_string());
    let bed = Bed::new(&client(&format!("jwks_file = {file:?}")));
    for alg in ["RS256", "RS384"] {
        let header = json!({"alg": alg, "typ": "JWT", "kid": "rsa256"}).to_string();
        bed.accepts(&encode(&header, good().to_string(), |message| {
            RSA256.sign(message, alg)
        }))
        .await;
    }
    let header = json!({"alg": "RS512", "typ": "JWT", "kid": "rsa256"}).to_string();
    let token = encode(&header, good().to_string(), |message| {
        RSA256.sign(message, "RS384")
    });
    bed.refuses(&token, "algorithm").await;
}

// J1.

#[actix_web::test]
async fn j1_no_signature_is_no_token() {
    let bed = bed();
    for key in all() {
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            let header = json!({"alg": alg, "typ": "JWT", "kid": key.kid}).to_string();
            let token = encode(&header, good().to_string(), |_| Vec::new());
            bed.refuses(&token, "malformed-token").await;
            bed.refuses(&format!("{token}AA"), "algorithm").await;
        }
        let right = key.token(&good());
        let (message, _) = right.rsplit_once('.').unwrap();
        bed.refuses(message, "malformed-token").await;
        bed.refuses(&format!("{message}."), "malformed-token").await;
    }
}

#[actix_web::test]
async fn j1_a_public_key_is_no_shared_secret() {
    let bed = bed();
    for key in all() {
        let jwk = key.jwk();
        let raw = |name: &str| jwk[name].as_str().unwrap_or_default().as_bytes().to_vec();
        let secrets = [
            key.der(),
            key.pem().into_bytes(),
            key.pem().trim_end().as_bytes().to_vec(),
            jwk.to_string().into_bytes(),
            jwks(&[key]).into_bytes(),
            raw("x"),
            raw("n"),
        ];
        for secret in secrets {
            for (alg, algorithm) in [
                ("HS256", hmac::HMAC_SHA256),
                ("HS384", hmac::HMAC_SHA384),
                ("HS512", hmac::HMAC_SHA512),
                (key.alg, hmac::HMAC_SHA256),
                (key.alg, hmac::HMAC_SHA384),
            ] {
                let header = json!({"alg": alg, "typ": "JWT", "kid": key.kid}).to_string();
                let secret = hmac::Key::new(algorithm, &secret);
                let token = encode(&header, good().to_string(), |message| {
                    hmac::sign(&secret, message).as_ref().to_vec()
                });
                let reason = if alg == key.alg { "signature" } else { "algorithm" };
                bed.refuses(&token, reason).await;
            }
        }
    }
}

#[actix_web::test]
async fn j1_every_algorithm_is_refused_for_every_other_key() {
    let bed = bed();
    for signer in all() {
        for named in all().into_iter().filter(|named| named.kid != signer.kid) {
            for alg in [
                "ES256", "ES384", "RS256", "RS384", "PS256", "ES512", "EdDSA", "es384", " ES384",
            ] {
                let header = json!({"alg": alg, "typ": "JWT", "kid": named.kid}).to_string();
                let token = encode(&header, good().to_string(), |message| signer.sign(message, alg));
                let reason = if alg == named.alg {
                    "signature"
                } else {
                    "algorithm"
                };
                bed.refuses(&token, reason).await;
            }
        }
    }
}

#[actix_web::test]
async fn j1_the_signature_is_verified_to_the_last_bit() {
    let bed = bed();
    for key in all() {
        let right = key.token(&good());
        let (message, signature) = right.rsplit_once('.').unwrap();
        let bytes = key.sign(message.as_bytes(), key.alg).len();
        let mut other = good();
        other["tenant"] = "t".into();
        let (other, _) = key
            .token(&other)
            .rsplit_once('.')
            .map(|(m, s)| (m.to_owned(), s.to_owned()))
            .unwrap();
        let forged = [
            // Psychic signatures (CVE-2022-21449) and others that need no key.
            format!("{message}.{}", base64url(vec![0; bytes])),
            format!("{message}.{}", base64url(vec![0xff; bytes])),
            format!("{message}.{}", base64url([vec![0; bytes - 1], vec![1]].concat())),
            format!("{message}.{}", base64url(vec![0; bytes + 1])),
            format!("{message}.{}", base64url(vec![0; 1])),
            format!("{message}.{}", &signature[..signature.len() - 4]),
            format!("{message}.{signature}AAAA"),
            format!("{other}.{signature}"),
        ];
        for token in forged {
            bed.refuses(&token, "signature").await;
        }
        for token in [format!("{right}="), format!("{message}.!{signature}")] {
            bed.refuses(&token, "malformed-token").await;
        }
        bed.accepts(&right).await;
    }
}

// J2.

const REQUIRED: [&str; 5] = ["iss", "aud", "exp", "iat", "jti"];

#[actix_web::test]
async fn j2_each_required_claim_is_required() {
    let bed = bed();
    for claim in REQUIRED {
        let without = changed(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        bed.refuses(&EC384.token(&without), "claims").await;
    }
}

#[actix_web::test]
async fn j2_each_claim_has_its_type() {
    let bed = bed();
    let wrong_for_all = [
        "null",
        "true",
        "{}",
        "-1",
        "-1.5",
        "1e400",
        "-1e400",
        "[1]",
        "[null]",
        "{\"a\":1}",
    ];
    let wrong_for_times = ["\"1795000300\"", "1e300", "[]", "\"\""];
    let wrong_for_texts = ["1", "0", "1.5", "18446744073709551615"];
    let of_time = ["exp", "iat", "nbf"];
    for claim in ["iss", "aud", "exp", "iat", "jti", "nbf", "tenant"] {
        let more: &[&str] = if of_time.contains(&claim) {
            &wrong_for_times
        } else {
            &wrong_for_texts
        };
        for value in wrong_for_all.iter().chain(more) {
            let text = changed(|claims| claims[claim] = "HERE".into()).to_string();
            let token = EC384.token_of(EC384.header().to_string(), text.replace("\"HERE\"", value));
            let reply = bed.discover(&token).await;
            assert_eq!(
                (reply.status, reply.body.as_str()),
                (401, BARE),
                "{claim}: {value}"
            );
        }
    }
    // A NumericDate may have fractions (RFC 7519, section 2).
    for (claim, seconds) in [("exp", NOW + 300), ("iat", NOW), ("nbf", NOW)] {
        for written in [
            format!("{seconds}.5"),
            format!("{seconds}.0"),
            format!("{}e-1", seconds * 10),
        ] {
            let text = changed(|claims| claims[claim] = "HERE".into()).to_string();
            let text = text.replace("\"HERE\"", &written);
            bed.accepts(&EC384.token_of(EC384.header().to_string(), &text))
                .await;
        }
    }
    for text in ["iss", "jti", "tenant"] {
        let list = changed(|claims| claims[text] = json!([claims[text].clone()]));
        bed.refuses(&EC384.token(&list), "claims").await;
    }
    // Of the right type, and still nothing that could be.
    for (claim, value, reason) in [
        ("exp", u64::MAX, "life-too-long"),
        ("iat", u64::MAX, "not-yet-valid"),
        ("nbf", u64::MAX, "not-yet-valid"),
        ("exp", 0, "expired"),
        ("iat", 0, "life-too-long"),
    ] {
        bed.refuses(
            &EC384.token(&changed(|claims| claims[claim] = value.into())),
            reason,
        )
        .await;
    }
    for jti in [String::new(), "j".repeat(257)] {
        bed.refuses(
            &EC384.token(&changed(|claims| claims["jti"] = jti.into())),
            "claims",
        )
        .await;
    }
    bed.accepts(&EC384.token(&changed(|claims| claims["jti"] = "j".repeat(256).into())))
        .await;
}

#[actix_web::test]
async fn j2_a_claim_that_stands_twice_and_other_json_are_refused() {
    let bed = bed();
    let header = EC384.header().to_string();
    let right = good().to_string();
    for claim in REQUIRED {
        let twice = right.replacen('{', &format!("{{\"{claim}\":{},", good()[claim]), 1);
        bed.refuses(&EC384.token_of(&header, &twice), "claims").await;
    }
    let twice = header.replacen('{', "{\"alg\":\"none\",", 1);
    bed.refuses(&EC384.token_of(&twice, &right), "header").await;
    let array = json!([
        ISSUER,
        format!("{PUBLIC}{DISCOVERY}"),
        NOW + 300,
        NOW,
        "x",
        NOW,
        "t"
    ])
    .to_string();
    let followed = format!("{right} x");
    for claims in [&array, &followed, "", "null", "1", "\"x\"", "{"] {
        bed.refuses(&EC384.token_of(&header, claims), "malformed-token")
            .await;
    }
    for header in ["[\"ES384\",\"JWT\",\"ec384\"]", "", "null", "{", "\u{feff}{}"] {
        bed.refuses(&EC384.token_of(header, &right), "malformed-token")
            .await;
    }
}

#[actix_web::test]
async fn j2_the_header_says_jwt_and_asks_for_nothing() {
    let bed = bed();
    let with = |name: &'static str, value: Value| EC384.token_with(|header| header[name] = value, &good());
    for typ in [
        json!("jwt"),
        json!("at+jwt"),
        json!("JWS"),
        json!(""),
        json!(null),
        json!(1),
        json!(["JWT"]),
    ] {
        bed.refuses(&with("typ", typ), "header").await;
    }
    let without = EC384.token_with(
        |header| drop(header.as_object_mut().unwrap().remove("typ")),
        &good(),
    );
    bed.refuses(&without, "header").await;
    for crit in [json!(["b64"]), json!(["exp"]), json!([]), json!(null), json!("x")] {
        bed.refuses(&with("crit", crit), "header").await;
    }
    for alg in [json!(null), json!(1), json!(["ES384"])] {
        bed.refuses(&with("alg", alg), "header").await;
    }
}

#[actix_web::test]
async fn what_is_no_bearer_token_is_refused() {
    let bed = bed();
    let right = EC384.token(&good());
    for token in ["", " ", ".", "..", "...", "a.b", "a.b.c.d", "a b.c", "ä.b.c"] {
        let reply = bed.discover(token).await;
        assert_eq!((reply.status, reply.body.as_str()), (401, BARE), "{token}");
    }
    bed.refuses(&format!(" {right}"), "malformed-token").await;
    bed.refuses(&format!("{right}.x"), "malformed-token").await;
    bed.refuses(&"a".repeat(17 << 10), "malformed-token").await;
    let padded = right.replacen('.', "=.", 1);
    bed.refuses(&padded, "malformed-token").await;
    let request = || actix_web::test::TestRequest::get().uri(DISCOVERY);
    is_bare(&bed.send(request()).await, "no-token");
    for value in [
        format!("Basic {right}"),
        right.clone(),
        format!("Bearer\t{right}"),
        "Bearer".to_owned(),
    ] {
        is_bare(
            &bed.send(request().insert_header(("Authorization", value))).await,
            "malformed-token",
        );
    }
    let bearer = format!("Bearer {right}");
    let twice = request()
        .append_header(("Authorization", bearer.as_str()))
        .append_header(("Authorization", bearer.as_str()));
    is_bare(&bed.send(twice).await, "malformed-token");
    let lower = request().insert_header(("Authorization", format!("bearer {right}")));
    assert_eq!(bed.send(lower).await.status, 200);
}

// J6, the token's side.

#[actix_web::test]
async fn j6_kid_is_only_a_name() {
    let bed = bed();
    let kids = [
        "../../../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "ec384\0",
        "ec384 ",
        "EC384",
        "ec38",
        "ec384/../ec384",
        "*",
        ".",
        "%65c384",
        "\u{202e}ec384",
        "a\nlevel=ERROR",
        "{{kid}}",
        "$(id)",
        "http://169.254.169.254/",
    ];
    for kid in kids {
        let token = EC384.token_with(|header| header["kid"] = kid.into(), &good());
        bed.refuses(&token, "unknown-key").await;
        assert!(!trust_support::logged().contains(kid) || kid.len() < 3, "{kid}");
    }
    bed.refuses(
        &EC384.token_with(|header| header["kid"] = "k".repeat(256).into(), &good()),
        "unknown-key",
    )
    .await;
    for kid in [json!(""), json!("k".repeat(257)), json!("k".repeat(10_000))] {
        bed.refuses(&EC384.token_with(|header| header["kid"] = kid, &good()), "key-id")
            .await;
    }
    for kid in [json!(null), json!(1), json!(["ec384"])] {
        bed.refuses(&EC384.token_with(|header| header["kid"] = kid, &good()), "header")
            .await;
    }
    let without = EC384.token_with(
        |header| drop(header.as_object_mut().unwrap().remove("kid")),
        &good(),
    );
    bed.refuses(&without, "key-id").await;
}

// J7, keys that the token brings along.

#[actix_web::test]
async fn j7_a_key_in_the_token_is_not_a_key() {
    let bed = bed();
    let own = Key::new("ec384", "ES384");
    let brought = |header: &mut Value| {
        header["jwk"] = own.jwk();
        header["x5u"] = "https://evil.example.org/cert.pem".into();
        header["x5c"] = json!([base64url(own.der())]);
        header["x5t"] = "x".into();
    };
    bed.refuses(&own.token_with(brought, &good()), "signature").await;
    bed.refuses(
        &own.token_with(|header| header["jwk"] = own.jwk(), &good()),
        "signature",
    )
    .await;
    // Beside a right signature they are passed over.
    bed.accepts(&EC384.token_with(brought, &good())).await;
}

#[actix_web::test]
async fn issuers_are_compared_to_the_letter_and_named_in_the_log_only_if_registered() {
    let bed = bed();
    for iss in [
        "https://ehr.example.org/",
        "https://EHR.example.org",
        "https://evil.example.org",
        "",
        "https://ehr.example.org\n",
    ] {
        bed.refuses(
            &EC384.token(&changed(|claims| claims["iss"] = iss.into())),
            "issuer-not-registered",
        )
        .await;
        assert!(
            !trust_support::logged().contains("issuer="),
            "{}",
            trust_support::logged()
        );
        assert!(!trust_support::logged().contains("evil"));
    }
    bed.refuses(
        &EC384.token(&changed(|claims| claims["exp"] = 1.into())),
        "expired",
    )
    .await;
    assert!(trust_support::logged().contains(&format!("issuer=\"{ISSUER}\"")));
}

#[actix_web::test]
async fn a_key_of_one_issuer_is_none_of_another() {
    let (ours, theirs) = (key_file(&jwks(&[&EC384])), key_file(&jwks(&[&EC256])));
    let bed = Bed::new(&format!(
        "{}[[clients]]\nissuer = \"https://other.example.org\"\njwks_file = {theirs:?}\n",
        client(&format!("jwks_file = {ours:?}"))
    ));
    bed.accepts(&EC384.token(&good())).await;
    bed.refuses(&EC256.token(&good()), "unknown-key").await;
    let other = |key: &Key| {
        key.token(&changed(|claims| {
            claims["iss"] = "https://other.example.org".into()
        }))
    };
    bed.accepts(&other(&EC256)).await;
    bed.refuses(&other(&EC384), "unknown-key").await;
}
