//! What can be assessed: a Bundle of one patient, or a hook request.

use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::hooks::flow::{self, Basis, Source};
use crate::hooks::prefetch::whole;
use crate::hooks::request::HookRequest;
use crate::hooks::templates::Template;
use crate::hooks::trail::Trail;
use cds_cards::Ordered;
use cds_cards::assessment::Assessment;
use fhir_profiles::chart::ChartBuilder;
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind<'a> {
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
    let not_assessable = |error: serde_json::Error| match Failure::json(&error) {
        failure if failure.code == ErrorCode::InvalidRequest => ErrorCode::NotAssessable.into(),
        failure => failure,
    };
    let kind: Kind<'_> = serde_json::from_str(text).map_err(not_assessable)?;
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

/// Whether the text is a Bundle, and so not to be read as a hook request.
///
/// # Errors
/// [`Failure`] if it is no JSON object.
pub(crate) fn is_bundle(text: &str) -> Result<bool, Failure> {
    let kind: Kind<'_> = serde_json::from_str(text).map_err(|error| Failure::json(&error))?;
    Ok(kind.resource_type.as_deref() == Some("Bundle"))
}

/// Facts and assessment of a Bundle.
///
/// # Errors
/// [`Failure`] if it is not of one patient.
pub(crate) fn bundle_basis(evaluator: &Evaluator, text: &str, as_of: Date) -> Result<Basis, Failure> {
    let json: &RawValue = serde_json::from_str(text).map_err(|error| Failure::json(&error))?;
    let mut builder = ChartBuilder::new(None);
    let added = builder.add(json);
    for gap in added.gaps() {
        builder.report("Bundle", gap);
    }
    let chart = whole(builder, evaluator)?;
    let facts = evaluator.facts(&chart, as_of);
    let assessment = cds_cards::assess(&evaluator.knowledge, &facts);
    Ok(Basis { facts, assessment })
}
