//! SMART App Launch 2: a chart opens the pages of its patient, in each of the ways that a record system may ask for.

use crate::common::{WITH_PNET, prefetched};
use crate::ehr::{Browser, CLIENT, Ehr, ISSUER, OTHER, PATIENT, TOKEN, fields, is_refused, state_of};
use crate::trust_support::{Bed, EC384, HOOK, NOW, PUBLIC, claims, jwks, key_file, logged};
use actix_web::test::TestRequest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_chart_opens_the_page_of_its_patient() {
    let ehr = Ehr::new();
    let bed = ehr.service("");
    let mut browser = Browser::default();
    ehr.script().grant["appContext"] = r#"{"card":"options","option":"prrt"}"#.into();
    ehr.script().grant["encounter"] = "e-1".into();
    let location = browser.launch(&bed, &ehr).await;
    let asked = fields(location.split_once('?').unwrap().1);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["redirect_uri"], format!("{PUBLIC}/smart/callback"));
    assert_eq!(
        (asked["aud"].as_str(), asked["launch"].as_str()),
        (ehr.base().as_str(), "l-1")
    );
    let scopes: Vec<&str> = asked["scope"].split(' ').collect();
    for scope in ["launch", "openid", "fhirUser", "patient/Condition.rs"] {
        assert!(scopes.contains(&scope), "{scopes:?}");
    }
    assert!(!scopes.contains(&"launch/patient"));
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["code_challenge"].len() == 43);
    let code = ehr.authorize(&location);
    let reply = browser
        .get(
            &bed,
            &format!("/smart/callback?code={code}&state={}", asked["state"]),
        )
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some("patient#option-prrt"))
    );
    // Nothing that opens anything is in the log.
    let log = logged();
    for secret in [TOKEN, &code, &asked["state"], browser.session().unwrap()] {
        assert!(!log.contains(secret), "{log}");
    }
    let exchange = ehr.script().exchanges[0].clone();
    assert_eq!(
        exchange.0, None,
        "a public client proves itself by its proof key alone"
    );
    assert_eq!(exchange.1["client_id"], CLIENT);
    assert_eq!(exchange.1["grant_type"], "authorization_code");
    assert_eq!(exchange.1["redirect_uri"], asked["redirect_uri"]);
    assert_eq!(
        ehr.script().asked,
        1,
        "what the server says of itself is asked for once"
    );
    let page = browser.get(&bed, "/smart/patient").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for text in [
        "by Practitioner&#x2f;7",
        "id=\"option-prrt\"",
        "insulinoma-debulking",
        "..&#x2f;static&#x2f;style",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains(TOKEN));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let read = ehr.script().read.clone();
    assert!(read.iter().any(|path| path.starts_with("Condition")), "{read:?}");
    assert!(
        read.iter()
            .all(|path| path.contains(PATIENT) && !path.contains(OTHER)),
        "{read:?}"
    );
}

#[actix_web::test]
async fn without_a_chart_the_authorization_server_asks_for_the_patient() {
    let ehr = Ehr::new();
    let bed = ehr.service("");
    let mut browser = Browser::default();
    let reply = browser
        .get(&bed, &format!("/smart/launch?iss={}/", ehr.base()))
        .await;
    let location = reply.header("location").unwrap().to_owned();
    let asked = fields(location.split_once('?').unwrap().1);
    assert!(!asked.contains_key("launch"));
    let scopes: Vec<&str> = asked["scope"].split(' ').collect();
    assert!(
        scopes.contains(&"launch/patient") && !scopes.contains(&"launch"),
        "{scopes:?}"
    );
    let code = ehr.authorize(&location);
    let reply = browser
        .get(
            &bed,
            &format!("/smart/callback?code={code}&state={}", state_of(&location)),
        )
        .await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("patient")));
    assert_eq!(browser.get(&bed, "/smart/patient").await.status, 200);
}

#[actix_web::test]
async fn a_secret_proves_the_service() {
    let ehr = Ehr::new();
    let secret = key_file("s3cret/with:signs\n");
    let bed = ehr.service(&format!("smart.client_secret_file = {secret:?}"));
    let mut browser = Browser::default();
    assert_eq!(browser.open(&bed, &ehr).await.status, 303);
    let (header, form) = ehr.script().exchanges[0].clone();
    // RFC 6749, 2.3.1: both parts are written as in a form first.
    let expected = STANDARD.encode(format!("{CLIENT}:s3cret%2Fwith%3Asigns"));
    assert_eq!(header, Some(format!("Basic {expected}")));
    assert!(!form.contains_key("client_secret") && !logged().contains("s3cret"));
}

