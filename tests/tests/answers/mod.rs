//! Whole answers: calls with everything prefetched, through the service's own routes, on a fixed day.

#[path = "../../src/set_up.rs"]
mod set_up;

use actix_web::middleware::from_fn;
use actix_web::{App, test as http};
use pnet_cds::app::Application;
use pnet_cds::http::boundary;
use pnet_cds::sandbox::Sandbox;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The service without a socket.
pub(crate) struct Answering {
    pub(crate) application: Application,
}

impl Answering {
    pub(crate) fn new() -> Result<Self, String> {
        let application = set_up::application("", "http://127.0.0.1:8080")?;
        Ok(Self { application })
    }

    /// The answers to calls of a service, by the name of the call.
    pub(crate) async fn answer(
        &self,
        path: &str,
        calls: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<BTreeMap<String, Value>, String> {
        let app = App::new()
            .wrap(from_fn(boundary))
            .configure(|config| self.application.configure(config));
        let app = http::init_service(app).await;
        let mut answers = BTreeMap::new();
        for (name, call) in calls {
            let call = http::TestRequest::post()
                .uri(path)
                .insert_header(("Host", "localhost"))
                .set_json(call);
            let answer = http::call_service(&app, call.to_request()).await;
            if answer.status().as_u16() != 200 {
                return Err(format!("{name}: {}", answer.status()));
            }
            answers.insert(name, http::read_body_json(answer).await);
        }
        Ok(answers)
    }
}

/// What a client sends that resolves every published template on its own server.
pub(crate) fn request(answering: &Answering, sandbox: &Sandbox, patient: &str) -> Result<Value, String> {
    let mut prefetch = serde_json::Map::new();
    for template in &answering.application.state.advisor.templates {
        let answer = sandbox
            .answer(&template.resolve(patient))
            .map_err(|failure| format!("{patient} {}: {failure:?}", template.key))?;
        let resource = serde_json::from_str(&answer).map_err(|e| e.to_string())?;
        prefetch.insert(template.key.clone(), resource);
    }
    Ok(json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": { "userId": "Practitioner/demo", "patientId": patient },
        "prefetch": prefetch,
    }))
}

/// Snapshots in a folder, named as the test says.
pub(crate) fn bind(folder: &Path) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
