//! Whether each client gets advice, as the metrics tell it: what an alert for one of many has to know.

#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

mod common;
mod outside;
mod trust_support;

use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::binary::pnet_cds;
use common::{WITH_PNET, WITHOUT_PNET, changed, ended, prefetched};
use outside::{Program, Server, http, place};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use trust_support::key_server::KeyServer;
use trust_support::{Bed, EC384, HOOK, claims, client, jwks, key_file};

/// The series of a metric, each with its labels in one order and its value, but for those that are 0.
fn series(text: &str, metric: &str) -> BTreeSet<String> {
    let of_metric = |line: &str| -> Option<String> {
        let (labels, value) = line.strip_prefix(metric)?.strip_prefix('{')?.rsplit_once("} ")?;
        let mut labels: Vec<&str> = labels.split(',').collect();
        labels.retain(|label| !label.starts_with("otel_"));
        labels.sort_unstable();
        (value != "0").then(|| format!("{} = {value}", labels.join(" ")))
    };
    text.lines().filter_map(of_metric).collect()
}

fn token(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims(HOOK);
    claims["tenant"] = "a".into();
    change(&mut claims);
    EC384.token(&claims)
}

#[actix_web::test]
async fn every_call_that_asks_for_advice_counts_for_its_client_whether_or_not_it_reached_a_handler() {
    let keys = key_file(&jwks(&[&EC384]));
    let bed = Bed::new(&client(&format!(
        "name = \"north\"\ntenants = [\"a\"]\njwks_file = {:?}",
        keys.display().to_string()
    )));
    let with = prefetched(WITH_PNET);
    let statuses = [
        bed.post(HOOK, &token(|_| ()), &with).await,
        bed.post(HOOK, &token(|_| ()), &prefetched(WITHOUT_PNET)).await,
        bed.post(
            HOOK,
            &token(|_| ()),
            &changed(WITH_PNET, |request| {
                request["prefetch"].as_object_mut().unwrap().remove("conditions");
            }),
        )
        .await,
        bed.post(
            HOOK,
            &token(|claims| claims["aud"] = "https://elsewhere".into()),
            &with,
        )
        .await,
        bed.post(HOOK, "no.token.", &with).await,
        bed.post(
            HOOK,
            &token(|_| ()),
            &changed(WITH_PNET, |request| {
                request["fhirServer"] = "https://ehr.other.example/r4".into()
            }),
        )
        .await,
        bed.post(HOOK, &token(|_| ()), &json!([])).await,
    ];
    assert_eq!(
        statuses.map(|reply| reply.status),
        [200, 200, 412, 401, 401, 403, 400]
    );
    // Neither asks for advice.
    bed.send(TestRequest::get().uri("/cds-services")).await;
    bed.post(&format!("{HOOK}/feedback"), "no.token.", &with).await;
    let text = bed.application.state.telemetry.scraped().unwrap();
    let lost = |outcome: &str, tenant: &str| {
        format!("cds_advice=\"lost\" cds_client=\"north\" cds_outcome=\"{outcome}\"{tenant} = 1")
    };
    let tenant = " cds_tenant=\"a\"";
    let expected = [
        "cds_advice=\"given\" cds_client=\"north\" cds_outcome=\"cards\" cds_tenant=\"a\" = 1".to_owned(),
        "cds_advice=\"none\" cds_client=\"north\" cds_outcome=\"none\" cds_tenant=\"a\" = 1".to_owned(),
        lost("missing-conditions", tenant),
        // Of a token that is refused no more is believed than whose it says it is.
        lost("unauthorized", ""),
        lost("unregistered-fhir-server", tenant),
        lost("invalid-request", tenant),
        "cds_advice=\"unknown-caller\" cds_client=\"anonymous\" cds_outcome=\"unauthorized\" = 1".to_owned(),
    ];
    assert_eq!(
        series(&text, "cds_advice_total"),
        BTreeSet::from(expected),
        "{text}"
    );
    let waited = series(&text, "cds_advice_duration_seconds_count");
    assert!(
        waited.contains("cds_client=\"north\" cds_tenant=\"a\" = 5"),
        "{waited:?}"
    );
    let refused = series(&text, "cds_tokens_refused_total");
    assert!(
        refused.contains("cds_client=\"north\" cds_token_reason=\"audience\" = 1"),
        "{refused:?}"
    );
}

