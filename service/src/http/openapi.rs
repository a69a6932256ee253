//! `GET /openapi.json`: what can be called and what comes back, with the ids and codes of this build.

use super::answer::json;
use super::state::State;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::Value;

const TEMPLATE: &str = include_str!("openapi.json");
/// The address that the samples are written with.
const OF_SAMPLES: &str = "http://127.0.0.1:8080";

/// A sample of the guide for integration engineers, as an example of the document.
struct Sample {
    /// The path and what of it, as a JSON pointer to the object that says its media types.
    place: &'static str,
    name: &'static str,
    summary: &'static str,
    json: &'static str,
}

const CALLED: &str = "/paths/~1cds-services~1{id}/post/requestBody/content";
const ANSWERED: &str = "/paths/~1cds-services~1{id}/post/responses/200/content";
const FEEDBACK: &str = "/paths/~1cds-services~1{id}~1feedback/post/requestBody/content";

/// Those without a large chart, so that the document stays quick to read.
const SAMPLES: [Sample; 8] = [
    Sample {
        place: CALLED,
        name: "patient-view",
        summary: "pnet-liver-metastases: nothing prefetched, a bundled patient",
        json: include_str!("../../docs/samples/patient-view.request.json"),
    },
    Sample {
        place: CALLED,
        name: "order-select",
        summary: "pnet-order-select: two draft orders, one of them selected",
        json: include_str!("../../docs/samples/order-select.request.json"),
    },
    Sample {
        place: CALLED,
        name: "order-sign",
        summary: "pnet-order-sign: nothing prefetched",
        json: include_str!("../../docs/samples/order-sign.request.json"),
    },
    Sample {
        place: CALLED,
        name: "order-sign-prefetch",
        summary: "pnet-order-sign: `patient` and `conditions` prefetched, no FHIR server",
        json: include_str!("../../docs/samples/order-sign-prefetch.request.json"),
    },
    Sample {
        place: ANSWERED,
        name: "patient-view",
        summary: "The pathway, what to settle first, and a question",
        json: include_str!("../../docs/samples/patient-view.answer.json"),
    },
    Sample {
        place: ANSWERED,
        name: "order-select",
        summary: "A warning on the order that was selected",
        json: include_str!("../../docs/samples/order-select.answer.json"),
    },
    Sample {
        place: ANSWERED,
        name: "order-sign",
        summary: "A warning on one of two orders",
        json: include_str!("../../docs/samples/order-sign.answer.json"),
    },
    Sample {
        place: FEEDBACK,
        name: "feedback",
        summary: "On two cards of the sample patient-view, which has to be sent first",
        json: include_str!("../../docs/samples/feedback.request.json"),
    },
];

/// The document, with the version, the service ids, the error codes and the examples put in from where they are defined;
/// examples name the sandbox of `own_url`.
///
/// # Errors
/// [`ErrorCode::Internal`] if a place in the template is not there, which a test excludes.
pub(super) fn document(public_url: Option<&str>, own_url: &str) -> Result<Value, Failure> {
    let mut document: Value = serde_json::from_str(TEMPLATE).map_err(|_| ErrorCode::Internal)?;
    let codes = ErrorCode::ALL.iter().map(|error| Value::from(error.code()));
    put(
        &mut document,
        "/components/schemas/ErrorCode",
        "enum",
        codes.collect(),
    )?;
    let ids = Service::ALL.map(|service| Value::from(service.id()));
    put(
        &mut document,
        "/components/parameters/ServiceId/schema",
        "enum",
        ids.into_iter().collect(),
    )?;
    put(
        &mut document,
        "/info",
        "version",
        env!("CARGO_PKG_VERSION").into(),
    )?;
    let own_url = Value::from(own_url).to_string();
    for sample in &SAMPLES {
        let json = sample.json.replace(OF_SAMPLES, own_url.trim_matches('"'));
        let value: Value = serde_json::from_str(&json).map_err(|_| ErrorCode::Internal)?;
        let media = format!("{}/application~1json", sample.place);
        let examples = format!("{media}/examples");
        if document.pointer(&examples).is_none() {
            put(&mut document, &media, "examples", serde_json::json!({}))?;
        }
        let example = serde_json::json!({"summary": sample.summary, "value": value});
        put(&mut document, &examples, sample.name, example)?;
    }
    if let Some(url) = public_url {
        put(&mut document, "", "servers", serde_json::json!([{"url": url}]))?;
    }
    Ok(document)
}

fn put(document: &mut Value, place: &str, name: &str, value: Value) -> Result<(), Failure> {
    let object = document.pointer_mut(place).and_then(Value::as_object_mut);
    object.ok_or(ErrorCode::Internal)?.insert(name.to_owned(), value);
    Ok(())
}

/// Answers with the document.
pub(super) async fn openapi(state: Data<State>) -> Result<HttpResponse, Failure> {
    json(&document(
        state.advisor.evaluator.public_url(),
        state.advisor.own_url(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The patterns that `http/routes.rs` and `pages/routes.rs` name, as this document writes them.
    fn routed() -> BTreeSet<String> {
        let source = concat!(include_str!("routes.rs"), include_str!("../pages/routes.rs"));
        let resources = source.split("resource(").skip(1);
        resources
            .filter_map(|rest| rest.split(')').next())
            .flat_map(|patterns| patterns.split('"').skip(1).step_by(2))
            .filter(|pattern| !pattern.contains("//"))
            .map(|pattern| match pattern.trim_end_matches('/') {
                "" => "/".to_owned(),
                path => path.to_owned(),
            })
            .collect()
    }

    #[test]
    fn every_path_that_is_served_is_described_and_no_other() {
        let document = document(None, OF_SAMPLES).unwrap();
        let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, routed());
    }

    #[test]
    fn what_is_defined_elsewhere_is_put_in() {
        let document = document(Some("https://cds.example.org"), "https://cds.example.org").unwrap();
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(document["servers"][0]["url"], "https://cds.example.org");
        let codes = document["components"]["schemas"]["ErrorCode"]["enum"]
            .as_array()
            .unwrap();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        let text = document.to_string();
        assert!(!text.contains("\"enum\":[]"), "a list was not filled");
        assert!(text.contains("https://cds.example.org/sandbox/fhir"));
        assert!(!text.contains(OF_SAMPLES), "an example names another service");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(None, OF_SAMPLES).unwrap();
        let text = document.to_string();
        let references: BTreeSet<&str> = text
            .split("\"$ref\":\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(references.len() > 20);
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
