//! From a hook request to its answer: the one place where I/O meets logic.

use super::prefetch::{Intake, Taken, is_note};
use super::request::HookRequest;
use super::templates::Template;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::sandbox::Sandbox;
use cds_cards::assessment::{Assessment, Gate};
use cds_cards::render::Card;
use jiff::civil::Date;
use serde_json::value::RawValue;

/// Where records come from that were not prefetched.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Nowhere: what was not prefetched is unknown.
    Nowhere,
    /// The bundled patients, searched as the caller would have searched its own server.
    Sandbox(&'a Sandbox),
}

/// What a hook call is answered with.
#[derive(Debug)]
pub struct Advice {
    /// The cards; none without a PNET.
    pub cards: Vec<Card>,
    /// The gate, for the log.
    pub gate: Gate,
}

/// Answers a hook call.
///
/// # Errors
/// [`Failure`] if core data are missing or a resource is another patient's.
pub fn advise(
    evaluator: &Evaluator,
    templates: &[Template],
    request: &HookRequest<'_>,
    source: Source<'_>,
    as_of: Date,
) -> Result<Advice, Failure> {
    let fetched = fetch(templates, request, source);
    let taken = take(evaluator, templates, request, &fetched)?;
    if taken.surely_no_pnet {
        return Ok(Advice {
            cards: Vec::new(),
            gate: Gate::NoPnet,
        });
    }
    let assessment = evaluate(evaluator, &taken, as_of)?;
    Ok(Advice {
        cards: evaluator.render(&assessment, request.instance),
        gate: assessment.gate,
    })
}

/// The assessment behind a hook call, whatever the gate.
///
/// # Errors
/// As [`advise`].
pub fn assess(
    evaluator: &Evaluator,
    templates: &[Template],
    request: &HookRequest<'_>,
    source: Source<'_>,
    as_of: Date,
) -> Result<Assessment, Failure> {
    let fetched = fetch(templates, request, source);
    let taken = take(evaluator, templates, request, &fetched)?;
    evaluate(evaluator, &taken, as_of)
}

/// Assesses a chart. Where no PNET is found, incomplete conditions make that worth nothing, and other data that were
/// not to be had make no difference.
fn evaluate(evaluator: &Evaluator, taken: &Taken<'_>, as_of: Date) -> Result<Assessment, Failure> {
    let mut assessment = evaluator.assess(&taken.chart, as_of);
    if assessment.gate == Gate::NoPnet {
        if !taken.conditions_complete {
            return Err(ErrorCode::IncompleteConditions.into());
        }
        assessment.problems.retain(|problem| !is_note(&problem.place));
    }
    Ok(assessment)
}

/// What the templates ask for and the request does not bring.
fn fetch<'t>(
    templates: &'t [Template],
    request: &HookRequest<'_>,
    source: Source<'_>,
) -> Vec<(&'t str, Box<RawValue>)> {
    let Source::Sandbox(sandbox) = source else {
        return Vec::new();
    };
    let brought = |key: &str| request.prefetch.iter().any(|(brought, _)| brought == key);
    templates
        .iter()
        .filter(|template| !brought(&template.key))
        .filter_map(|template| {
            let json = sandbox.answer(&template.resolve(&request.patient_id)).ok()?;
            Some((template.key.as_str(), RawValue::from_string(json).ok()?))
        })
        .collect()
}

fn take<'a>(
    evaluator: &Evaluator,
    templates: &[Template],
    request: &HookRequest<'a>,
    fetched: &'a [(&str, Box<RawValue>)],
) -> Result<Taken<'a>, Failure> {
    let mut intake = Intake::new(&request.patient_id);
    for (key, value) in &request.prefetch {
        intake.take(key, value);
    }
    for (key, value) in fetched {
        intake.take(key, value);
    }
    intake.finish(templates, evaluator.codes)
}
