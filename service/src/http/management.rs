//! The management listener: metrics and health, for those who run the service and not for those who call it.

use super::handlers::{live, ready, unknown_path};
use super::methods::{READING, reading, wrong_method};
use super::state::State;
use crate::errors::{ErrorCode, Failure};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, ServiceConfig, resource, to};
use actix_web::{App, HttpResponse, HttpServer, dev};
use std::net::TcpListener;

/// The text format of Prometheus.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

fn routes(config: &mut ServiceConfig) {
    let only_get = || to(|| wrong_method(READING));
    config
        .service(
            resource("/metrics")
                .route(reading().to(metrics))
                .default_service(only_get()),
        )
        .service(
            resource("/health/live")
                .route(reading().to(live))
                .default_service(only_get()),
        )
        .service(
            resource("/health/ready")
                .route(reading().to(ready))
                .default_service(only_get()),
        )
        .default_service(to(unknown_path));
}

/// `GET /metrics`
async fn metrics(state: Data<State>) -> Result<HttpResponse, Failure> {
    let text = state.telemetry.scraped().map_err(|_| ErrorCode::Internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, PROMETHEUS))
        .body(text))
}

/// The listener at work, on one thread, until it is told to stop: it answers while the service itself ends.
///
/// # Errors
/// If the listener cannot be used.
pub(super) fn server(listener: TcpListener, state: Data<State>) -> std::io::Result<dev::Server> {
    let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?;
    Ok(server.run())
}
