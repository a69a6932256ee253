//! `pnet-cds knowledge`

mod check;
mod diff;
mod export;
mod logic;
mod measure;
mod place;
mod questionnaire;
mod resource;
mod show;

pub(super) use check::check;
pub(super) use diff::diff;
pub(super) use export::export;
pub(super) use show::show;