#[actix_web::test]
async fn a_private_key_proves_the_service() {
    let random = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let public = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der.as_ref()).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    let ehr = Ehr::new();
    let bed = ehr.service(&format!("smart.key_file = {:?}", key_file(&pem)));
    let mut names = Vec::new();
    for _ in 0..2 {
        assert_eq!(Browser::default().open(&bed, &ehr).await.status, 303);
        let (header, form) = ehr.script().exchanges.pop().unwrap();
        assert_eq!(header, None);
        assert_eq!(
            form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let (message, signature) = form["client_assertion"].rsplit_once('.').unwrap();
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, public.public_key().as_ref());
        key.verify(message.as_bytes(), &decoded(signature)).unwrap();
        let (header, claims) = message.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&decoded(header)).unwrap();
        let claims: Value = serde_json::from_slice(&decoded(claims)).unwrap();
        assert_eq!((&header["alg"], &header["typ"]), (&json!("ES384"), &json!("JWT")));
        assert_eq!(header["kid"].as_str().unwrap().len(), 43);
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
        assert_eq!(claims["aud"], format!("{}/token", ehr.origin));
        let life = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
        assert!(life <= 300);
        names.push(claims["jti"].clone());
    }
    assert_ne!(names[0], names[1], "each is good once");
}

#[actix_web::test]
async fn a_server_of_the_older_standard_is_asked_in_its_words_and_not_who_the_user_is() {
    let ehr = Ehr::new();
    ehr.script().description["capabilities"] = json!(["launch-ehr", "permission-v1"]);
    let bed = ehr.service("");
    let mut browser = Browser::default();
    let location = browser.launch(&bed, &ehr).await;
    let asked = fields(location.split_once('?').unwrap().1);
    let scopes: Vec<&str> = asked["scope"].split(' ').collect();
    assert!(scopes.contains(&"patient/Condition.read"), "{scopes:?}");
    assert!(
        !scopes
            .iter()
            .any(|scope| scope.ends_with(".rs") || *scope == "openid"),
        "{scopes:?}"
    );
    assert!(!asked.contains_key("nonce"));
    assert_eq!(browser.open(&bed, &ehr).await.status, 303);
    let page = browser.get(&bed, "/smart/patient").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains("chart by"),
        "nobody is named who was not told"
    );
}

#[actix_web::test]
async fn a_session_ends_when_nobody_uses_it_and_with_its_token() {
    let ehr = Ehr::new();
    let bed = ehr.service_with("smart.session = \"60 s\"", "");
    let mut browser = Browser::default();
    browser.open(&bed, &ehr).await;
    for (seconds, status) in [(59, 200), (59, 200), (60, 401), (0, 401)] {
        bed.clock.advance(seconds);
        let reply = browser.get(&bed, "/smart/patient").await;
        assert_eq!(reply.status, status);
        assert!(status == 200 || reply.body.contains("<code>no-session</code>"));
    }
    ehr.script().grant["expires_in"] = json!(90);
    ehr.script().identity.as_mut().unwrap()["exp"] = json!(NOW + 3600);
    browser.open(&bed, &ehr).await;
    for (seconds, status) in [(45, 200), (44, 200), (1, 401)] {
        bed.clock.advance(seconds);
        assert_eq!(browser.get(&bed, "/smart/patient").await.status, status);
    }
}

#[actix_web::test]
async fn a_patient_without_such_a_tumour_gets_a_page_that_says_so() {
    let ehr = Ehr::new();
    ehr.script().grant["patient"] = OTHER.into();
    let bed = ehr.service("");
    let mut browser = Browser::default();
    browser.open(&bed, &ehr).await;
    let reply = browser.get(&bed, "/smart/patient").await;
    assert_eq!(reply.status, 404);
    assert!(reply.body.contains("<code>no-tumour</code>"), "{}", reply.body);
}

