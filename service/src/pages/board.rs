//! `/board`: one patient on one page, for the multidisciplinary meeting.

use super::answer::patient_page;
use super::ask::Ask;
use super::case::{FactView, GroupView, MissingView, Tumour, facts, given, groups, missing, tumour};
use super::fire::fire;
use super::pages;
use super::plot::{Plot, plots};
use super::quotes::{Sentence, sentence};
use super::template::Frame;
use super::visitor::Visitor;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::http::refusal;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use cds_cards::assessment::Gate;
use serde::Serialize;

/// The most of what is missing that one page names.
const MISSING: usize = 6;

#[derive(Debug, Serialize)]
struct Board {
    subject: String,
    as_of: String,
    tumour: Tumour,
    known: Vec<FactView>,
    plots: Vec<Plot>,
    groups: Vec<GroupView>,
    /// Every treatment on record; chart data.
    given: Vec<String>,
    missing: Vec<MissingView>,
    missing_more: usize,
    discrepancies: Vec<String>,
    problems: usize,
    /// What was not read, in a sentence; empty if all was.
    not_read: String,
    limits: Vec<Sentence>,
    principles: Vec<Sentence>,
    intended_use: String,
    misuse: String,
    citation: String,
}

#[derive(Debug, Serialize)]
struct Nothing {
    status: u16,
    code: &'static str,
    text: String,
}

/// `/board`, by its address, or posted for what was pasted or needs a token.
pub(super) async fn page(
    visitor: Visitor,
    state: Data<State>,
    ask: Result<Ask, Failure>,
) -> Result<HttpResponse, Failure> {
    let (state, visitor, ask) = (&**state, &visitor, &ask?);
    let pages = pages(state)?;
    let frame = Frame::new(
        &pages.assets,
        &state.evaluator.knowledge,
        "./",
        "board",
        "Board view",
    );
    match board(state, visitor, ask).await {
        Ok(board) => {
            let html = pages.templates.fill("board.html", &frame, &board)?;
            Ok(patient_page(StatusCode::OK, html))
        }
        Err(failure) => {
            let nothing = Nothing {
                status: failure.code.status(),
                code: failure.code.code(),
                text: failure.to_string(),
            };
            let html = pages.templates.fill("no-board.html", &frame, &nothing)?;
            Ok(refusal(&failure, |status| patient_page(status, html)))
        }
    }
}

async fn board(state: &State, visitor: &Visitor, ask: &Ask) -> Result<Board, Failure> {
    if ask.is_empty() {
        return Err(ErrorCode::InvalidPatientId.into());
    }
    let fired = fire(state, visitor, ask).await?;
    let basis = fired
        .basis
        .filter(|basis| basis.assessment.gate != Gate::NoPnet)
        .ok_or(ErrorCode::NoTumour)?;
    let (knowledge, assessment) = (&state.evaluator.knowledge, &basis.assessment);
    let package = &knowledge.package;
    let subject = assessment.subject.as_deref().unwrap_or(&ask.patient);
    let mut missing = missing(knowledge, assessment);
    let missing_more = missing.len().saturating_sub(MISSING);
    missing.truncate(MISSING);
    Ok(Board {
        subject: cds_cards::render::plain(subject),
        as_of: assessment.as_of.clone(),
        tumour: tumour(knowledge, assessment),
        known: facts(assessment).0,
        plots: plots(knowledge, &basis.facts),
        groups: groups(knowledge, assessment),
        given: given(assessment),
        missing,
        missing_more,
        discrepancies: assessment
            .discrepancies
            .iter()
            .map(|found| found.text.clone())
            .collect(),
        problems: assessment.problems.len(),
        not_read: cds_cards::render::not_read(&assessment.not_read).unwrap_or_default(),
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
