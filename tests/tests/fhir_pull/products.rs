//! Servers with the habits of known products: a chart that is pulled from each says what the same chart says prefetched.

use crate::setup::{Service, WITH_PNET, call, charts, prefetched, service_for, service_within};
use acceptance::scripted_fhir::product::EPIC_ADDRESS;
use acceptance::scripted_fhir::{Product, ScriptedFhir, fhir};
use serde_json::{Value, json};
use std::time::Duration;

/// Time enough for a server that takes one code at a time, on a busy machine.
const MINUTE: Duration = Duration::from_secs(60);
const PATIENT: &str = "server.request_deadline = \"90 s\"\nfhir.max_pages = 50\n";

fn start(product: Product) -> ScriptedFhir {
    product.start(|query| charts().answer(query).ok()).unwrap()
}

fn reading(product: Product, server: &ScriptedFhir) -> Service {
    let aliases: Vec<&str> = product.alias().into_iter().collect();
    service_within(MINUTE, PATIENT, &[&server.base()], &aliases)
}

/// The call with everything prefetched, and a failed search in place of what the product does not have.
fn supplied(product: Product, server: &str, patient: &str) -> Value {
    let mut request = prefetched(server, patient);
    for template in pnet_cds::templates::templates(fhir_profiles::Codes::embedded(), false) {
        let kind = template.query.split(['?', '/']).next().unwrap_or_default();
        if product.lacks().contains(&kind) {
            request["prefetch"][&template.key] = serde_json::from_str(&fhir::outcome("error")).unwrap();
        }
    }
    // The caller names its server by the address that its references have.
    if let Some(alias) = product.alias() {
        request["fhirServer"] = json!(alias);
    }
    request
}

/// What an assessment concludes, without the notes about where records came from.
fn concluded(service: &Service, request: &Value) -> Value {
    let answer = service.post("/assessment", request);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut assessment = answer.json();
    drop(assessment.as_object_mut().unwrap().remove("problems"));
    assessment
}

fn pulled_is_prefetched(product: Product) {
    let server = start(product);
    let service = reading(product, &server);
    for patient in charts()
        .patients()
        .iter()
        .step_by(3)
        .chain([&WITH_PNET.to_owned()])
    {
        let pulled = concluded(&service, &call(&server.base(), patient));
        let expected = concluded(&service, &supplied(product, &server.base(), patient));
        assert_eq!(pulled, expected, "{} {patient}", product.name());
    }
    // What was learnt in the first call is used in the next: the same requests each time, none of them refused.
    let count = || {
        let before = server.seen().len();
        concluded(&service, &call(&server.base(), WITH_PNET));
        server.seen().len() - before
    };
    assert_eq!(count(), count(), "{}", product.name());
}

#[test]
fn azure() {
    pulled_is_prefetched(Product::Azure);
}

#[test]
fn blaze() {
    pulled_is_prefetched(Product::Blaze);
}

#[test]
fn epic() {
    pulled_is_prefetched(Product::Epic);
}

#[test]
fn hapi() {
    pulled_is_prefetched(Product::Hapi);
}

#[test]
fn oracle() {
    pulled_is_prefetched(Product::Oracle);
}

/// Epic's references have another address than the one it is asked at.
#[test]
fn references_by_another_address_are_refused_until_it_is_named() {
    let server = start(Product::Epic);
    let silent = service_within(MINUTE, PATIENT, &[&server.base()], &[]);
    let request = call(&server.base(), WITH_PNET);
    assert_eq!(silent.hook(&request).error(412), "another-patient");
    let named = service_within(MINUTE, PATIENT, &[&server.base()], &[EPIC_ADDRESS]);
    assert!(named.hook(&request).cards().len() > 1);
    // The call may name the server by that address too, with or without a slash; what is pulled is asked of the
    // registered one.
    for address in [EPIC_ADDRESS.to_owned(), format!("{EPIC_ADDRESS}/")] {
        let before = server.seen().len();
        assert!(named.hook(&call(&address, WITH_PNET)).cards().len() > 1);
        assert!(server.seen().len() > before, "{address}");
    }
    for other in [format!("{EPIC_ADDRESS}x"), EPIC_ADDRESS.replace("https", "http")] {
        let before = server.seen().len();
        assert_eq!(named.hook(&call(&other, WITH_PNET)).error(412), "missing-patient");
        assert_eq!(server.seen().len(), before, "{other}");
    }
}

/// What is prefetched under one address, with `fhirServer` as the other.
#[test]
fn supplied_references_by_an_alias_are_the_patients() {
    let server = start(Product::Hapi);
    let base = server.base();
    let mut request = prefetched(&base, WITH_PNET);
    let text = request["prefetch"]["conditions"].to_string();
    let absolute = format!("\"reference\":\"{EPIC_ADDRESS}/Patient/");
    let text = text.replace("\"reference\":\"Patient/", &absolute);
    request["prefetch"]["conditions"] = serde_json::from_str(&text).unwrap();
    let silent = service_for("", &[&base], &[]);
    assert_eq!(silent.hook(&request).error(412), "another-patient");
    let named = service_for("", &[&base], &[EPIC_ADDRESS]);
    let expected = named.hook(&prefetched(&base, WITH_PNET));
    assert_eq!(named.hook(&request).body, expected.body);
}
