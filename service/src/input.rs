//! What can be assessed: a Bundle of one patient, or a hook request.

use crate::errors::{ErrorCode, Failure};
use crate::evaluator::Evaluator;
use crate::hooks::flow::{self, Basis, Enquiry, Origin};
use crate::hooks::prefetch::whole;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::templates::Template;
use cds_cards::Ordered;
use cds_cards::assessment::{Assessment, Gate};
use fhir_profiles::chart::{AddedKind, ChartBuilder, opened};
use fhir_profiles::facts::{Gap, Unknown};
use fhir_profiles::json::{Budget, Document};
use fhir_profiles::{FactId, Facts};
use jiff::civil::Date;
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

/// Assesses a Bundle (of any type) or a hook request.
///
/// # Errors
/// [`Failure`] if it is neither, or not of one patient.
pub async fn assess<'s>(
    evaluator: &Evaluator,
    templates: &[Template],
    text: &str,
    source: impl FnOnce(&HookRequest<'_>) -> Result<Origin<'s>, Failure>,
    as_of: Date,
    trail: &Trail,
) -> Result<Assessed, Failure> {
    let document = document(text)?;
    let (kind, hook) = (said(&document, "resourceType")?, said(&document, "hook")?);
    match (kind, hook) {
        (Some("Bundle"), _) => Ok(Assessed {
            assessment: bundle_basis(evaluator, &document, as_of)?.assessment,
            instance: Uuid::nil(),
            orders: None,
        }),
        (None, Some(_)) => {
            let request = HookRequest::parse(&document)?;
            let source = source(&request)?;
            let enquiry = Enquiry {
                evaluator,
                templates,
                request: &request,
                source,
                as_of,
                trail,
            };
            let (basis, orders) = flow::assess(&enquiry).await?;
            Ok(Assessed {
                assessment: basis.assessment,
                instance: request.instance,
                orders,
            })
        }
        _ => Err(ErrorCode::NotAssessable.into()),
    }
}

/// What a document says under a key; nothing where it is null.
fn said<'d>(document: &'d Document<'_>, key: &str) -> Result<Option<&'d str>, Failure> {
    let mut found = document.root().fields().filter(|field| field.is_under(key));
    let said = match (found.next(), found.next()) {
        (None, _) => return Ok(None),
        (Some(json), None) if json.is_null() => return Ok(None),
        (Some(json), None) => json.text(),
        (Some(_), Some(_)) => None,
    };
    said.map(Some).ok_or(ErrorCode::NotAssessable.into())
}

/// Whether a document is a Bundle, and so not to be read as a hook request.
pub(crate) fn is_bundle(document: &Document<'_>) -> bool {
    said(document, "resourceType").is_ok_and(|kind| kind == Some("Bundle"))
}

/// The document of a body, without the entries that are no JSON.
///
/// # Errors
/// [`Failure`] if it is no JSON otherwise, or holds more of something than is read at once.
pub fn document(text: &str) -> Result<Document<'_>, Failure> {
    opened(text, &Budget::CALL).map_err(|fault| Failure::document(&fault))
}

/// Facts and assessment of a Bundle.
///
/// # Errors
/// [`Failure`] if it is not of one patient, or if it cannot be told whether the patient has a PNET since nothing was there
/// to look at.
pub(crate) fn bundle_basis(
    evaluator: &Evaluator,
    document: &Document<'_>,
    as_of: Date,
) -> Result<Basis, Failure> {
    let mut builder = ChartBuilder::new(None);
    let added = builder.add(document.root());
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
