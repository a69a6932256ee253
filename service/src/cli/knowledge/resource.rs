//! What every exported resource has.

use cds_cards::Knowledge;
use fhir_profiles::codes::BASE;
use serde_json::{Value, json};

/// `portal-vein` as `PortalVein`: what R4 calls a name that a program can use.
fn computable(id: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    };
    id.split('-').map(upper).collect()
}

/// What every resource of the package has in common.
pub(super) fn head(knowledge: &Knowledge, kind: &str, id: &str, title: &str) -> Value {
    let package = &knowledge.package;
    json!({
        "resourceType": kind,
        "id": id,
        "url": format!("{BASE}/{kind}/{id}"),
        "version": package.reference.version,
        "name": computable(id),
        "title": title,
        "status": "active",
        "experimental": false,
        "publisher": "pnet-cds",
        "purpose": package.intended_use,
        "usage": package.misuse,
    })
}

/// A resource with further elements; empty ones are left out, as FHIR asks.
pub(super) fn with(mut resource: Value, elements: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    for (name, value) in elements {
        let empty = match &value {
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Null => true,
            _ => false,
        };
        if !empty && let Some(resource) = resource.as_object_mut() {
            resource.insert(name.to_owned(), value);
        }
    }
    resource
}
