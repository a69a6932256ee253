//! What the draft orders of a call propose, from its context and the Medications that it or the patient's records bring.

use super::Service;
use super::prefetch::refused;
use super::request::HookRequest;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use cds_cards::Ordered;
use fhir_profiles::chart::{Chart, ChartBuilder};
use fhir_profiles::json::Json;
use fhir_profiles::{UnreadOrder, orders, selected};
use std::collections::BTreeSet;

/// The draft orders of a hook on orders.
#[derive(Debug)]
pub struct Drafts<'a> {
    chart: Chart<'a>,
    /// What order-select says that was selected.
    selections: Option<&'a [&'a str]>,
}

impl<'a> Drafts<'a> {
    /// The orders of a call whose server has these addresses beside its `fhirServer`; `None` for a hook without orders.
    ///
    /// # Errors
    /// [`Failure`] if the context lacks what the hook requires, or an order is another patient's.
    pub fn of(request: &'a HookRequest<'a>, addresses: &[String]) -> Result<Option<Self>, Failure> {
        let selects = match Service::by_hook(request.hook) {
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
        let named = self
            .selections
            .and_then(|names| selected(&drafts, names.iter().copied()));
        let is_checked = |draft: usize| named.as_ref().is_none_or(|named| named.contains(&draft));
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
    let mut known = BTreeSet::new();
    let references = orders.unread.iter().flat_map(|order| match &order.why {
        UnreadOrder::Unsent { references } => references.as_slice(),
        UnreadOrder::Unnamed => &[],
    });
    let references = references.map(String::as_str);
    references.filter(|reference| known.insert(*reference)).collect()
}

fn chart<'a>(request: &'a HookRequest<'a>, addresses: &[String]) -> Result<Chart<'a>, Failure> {
    let json = request.draft_orders.ok_or(ErrorCode::InvalidDraftOrders)?;
    if json.get("resourceType").and_then(Json::text) != Some("Bundle") {
        return Err(ErrorCode::InvalidDraftOrders.into());
    }
    let mut builder = ChartBuilder::new(Some(request.patient_id))
        .served_by(request.fhir_server)
        .served_by(addresses.iter().map(String::as_str));
    builder.add(json);
    builder.finish().map_err(refused)
}
