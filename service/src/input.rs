//! What can be assessed: a Bundle of one patient, or a hook request.

use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::hooks::flow::{self, Basis, Source};
use crate::hooks::prefetch::whole;
use crate::hooks::request::HookRequest;
use crate::hooks::templates::Template;
use crate::hooks::trail::Trail;
use cds_cards::Ordered;
use cds_cards::assessment::{Assessment, Gate};
use fhir_profiles::chart::{AddedKind, ChartBuilder, parsed};
use fhir_profiles::facts::{Gap, Unknown};
use fhir_profiles::{FactId, Facts};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use uuid::Uuid;

/// An assessment and the identity that its cards are made with.
#[derive(Debug)]
pub struct Assessed {
    /// The assessment.
    pub assessment: Assessment,
    /// hookInstance, or nil for a Bundle.
    pub instance: Uuid,
    /// What the orders of a hook on orders propose.
    pub orders: Option<Ordered>,
}

/// What a document says that it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kind<'a> {
    #[serde(borrow, default)]
    resource_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    hook: Option<Cow<'a, str>>,
}

/// Assesses a Bundle (of any type) or a hook request.
///
/// # Errors
/// [`Failure`] if it is neither, or not of one patient.
pub async fn assess<'s>(
    evaluator: &Evaluator,
    templates: &[Template],
    text: &str,
    source: impl FnOnce(&HookRequest<'_>) -> Result<Source<'s>, Failure>,
    as_of: Date,
    trail: &Trail,
) -> Result<Assessed, Failure> {
    let not_assessable = |failure: Failure| match failure.code {
        ErrorCode::InvalidRequest => ErrorCode::NotAssessable.into(),
        _ => failure,
    };
    let mut slot = None;
    let (text, kind) = opened(text, &mut slot).map_err(not_assessable)?;
    match (kind.resource_type.as_deref(), kind.hook) {
        (Some("Bundle"), _) => Ok(Assessed {
            assessment: bundle_basis(evaluator, text, as_of)?.assessment,
            instance: Uuid::nil(),
            orders: None,
        }),
        (None, Some(_)) => {
            let request = HookRequest::parse(text)?;
            let source = source(&request)?;
            let (assessment, orders) =
                flow::assess(evaluator, templates, &request, source, as_of, trail).await?;
            Ok(Assessed {
                assessment,
                instance: request.instance,
                orders,
            })
        }
        _ => Err(ErrorCode::NotAssessable.into()),
    }
}

impl Kind<'_> {
    /// Whether it is a Bundle, and so not to be read as a hook request.
    pub(crate) fn is_bundle(&self) -> bool {
        self.resource_type.as_deref() == Some("Bundle")
    }
}

/// The text of a document without the entries that are no JSON, and what it is; `slot` holds the text where there are some.
///
/// # Errors
/// [`Failure`] if it is no JSON object otherwise.
pub(crate) fn opened<'a>(
    text: &'a str,
    slot: &'a mut Option<String>,
) -> Result<(&'a str, Kind<'a>), Failure> {
    let read = |text: &'a str| serde_json::from_str(text).map(|kind| (text, kind));
    parsed(text, slot, read).map_err(|error| Failure::json(&error))
}

/// Facts and assessment of a Bundle.
///
/// # Errors
/// [`Failure`] if it is not of one patient, or if it cannot be told whether the patient has a PNET since nothing was there
/// to look at.
pub(crate) fn bundle_basis(evaluator: &Evaluator, text: &str, as_of: Date) -> Result<Basis, Failure> {
    let json: &RawValue = serde_json::from_str(text).map_err(|error| Failure::json(&error))?;
    let mut builder = ChartBuilder::new(None);
    let added = builder.add(json);
    match added.kind {
        AddedKind::Outcome if added.resources == 0 => return Err(ErrorCode::SearchFailed.into()),
        AddedKind::Malformed | AddedKind::Null => return Err(ErrorCode::NotAssessable.into()),
        AddedKind::Outcome | AddedKind::Empty | AddedKind::Resources(_) => {}
    }
    let whole_bundle = added.gaps().next().is_none();
    for gap in added.gaps() {
        builder.report("Bundle", gap);
        builder.gap_of_all(Gap::Partial);
    }
    let chart = whole(builder, evaluator)?;
    let facts = evaluator.facts(&chart, as_of);
    let assessment = cds_cards::assess(&evaluator.knowledge, &facts);
    flow::in_time()?;
    if assessment.gate == Gate::NoPnet && nothing_says(&facts) {
        if chart.conditions() == 0 && chart.unreadable_conditions() == 0 {
            return Err(ErrorCode::MissingConditions.into());
        }
        if !whole_bundle {
            return Err(ErrorCode::IncompleteConditions.into());
        }
    }
    Ok(Basis {
        facts,
        assessment,
        patient: chart.patient().map(ToOwned::to_owned),
    })
}

/// Whether nothing at all is said of a PNET.
fn nothing_says(facts: &Facts) -> bool {
    let pnet = facts.get(FactId::Pnet);
    pnet.readings() == Err(Unknown::Missing) && pnet.shown.is_empty()
}
