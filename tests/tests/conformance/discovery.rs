//! Discovery and the templates that it publishes: requirements 3 to 15.

use crate::calls::{DISCOVERY, bare, each, templates, text, with};
use crate::server::Service;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn services() -> Vec<(String, Value)> {
    let answer = Service::demo().get(DISCOVERY).json();
    each(&[("discovery".to_owned(), answer)], "services")
}

/// The parameters of every search template, with its key.
fn parameters() -> Vec<(&'static str, &'static str, &'static str)> {
    let searches = templates()
        .iter()
        .filter_map(|(key, query)| Some((key, query.split_once('?')?.1)));
    searches
        .flat_map(|(key, parameters)| {
            parameters.split('&').map(move |parameter| {
                let (name, value) = parameter.split_once('=').unwrap();
                (key.as_str(), name, value)
            })
        })
        .collect()
}

/// What stands between `{{` and `}}` in the templates.
fn tokens() -> BTreeSet<&'static str> {
    let pieces = templates()
        .iter()
        .flat_map(|(_, query)| query.split("{{").skip(1));
    pieces.map(|piece| piece.split_once("}}").unwrap().0).collect()
}

#[test]
fn r03_discovery_answers_200_with_an_array_of_services() {
    let answer = Service::demo().get(DISCOVERY);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.json()["services"].is_array());
}

#[test]
fn r05_each_service_has_its_required_fields_and_is_called_by_its_id() {
    let service = Service::demo();
    assert!(!services().is_empty());
    for (place, entry) in services() {
        for name in ["hook", "id", "description", "title", "usageRequirements"] {
            text(&place, &entry, name);
        }
        let prefetch = entry["prefetch"].as_object().unwrap();
        assert!(!prefetch.is_empty());
        for (key, query) in prefetch {
            assert!(query.is_string(), "{key}");
        }
        let path = format!("{DISCOVERY}/{}", entry["id"].as_str().unwrap());
        // Known and called, but with too little.
        let call = with(crate::orders::signing("nobody"), |call| {
            call["hook"] = entry["hook"].clone();
            call["context"]["selections"] = json!(["tace"]);
        });
        service.post(&path, &call).is_error(412, "missing-patient");
    }
}

#[test]
fn r06_versions_are_those_of_the_standard_where_they_are_given() {
    for (place, entry) in services() {
        let given = |name: &str| entry.get(name).map(|_| text(&place, &entry, name).to_owned());
        assert!(
            matches!(given("version").as_deref(), None | Some("2.0.1")),
            "{place}"
        );
        assert!(
            matches!(given("hookVersion").as_deref(), None | Some("1.0")),
            "{place}"
        );
    }
}

#[test]
fn r07_each_hook_has_an_id_of_its_own() {
    let ids: Vec<String> = services()
        .iter()
        .map(|(place, entry)| text(place, entry, "id").to_owned())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[test]
fn r08_what_is_not_there_is_404_and_a_wrong_method_405() {
    let service = Service::demo();
    service
        .post("/cds-services/none", &bare("p"))
        .is_error(404, "unknown-service");
    service.get("/none").is_error(404, "unknown-path");
    service
        .send("DELETE", DISCOVERY, &[], "")
        .is_error(405, "wrong-method");
}

#[test]
fn r10_a_template_is_a_relative_read_or_search_under_a_key() {
    assert!(templates().len() > 5);
    for (key, query) in templates() {
        assert!(!key.is_empty());
        let kind = query.split(['/', '?']).next().unwrap();
        assert!(
            kind.starts_with(|c: char| c.is_ascii_uppercase()),
            "{key}: {query}"
        );
        assert!(kind.chars().all(|c| c.is_ascii_alphabetic()), "{key}: {query}");
        let read = *query == format!("{kind}/{{{{context.patientId}}}}");
        assert!(read || query.starts_with(&format!("{kind}?")), "{key}: {query}");
    }
}

#[test]
fn r11_tokens_are_context_fields_or_user_ids_and_closed() {
    const USER: [&str; 4] = [
        "userPractitionerId",
        "userPractitionerRoleId",
        "userPatientId",
        "userRelatedPersonId",
    ];
    for (key, query) in templates() {
        assert_eq!(query.matches("{{").count(), query.matches("}}").count(), "{key}");
    }
    for token in tokens() {
        let field = token.strip_prefix("context.").unwrap_or_default();
        let root = !field.is_empty() && field.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(root || USER.contains(&token), "{token}");
    }
}

#[test]
fn r12_only_the_token_that_every_patient_view_call_has_is_used() {
    assert_eq!(tokens(), BTreeSet::from(["context.patientId"]));
}

#[test]
fn r13_nothing_of_the_expressions_of_3_0_is_used() {
    for (key, query) in templates() {
        for later in ["today()", "%", "ofType(", "resolve(", " "] {
            assert!(!query.contains(later), "{key}: `{later}`");
        }
    }
    assert!(tokens().iter().all(|token| !token.contains(['|', '(', '+'])));
}

#[test]
fn r14_templates_keep_to_the_restricted_queries() {
    for (key, name, value) in parameters() {
        let fine = match name {
            "patient" => value == "{{context.patientId}}",
            "code" => value.split(',').all(|token| {
                token
                    .split_once('|')
                    .is_some_and(|(system, code)| !system.is_empty() && !code.is_empty())
            }),
            "_count" => value.parse::<u32>().is_ok(),
            "_sort" => true,
            _ => false,
        };
        assert!(fine, "{key}: {name}={value}");
    }
}

#[test]
fn r14_no_parameter_stands_twice_in_a_template() {
    // The official sandbox merges repeated parameters, which makes "or" of "and".
    for (key, query) in templates() {
        let names: Vec<&str> = parameters()
            .iter()
            .filter(|(of, _, _)| of == key)
            .map(|(_, name, _)| *name)
            .collect();
        assert_eq!(
            names.iter().collect::<BTreeSet<_>>().len(),
            names.len(),
            "{key}: {query}"
        );
    }
}

#[test]
fn r15_newest_first_is_written_as_in_r4() {
    let sorted: Vec<&str> = parameters()
        .iter()
        .filter(|(_, name, _)| *name == "_sort")
        .map(|(_, _, v)| *v)
        .collect();
    assert!(!sorted.is_empty());
    assert!(sorted.iter().all(|value| *value == "-date"), "{sorted:?}");
    assert!(templates().iter().all(|(_, query)| !query.contains("sort:")));
}