#[test]
fn of_two_clients_the_one_without_keys_is_seen_with_the_age_of_the_others_keys_and_the_room_for_tokens() {
    let server = KeyServer::new(&jwks(&[&EC384]));
    let program = Program::start(&format!(
        "store.url = \"sqlite::memory:\"\nauth.replay_capacity = 500\n\
         [[clients]]\nissuer = \"{}\"\nname = \"north\"\naudiences = [\"any\"]\njwks_url = {:?}\n\
         [[clients]]\nissuer = \"https://south.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\n",
        trust_support::ISSUER,
        server.url(),
    ));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = claims(trust_support::DISCOVERY);
    claims["aud"] = "any".into();
    claims["iat"] = now.into();
    claims["exp"] = (now + 300).into();
    let header = format!("Authorization: Bearer {}\r\n", EC384.token(&claims));
    assert_eq!(program.send("GET", "/cds-services", &header, b"").status, 200);
    let keys = BTreeSet::from(["cds_client=\"north\" = 1".to_owned()]);
    let until = Instant::now() + Duration::from_secs(60);
    let text = loop {
        let text = program.metrics();
        if series(&text, "cds_client_keys") == keys || Instant::now() > until {
            break text;
        }
    };
    assert_eq!(series(&text, "cds_client_keys"), keys);
    assert!(
        text.contains("cds_client_keys{cds_client=\"https://south.example.org\""),
        "{text}"
    );
    let ages = text
        .lines()
        .filter(|line| line.starts_with("cds_client_keys_age_seconds{"));
    assert_eq!(ages.count(), 1, "{text}");
    assert_eq!(
        series(&text, "cds_replay_tokens"),
        BTreeSet::from(["cds_client=\"north\" = 1".to_owned()])
    );
    assert!(
        text.contains("cds_replay_capacity{otel") || text.contains("cds_replay_capacity 500"),
        "{text}"
    );
}

#[test]
fn the_service_calls_itself_for_each_client_and_says_which_step_fails_for_whom() {
    let keys = KeyServer::new(&jwks(&[&EC384]));
    // It knows no such patient, which is an answer.
    let fhir = Server::start(|_| {
        http(
            404,
            "application/fhir+json",
            "{\"resourceType\":\"OperationOutcome\",\"issue\":[]}",
        )
    });
    let program = Program::start(&format!(
        "store.url = \"sqlite::memory:\"\nsynthetic.every = \"1 s\"\n\
         [[clients]]\nissuer = \"https://north.example.org\"\nname = \"north\"\njwks_url = {:?}\n\
         fhir_servers = [\"http://{}/fhir\"]\n\
         [[clients]]\nissuer = \"https://south.example.org\"\nname = \"south\"\njwks_url = \"http://127.0.0.1:9/keys\"\n\
         fhir_servers = [\"http://127.0.0.1:9/fhir\"]\n",
        keys.url(),
        fhir.address,
    ));
    let step = |client: &str, step: &str| format!("cds_client=\"{client}\" cds_step=\"{step}\" = 1");
    let mut well: BTreeSet<String> = ["keys", "token", "fhir", "advice"]
        .map(|name| step("north", name))
        .into();
    well.extend(["token", "advice"].map(|name| step("south", name)));
    let until = Instant::now() + Duration::from_secs(60);
    while series(&program.metrics(), "cds_synthetic") != well && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    let text = program.metrics();
    assert_eq!(series(&text, "cds_synthetic"), well, "{text}");
    assert!(text.contains("cds_step=\"fhir\""), "{text}");
    let ready = program.send("GET", "/health/ready", "", b"");
    assert_eq!(ready.status, 200, "{}", ready.body);
    for word in ["synthetic-call-fails", "keys-missing"] {
        assert!(ready.body.contains(word), "{}", ready.body);
    }
    // One read of a patient whom no server has, and nothing of a patient.
    assert!(!fhir.got().is_empty());
    for got in fhir.got() {
        assert_eq!(got.target, "/fhir/Patient/pnet-cds-synthetic-call");
    }
    let (_, log, _) = program.end();
    assert!(
        log.contains("synthetic call fails") && log.contains("south"),
        "{log}"
    );
}

