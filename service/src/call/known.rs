//! What becomes known of a request while it is answered; nothing of it is taken from the body.

use crate::errors::{Denied, ErrorCode};
use crate::hooks::flow::OrdersSaid;
use crate::hooks::trail::{COMPLETE, Fetch, Steps};
use crate::store::Outcome;
use crate::telemetry::{Asked, Got, Whose};
use crate::trust::Who;
use cds_cards::assessment::{Assessment, Gate};
use cds_cards::render::Card;
use fhir_profiles::FactId;

/// What became known of a request while it was answered.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) who: Who,
    /// Whether the service called itself.
    pub(crate) own: bool,
    /// Whether advice is asked for.
    pub(crate) asks: bool,
    pub(crate) denied: Option<Denied>,
    /// Service and hook.
    pub(crate) service: Option<(&'static str, &'static str)>,
    /// `Patient/id`; for the audit alone.
    pub(crate) patient: Option<String>,
    /// Who looks at the chart; for the audit alone.
    pub(crate) user: Option<String>,
    pub(crate) gate: Option<Gate>,
    /// What became of the orders of a hook on orders.
    pub(crate) orders: Option<OrdersSaid>,
    pub(crate) cards: Option<Vec<Card>>,
    pub(crate) assessment: Option<Assessment>,
    /// The feedback that was kept, of a call that gives some.
    pub(crate) feedback: Option<Vec<(String, Outcome)>>,
    /// The facts that a person recorded with it.
    pub(crate) records: Vec<FactId>,
    /// Whether a chart has launched the pages.
    pub(crate) launched: bool,
    /// Whether the caller went away before there was an answer.
    pub(crate) gone: bool,
}

impl Known {
    /// What a call came to: `cards`, `none`, `launched`, the code of an error, or `gone`.
    pub(crate) fn outcome(&self, error: Option<ErrorCode>) -> &'static str {
        match (error, &self.cards) {
            _ if self.gone => "gone",
            (Some(error), _) => error.code(),
            (None, Some(cards)) if !cards.is_empty() => "cards",
            (None, _) if self.launched => "launched",
            (None, _) => "none",
        }
    }

    /// What somebody who asked for advice has got, if this one did.
    pub(super) fn asked(&self, steps: &Steps, error: Option<ErrorCode>) -> Option<Asked> {
        let outcome = self.outcome(error);
        let incomplete = |fetch: &Fetch| fetch.end.is_none_or(|end| end.word != COMPLETE);
        let got = match outcome {
            "cards" if steps.fetches.iter().any(incomplete) => Got::Partial,
            "cards" => Got::Given,
            "none" => Got::None,
            _ if error == Some(ErrorCode::Unauthorized) && self.who == Who::default() => Got::UnknownCaller,
            _ => Got::Lost,
        };
        let whose = whose(&self.who);
        self.asks.then_some(Asked { whose, outcome, got })
    }
}

/// Whose call it is, as metrics have it.
pub(super) fn whose(who: &Who) -> Whose {
    let client = who.name.as_ref().or(who.issuer.as_ref());
    Whose::new(client.cloned(), who.tenant.clone())
}
