//! Clients as they are: what each is known to send and to expect, as fixtures in `fixtures/clients`.

use crate::calls::{
    DISCOVERY, HOOK, INSTANCE, OTHER, PNET, actions, cards, ehr, empty, prefetched, same, suggestions,
    templates, text, with,
};
use crate::issuer::Key;
use crate::server::{Answer, Service};
use crate::tokens::{client, nonce, now, post, refuses};
use acceptance::here;
use acceptance::scripted_fhir::ScriptedFhir;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

struct Profile {
    fixture: Value,
    key: Key,
}

impl Profile {
    fn load(name: &str) -> Self {
        let path = here().join(format!("fixtures/clients/{name}.json"));
        let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let kid = text(name, &fixture["jwt"]["header"], "kid").to_owned();
        let alg = text(name, &fixture["jwt"], "alg").to_owned();
        let key = Key::new(kid.leak(), alg.leak());
        Self { fixture, key }
    }

    fn word(&self, name: &str) -> &str {
        text("fixture", &self.fixture, name)
    }

    /// The call that the client sends, without prefetch.
    fn request(&self, patient: &str, fhir_server: &str) -> Value {
        let filled = self.fixture["request"].to_string();
        let filled = filled
            .replace("${patient}", patient)
            .replace("${instance}", INSTANCE);
        serde_json::from_str(&filled.replace("${fhirServer}", fhir_server)).unwrap()
    }

    /// A service that this client is registered at, with more lines.
    fn service(&self, more: &str) -> Service {
        let jwt = &self.fixture["jwt"];
        let issuer = text("fixture", &jwt["claims"], "iss");
        let jku = text("fixture", &jwt["header"], "jku");
        let client = client(issuer, jku, &[&self.key], more);
        Service::start(&format!(
            "auth.mode = \"required\"\nfhir.deadline = \"4 s\"\ndemo.enabled = true\n{client}"
        ))
    }

    /// A service that may read this server for the client.
    fn service_for(&self, server: &ScriptedFhir) -> Service {
        self.service(&format!("fhir_servers = [\"{}\"]", server.base()))
    }

    /// A token as the client makes it for this path, with the audience that it always writes if it has one.
    fn token(&self, service: &Service, path: &str) -> String {
        let jwt = &self.fixture["jwt"];
        let seconds = |name: &str| jwt[name].as_u64();
        let mut claims = jwt["claims"].clone();
        claims["iat"] = now().into();
        claims["exp"] = (now() + seconds("life").unwrap()).into();
        claims["jti"] = nonce().into();
        if let Some(before) = seconds("notBefore") {
            claims["nbf"] = (now() - before).into();
        }
        if claims.get("aud").is_none() {
            claims["aud"] = service.url(path).into();
        }
        self.key
            .token_with(|header| header["jku"] = jwt["header"]["jku"].clone(), &claims)
    }

    fn call(&self, service: &Service, body: &Value) -> Answer {
        let path = self.word("servicePath");
        post(service, path, &self.token(service, path), body)
    }
}

/// What is said about each option, whatever else the cards say.
fn verdicts(cards: &[Value]) -> BTreeSet<String> {
    let options = cards
        .iter()
        .filter_map(|card| card.pointer("/extension/io.github.pnet-cds.card/options"));
    options
        .flat_map(|options| options.as_array().unwrap())
        .map(Value::to_string)
        .collect()
}

/// Cards about a patient with everything prefetched under the published names.
fn expected(patient: &str) -> Vec<Value> {
    Service::demo().post(HOOK, &prefetched(patient)).cards()
}

// The official sandbox.

