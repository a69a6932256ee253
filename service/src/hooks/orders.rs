//! What the draft orders of a call propose, from its context alone: no record of the patient is needed for that.

use super::Service;
use super::prefetch::refused;
use super::request::HookRequest;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use cds_cards::Proposal;
use fhir_profiles::Order;
use fhir_profiles::chart::ChartBuilder;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Cow<'a, str>>,
}

/// The options that the draft orders can mean; `None` for a hook without orders.
///
/// On order-select only what `selections` names is checked. Interpretation: where none of them is found among the
/// orders, all are checked rather than none.
///
/// # Errors
/// [`Failure`] if the context lacks what the hook requires, or an order is another patient's.
pub fn proposed(evaluator: &Evaluator, request: &HookRequest<'_>) -> Result<Option<Vec<Proposal>>, Failure> {
    let service = Service::by_hook(&request.hook);
    if !matches!(service, Some(Service::OrderSelect | Service::OrderSign)) {
        return Ok(None);
    }
    let drafts = drafts(evaluator, request)?;
    let selections = match service {
        Some(Service::OrderSelect) => {
            let named = request.selections.as_deref();
            Some(named.ok_or(ErrorCode::InvalidSelections)?)
        }
        _ => None,
    };
    let is_named =
        |order: &Order, names: &[Cow<'_, str>]| names.iter().any(|name| order.is_selected_by(name));
    let selected =
        selections.filter(|names| names.is_empty() || drafts.iter().any(|order| is_named(order, names)));
    let is_checked = |order: &Order| selected.is_none_or(|names| is_named(order, names));
    Ok(Some(cds_cards::proposals(
        &evaluator.knowledge,
        &drafts,
        is_checked,
    )))
}

fn drafts(evaluator: &Evaluator, request: &HookRequest<'_>) -> Result<Vec<Order>, Failure> {
    let json = request.draft_orders.ok_or(ErrorCode::InvalidDraftOrders)?;
    let kind: Option<Kind<'_>> = serde_json::from_str(json.get()).ok();
    if kind.and_then(|kind| kind.resource_type).as_deref() != Some("Bundle") {
        return Err(ErrorCode::InvalidDraftOrders.into());
    }
    let mut builder = ChartBuilder::new(Some(&request.patient_id));
    builder.add(json);
    let chart = builder.finish().map_err(refused)?;
    Ok(fhir_profiles::orders(&chart, &evaluator.codes))
}
