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
mod kept;
mod knowledge;
mod launched;
mod launches;
mod made;
mod markdown;
mod option_page;
mod person;
mod plot;
mod quotes;
mod record;
mod routes;
mod rules;
mod session;
mod static_file;
mod suppose;
mod tables;
mod template;
mod tree;
mod visitor;
mod which_reading;
mod workbench;

pub(crate) use made::Pages;
pub(crate) use routes::routes;
