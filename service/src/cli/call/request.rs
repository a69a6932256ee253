//! The request of a record system, as the standard has it, and what is shown and kept of it.

use super::super::ended::Ended;
use super::super::given::read;
use crate::hooks::Service;
use crate::random::new_id;
use serde_json::{Map, Value, json};
use std::path::Path;
use zeroize::Zeroizing;

/// The user that the record system names.
pub(super) const USER: &str = "Practitioner/pnet-cds-call";
/// How long the record system says that an access token is good for, in seconds.
const TOKEN_LIFE: u64 = 300;

/// Draft orders, and what names each.
pub(super) struct Orders {
    bundle: Value,
    selections: Vec<String>,
}

impl Orders {
    /// Reads a Bundle, or one order.
    ///
    /// # Errors
    /// If the file cannot be read or holds neither.
    pub(super) fn read(path: &Path) -> Result<Self, Ended> {
        let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
        let text = read(path).map_err(wrong)?;
        let neither = "expected a Bundle of orders, or one order (JSON)";
        let value: Value = serde_json::from_str(&text).map_err(|_| wrong(neither.to_owned()))?;
        let mut bundle = match value.get("resourceType").and_then(Value::as_str) {
            Some("Bundle") => value,
            Some(_) => {
                json!({ "resourceType": "Bundle", "type": "collection", "entry": [{ "resource": value }] })
            }
            None => return Err(wrong(neither.to_owned())),
        };
        let mut selections = Vec::new();
        let entries = bundle.get_mut("entry").and_then(Value::as_array_mut);
        for (place, entry) in entries.into_iter().flatten().enumerate() {
            let Some(order) = entry.get_mut("resource").and_then(Value::as_object_mut) else {
                continue;
            };
            // Drafts have no id on a server yet, and a selection needs one.
            let id = order
                .entry("id")
                .or_insert_with(|| format!("draft-{}", place + 1).into());
            let id = id.as_str().unwrap_or_default().to_owned();
            let kind = order
                .get("resourceType")
                .and_then(Value::as_str)
                .unwrap_or_default();
            selections.push(format!("{kind}/{id}"));
        }
        Ok(Self { bundle, selections })
    }
}

/// What a request is made of.
pub(super) struct Parts<'a> {
    pub(super) hook: &'a str,
    pub(super) fhir: &'a str,
    pub(super) patient: &'a str,
    /// The access token for the server, which goes out and is neither shown nor kept.
    pub(super) token: Option<Zeroizing<String>>,
    pub(super) orders: Option<Orders>,
    pub(super) prefetch: Map<String, Value>,
}

impl Parts<'_> {
    /// The request.
    ///
    /// # Errors
    /// If the hook needs orders and there are none.
    pub(super) fn request(&self) -> Result<Value, Ended> {
        let mut context = json!({ "userId": USER, "patientId": self.patient });
        let of_orders = [Service::OrderSelect, Service::OrderSign].map(Service::hook);
        match (&self.orders, context.as_object_mut()) {
            (Some(orders), Some(context)) => {
                context.insert("draftOrders".to_owned(), orders.bundle.clone());
                if self.hook == Service::OrderSelect.hook() {
                    context.insert("selections".to_owned(), orders.selections.clone().into());
                }
            }
            _ if of_orders.contains(&self.hook) => {
                return Err(Ended::wrong([format!("the hook {} needs --orders", self.hook)]));
            }
            _ => {}
        }
        let id = new_id().map_err(|()| Ended::failed("no random numbers"))?;
        let mut request = json!({
            "hook": self.hook,
            "hookInstance": id.to_string(),
            "fhirServer": self.fhir,
            "context": context,
        });
        if let Some(request) = request.as_object_mut() {
            if !self.prefetch.is_empty() {
                request.insert("prefetch".to_owned(), self.prefetch.clone().into());
            }
            if let Some(token) = &self.token {
                request.insert("fhirAuthorization".to_owned(), authorization(token));
            }
        }
        Ok(request)
    }

    /// The request as it is kept, to be sent again or assessed: without the token.
    pub(super) fn kept(&self, request: &Value) -> String {
        let mut kept = request.clone();
        if let Some(kept) = kept.as_object_mut() {
            kept.remove("fhirAuthorization");
        }
        format!("{kept:#}\n")
    }

    /// The request as it is shown: without the token, and of what was prefetched only how much it is.
    pub(super) fn shown(&self, request: &Value) -> Value {
        let mut shown = request.clone();
        if let Some(shown) = shown.as_object_mut() {
            if let Some(Value::Object(prefetch)) = shown.get_mut("prefetch") {
                prefetch
                    .values_mut()
                    .for_each(|value| *value = size(value).into());
            }
            if let Some(token) = shown.get_mut("fhirAuthorization") {
                *token = "not shown".into();
            }
        }
        shown
    }
}

fn authorization(token: &str) -> Value {
    json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFE,
        "scope": "patient/*.rs",
        "subject": "pnet-cds-call",
    })
}

/// What a resource is, and how many a Bundle holds.
pub(super) fn size(resource: &Value) -> String {
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("no resource");
    if kind != "Bundle" {
        return kind.to_owned();
    }
    let entries = resource
        .get("entry")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let more = resource
        .get("link")
        .and_then(Value::as_array)
        .is_some_and(|links| {
            let relation = |link: &Value| link.get("relation").and_then(Value::as_str) == Some("next");
            links.iter().any(relation)
        });
    format!(
        "Bundle of {entries}{}",
        if more { ", of more pages the first" } else { "" }
    )
}
