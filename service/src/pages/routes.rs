//! Where the pages are.

use super::made::Pages;
use super::{board, form, knowledge, launched, launches, static_file, which_reading, workbench};
use crate::errors::Failure;
use crate::http::{READING, reading, wrong_method};
use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post, resource, to};

/// Every path of the pages, and of the launches that open them.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/")
                .route(reading().to(workbench::page))
                .route(post().to(workbench::page))
                .default_service(to(get_or_post)),
        )
        .service(
            resource("/board")
                .route(reading().to(board::page))
                .route(post().to(board::page))
                .default_service(to(get_or_post)),
        )
        .service(
            resource("/form")
                .route(reading().to(form::page))
                .route(post().to(form::page))
                .default_service(to(get_or_post)),
        )
        .service(
            resource("/knowledge")
                .route(reading().to(knowledge::index))
                .default_service(to(only_get)),
        )
        .service(
            resource("/knowledge/which-reading")
                .route(reading().to(which_reading::page))
                .default_service(to(only_get)),
        )
        .service(
            resource("/knowledge/{id}")
                .route(reading().to(knowledge::option))
                .default_service(to(only_get)),
        )
        .service(
            resource("/static/{name}")
                .route(reading().to(static_file::file))
                .default_service(to(only_get)),
        )
        // A HEAD of a launch is no GET: it would use up what is good once.
        .service(
            resource("/smart/launch")
                .route(get().to(launches::launch))
                .default_service(to(nothing_but_get)),
        )
        .service(
            resource("/smart/callback")
                .route(get().to(launches::callback))
                .default_service(to(nothing_but_get)),
        )
        .service(
            resource("/smart/patient")
                .route(get().to(launched::page))
                .default_service(to(nothing_but_get)),
        );
}

async fn get_or_post(_: Pages) -> Result<HttpResponse, Failure> {
    Ok(wrong_method("GET, HEAD, POST").await)
}

async fn only_get(_: Pages) -> Result<HttpResponse, Failure> {
    Ok(wrong_method(READING).await)
}

async fn nothing_but_get() -> HttpResponse {
    wrong_method("GET").await
}