#[test]
fn sbx_discovery_is_found_with_a_slash_at_the_end() {
    let sandbox = Profile::load("sandbox");
    let service = Service::demo();
    let answer = service.get(sandbox.word("discoveryPath"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body, service.get(DISCOVERY).body);
}

#[test]
fn sbx_the_service_is_found_under_a_double_slash() {
    let sandbox = Profile::load("sandbox");
    let service = Service::demo();
    let call = sandbox.request(PNET, &service.url("/sandbox/fhir"));
    let cards = service.post(sandbox.word("servicePath"), &call).cards();
    same(PNET, &cards, &expected(PNET));
}

#[test]
fn sbx_keys_that_are_left_out_are_fetched() {
    let sandbox = Profile::load("sandbox");
    let service = Service::demo();
    let call = with(sandbox.request(PNET, &service.url("/sandbox/fhir")), |call| {
        call["prefetch"] = prefetched(PNET)["prefetch"].clone();
        for key in sandbox.fixture["leftOut"].as_array().unwrap() {
            assert!(
                call["prefetch"]
                    .as_object_mut()
                    .unwrap()
                    .remove(key.as_str().unwrap())
                    .is_some(),
                "{key}"
            );
        }
    });
    same(PNET, &service.post(HOOK, &call).cards(), &expected(PNET));
}

#[test]
fn sbx_a_token_for_the_double_slash_is_accepted() {
    let sandbox = Profile::load("sandbox");
    let service = sandbox.service("");
    let call = sandbox.request(PNET, &service.url("/sandbox/fhir"));
    same(PNET, &sandbox.call(&service, &call).cards(), &expected(PNET));
    let path = sandbox.word("discoveryPath");
    let token = format!("Bearer {}", sandbox.token(&service, path));
    let answer = service.send("GET", path, &[("Authorization", token.as_str())], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn sbx_in_open_mode_its_token_makes_no_difference() {
    let sandbox = Profile::load("sandbox");
    let service = Service::demo();
    let call = sandbox.request(PNET, &service.url("/sandbox/fhir"));
    let answer = post(&service, HOOK, &sandbox.token(&service, HOOK), &call);
    same(PNET, &answer.cards(), &expected(PNET));
}

#[test]
fn sbx_may_call_from_the_browser_where_its_origin_is_listed() {
    let sandbox = Profile::load("sandbox");
    let origin = sandbox.word("origin");
    let service = Service::start(&format!(
        "demo.enabled = true\nserver.cors_origins = [{origin:?}]\n"
    ));
    for (path, method, names) in [
        (sandbox.word("discoveryPath"), "GET", "authorization"),
        (sandbox.word("servicePath"), "POST", "authorization,content-type"),
    ] {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", names),
        ];
        let answer = service.send("OPTIONS", path, &headers, "");
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), origin, "{path}");
    }
    let answer = service.send("GET", sandbox.word("discoveryPath"), &[("Origin", origin)], "");
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, origin)
    );
}

// Epic.

/// A prefetched value as Epic writes it: nothing found with a remark, references with the base of the server, one category.
fn as_epic(epic: &Profile, base: &str, value: &Value) -> Value {
    if value["resourceType"] == "Bundle" && value.get("entry").is_none() {
        return epic.fixture["nothingFound"].clone();
    }
    let mut value = value.clone();
    absolute(base, &mut value);
    for entry in value["entry"].as_array_mut().into_iter().flatten() {
        let resource = &mut entry["resource"];
        let address = format!(
            "{base}/{}/{}",
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap()
        );
        if let Some(category) = resource.pointer("/category/0").cloned() {
            resource["category"] = category;
        }
        entry["fullUrl"] = address.into();
    }
    value
}

fn absolute(base: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_str().filter(|_| name == "reference") {
                    Some(text) if !text.starts_with('#') && !text.contains(':') => {
                        *field = format!("{base}/{text}").into();
                    }
                    _ => absolute(base, field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| absolute(base, item)),
        _ => {}
    }
}

/// Everything about a patient as Epic writes it, under the published names or those of the hospital.
fn epic_prefetch(epic: &Profile, base: &str, patient: &str, own_keys: bool) -> Value {
    let call = prefetched(patient);
    let values = call["prefetch"].as_object().unwrap().iter();
    let values = values.map(|(key, value)| {
        let own = epic.fixture["ownKeys"][key]
            .as_str()
            .map_or_else(|| format!("own-{key}"), str::to_owned);
        (
            if own_keys { own } else { key.clone() },
            as_epic(epic, base, value),
        )
    });
    values.collect::<Map<_, _>>().into()
}

#[test]
fn epic_is_answered_without_discovery_and_under_its_own_keys() {
    let (epic, server) = (Profile::load("epic"), ehr());
    let service = epic.service_for(&server);
    for patient in [PNET, OTHER] {
        let call = with(epic.request(patient, &server.base()), |call| {
            call["prefetch"] = epic_prefetch(&epic, &server.base(), patient, true);
        });
        let cards = epic.call(&service, &call).cards();
        assert_eq!(verdicts(&cards), verdicts(&expected(patient)), "{patient}");
        assert_eq!(cards.is_empty(), patient == OTHER);
    }
}

#[test]
fn epic_own_keys_are_read_where_nothing_can_be_fetched() {
    let epic = Profile::load("epic");
    let service = Service::demo();
    let call = with(
        epic.request(PNET, "https://epic.example.org/interconnect/api/FHIR/R4"),
        |call| {
            call["prefetch"] = epic_prefetch(&epic, epic.word("fhirBase"), PNET, true);
        },
    );
    let cards = service.post(HOOK, &call).cards();
    assert_eq!(verdicts(&cards), verdicts(&expected(PNET)));
}

#[test]
fn epic_nothing_found_with_an_outcome_entry_is_nothing_found() {
    let epic = Profile::load("epic");
    let service = Service::demo();
    let nothing = &epic.fixture["nothingFound"];
    for (key, _) in templates().iter().filter(|(key, _)| key != "patient") {
        let answer = |value: &Value| {
            let call = with(prefetched(PNET), |call| call["prefetch"][key] = value.clone());
            let answer = service.post(HOOK, &call);
            (answer.status, answer.body)
        };
        assert_eq!(answer(nothing), answer(&empty()), "{key}");
    }
}

