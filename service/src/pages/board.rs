//! `/board`: one patient on one page, for the multidisciplinary meeting.

use super::answer::patient_page;
use super::ask::Ask;
use super::case::{FactView, GroupView, MissingView, Tumour, facts, groups, missing, tumour};
use super::drawing::{Drawing, drawing};
use super::fire::fire;
use super::made::Pages;
use super::person::{Person, person};
use super::plot::{Plot, plots};
use super::quotes::{Sentence, sentence};
use super::template::{Fault, Frame};
use super::visitor::Visitor;
use crate::errors::{ErrorCode, Failure};
use crate::hooks::flow::Basis;
use crate::http::State;
use crate::http::refusal;
use crate::strip::{Strip, strip};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use cds_cards::assessment::Gate;
use cds_cards::render::{Found, found};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
pub(super) struct Board {
    /// Who it is, as recorded; where nothing is, the reference.
    person: Person,
    subject: String,
    as_of: String,
    strip: Strip,
    drawing: Option<Drawing>,
    tumour: Tumour,
    known: Vec<FactView>,
    plots: Vec<Plot>,
    groups: Vec<GroupView>,
    missing: Vec<MissingView>,
    found: Vec<Found>,
    limits: Vec<Sentence>,
    principles: Vec<Sentence>,
    intended_use: String,
    misuse: String,
    citation: String,
}

/// `/board`, by its address, or posted for what was pasted or needs a token.
pub(super) async fn page(
    visitor: Visitor,
    pages: Pages,
    state: Data<State>,
    ask: Result<Ask, Failure>,
) -> Result<HttpResponse, Failure> {
    let (visitor, ask) = (Arc::new(visitor), Arc::new(ask?));
    let frame = Frame::new(
        &pages.assets,
        &state.advisor.evaluator.knowledge,
        "./",
        "board",
        "Board view",
    );
    match board(&state, &visitor, &ask).await {
        Ok(board) => {
            let html = pages.templates.fill("board.html", &frame, &board)?;
            Ok(patient_page(StatusCode::OK, html))
        }
        Err(failure) => {
            let html = pages
                .templates
                .fill("no-board.html", &frame, &Fault::from(&failure))?;
            Ok(refusal(&failure, |status| patient_page(status, html)))
        }
    }
}

async fn board(state: &Data<State>, visitor: &Arc<Visitor>, ask: &Arc<Ask>) -> Result<Board, Failure> {
    if ask.is_empty() {
        return Err(ErrorCode::InvalidPatientId.into());
    }
    let fired = fire(state, visitor, ask).await?;
    sheet(state, fired.basis, &ask.patient)
}

/// The page of a chart that was assessed.
///
/// # Errors
/// [`ErrorCode::NoTumour`] where there is nothing to show.
pub(super) fn sheet(state: &State, basis: Option<Basis>, patient: &str) -> Result<Board, Failure> {
    let basis = basis
        .filter(|basis| basis.assessment.gate != Gate::NoPnet)
        .ok_or(ErrorCode::NoTumour)?;
    let (knowledge, assessment) = (&state.advisor.evaluator.knowledge, &basis.assessment);
    let package = &knowledge.package;
    let subject = assessment.subject.as_deref().unwrap_or(patient);
    Ok(Board {
        person: person(basis.patient.as_deref()),
        subject: cds_cards::render::plain(subject),
        as_of: assessment.as_of.clone(),
        strip: strip(knowledge, assessment),
        drawing: drawing(knowledge, assessment),
        tumour: tumour(knowledge, assessment),
        known: facts(assessment).0,
        plots: plots(knowledge, &basis.facts),
        groups: groups(knowledge, assessment),
        missing: missing(knowledge, assessment),
        found: found(assessment),
        limits: package
            .limits
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        principles: package
            .principles
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        intended_use: package.intended_use.clone(),
        misuse: package.misuse.clone(),
        citation: package.citation.clone(),
    })
}
