//! For whom a token is and when: the public address called, and the time by a clock to set (J3, J5).

mod trust_support;

use serde_json::json;
use trust_support::{
    Bed, DISCOVERY, EC384, HOOK, ISSUER, NOW, PUBLIC, bed, changed, claims, client, is_bare, jwks, key_file,
};

// J3.

#[actix_web::test]
async fn j3_aud_is_exactly_the_public_address_that_is_called() {
    let bed = bed();
    let url = format!("{PUBLIC}{DISCOVERY}");
    let wrong = [
        format!("{PUBLIC}{HOOK}"),
        format!("{PUBLIC}{HOOK}/feedback"),
        format!("{PUBLIC}/assessment"),
        format!("{url}/"),
        format!("{url}?"),
        format!("{url}#"),
        url.to_uppercase(),
        url.replace("cds.example", "CDS.example"),
        url.replace(".org/", ".org:443/"),
        url.replace(".org/", ".org:8443/"),
        url.replace("https", "http"),
        url.replace(".org/", ".org//"),
        url.replace(".org/", ".org./"),
        url.replace("//", "//user@"),
        url.replace("cds-services", "cds%2Dservices"),
        format!("{url}.evil.example"),
        format!(" {url}"),
        PUBLIC.to_owned(),
        DISCOVERY.to_owned(),
        "http://127.0.0.1:1/cds-services".to_owned(),
        "*".to_owned(),
        String::new(),
        "sand_man".to_owned(),
    ];
    for aud in &wrong {
        bed.refuses(
            &EC384.token(&changed(|claims| claims["aud"] = json!(aud))),
            "audience",
        )
        .await;
    }
    bed.refuses(
        &EC384.token(&changed(|claims| claims["aud"] = json!(wrong))),
        "audience",
    )
    .await;
    bed.refuses(
        &EC384.token(&changed(|claims| claims["aud"] = json!([]))),
        "audience",
    )
    .await;
    let logged = trust_support::logged();
    assert!(
        logged.contains(&format!("expected=\"{PUBLIC}{DISCOVERY}\"")),
        "{logged}"
    );
    assert!(logged.contains("received=\"an empty list\""), "{logged}");
    for aud in [json!([url]), json!(["x", url]), json!([url, url])] {
        bed.accepts(&EC384.token(&changed(|claims| claims["aud"] = aud)))
            .await;
    }
}

#[actix_web::test]
async fn j3_the_headers_of_the_request_do_not_change_the_address() {
    let bed = bed();
    for host in ["cds.example.org", "evil.example.org", "127.0.0.1:1"] {
        let request = |token: &str| {
            actix_web::test::TestRequest::get()
                .uri(DISCOVERY)
                .insert_header(("Host", host))
                .insert_header(("X-Forwarded-Host", host))
                .insert_header(("X-Forwarded-Proto", "http"))
                .insert_header(("X-Forwarded-Prefix", "/x"))
                .insert_header(("Forwarded", format!("host={host};proto=http")))
                .insert_header(("Authorization", format!("Bearer {token}")))
        };
        let evil = changed(|claims| claims["aud"] = "https://evil.example.org/cds-services".into());
        is_bare(&bed.send(request(&EC384.token(&evil))).await, "audience");
        assert_eq!(
            bed.send(request(&EC384.token(&claims(DISCOVERY)))).await.status,
            200
        );
    }
}

#[actix_web::test]
async fn j3_a_token_for_one_path_is_none_for_another() {
    let bed = bed();
    let body = json!({});
    for (path, status) in [(HOOK, 400), ("/assessment", 400), ("/cds-services/other", 404)] {
        for other in [
            DISCOVERY,
            HOOK,
            "/assessment",
            "/cds-services/other",
            "/cds-services/pnet-liver-metastases/feedback",
        ] {
            let reply = bed.post(path, &EC384.token(&claims(other)), &body).await;
            if other == path {
                // The body is looked at after the caller.
                assert_eq!(reply.status, status, "{path}: {}", reply.body);
            } else {
                is_bare(&reply, "audience");
            }
        }
    }
    // Routed to the service, but not the address that it has.
    let spelled = HOOK.replace("pnet-", "pnet%2D");
    is_bare(
        &bed.post(&spelled, &EC384.token(&claims(HOOK)), &body).await,
        "audience",
    );
}

#[actix_web::test]
async fn j3_registered_audiences_are_of_their_client_only() {
    let file = key_file(&jwks(&[&EC384]));
    let file = format!("jwks_file = {file:?}\n");
    let text = format!(
        "{}[[clients]]\nissuer = \"https://other.example.org\"\n{file}",
        client(&format!(
            "{file}audiences = [\"sand_man\", \"https://x.example.org/a\"]"
        ))
    );
    let bed = Bed::new(&text);
    for aud in ["sand_man", "https://x.example.org/a"] {
        let token = |issuer: &str| {
            EC384.token(&changed(|claims| {
                claims["aud"] = aud.into();
                claims["iss"] = issuer.into();
            }))
        };
        bed.accepts(&token(ISSUER)).await;
        bed.refuses(&token("https://other.example.org"), "audience").await;
    }
    bed.accepts(&EC384.token(&claims(DISCOVERY))).await;
}

// J5.

#[actix_web::test]
async fn j5_clocks_may_differ_by_thirty_seconds_and_a_token_lives_an_hour() {
    let bed = bed();
    let times = |iat: i64, exp: i64, nbf: Option<i64>| {
        let at = |offset: i64| json!(NOW.saturating_add_signed(offset));
        EC384.token(&changed(|claims| {
            claims["iat"] = at(iat);
            claims["exp"] = at(exp);
            if let Some(nbf) = nbf {
                claims["nbf"] = at(nbf);
            }
        }))
    };
    for (iat, exp, nbf) in [
        (0, 300, None),
        (-300, -29, None),
        (30, 330, None),
        (0, 3600, None),
        (-3000, 600, None),
        (0, 300, Some(30)),
        (0, 900, Some(-300)),
        (0, 0, None),
    ] {
        bed.accepts(&times(iat, exp, nbf)).await;
    }
    for (iat, exp, nbf, reason) in [
        (-300, -30, None, "expired"),
        (-3630, -31, None, "expired"),
        (31, 331, None, "not-yet-valid"),
        (0, 3601, None, "life-too-long"),
        (-1, 3600, None, "life-too-long"),
        (1, 0, None, "life-too-long"),
        (0, 300, Some(31), "not-yet-valid"),
    ] {
        bed.refuses(&times(iat, exp, nbf), reason).await;
    }
}
