//! `GET /openapi.json`: what can be called and what comes back, with the ids and codes of this build.

use super::State;
use super::answer::json;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::Service;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::Value;

const TEMPLATE: &str = include_str!("openapi.json");

/// The document, with the version, the service ids and the error codes put in from where they are defined.
///
/// # Errors
/// [`ErrorCode::Internal`] if a place in the template is not there, which a test excludes.
pub(super) fn document(public_url: Option<&str>) -> Result<Value, Failure> {
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
    json(&document(state.evaluator.public_url())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The patterns that `http/mod.rs`, `pages/mod.rs` and `smart/mod.rs` name, as this document writes them.
    fn routed() -> BTreeSet<String> {
        let source = concat!(
            include_str!("mod.rs"),
            include_str!("../pages/mod.rs"),
            include_str!("../smart/mod.rs")
        );
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
        let document = document(None).unwrap();
        let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, routed());
    }

    #[test]
    fn what_is_defined_elsewhere_is_put_in() {
        let document = document(Some("https://cds.example.org")).unwrap();
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(document["servers"][0]["url"], "https://cds.example.org");
        let codes = document["components"]["schemas"]["ErrorCode"]["enum"]
            .as_array()
            .unwrap();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        let text = document.to_string();
        assert!(!text.contains("\"enum\":[]"), "a list was not filled");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(None).unwrap();
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
