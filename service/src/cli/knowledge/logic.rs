//! The rules as a machine runs them elsewhere: the CQL libraries, and one plan with every option and request.

use super::resource::{head, with};
use crate::cql::{Library, RULES_LIBRARY, lacks, proposed, words};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cds_cards::Knowledge;
use fhir_profiles::codes::BASE;
use serde_json::{Value, json};

/// The canonical of the library of the rules.
pub(super) fn logic_url(knowledge: &Knowledge) -> String {
    url(knowledge, RULES_LIBRARY)
}

fn url(knowledge: &Knowledge, library: &str) -> String {
    format!("{BASE}/Library/{library}|{}", knowledge.package.reference.version)
}

/// A library of CQL; its name in FHIR is that in CQL, by which engines look for it.
pub(super) fn logic(knowledge: &Knowledge, library: &Library) -> Value {
    let mut head = head(knowledge, "Library", library.name, library.title);
    if let Some(head) = head.as_object_mut() {
        head.insert("name".to_owned(), json!(library.name));
    }
    let includes = library.includes.iter();
    let includes = includes.map(|name| json!({"type": "depends-on", "resource": url(knowledge, name)}));
    let parameters = match library.name == RULES_LIBRARY {
        true => json!([{"name": "As of", "use": "in", "min": 0, "max": "1", "type": "date",
            "documentation": "The day of evaluation; today where none is given."}]),
        false => json!([]),
    };
    with(
        head,
        [
            (
                "type",
                json!({"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/library-type",
                    "code": "logic-library",
                }]}),
            ),
            (
                "description",
                json!("Reads the clean facts of a patient, as `pnet-cds facts` writes them."),
            ),
            ("relatedArtifact", includes.collect()),
            ("parameter", parameters),
            (
                "content",
                json!([{"contentType": "text/cql", "data": STANDARD.encode(&library.text)}]),
            ),
        ],
    )
}

/// An action that applies where a define of the rules says so.
pub(super) fn applies(define: &str) -> Value {
    json!([{"kind": "applicability", "expression": {"language": "text/cql-identifier", "expression": define}}])
}

/// Verdict and place of an option as the text of its action.
pub(super) fn in_words(option: &str) -> Value {
    json!([{
        "path": "action.textEquivalent",
        "expression": {"language": "text/cql-identifier", "expression": words(option)},
    }])
}

/// One plan for all: each option where it is named or open, and each request where a fact is lacking that it would settle.
pub(super) fn protocol(knowledge: &Knowledge) -> Value {
    let package = &knowledge.package;
    let options = knowledge.options.iter().map(|option| {
        json!({
            "id": option.id,
            "title": option.label,
            "condition": applies(&proposed(&option.id)),
            "dynamicValue": in_words(&option.id),
        })
    });
    let suggested = knowledge.suggestions.iter().filter_map(|suggestion| {
        let fact = suggestion.facts.first()?.to_string();
        Some((fact, suggestion.label.clone()))
    });
    let referral = ("referral".to_owned(), knowledge.referral.label.clone());
    let requests = suggested.chain([referral]).map(|(fact, label)| {
        let version = &package.reference.version;
        json!({
            "id": format!("request-{fact}"),
            "title": label,
            "condition": applies(&lacks(&fact)),
            "definitionCanonical": format!("{BASE}/ActivityDefinition/request-{fact}|{version}"),
        })
    });
    with(
        head(knowledge, "PlanDefinition", &package.reference.id, &package.title),
        [
            (
                "type",
                json!({"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/plan-definition-type",
                    "code": "clinical-protocol",
                }]}),
            ),
            (
                "description",
                json!(
                    "Options that are named or open for a patient, and requests for facts that are lacking."
                ),
            ),
            ("library", json!([logic_url(knowledge)])),
            ("action", options.chain(requests).collect()),
        ],
    )
}
