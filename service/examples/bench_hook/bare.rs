//! The server beside ours: handlers that do nothing but parse the body, as any value or as a typed, borrowed chart.

use actix_web::rt::System;
use actix_web::web::{Bytes, PayloadConfig, post};
use actix_web::{App, HttpResponse, HttpServer};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::TcpListener;

/// Where the body becomes a `serde_json::Value`: what every ratio is to.
pub(crate) const AS_VALUE: &str = "/value";
/// Where it becomes a typed, borrowed chart: the floor.
pub(crate) const AS_CHART: &str = "/chart";

#[derive(Deserialize)]
struct Hook<'a> {
    #[serde(borrow)]
    hook: Cow<'a, str>,
    #[serde(borrow)]
    prefetch: HashMap<Cow<'a, str>, Prefetched<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prefetched<'a> {
    #[serde(borrow)]
    resource_type: Cow<'a, str>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Resource<'a>,
}

/// What a fact can be read from.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow)]
    resource_type: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    code: Concept<'a>,
    #[serde(borrow, default)]
    subject: Reference<'a>,
    #[serde(borrow, default)]
    effective_date_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    value_quantity: Option<Quantity<'a>>,
    #[serde(borrow, default)]
    value_codeable_concept: Concept<'a>,
}

#[derive(Deserialize, Default)]
struct Concept<'a> {
    #[serde(borrow, default)]
    coding: Vec<Coding<'a>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Coding<'a> {
    #[serde(borrow, default)]
    system: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    display: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
struct Reference<'a> {
    #[serde(borrow, default)]
    reference: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Quantity<'a> {
    value: f64,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
}

impl Hook<'_> {
    /// Something that depends on every field, so that none is read in vain.
    fn length(&self) -> usize {
        let length = |text: &Option<Cow<'_, str>>| text.as_ref().map_or(0, |text| text.len());
        let concept = |concept: &Concept<'_>| -> usize {
            let codings = concept.coding.iter();
            let parts = codings.map(|c| length(&c.system) + length(&c.code) + length(&c.display));
            length(&concept.text) + parts.sum::<usize>()
        };
        let resource = |resource: &Resource<'_>| {
            let quantity = resource.value_quantity.as_ref();
            resource.resource_type.len()
                + length(&resource.id)
                + length(&resource.status)
                + concept(&resource.code)
                + concept(&resource.value_codeable_concept)
                + length(&resource.subject.reference)
                + length(&resource.effective_date_time)
                + quantity.map_or(0, |q| length(&q.unit) + usize::from(q.value > 0.0))
        };
        let values = self.prefetch.iter().map(|(key, value)| {
            let entries = value.entry.iter().map(|entry| resource(&entry.resource));
            key.len() + value.resource_type.len() + entries.sum::<usize>()
        });
        self.hook.len() + values.sum::<usize>()
    }
}

fn answer(understood: bool) -> HttpResponse {
    match understood {
        true => HttpResponse::Ok()
            .content_type("application/json")
            .body(r#"{"cards":[]}"#),
        false => HttpResponse::BadRequest().finish(),
    }
}

async fn as_value(body: Bytes) -> HttpResponse {
    answer(serde_json::from_slice::<Value>(&body).is_ok_and(|value| value["hook"] == "patient-view"))
}

async fn as_chart(body: Bytes) -> HttpResponse {
    answer(serde_json::from_slice::<Hook<'_>>(&body).is_ok_and(|hook| hook.length() > 0))
}

/// Serves until it is killed; says where, as ours does.
pub(crate) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("bare listens on http://{};", listener.local_addr().unwrap());
    let app = || {
        App::new()
            .app_data(PayloadConfig::new(4 << 20))
            .route(AS_VALUE, post().to(as_value))
            .route(AS_CHART, post().to(as_chart))
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(app).workers(workers).listen(listener).unwrap();
    System::new().block_on(server.run()).unwrap();
}
