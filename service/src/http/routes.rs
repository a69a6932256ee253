//! What is served where.

use super::methods::{READING, reading, wrong_method};
use super::{feedback, handlers, openapi, paths, sandbox};
use crate::hooks::Service;
use actix_web::web::{ServiceConfig, post, resource, to};

/// Every path but those of the pages. Those of the services come first, each as it is written: patterns are regular
/// expressions.
pub(crate) fn routes(config: &mut ServiceConfig) {
    for service in Service::ALL {
        let [called, answered] = paths::of(service);
        let hook = move |caller, call, state, body| handlers::hook_of(service, caller, call, state, body);
        let feedback =
            move |caller, call, state, body| feedback::feedback_on(service, caller, call, state, body);
        config
            .service(
                resource(called)
                    .route(post().to(hook))
                    .default_service(to(|| wrong_method("POST"))),
            )
            .service(
                resource(answered)
                    .route(post().to(feedback))
                    .default_service(to(|| wrong_method("POST"))),
            );
    }
    config
        .service(
            resource("/assessment")
                .route(post().to(handlers::assessment))
                .default_service(to(|| wrong_method("POST"))),
        )
        .service(
            resource("/health/live")
                .route(reading().to(handlers::live))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/health/ready")
                .route(reading().to(handlers::ready))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/openapi.json")
                .route(reading().to(openapi::openapi))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            // With a slash at the end too: clients add ids to an address of discovery that was typed in.
            resource(["/cds-services", "/cds-services/"])
                .route(reading().to(handlers::discovery))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource(["/cds-services/{id}", "/cds-services//{id}"])
                .route(post().to(handlers::hook))
                .default_service(to(|| wrong_method("POST"))),
        )
        .service(
            resource(["/cds-services/{id}/feedback", "/cds-services//{id}/feedback"])
                .route(post().to(feedback::feedback))
                .default_service(to(|| wrong_method("POST"))),
        )
        .service(
            resource("/sandbox/fhir/metadata")
                .route(reading().to(sandbox::metadata))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/sandbox/fhir/{kind}/_search")
                .route(post().to(sandbox::search_by_form))
                .default_service(to(|| wrong_method("POST"))),
        )
        .service(
            resource("/sandbox/fhir/{kind}/{id}")
                .route(reading().to(sandbox::read))
                .default_service(to(|| wrong_method(READING))),
        )
        .service(
            resource("/sandbox/fhir/{kind}")
                .route(reading().to(sandbox::search))
                .default_service(to(|| wrong_method(READING))),
        )
        .default_service(to(handlers::unknown_path));
}