#[actix_web::test]
async fn cards_lead_to_the_launch_only_where_it_can_be_answered() {
    let ehr = Ehr::new();
    let cards = |bed: Bed| async move {
        let reply = bed
            .post(HOOK, &EC384.token(&claims(HOOK)), &prefetched(WITH_PNET))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    };
    let launched = cards(ehr.service("")).await;
    let mut linked = launched.json();
    let mut kinds = Vec::new();
    for card in linked["cards"].as_array_mut().unwrap() {
        let about = card["extension"]["io.github.pnet-cds.card"].clone();
        let links = card["links"].as_array_mut().unwrap();
        let link = links.pop().unwrap();
        if links.is_empty() {
            card.as_object_mut().unwrap().remove("links");
        }
        assert_eq!(
            (&link["type"], &link["url"]),
            (&json!("smart"), &json!(format!("{PUBLIC}/smart/launch")))
        );
        let context = link["appContext"].as_str().unwrap();
        assert!(context.len() < 128 && !context.contains(PATIENT), "{context}");
        let context: Value = serde_json::from_str(context).unwrap();
        assert_eq!(context["card"], about["kind"]);
        kinds.push(about["kind"].clone());
    }
    assert!(kinds.len() > 1, "{kinds:?}");
    // The same service with the pages and without launches answers the same but for these links.
    let keys = key_file(&jwks(&[&EC384]));
    let client =
        format!("workbench.enabled = true\n[[clients]]\nissuer = \"{ISSUER}\"\njwks_file = {keys:?}\n");
    let plain = cards(Bed::new(&client)).await;
    assert_eq!(linked, plain.json());
    let registered = format!(
        "{client}fhir_servers = [\"{}\"]\nsmart.client_id = \"x\"\n",
        ehr.base()
    );
    let off = cards(Bed::new(&registered)).await;
    assert_eq!(off.body, plain.body, "registered, and not switched on");
}

#[actix_web::test]
async fn launches_do_not_exist_where_they_are_off() {
    let bed = crate::trust_support::bed();
    for path in ["/smart/launch?iss=x", "/smart/callback?state=x", "/smart/patient"] {
        let reply = bed.send(TestRequest::get().uri(path)).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    let ehr = Ehr::new();
    let bed = ehr.service("");
    for path in ["/smart/launch", "/smart/callback", "/smart/patient"] {
        let reply = bed.send(TestRequest::post().uri(path)).await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, Some("GET")),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn who_is_not_told_is_not_made_up_on_record() {
    let ehr = Ehr::new();
    ehr.script().description["capabilities"] = json!(["launch-ehr", "permission-v2"]);
    let file = key_file("");
    let bed = ehr.service_with(&format!("audit.sink = \"file:{}\"", file.display()), "");
    let mut browser = Browser::default();
    browser.open(&bed, &ehr).await;
    assert_eq!(browser.get(&bed, "/smart/patient").await.status, 200);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains(&format!("Patient/{PATIENT}")) && text.contains("Condition"),
        "{text}"
    );
    assert!(!text.contains("Practitioner"), "{text}");
}

#[actix_web::test]
async fn launches_and_what_is_refused_are_on_record() {
    let ehr = Ehr::new();
    let file = key_file("");
    let bed = ehr.service_with(&format!("audit.sink = \"file:{}\"", file.display()), "");
    let mut browser = Browser::default();
    browser.open(&bed, &ehr).await;
    browser.get(&bed, "/smart/patient").await;
    browser
        .get(&bed, &format!("/smart/patient?patient={OTHER}"))
        .await;
    let reply = Browser::default()
        .get(&bed, "/smart/callback?code=c&state=forged")
        .await;
    is_refused(&reply, &Browser::default(), 403, "foreign-launch");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let (mut records, mut said) = (Vec::new(), Vec::new());
    // Of refusals nobody waits for the record.
    while said.len() < 4 && std::time::Instant::now() < deadline {
        let text = std::fs::read_to_string(&file).unwrap();
        records = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .collect();
        let own = |record: &&Value| record["subtype"][0]["code"] == "operation";
        said = records
            .iter()
            .filter(own)
            .map(|record| record["outcomeDesc"].clone())
            .collect();
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        said,
        [
            "launched",
            "none",
            "session-patient: smart-other-patient",
            "foreign-launch: smart-state"
        ]
    );
    let text = records.iter().map(Value::to_string).collect::<String>();
    assert!(
        text.contains(&format!("Patient/{PATIENT}")) && text.contains("Practitioner/7"),
        "{text}"
    );
    assert!(!text.contains(TOKEN) && !text.contains(browser.session().unwrap()));
}