#[test]
fn epic_absolute_references_and_one_category_are_read() {
    let epic = Profile::load("epic");
    let service = Service::demo();
    for patient in [
        PNET,
        "conflicting-chart",
        "glucagon-in-pmol",
        "prrt-krenning-4",
        OTHER,
    ] {
        let call = with(prefetched(patient), |call| {
            call["prefetch"] = epic_prefetch(&epic, epic.word("fhirBase"), patient, false)
        });
        assert!(
            call.to_string()
                .contains(&format!("{}/Patient/{patient}", epic.word("fhirBase")))
        );
        same(patient, &service.post(HOOK, &call).cards(), &expected(patient));
    }
}

#[test]
fn epic_gets_one_action_a_suggestion_and_selection_behaviour_any() {
    for (place, suggestion) in suggestions() {
        assert_eq!(suggestion["actions"].as_array().map(Vec::len), Some(1), "{place}");
    }
    for (place, action) in actions() {
        // What the user sees instead of the label.
        text(&place, &action, "description");
    }
    for (place, card) in cards() {
        assert!(
            card.get("suggestions").is_none() || card["selectionBehavior"] == "any",
            "{place}"
        );
    }
}

#[test]
fn epic_gets_an_alphanumeric_topic_code_for_each_kind_of_card_that_does_not_change() {
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (place, card) in cards() {
        let about = &card["extension"]["io.github.pnet-cds.card"];
        let code = text(&place, &card["source"]["topic"], "code").to_owned();
        let kind = format!("{} {}", about["kind"], about["group"]);
        codes.entry(kind).or_default().insert(code);
    }
    assert!(codes.len() > 4, "{codes:?}");
    let of_one_kind = codes.values().map(BTreeSet::len);
    let distinct: BTreeSet<&String> = codes.values().flatten().collect();
    // What could not be read at all is a card of its own among the assessments.
    assert_eq!(of_one_kind.sum::<usize>(), distinct.len(), "{codes:?}");
    for code in distinct {
        assert!(
            code.len() <= 100 && code.chars().all(|c| c.is_ascii_alphanumeric()),
            "{code}"
        );
    }
}

// Oracle Health.

#[test]
fn oracle_is_answered_without_prefetch() {
    let (oracle, server) = (Profile::load("oracle"), ehr());
    let service = oracle.service_for(&server);
    let cards = oracle
        .call(&service, &oracle.request(PNET, &server.base()))
        .cards();
    same(PNET, &cards, &expected(PNET));
}

#[test]
fn oracle_no_card_is_wide_or_a_pop_up() {
    let oracle = Profile::load("oracle");
    let most = oracle.fixture["columns"].as_u64().unwrap();
    for (place, card) in cards() {
        assert_ne!(card["indicator"], "critical", "{place}");
        let detail = text(&place, &card, "detail");
        for row in detail.lines().filter(|line| line.starts_with("|---")) {
            assert!(row.matches("---").count() as u64 <= most, "{place}: {row}");
        }
    }
}

#[test]
fn oracle_nothing_is_lost_with_the_links() {
    for (place, card) in cards() {
        text(&place, &card["source"], "label");
        let detail = text(&place, &card, "detail");
        for link in ["](", "http://", "https://"] {
            assert!(!detail.contains(link), "{place}: {link}");
        }
    }
}

// Meld.

#[test]
fn meld_its_audience_is_refused_and_the_log_says_which_was_expected() {
    let meld = Profile::load("meld");
    let service = meld.service("");
    refuses(&service, &meld.token(&service, HOOK));
    let line = |text: &str| service.logs(text);
    assert!(
        line("reason=\"audience\"") && line("issuer=\"https://meld.example.org\""),
        "{}",
        service.logged()
    );
    assert!(
        line(&format!("expected=\"{}/cds-services", service.base)) && line("received=\"no address\""),
        "{}",
        service.logged()
    );
}

#[test]
fn meld_its_audience_is_accepted_where_it_is_registered() {
    let meld = Profile::load("meld");
    let service = meld.service("audiences = [\"sand_man\"]");
    let call = meld.request(PNET, &service.url("/sandbox/fhir"));
    same(PNET, &meld.call(&service, &call).cards(), &expected(PNET));
}

#[test]
fn every_client_of_the_fixtures_is_used() {
    let files = std::fs::read_dir(here().join("fixtures/clients")).unwrap();
    let names: BTreeSet<String> = files
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(
        names,
        ["epic", "meld", "oracle", "sandbox"].map(str::to_owned).into()
    );
    for name in names {
        let profile = Profile::load(&name);
        profile.word("about");
        assert_eq!(profile.request(PNET, "x")["hook"], json!("patient-view"));
    }
}
