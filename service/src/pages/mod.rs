//! The pages that people read: rendered on the server from the structures that the API returns, off unless they are set.
//!
//! `/knowledge` and the static files hold nothing of a patient and are open; every other page takes a
//! [`crate::trust::Caller`], as the hooks do.

mod answer;
mod ask;
mod assets;
mod board;
mod cards;
mod case;
mod drawing;
mod examples;
mod fire;
mod form;
mod form_fields;
mod knowledge;
mod launched;
mod markdown;
mod option_page;
mod person;
mod plot;
mod quotes;
mod record;
mod rules;
mod suppose;
mod tables;
mod template;
mod tree;
mod visitor;
mod which_reading;
mod workbench;

pub(crate) use answer::moved;
pub(crate) use launched::{not_opened, page as launched};

use crate::errors::{ErrorCode, Failure};
use crate::http::{READING, State, reading};
use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource, to};
use assets::Assets;
use form_fields::SavedForms;
use knowledge::KnowledgePages;
use template::Templates;

/// What the pages are made of.
#[derive(Debug)]
pub(crate) struct Pages {
    templates: Templates,
    assets: Assets,
    knowledge: KnowledgePages,
    saved: SavedForms,
}

impl Pages {
    /// The pages as compiled in.
    ///
    /// # Errors
    /// What is wrong with a template, by its name.
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self {
            templates: Templates::new()?,
            assets: Assets::new(),
            knowledge: KnowledgePages::default(),
            saved: SavedForms::default(),
        })
    }
}

/// The pages of a service, where it has them.
fn pages(state: &State) -> Result<&Pages, Failure> {
    state.pages.as_ref().ok_or_else(|| ErrorCode::UnknownPath.into())
}

/// Every path of the pages.
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
                .route(reading().to(assets::file))
                .default_service(to(only_get)),
        );
}

async fn get_or_post(state: Data<State>) -> Result<HttpResponse, Failure> {
    pages(&state)?;
    Ok(crate::http::wrong_method("GET, HEAD, POST").await)
}

async fn only_get(state: Data<State>) -> Result<HttpResponse, Failure> {
    pages(&state)?;
    Ok(crate::http::wrong_method(READING).await)
}
