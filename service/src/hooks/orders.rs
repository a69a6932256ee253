//! What the draft orders of a call propose, from its context and the Medications that it or the patient's records bring.

use super::Service;
use super::prefetch::refused;
use super::request::HookRequest;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use cds_cards::Ordered;
use fhir_profiles::chart::{Chart, ChartBuilder};
use fhir_profiles::json::Json;
use fhir_profiles::{Order, UnreadOrder, orders};
use std::borrow::Cow;

/// The draft orders of a hook on orders.
#[derive(Debug)]
pub struct Drafts<'a> {
    chart: Chart<'a>,
    /// What order-select says that was selected.
    selections: Option<&'a [Cow<'a, str>]>,
}

impl<'a> Drafts<'a> {
    /// The orders of a call whose server has these addresses beside its `fhirServer`; `None` for a hook without orders.
    ///
    /// # Errors
    /// [`Failure`] if the context lacks what the hook requires, or an order is another patient's.
    pub fn of(request: &'a HookRequest<'a>, addresses: &[String]) -> Result<Option<Self>, Failure> {
        let selects = match Service::by_hook(&request.hook) {
            Some(Service::OrderSelect) => true,
            Some(Service::OrderSign) => false,
            Some(Service::PatientView) | None => return Ok(None),
        };
        let chart = chart(request, addresses)?;
        let selections = request.selections.as_deref().filter(|_| selects);
        if selects && selections.is_none() {
            return Err(ErrorCode::InvalidSelections.into());
        }
        Ok(Some(Self { chart, selections }))
    }

    /// What the orders come to, with Medications from `records` beside their own.
    ///
    /// On order-select only what `selections` names is checked. Interpretation: where one of them is found among none of
    /// the orders, any of them may be meant, and all are checked.
    pub fn read(&self, evaluator: &Evaluator, records: Option<&Chart<'_>>) -> Ordered {
        let drafts = orders(&self.chart, records, &evaluator.codes);
        let is_named =
            |order: &Order, names: &[Cow<'_, str>]| names.iter().any(|name| order.is_selected_by(name));
        let selected = self.selections.filter(|names| {
            names
                .iter()
                .all(|name| drafts.iter().any(|order| order.is_selected_by(name)))
        });
        let is_checked = |order: &Order| selected.is_none_or(|names| is_named(order, names));
        cds_cards::ordered(&evaluator.knowledge, &drafts, is_checked)
    }
}

/// The draft orders of a call, and what they come to without a look at the patient's records; none for a hook without
/// orders.
#[derive(Debug)]
pub(super) struct Orders<'a>(Option<(Drafts<'a>, Ordered)>);

impl<'a> Orders<'a> {
    /// The orders of a call.
    ///
    /// # Errors
    /// As [`Drafts::of`].
    pub(super) fn of(
        evaluator: &Evaluator,
        request: &'a HookRequest<'a>,
        addresses: &[String],
    ) -> Result<Self, Failure> {
        let drafts = Drafts::of(request, addresses)?;
        Ok(Self(drafts.map(|drafts| {
            let read = drafts.read(evaluator, None);
            (drafts, read)
        })))
    }

    /// Whether the hook has orders.
    pub(super) fn are_there(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the hook has orders, and none of them is one of ours or could be.
    pub(super) fn are_of_nothing(&self) -> bool {
        self.0.as_ref().is_some_and(|(_, read)| read.is_empty())
    }

    /// The drafts, where some refer to Medications that came with none of them.
    pub(super) fn open(&self) -> Option<&Drafts<'a>> {
        let (drafts, read) = self.0.as_ref()?;
        (!unsent(read).is_empty()).then_some(drafts)
    }

    /// What they come to, with Medications from the records beside their own.
    pub(super) fn with(self, evaluator: &Evaluator, records: &Chart<'_>) -> Option<Ordered> {
        let again = self.open().map(|drafts| drafts.read(evaluator, Some(records)));
        again.or(self.0.map(|(_, read)| read))
    }
}

/// The references behind which the names of orders stand, as written, each once.
pub(super) fn unsent(orders: &Ordered) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for order in &orders.unread {
        let UnreadOrder::Unsent { references } = &order.why else {
            continue;
        };
        for reference in references {
            if !found.contains(&reference.as_str()) {
                found.push(reference);
            }
        }
    }
    found
}

fn chart<'a>(request: &'a HookRequest<'a>, addresses: &[String]) -> Result<Chart<'a>, Failure> {
    let json = request.draft_orders.ok_or(ErrorCode::InvalidDraftOrders)?;
    if json.get("resourceType").and_then(Json::text) != Some("Bundle") {
        return Err(ErrorCode::InvalidDraftOrders.into());
    }
    let mut builder = ChartBuilder::new(Some(&request.patient_id))
        .served_by(request.fhir_server.as_deref())
        .served_by(addresses.iter().map(String::as_str));
    builder.add(json);
    builder.finish().map_err(refused)
}
