//! Whether each client gets advice, as the metrics tell it: what an alert for one of many has to know.

#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

mod common;
mod outside;
mod trust_support;

use actix_web::test::TestRequest;
use common::{WITH_PNET, WITHOUT_PNET, changed, prefetched};
use outside::Program;
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