#[test]
fn the_call_to_itself_comes_in_as_everybodys_and_leaves_a_record_and_nothing_else() {
    let keys = KeyServer::new(&jwks(&[&EC384]));
    let (store, audit) = (place("store.db"), place("audit.ndjson"));
    let url = format!("sqlite:{}", store.display());
    let program = Program::start(&format!(
        "store.url = \"{url}\"\naudit.sink = \"file:{}\"\nsynthetic.every = \"1 s\"\nserver.body_limit = \"64 KiB\"\n\
         [[clients]]\nissuer = \"https://north.example.org\"\nname = \"north\"\njwks_url = {:?}\n",
        audit.display(),
        keys.url(),
    ));
    let advice = "cds_client=\"north\" cds_step=\"advice\" = 1".to_owned();
    let until = Instant::now() + Duration::from_secs(60);
    while !series(&program.metrics(), "cds_synthetic").contains(&advice) {
        assert!(Instant::now() < until, "{}", program.metrics());
        std::thread::sleep(Duration::from_millis(100));
    }
    // Nobody outside can say that he is the service.
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now = jiff::Timestamp::now().as_second();
    let claims =
        json!({"iss": "pnet-cds synthetic call", "aud": HOOK, "iat": now, "exp": now + 20, "jti": "x"});
    let head = part(json!({"alg": "ES256", "typ": "JWT", "kid": "synthetic"}));
    let forged = format!("{head}.{}.{}", part(claims), URL_SAFE_NO_PAD.encode([1; 64]));
    let headers = format!("Content-Type: application/json\r\nAuthorization: Bearer {forged}\r\n");
    let body = prefetched(WITH_PNET).to_string();
    assert_eq!(program.send("POST", HOOK, &headers, body.as_bytes()).status, 401);
    let text = program.metrics();
    for nothing in [
        "cds_cards_total",
        "cds_verdicts_total",
        "cds_service_calls_total",
        "cds_service_own_duration_seconds_count",
    ] {
        assert!(
            !text.lines().any(|line| line.starts_with(nothing)),
            "{nothing}: {text}"
        );
    }
    assert!(!text.contains("cds_client=\"synthetic\""), "{text}");
    let (_, log, _) = program.end();
    assert!(log.contains("answered"), "{log}");
    let records = std::fs::read_to_string(&audit).unwrap();
    let own: Vec<&str> = records
        .lines()
        .filter(|line| line.contains("pnet-cds synthetic call"))
        .collect();
    assert!(!own.is_empty(), "{records}");
    for record in own {
        assert!(
            record.contains("\"outcomeDesc\":\"cards\"") && record.contains("Patient/prrt-krenning-4"),
            "{record}"
        );
    }
    let status = checked(&["store", "status"], &[("PNET_CDS_STORE__URL", &url)], 0);
    assert!(status.contains("cards issued: 0, with feedback: 0"), "{status}");
}

/// Ends with this code; what it printed, standard error last.
fn checked(arguments: &[&str], environment: &[(&str, &str)], code: i32) -> String {
    ended(pnet_cds().args(arguments).envs(environment.iter().copied()), code)
}

#[test]
fn a_check_opens_everything_that_the_settings_name_and_lists_every_fault() {
    let config = place("settings.toml");
    let path = config.display().to_string();
    let dir = config.parent().unwrap().display().to_string();
    let write = |text: String| std::fs::write(&config, text).unwrap();
    write(format!(
        "server.tls.cert = \"{dir}/no.crt\"\nserver.tls.key = \"{dir}/no.key\"\nserver.public_url = \"https://cds.example.org\"\n\
         fhir.ca_file = \"{dir}/no-fhir-ca.pem\"\naudit.sink = \"file:{dir}/none/audit.ndjson\"\n\
         store.url = \"sqlite:{dir}/none/store.db\"\nknowledge.dir = \"{dir}/no-knowledge\"\n\
         [[clients]]\nissuer = \"i\"\njwks_file = \"{dir}/no-keys.json\"\n"
    ));
    let faults = [
        "server.tls.cert",
        "fhir.ca_file",
        "audit.sink",
        "store.url",
        "no-knowledge",
        "clients.jwks_file",
    ];
    let environment = [
        ("PNET_CDS_CONFIG", path.as_str()),
        ("PNET_CDS_TELEMETRY__LOG", "json"),
    ];
    let said = [
        checked(&["settings", "--check", &path], &[], 2),
        checked(&["settings", "--check"], &environment, 2),
        checked(&["serve"], &environment, 2),
    ];
    for text in &said {
        // The service itself starts without the folder of its store, and waits for it.
        let of_check = |fault: &&str| !(text == &said[2] && *fault == "store.url");
        for fault in faults.into_iter().filter(of_check) {
            assert!(text.contains(fault), "{fault}: {text}");
        }
    }
    // Who reads the log of a pod gets objects from the first line on, also where the settings are no settings.
    write("server.listen = 1\n".to_owned());
    for text in [&said[2], &checked(&["serve"], &environment, 2)] {
        for line in text.lines() {
            let object: Value = serde_json::from_str(line).unwrap();
            assert_eq!(object["level"], "ERROR", "{line}");
        }
    }
    // What is right is right with the environment too, and leaves nothing behind.
    write(format!(
        "audit.sink = \"file:{dir}/audit.ndjson\"\nstore.url = \"sqlite:{dir}/store.db\"\n\
         [[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\n"
    ));
    assert!(checked(&["settings", "--check"], &environment, 0).ends_with("no faults\n"));
    let reached = checked(&["settings", "--check", "--reach"], &environment, 0);
    assert!(reached.contains("warning: 127.0.0.1:9: "), "{reached}");
    let left: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["settings.toml"]);
    let away = [
        environment[0],
        ("PNET_CDS_STORE__URL", "postgres://u:p@127.0.0.1:9/x"),
    ];
    let fault = checked(&["settings", "--check", "--reach"], &away, 2);
    assert!(
        fault.contains("`store.url`: PostgreSQL is not reached"),
        "{fault}"
    );
}
